"""Fetches a file from Telegram by its id, when the upload job asks for it."""

from __future__ import annotations

from typing import Any

import structlog
from telegram import Bot, File
from telegram.error import BadRequest, InvalidToken, RetryAfter

from bot.channels.telegram import faults
from bot.documents.clean import MAX_BYTES
from bot.documents.errors import Reason, Refused
from bot.jobs import Later

log = structlog.get_logger(__name__)


async def fetch(bot: Bot, source: Any) -> bytes:
    """The bytes of a file, `{"file": its id, "bytes": its size as Telegram gave it}`. Any other failure is the job's to try again."""
    if source["bytes"] > MAX_BYTES:
        raise Refused(Reason.TOO_BIG)
    try:
        file = await bot.get_file(source["file"])
        if (file.file_size or 0) > MAX_BYTES:  # a Bot API server of one's own hands out larger ones
            raise Refused(Reason.TOO_BIG)
        return await _download(file)
    except BadRequest as error:
        raise Refused(Reason.TOO_BIG if "too big" in error.message else Reason.GONE) from error
    except RetryAfter as error:
        raise Later(faults.asked_to_wait_s(error), counts=False) from error


async def _download(file: File) -> bytes:
    try:
        return bytes(await file.download_as_bytearray())
    except InvalidToken as error:  # what the library makes of every 404; the token was good a moment ago
        raise Refused(Reason.GONE) from error
    except OSError:
        log.error("telegram_file_unreadable", hint="a local Bot API server with --local must share its folder with the bot")  # noqa: TRY400
        raise
