"""Somebody speaks for a member: from then on the flow is about that member, and a claim asks who files it."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.talk import Talk
from bot.message import Say
from handlers.on_behalf import CONSENT, FOR_ANOTHER


def for_another(talk: Talk) -> Talk:
    """The same turn, told so; "back" at the claim's first question takes it back. Of a loss nothing is explained."""
    answers = {**talk.place.answers, CONSENT.key: FOR_ANOTHER}
    is_loss = any(line.key == "heard.loss" for line in talk.noted)
    talk = talk.at(replace(talk.place, answers=answers))
    return talk if is_loss else talk.noting(Say("heard.another"))
