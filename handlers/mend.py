"""Adding what a returned claim lacks, right in the chat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handlers.case import Case
from handlers.dialogue import Flow, ask
from handlers.questions import Documents, HandedIn, Need, missing_of


@dataclass(frozen=True, slots=True)
class Mended:
    """The papers a returned claim was waiting for."""

    claim_id: int
    documents: tuple[HandedIn, ...]
    missing: int
    """Kinds still missing: staff see them, the member is told that not all is there."""


def mend(case: Case, claim_id: int, benefit: str, missing: tuple[str, ...], edition: str = "") -> Flow[Mended]:
    """Asks for exactly the kinds named, in the words of the claim's own edition; where none is named, any paper counts."""
    needs = _needs(case, benefit, missing, edition)
    documents = yield from ask(Documents(key="documents", needs=needs, least=1))
    return Mended(claim_id, documents, missing_of(needs, documents))


def _needs(case: Case, benefit: str, missing: tuple[str, ...], edition: str) -> tuple[Need, ...]:
    editions = case.policies[benefit].editions
    own = [each for each in editions if each.id == edition]
    known = {need.kind: need for each in own or editions for need in each.documents}
    wanted = [kind for kind in missing if kind in known] or list(known)
    return tuple(_need(known[kind].kind, known[kind].title, known[kind].hint) for kind in wanted)


def _need(kind: str, title: Mapping[str, Any], hint: Mapping[str, Any]) -> Need:
    return Need(kind, dict(title), dict(hint))
