"""Logs for operators: one line an event, JSON where no person is watching, and never what a member wrote."""

from __future__ import annotations

import logging
import sys
import traceback

import structlog


def set_up(level: str) -> None:
    """Send structlog's and the libraries' logs to standard error."""
    threshold = getattr(logging, level.upper())
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(without_words)
    logging.basicConfig(level=max(threshold, logging.WARNING), format="%(levelname)s %(name)s %(message)s", handlers=[handler])
    logging.getLogger("aiohttp.access").disabled = True  # its lines would hold addresses
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def places(error: BaseException) -> list[str]:
    """Where an error came through. Not its own words: those may hold what was typed."""
    return [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]


def without_words(record: logging.LogRecord) -> bool:
    """Of an error that a library logs, keep its type and its places; the message and the traceback may quote a member."""
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        record.msg, record.args = f"{type(error).__name__} at {', '.join(places(error))}", ()
        record.exc_info = record.exc_text = None
    return True
