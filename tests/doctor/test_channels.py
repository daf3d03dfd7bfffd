"""Channels with wrong credentials, wrong addresses, or a platform that hangs, refuses or talks nonsense."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.doctor import telegram as telegram_check
from bot.doctor import web as small_calls
from bot.doctor.finding import Check, Patient
from bot.doctor.telegram import telegram as check_telegram
from bot.doctor.wechat import wechat as check_wechat
from bot.doctor.wechat_template import wechat_template
from bot.doctor.wecom import wecom_app, wecom_robot
from tests.doctor.asking import answering, ask, hanging, nonsense, refusing, settings
from tests.fakes.telegram import TOKEN, TelegramServer
from tests.fakes.wechat import APP_ID, Code, WeChatServer
from tests.fakes.wechat import SECRET as WECHAT_SECRET
from tests.fakes.wechat_templates import CONTENT, TEMPLATE_ID
from tests.fakes.wecom import AGENT_ID, CORP_ID, SECRET, WeComServer

HOOK: dict[str, Any] = {"telegram_webhook_url": "https://bot.example.org/telegram", "telegram_secret": "secret"}


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    """The Bot API."""
    async with TelegramServer() as server:
        yield server


@pytest.fixture
async def wechat() -> AsyncIterator[WeChatServer]:
    """An account of WeChat."""
    async with WeChatServer() as server:
        yield server


@pytest.fixture
async def wecom() -> AsyncIterator[WeComServer]:
    """A company on WeCom."""
    async with WeComServer() as server:
        yield server


def on_telegram(folder: Path, url: str, *, running: bool = True, **more: Any) -> Patient:
    return Patient(settings(folder, **{"telegram_token": TOKEN, "telegram_api_url": url, **more}), is_running=running)


def on_wechat(folder: Path, url: str, **more: Any) -> Patient:
    values = {"wechat_app_id": APP_ID, "wechat_token": "token", "wechat_secret": WECHAT_SECRET, "wechat_api_url": url}
    return Patient(settings(folder, **values | more))


def on_wecom(folder: Path, url: str, **more: Any) -> Patient:
    values = {"wecom_corp_id": CORP_ID, "wecom_agent_id": AGENT_ID, "wecom_secret": SECRET, "wecom_api_url": url}
    return Patient(settings(folder, **{"wecom_webhook_url": f"{url}/cgi-bin/webhook/send?key=k", **values, **more}))


@pytest.mark.parametrize("check", [check_telegram, check_wechat, wechat_template, wecom_robot, wecom_app])
async def test_a_channel_that_is_not_set_up_is_left_in_peace(tmp_path: Path, check: Check) -> None:
    assert await ask(check, Patient(settings(tmp_path))) == [("ok", "off")]


async def test_a_bot_that_polls_or_has_its_webhook_is_fine(tmp_path: Path, telegram: TelegramServer) -> None:
    assert await ask(check_telegram, on_telegram(tmp_path, telegram.url)) == [("ok", "ok")]
    telegram.webhook = {"url": HOOK["telegram_webhook_url"]}
    assert await ask(check_telegram, on_telegram(tmp_path, telegram.url, **HOOK)) == [("ok", "ok")]
    assert not telegram.called("getUpdates")  # our own server polls: it must not be disturbed


async def test_a_refused_token_is_wrong_and_stands_in_no_line(tmp_path: Path, telegram: TelegramServer) -> None:
    patient = on_telegram(tmp_path, telegram.url, telegram_token="1:another")

    (finding,) = await check_telegram(patient)

    assert finding.what == "token"
    assert "another" not in str(finding.figures)


async def test_a_webhook_set_elsewhere_is_wrong_for_a_bot_that_polls(tmp_path: Path, telegram: TelegramServer) -> None:
    telegram.webhook = {"url": "https://elsewhere.example/hook?secret=1"}

    (finding,) = await check_telegram(on_telegram(tmp_path, telegram.url))

    assert (finding.what, finding.figures) == ("webhook_elsewhere", {"url": "https://elsewhere.example/hook"})


@pytest.mark.parametrize(("running", "level"), [(True, "wrong"), (False, "warning")])
@pytest.mark.parametrize("set_to", ["", "https://elsewhere.example/hook"])
async def test_a_webhook_that_is_not_ours_is_named(
    tmp_path: Path, telegram: TelegramServer, running: bool, level: str, set_to: str
) -> None:
    telegram.webhook = {"url": set_to} if set_to else {}

    assert await ask(check_telegram, on_telegram(tmp_path, telegram.url, running=running, **HOOK)) == [(level, "webhook_not_set")]


async def test_failing_deliveries_and_a_pile_of_updates_are_named(tmp_path: Path, telegram: TelegramServer) -> None:
    telegram.webhook = {"url": HOOK["telegram_webhook_url"]}
    for _ in range(101):
        telegram.update()
    info = telegram.do_getwebhookinfo
    failing: dict[str, Any] = {"last_error_date": int(time.time()) - 60, "last_error_message": "SSL error {expired}"}
    telegram._methods["getwebhookinfo"] = lambda asked: info(asked) | failing

    findings = await check_telegram(on_telegram(tmp_path, telegram.url, **HOOK))

    assert [(each.level.value, each.what) for each in findings] == [("wrong", "webhook_fails"), ("warning", "pending")]

    failing["last_error_date"] -= 3 * 3600  # long since mended
    assert [each.what for each in await check_telegram(on_telegram(tmp_path, telegram.url, **HOOK))] == ["pending"]


async def test_another_program_that_polls_is_found_while_our_server_rests(tmp_path: Path, telegram: TelegramServer) -> None:
    assert await _rested(tmp_path, telegram) == [("ok", "ok")]

    async with ClientSession() as other:
        polling = asyncio.create_task(_polls(other, telegram))
        await telegram.until(lambda: telegram._polls > 1)

        assert await _rested(tmp_path, telegram, listen_s=telegram_check.LISTEN_S) == [("wrong", "conflict")]

        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)


async def _polls(http: ClientSession, telegram: TelegramServer) -> None:
    """Another program with the same token, which comes back half a second after it was ended."""
    while True:
        async with http.post(f"{telegram.url}/bot{TOKEN}/getUpdates", data={"timeout": "30"}) as answer:
            await answer.read()
        await asyncio.sleep(0.5)


async def _rested(folder: Path, telegram: TelegramServer, listen_s: int = 0) -> list[tuple[str, str]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(telegram_check, "LISTEN_S", listen_s)
        return await ask(check_telegram, on_telegram(folder, telegram.url, running=False))


async def test_a_good_account_is_fine_and_its_token_goes_on(tmp_path: Path, wechat: WeChatServer) -> None:
    for _ in range(2):
        assert await ask(check_wechat, on_wechat(tmp_path, wechat.url)) == [("ok", "ok")]

    assert wechat.tokens_made == 1


@pytest.mark.parametrize(
    ("code", "what"), [(40013, "code_40013"), (40125, "code_40125"), (40164, "code_40164"), (45009, "code_45009"), (99999, "refused")]
)
async def test_what_wechat_refuses_is_said_with_what_to_do(tmp_path: Path, wechat: WeChatServer, code: int, what: str) -> None:
    wechat.fail("stable_token", Code(code))

    assert await ask(check_wechat, on_wechat(tmp_path, wechat.url)) == [("wrong", what)]


async def test_a_template_that_the_account_has_is_fine_and_nobody_is_sent_anything(tmp_path: Path, wechat: WeChatServer) -> None:
    patient = on_wechat(tmp_path, wechat.url, wechat_template_id=TEMPLATE_ID)

    assert await ask(wechat_template, patient) == [("ok", "ok")]
    assert wechat.templates.cards == []


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ("thing1=news,character_string2=number", [("wrong", "unfilled")]),
        ("thing1=news,character_string2=number,time3=day,thing4=hint", [("warning", "surplus")]),
        ("thing1=news,character_string2=news,time3=day", [("wrong", "unfit")]),
        ("thing1=news,character_string2=day,time3=number", [("wrong", "unfit")]),
        ("thing1=text:工会补贴,character_string2=text:C,time3=day", [("ok", "ok")]),
    ],
)
async def test_fields_that_do_not_fit_the_template_are_named(
    tmp_path: Path, wechat: WeChatServer, fields: str, found: list[tuple[str, str]]
) -> None:
    patient = on_wechat(tmp_path, wechat.url, wechat_template_id=TEMPLATE_ID, wechat_template_fields=fields)

    assert await ask(wechat_template, patient) == found


async def test_an_old_template_loses_its_first_and_last_line_and_is_fine(tmp_path: Path, wechat: WeChatServer) -> None:
    wechat.templates.chosen[TEMPLATE_ID] = "{{first.DATA}}\n进度：{{keyword1.DATA}}\n{{remark.DATA}}"
    patient = on_wechat(tmp_path, wechat.url, wechat_template_id=TEMPLATE_ID, wechat_template_fields="keyword1=news")

    assert await ask(wechat_template, patient) == [("ok", "ok")]


async def test_a_template_that_is_not_there_or_not_allowed_is_named(tmp_path: Path, wechat: WeChatServer) -> None:
    patient = on_wechat(tmp_path, wechat.url, wechat_template_id=TEMPLATE_ID)
    wechat.fail("template/get_all_private_template", Code(48001), Code(99999))

    assert await ask(wechat_template, patient) == [("wrong", "not_allowed")]
    assert await ask(wechat_template, patient) == [("wrong", "refused")]
    wechat.templates.chosen = {"another": CONTENT}
    assert await ask(wechat_template, patient) == [("wrong", "missing")]


async def test_a_good_robot_and_app_are_fine_and_nobody_is_sent_anything(tmp_path: Path, wecom: WeComServer) -> None:
    patient = on_wecom(tmp_path, wecom.url, wecom_webhook_url=wecom.webhook)

    assert await ask(wecom_robot, patient) == [("ok", "ok")]
    assert await ask(wecom_app, patient) == [("ok", "ok")]
    assert (wecom.group, wecom.inbox) == ([], [])


async def test_a_robot_that_is_wrong_stopped_or_out_of_breath_is_named(tmp_path: Path, wecom: WeComServer) -> None:
    assert await ask(wecom_robot, on_wecom(tmp_path, wecom.url)) == [("wrong", "code_93000")]
    wecom.is_stopped = True
    good = on_wecom(tmp_path, wecom.url, wecom_webhook_url=wecom.webhook)
    assert await ask(wecom_robot, good) == [("wrong", "code_93004")]
    wecom.fail("webhook/send", Code(45009), Code(93008))
    assert await ask(wecom_robot, good) == [("warning", "limit")]
    assert await ask(wecom_robot, good) == [("wrong", "code_93008")]


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"wecom_corp_id": "ww0"}, "code_40013"),
        ({"wecom_secret": "another"}, "code_40001"),
        ({"wecom_agent_id": 7}, "code_301002"),
    ],
)
async def test_an_app_with_a_wrong_value_is_named(tmp_path: Path, wecom: WeComServer, more: dict[str, Any], what: str) -> None:
    assert await ask(wecom_app, on_wecom(tmp_path, wecom.url, **more)) == [("wrong", what)]


@pytest.mark.parametrize("code", [40091, 41002, 41004, 48002, 60020, 99999])
async def test_what_wecom_refuses_is_said_with_what_to_do(tmp_path: Path, wecom: WeComServer, code: int) -> None:
    wecom.fail("gettoken", Code(code))

    assert await ask(wecom_app, on_wecom(tmp_path, wecom.url)) == [("wrong", "refused" if code == 99999 else f"code_{code}")]


PLATFORMS = [(check_telegram, on_telegram), (check_wechat, on_wechat), (wecom_robot, on_wecom), (wecom_app, on_wecom)]


@pytest.mark.parametrize(("check", "on"), PLATFORMS)
async def test_a_platform_that_refuses_the_connection_is_unreachable(tmp_path: Path, check: Check, on: Any) -> None:
    assert await ask(check, on(tmp_path, refusing())) == [("wrong", "unreachable")]


@pytest.mark.parametrize(("check", "on"), PLATFORMS)
async def test_a_platform_that_talks_nonsense_is_unreachable(tmp_path: Path, check: Check, on: Any) -> None:
    async with answering(nonsense) as url:
        assert await ask(check, on(tmp_path, url)) == [("wrong", "unreachable")]


@pytest.mark.parametrize(("check", "on"), PLATFORMS)
async def test_a_platform_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check: Check, on: Any) -> None:
    monkeypatch.setattr(small_calls, "CALL_S", 0.3)
    monkeypatch.setattr("bot.channels.telegram.client.TIMEOUT_S", 0.3)
    async with hanging() as url, asyncio.timeout(60):
        assert await ask(check, on(tmp_path, url)) == [("wrong", "unreachable")]
