"""Which papers one claim needs: those of its own edition that its facts ask for."""

from __future__ import annotations

from bot.claims.claim import Claim
from calculator import DocumentNeed, edition_of
from calculator.facts import FACTS, from_json


def documents_needed(claim: Claim) -> tuple[DocumentNeed, ...]:
    """The kinds of paper, in the order of the policy file."""
    facts = {name: from_json(name, value) for name, value in claim.facts.items() if name in FACTS}
    return edition_of(claim.edition).documents_for(facts)
