"""Telegram: whether the token is good, and updates come the way the settings say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from telegram import WebhookInfo
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.channels.telegram.client import make_bot
from bot.channels.telegram.faults import name
from bot.doctor.finding import Finding, Patient, fine, warning, wrong
from bot.doctor.web import now
from bot.settings import Settings

MANY_WAIT = 100
LATELY = timedelta(hours=1)
LISTEN_S = 6
"""Another poller comes back sooner than that, and then ours is ended with 409."""


async def telegram(patient: Patient) -> list[Finding]:
    """The token, then the way of the updates."""
    settings = patient.settings
    if settings.telegram_token is None:
        return [fine("telegram", "off")]
    bot = make_bot(settings.telegram_token.get_secret_value(), settings.telegram_api_url, settings.telegram_file_url)
    try:
        me = await bot.get_me()
        info = await bot.get_webhook_info()
        found = list(_way(settings, info, is_running=patient.is_running))
        if not patient.is_running and not settings.telegram_webhook_url and not info.url:
            # Without an offset nothing is confirmed. While our own server polls, it would be the one disturbed.
            await bot.do_api_request("getupdates", {"timeout": LISTEN_S, "limit": 1}, read_timeout=LISTEN_S + 5)
    except InvalidToken:
        return [wrong("telegram", "token")]
    except Conflict:
        return [wrong("telegram", "conflict")]
    except TelegramError as error:
        return [wrong("telegram", "unreachable", error=name(error))]
    finally:
        await bot.request.shutdown()
    return found or [fine("telegram", name=me.username or "", way="webhook" if info.url else "polling")]


def _way(settings: Settings, info: WebhookInfo, *, is_running: bool) -> Iterator[Finding]:
    wanted = settings.telegram_webhook_url or ""
    if info.url and not wanted:
        yield wrong("telegram", "webhook_elsewhere", url=info.url.split("?", maxsplit=1)[0])
    elif wanted and info.url != wanted:
        yield (wrong if is_running else warning)("telegram", "webhook_not_set", running="yes" if is_running else "no")
    if info.last_error_date and now() - info.last_error_date < LATELY:
        yield wrong("telegram", "webhook_fails", said=info.last_error_message or "")
    if info.pending_update_count > MANY_WAIT:
        yield warning("telegram", "pending", count=info.pending_update_count)
