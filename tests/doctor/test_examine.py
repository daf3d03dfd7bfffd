"""All checks together: none holds up the others, none hides the others, and no secret stands in the report."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path

from pydantic import SecretStr

from bot.doctor import as_json, as_lines, examine, exit_status
from bot.doctor.examine import CHECKS, Examined
from bot.doctor.finding import Finding, Level, Patient, fine, warning, wrong
from bot.doctor.threads import in_thread
from bot.settings import Settings
from tests.doctor.asking import hanging, refusing, settings


async def test_a_check_that_hangs_or_breaks_is_a_line_among_the_others(tmp_path: Path) -> None:
    over = threading.Event()

    async def hangs(_: Patient) -> list[Finding]:
        await in_thread(over.wait)
        return []

    async def breaks(_: Patient) -> list[Finding]:
        raise ZeroDivisionError("what a member wrote")

    async def works(_: Patient) -> list[Finding]:
        return [fine("disk", free="1", wanted="1")]

    checks = (Examined("database", hangs, 0.2), Examined("keys", breaks), Examined("disk", works))
    async with asyncio.timeout(60):
        findings = await examine(settings(tmp_path), {}, checks)
    over.set()

    assert [(each.check, each.key) for each in findings] == [
        ("database", "doctor.hangs"),
        ("keys", "doctor.broke"),
        ("disk", "doctor.disk.ok"),
    ]
    lines = as_lines(findings, None, "zh_CN")
    assert "ZeroDivisionError at test_examine.py" in lines[1]
    assert "what a member wrote" not in "".join(lines)


async def test_services_that_all_hang_are_waited_for_together(tmp_path: Path) -> None:
    held: list[int] = []
    async with hanging(held) as url:
        port = int(url.rsplit(":", 1)[1])
        used = settings(
            tmp_path,
            telegram_token="1:a",
            telegram_api_url=url,
            wechat_app_id="wx1",
            wechat_token="token",
            wechat_secret="secret",
            wechat_api_url=url,
            wecom_webhook_url=f"{url}/send?key=1",
            wecom_corp_id="ww1",
            wecom_agent_id=1,
            wecom_secret="secret",
            wecom_api_url=url,
            database_url=f"postgresql+psycopg://nobody@127.0.0.1:{port}/niangjia",
        )
        async with asyncio.timeout(60):
            findings = await examine(used, {}, tuple(Examined(each.name, each.check, 2.0, each.if_slow) for each in CHECKS))

    services = {"database", "telegram", "wechat", "wecom_robot", "wecom_app"}
    assert max(held) >= len(services)
    assert services <= {finding.check for finding in findings if finding.level is Level.WRONG}
    assert {"disk", "memory", "zones", "storage"} <= {finding.check for finding in findings if finding.level is not Level.WRONG}


async def test_no_secret_stands_in_the_report_even_if_everything_fails(tmp_path: Path) -> None:
    secrets = [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]
    values: dict[str, object] = dict.fromkeys(secrets, SecretStr("tell-nobody"))
    values |= {"wechat_app_id": "wx1", "wecom_corp_id": "ww1", "wecom_agent_id": 1, "wechat_aes_key": None}
    url = refusing()
    used = settings(
        tmp_path,
        **values,
        telegram_api_url=url,
        wechat_api_url=url,
        wecom_api_url=url,
        telegram_webhook_url="http://bot.example.org",
        database_url="postgresql+psycopg://nobody:tell-nobody@127.0.0.1:1/niangjia",
    )

    findings = await examine(used, {"WECOM_SECRETS": "tell-nobody"})

    for locale in ("zh_CN", "en"):
        report = "\n".join(as_lines(findings, used, locale)) + as_json(findings, used, locale)
        assert "tell-nobody" not in report
    quoted = [wrong("telegram", "webhook_fails", said="url https://x/tell-nobody failed")]
    assert "tell-nobody" not in as_json(quoted, used, "en")


def test_the_report_is_one_line_a_finding_and_only_what_is_wrong_ends_in_1() -> None:
    findings = [fine("workdays", year=2026), warning("fonts", "none")]

    lines = as_lines(findings, None, "en")

    assert len(lines) == 3
    assert lines[0].startswith("ok ")
    assert lines[1].startswith("warning ")
    assert lines[2] == "1 ok, 1 to look at, 0 wrong."
    assert exit_status(findings) == 0
    assert exit_status([*findings, wrong("zones", "missing")]) == 1


def test_json_says_the_same_to_a_program() -> None:
    told = json.loads(as_json([wrong("zones", "missing")], None, "en"))

    assert told["ok"] is False
    assert told["checks"][0] | {"text": ""} == {"check": "zones", "level": "wrong", "key": "doctor.zones.missing", "text": ""}


def test_every_check_has_a_name_in_words() -> None:
    for each in CHECKS:
        for locale in ("zh_CN", "en"):
            assert as_lines([fine(each.name, "doctor.hangs", seconds=1)], None, locale)
