"""Where members stop answering: a funnel for each conversation over a span of days, and where words were not understood. Counts only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from aiohttp import web

from bot.console.forms import day, text
from bot.console.pages import page
from bot.console.parts import now, parts, store
from bot.conversation.counting import tally
from bot.conversation.funnel import funnels, not_understood
from calculator import load

SPANS: Final = ("this_month", "last_month", "90_days")
EVENTS: Final = ("answered", "changed", "went_back", "not_understood", "left")
"""The columns of a funnel's table, after how often a question was asked."""

MOST_SHOWN: Final = 10
"""Places where words were not understood; the others stand behind a tap."""

QUARTER: Final = timedelta(days=89)


@dataclass(frozen=True)
class Span:
    """Some days, both ends included. `name` is one of SPANS, or "own"."""

    name: str
    first: date
    last: date


async def show(request: web.Request) -> web.Response:
    """The funnels of the span asked for; of this month, if none is. Days that make no span are said to be none."""
    settings = parts(request).settings
    today = now(request).astimezone(settings.time_zone).date()
    policies = load(settings.policy_place)
    wanted = span(request.query, today)
    counted = {} if wanted is None else await store(request).report(tally, wanted.first, wanted.last)
    return page(
        request,
        "flows.html",
        status=200 if wanted else 400,
        span=wanted,
        spans=SPANS,
        typed={name: text(request.query, name, 10) for name in ("since", "until")},
        funnels=funnels(counted, policies),
        puzzled=not_understood(counted),
        events=EVENTS,
        most_shown=MOST_SHOWN,
        benefits=policies,
        draft_days=settings.draft_days,
        today=today,
    )


def span(query: Mapping[str, str], today: date) -> Span | None:
    """The days an address asks for; None for its own days where they are no days, or end before they begin."""
    name = text(query, "span", 20)
    if name == "own":
        first, last = day(query, "since"), day(query, "until")
        return Span(name, first, last) if first and last and first <= last else None
    this_month = today.replace(day=1)
    if name == "last_month":
        last = this_month - timedelta(days=1)
        return Span(name, last.replace(day=1), last)
    if name == "90_days":
        return Span(name, today - QUARTER, today)
    return Span("this_month", this_month, today)
