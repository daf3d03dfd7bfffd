"""The Bot API client, from python-telegram-bot.

Only its methods and types are used, never its Updater, which confirms updates before they are stored.
"""

from __future__ import annotations

import logging
import os

from telegram import Bot
from telegram.request import HTTPXRequest

os.environ.setdefault("PTB_TIMEDELTA", "1")  # its own switch to the coming form of retry_after; without it each 429 warns

CONNECTIONS = 64
TIMEOUT_S = 20.0


def make_bot(token: str, api_url: str, file_url: str) -> Bot:
    """A client for one bot. `api_url` and `file_url` are as in the settings: the token is appended to them."""
    for name in ("httpx", "httpcore", "telegram"):  # below these levels they log addresses with the token, and what members wrote
        logging.getLogger(name).setLevel(logging.WARNING)
    request = HTTPXRequest(CONNECTIONS, read_timeout=TIMEOUT_S, write_timeout=TIMEOUT_S, connect_timeout=10.0, pool_timeout=30.0)
    return Bot(token, base_url=api_url, base_file_url=file_url, request=request, get_updates_request=request)
