"""Fetches a picture from WeChat by its id, when the upload job asks for it."""

from __future__ import annotations

from typing import Any

from bot.channels.wechat import faults
from bot.channels.wechat.api import Api
from bot.channels.wechat.faults import Refusal
from bot.documents.clean import MAX_BYTES
from bot.documents.errors import Reason, Refused
from bot.jobs import Later

BUSY_S = 2.0
NO_SUCH_PICTURE = frozenset({40007, 41006})


async def fetch(api: Api, source: Any) -> bytes:
    """The bytes of a picture, `{"media": its id}`. Any other failure is the job's to try again."""
    if (busy_s := api.busy_s) > 0:
        raise Later(busy_s, counts=False)
    try:
        content = await api.media(source["media"], MAX_BYTES)
    except Refusal as refusal:
        if refusal.code in NO_SUCH_PICTURE | faults.NOT_ALLOWED:
            raise Refused(Reason.GONE) from refusal
        if refusal.code in faults.BUSY | faults.OURS:
            raise Later(faults.OURS_WAIT_S if refusal.code in faults.OURS else BUSY_S, counts=False) from refusal
        raise
    if content is None:
        raise Refused(Reason.TOO_BIG)
    return content
