"""Logs for operators: one line an event, JSON where no person is watching, and never what a member wrote."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from types import TracebackType

import structlog


def set_up(level: str) -> None:
    """Send structlog's and the libraries' logs to standard error, and what nobody caught as well."""
    sys.excepthook = uncaught
    threading.excepthook = lambda of: uncaught(of.exc_type, of.exc_value, of.exc_traceback)
    sys.unraisablehook = lambda of: uncaught(of.exc_type, of.exc_value, of.exc_traceback)
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


def uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """In place of Python's own traceback, whose last line is the error's words: its type, and where it came through."""
    came = ", ".join(f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(trace))
    causes = "" if error is None else "".join(f", from {type(cause).__name__}" for cause in _causes(error))
    sys.stderr.write(f"{kind.__name__} at {came or 'an unknown place'}{causes}\n")


def _causes(error: BaseException) -> Iterator[BaseException]:
    while (cause := error.__cause__ or error.__context__) is not None:
        yield cause
        error = cause


def without_words(record: logging.LogRecord) -> bool:
    """Of an error that a library logs, keep its type and its places; the message and the traceback may quote a member."""
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        record.msg, record.args = f"{type(error).__name__} at {', '.join(places(error))}", ()
        record.exc_info = record.exc_text = None
    return True
