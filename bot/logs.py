"""Logs for operators: one line an event, JSON where no person is watching, and never what a member wrote."""

from __future__ import annotations

import logging
import sys

import structlog


def set_up(level: str) -> None:
    """Send structlog's and the libraries' logs to standard error."""
    threshold = getattr(logging, level.upper())
    logging.basicConfig(level=max(threshold, logging.WARNING), format="%(levelname)s %(name)s %(message)s", stream=sys.stderr)
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
