"""What has been worked out so far, wherever in a flow that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.conversation.talk import Talk
from handlers.benefit import Estimated
from handlers.claim import Applied
from handlers.questions import Confirm


def worked_out(talk: Talk, answers: Mapping[str, Any] | None = None) -> Estimated | None:
    """The estimate these answers, or those that stand, come to: at the end of a flow, or at the last look before a claim goes."""
    if talk.place.flow is None:
        return None
    given = talk.place.answers if answers is None else answers
    run = talk.replay(given)
    if isinstance(run.pending, Confirm):
        run = talk.replay({**given, run.pending.key: run.pending.digest})
    outcome = run.outcome
    if isinstance(outcome, Applied):
        return Estimated(outcome.benefit, outcome.edition, outcome.estimate, outcome.facts)
    return outcome if isinstance(outcome, Estimated) else None
