"""Settings that nobody reads, that contradict each other, or that a platform would not take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from bot.doctor.finding import Finding, Patient, fine, warning, wrong
from bot.doctor.threads import in_thread
from bot.settings import Settings
from calculator import load

CHECK = "settings"
NAMES = tuple(name.upper() for name in Settings.model_fields)
OURS = ("TELEGRAM_", "WECHAT_", "WECOM_", "NIANGJIA_")
ALIKE = 0.86
WEBHOOK_PORTS = frozenset({None, 443, 80, 88, 8443})
"""The ones Telegram posts to."""

TELEGRAM_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
WECHAT_TOKEN = re.compile(r"[A-Za-z0-9]{3,32}")


async def settings(patient: Patient) -> list[Finding]:
    """All of them."""
    return await in_thread(lambda: list(_found(patient))) or [fine(CHECK)]


def _found(patient: Patient) -> Iterator[Finding]:
    yield from _unknown(patient.given)
    yield from _unused(patient)
    yield from _public(patient.settings)
    yield from _telegram(patient.settings)
    yield from _others(patient.settings)


def _unknown(given: frozenset[str]) -> Iterator[Finding]:
    for name in sorted(given - set(NAMES)):
        alike = get_close_matches(name, NAMES, 1, ALIKE)
        if alike:
            yield warning(CHECK, "misspelt", name=name, meant=alike[0])
        elif name.startswith(OURS):
            yield warning(CHECK, "unknown", name=name)


def _unused(patient: Patient) -> Iterator[Finding]:
    used, given = patient.settings, patient.given
    leaning = {"TELEGRAM_TOKEN": used.telegram_token, "WECHAT_APP_ID": used.wechat_app_id, "WECOM_CORP_ID": used.wecom_corp_id}
    for name, value in leaning.items():
        prefix = name.split("_", maxsplit=1)[0]
        idle = sorted(each for each in given if each in NAMES and each.startswith(f"{prefix}_") and each != "WECOM_WEBHOOK_URL")
        if value is None and idle:
            yield warning(CHECK, "unused", names=", ".join(idle), needs=name)
    if used.telegram_token and used.telegram_secret and not used.telegram_webhook_url:
        yield warning(CHECK, "unused", names="TELEGRAM_SECRET", needs="TELEGRAM_WEBHOOK_URL")
    if {"NIANGJIA_KEYS", "KEYS_FILE"} <= given:
        yield warning(CHECK, "two_keys")


def _public(used: Settings) -> Iterator[Finding]:
    url = urlsplit(used.public_url)
    if url.scheme not in {"http", "https"} or not url.hostname:
        yield wrong(CHECK, "public_url", url=used.public_url)
        return
    if url.path or url.query:
        yield warning(CHECK, "public_path", url=used.public_url)
    reaches_out = used.telegram_token or used.wechat_app_id or used.wecom_webhook_url or used.wecom_corp_id
    if is_local(url) and (reaches_out or not is_local(urlsplit(f"//{used.host}"))):
        yield warning(CHECK, "public_is_local", url=used.public_url)
    elif not is_local(url) and url.scheme != "https":
        yield wrong(CHECK, "public_not_https", url=used.public_url)
    elif url.scheme == "https" and not used.trusted_proxies:
        yield warning(CHECK, "no_trusted_proxy")


def _telegram(used: Settings) -> Iterator[Finding]:
    if not used.telegram_webhook_url:
        return
    url = urlsplit(used.telegram_webhook_url)
    if url.scheme != "https":
        yield wrong(CHECK, "webhook_not_https")
    elif _port(url) not in WEBHOOK_PORTS:
        yield wrong(CHECK, "webhook_port", port=_port(url))
    if url.hostname != urlsplit(used.public_url).hostname:
        yield warning(CHECK, "webhook_elsewhere", host=url.hostname or "", public=urlsplit(used.public_url).hostname or "")
    if used.telegram_secret and not TELEGRAM_SECRET.fullmatch(used.telegram_secret.get_secret_value()):
        yield wrong(CHECK, "telegram_secret")


def _others(used: Settings) -> Iterator[Finding]:
    if used.wechat_app_id and used.wechat_token and not WECHAT_TOKEN.fullmatch(used.wechat_token.get_secret_value()):
        yield warning(CHECK, "wechat_token")
    if used.wecom_webhook_url:
        url = urlsplit(used.wecom_webhook_url.get_secret_value())
        if url.scheme not in {"http", "https"} or not url.hostname or "key=" not in url.query:
            yield wrong(CHECK, "wecom_webhook")
    if used.files_url.startswith("memory:"):
        yield wrong(CHECK, "files_in_memory")
    try:
        load(used.policy_place)
    except Exception as error:  # noqa: BLE001 - whatever it is, this place has no rules to go by
        yield wrong(CHECK, "policy_place", place=used.policy_place, error=type(error).__name__)


def is_local(url: SplitResult) -> bool:
    """Whether only this machine knows the address."""
    host = url.hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _port(url: SplitResult) -> int | None:
    try:
        return url.port
    except ValueError:
        return 0
