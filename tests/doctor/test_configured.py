"""Settings that contradict each other or that nobody reads are named, their values never."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.doctor.configured import settings as check
from bot.doctor.examine import names_in
from bot.doctor.finding import Patient
from tests.doctor.asking import ask, settings

HTTPS = {"public_url": "https://bot.example.org", "trusted_proxies": "127.0.0.1"}
TELEGRAM = {**HTTPS, "telegram_token": "1:a", "telegram_secret": "secret", "telegram_webhook_url": "https://bot.example.org/telegram"}
WECHAT = {**HTTPS, "wechat_app_id": "wx1", "wechat_token": "token", "wechat_secret": "secret"}


@pytest.mark.parametrize("more", [{}, HTTPS, TELEGRAM, WECHAT, {**HTTPS, "host": "0.0.0.0"}])  # noqa: S104 - not listened on
async def test_settings_that_fit_together_are_fine(tmp_path: Path, more: dict[str, Any]) -> None:
    assert await ask(check, Patient(settings(tmp_path, **more))) == [("ok", "ok")]


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"public_url": "bot.example.org"}, ("wrong", "public_url")),
        ({"public_url": "http://bot.example.org"}, ("wrong", "public_not_https")),
        ({**HTTPS, "public_url": "https://bot.example.org/bot"}, ("warning", "public_path")),
        ({**HTTPS, "trusted_proxies": ()}, ("warning", "no_trusted_proxy")),
        ({"telegram_token": "1:a"}, ("warning", "public_is_local")),
        ({"host": "0.0.0.0"}, ("warning", "public_is_local")),  # noqa: S104 - not listened on
        ({**TELEGRAM, "telegram_webhook_url": "http://bot.example.org/telegram"}, ("wrong", "webhook_not_https")),
        ({**TELEGRAM, "telegram_webhook_url": "https://bot.example.org:9443/telegram"}, ("wrong", "webhook_port")),
        ({**TELEGRAM, "telegram_webhook_url": "https://elsewhere.example/telegram"}, ("warning", "webhook_elsewhere")),
        ({**TELEGRAM, "telegram_secret": "no spaces"}, ("wrong", "telegram_secret")),
        ({**TELEGRAM, "telegram_webhook_url": None}, ("warning", "unused")),
        ({**WECHAT, "wechat_token": "a-b"}, ("warning", "wechat_token")),
        ({**HTTPS, "wecom_webhook_url": "11111111-2222"}, ("wrong", "wecom_webhook")),
        ({"files_url": "memory:///"}, ("wrong", "files_in_memory")),
        ({"policy_place": "atlantis"}, ("wrong", "policy_place")),
    ],
)
async def test_what_contradicts_itself_is_named(tmp_path: Path, more: dict[str, Any], found: tuple[str, str]) -> None:
    assert await ask(check, Patient(settings(tmp_path, **more))) == [found]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ({"TELEGRAM_TOKENS"}, ("warning", "misspelt")),
        ({"PUBLC_URL"}, ("warning", "misspelt")),
        ({"WECOM_COLOUR"}, ("warning", "unknown")),
        ({"WECHAT_TOKEN"}, ("warning", "unused")),
        ({"WECOM_SECRET", "WECOM_AGENT_ID"}, ("warning", "unused")),
        ({"NIANGJIA_KEYS", "KEYS_FILE"}, ("warning", "two_keys")),
        ({"HOME", "PATH", "LANG", "HOSTNAME", "PORTAGE"}, ("ok", "ok")),
        ({"WECOM_WEBHOOK_URL"}, ("ok", "ok")),
    ],
)
async def test_what_nobody_reads_is_named(tmp_path: Path, names: set[str], found: tuple[str, str]) -> None:
    assert await ask(check, Patient(settings(tmp_path), frozenset(names))) == [found]


def test_the_names_of_a_file_of_settings_are_read_without_their_values(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# PORT=1\nPORT=2\nexport wecom_secret = 'a=b'\n\nnonsense\n")

    assert names_in(tmp_path / ".env") == {"PORT", "WECOM_SECRET"}
    assert names_in(tmp_path / "none") == frozenset()
