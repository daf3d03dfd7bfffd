"""Every key that a template or a view of the console may ask for has words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot import wording
from bot.claims.states import State
from bot.console.views import flows, threads, undelivered
from bot.console.views.claim import DONE, MASKED
from bot.conversation import funnel
from bot.staff.roles import Role
from bot.threads.thread import State as ThreadState
from calculator import FACTS, FactType, load
from calculator.policy import places
from handlers.on_behalf import RELATIONS
from tests.calculator.steps import steps

CONSOLE = Path(__file__).parents[2] / "bot" / "console"
TEMPLATES = sorted(CONSOLE.glob("templates/*.html"))
WHOLE_KEY = re.compile(r"""['"](console\.[a-z_.]*[a-z_]|word\.[a-z_.]*[a-z_])['"](?!\s*~)""")

POLICIES = [policy for place in places() for policy in load(place).values()]
COMPOSED = [
    *(f"console.state.{state}" for state in State),
    *(f"console.done.{done}" for done in DONE),
    *(f"console.field.{field}" for field in MASKED),
    *(f"word.role.{role}" for role in Role),
    *(f"console.role.{role}.may" for role in Role),
    *(f"console.fact.{name}" for name in FACTS),
    *(f"console.choice.{choice}" for fact in FACTS.values() if fact.type is FactType.CHOICE for choice in fact.choices),
    *(f"word.console_need.{need}" for p in POLICIES for e in p.editions for route in e.routes for need in route.needs),
    *(f"console.step.{kind}" for kind in steps()),
    *(f"console.undelivered.done.{done}" for done in undelivered.DONE),
    *(f"console.undelivered.kind.{kind}" for kind in (*undelivered.KINDS, "other")),
    *(f"console.undelivered.reason.{reason}" for reason in undelivered.REASONS.values()),
    *(f"console.menu.{name}" for name in ("queue", "threads", "overview", "staff", "records", "account")),
    *(f"console.flows.span.{name}" for name in flows.SPANS),
    *(f"console.flows.event.{event}" for event in flows.EVENTS),
    *(f"console.flows.{part}.{flow}" for part in ("flow", "finished") for flow in funnel.FLOWS),
    *threads.CANNED,
    *(f"console.thread.done.{done}" for done in threads.DONE),
    *(f"console.thread.problem.{reason}" for reason in ("own", "role")),
    *(f"console.threads.{part}.{state}" for part in ("state", "empty", "since") for state in ThreadState),
    *(f"option.relation.{relation}" for relation in RELATIONS),
]


@pytest.mark.parametrize("locale", wording.LOCALES)
def test_every_key_in_templates_and_views_has_words(locale: str) -> None:
    asked = {key for path in [*TEMPLATES, *CONSOLE.rglob("*.py")] for key in WHOLE_KEY.findall(path.read_text("utf-8"))}
    asked -= {"console.css", "console.js"}

    missing = sorted(key for key in asked if not wording.has(key, locale) and not wording.has(f"{key}.heading", locale))

    assert missing == []


@pytest.mark.parametrize("locale", wording.LOCALES)
def test_every_key_put_together_has_words(locale: str) -> None:
    assert [key for key in COMPOSED if not wording.has(key, locale)] == []


def test_every_template_is_shown_by_a_view() -> None:
    shown = {name for path in CONSOLE.rglob("*.py") for name in re.findall(r'"(\w+\.html)"', path.read_text("utf-8"))}

    assert {path.name for path in TEMPLATES} - shown == {"layout.html", "parts.html"}
