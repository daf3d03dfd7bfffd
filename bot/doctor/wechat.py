"""WeChat: whether AppID and AppSecret are good, and our own address answers as WeChat wants it."""

from __future__ import annotations

import hashlib
import secrets
import time

from bot.doctor.finding import Finding, Patient, fine, warning, wrong
from bot.doctor.web import NoAnswerError, call
from bot.settings import Settings

KNOWN = frozenset({40002, 40013, 40125, 40164, 40243, 41002, 41004, 45009, 50002, 61004})


async def wechat(patient: Patient) -> list[Finding]:
    """The account: asks for the token in force, which ends none."""
    if patient.settings.wechat_app_id is None:
        return [fine("wechat", "off")]
    given = await token(patient.settings)
    return [given if isinstance(given, Finding) else fine("wechat")]


async def token(settings: Settings) -> str | Finding:
    """The token in force, or why there is none. The settings must hold an account."""
    assert settings.wechat_secret is not None  # noqa: S101 - an account has one, or the settings are refused
    asked = {
        "grant_type": "client_credential",
        "appid": settings.wechat_app_id,
        "secret": settings.wechat_secret.get_secret_value(),
        "force_refresh": False,
    }
    try:
        answer = (await call("POST", f"{settings.wechat_api_url}/cgi-bin/stable_token", body=asked)).json()
    except NoAnswerError as error:
        return wrong("wechat", "unreachable", error=error.reason)
    code = answer.get("errcode", 0)
    if code or not answer.get("access_token"):
        return wrong("wechat", f"code_{code}" if code in KNOWN else "refused", code=code)
    return str(answer["access_token"])


async def wechat_callback(patient: Patient) -> list[Finding]:
    """The address that WeChat calls, called as WeChat calls it to verify it."""
    settings = patient.settings
    if settings.wechat_app_id is None or settings.wechat_token is None:
        return []
    if not patient.is_running:
        return [warning("wechat_callback", "not_running")]
    timestamp, nonce, echo = str(int(time.time())), secrets.token_hex(5), secrets.token_hex(8)
    signature = hashlib.sha1("".join(sorted([settings.wechat_token.get_secret_value(), timestamp, nonce])).encode()).hexdigest()  # noqa: S324 - WeChat's choice
    query = {"signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": echo}
    url = f"{settings.public_url}/wechat"
    try:
        answer = await call("GET", url, query)
    except NoAnswerError as error:
        return [warning("wechat_callback", "unreachable", url=url, error=error.reason)]
    if answer.text != echo:
        return [wrong("wechat_callback", "not_ours", url=url, status=answer.status)]
    return [fine("wechat_callback", url=url)]
