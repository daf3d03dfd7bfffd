"""The claims of a benefit as cases for a rehearsal: what was stated, of which union, and nothing that says whose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from bot.claims.states import State
from bot.claims.tables import claims
from bot.members.tables import unions
from calculator.facts import FACTS, from_json, shown
from calculator.sheets.reading import Row

UNION = "union"


@dataclass(frozen=True, slots=True)
class ClaimCases:
    """Every claim that was not taken back, as rows; the number of a claim stands for its line."""

    kept: tuple[Row, ...]
    headings: tuple[str, ...] = (UNION, *FACTS)

    def rows(self) -> Iterator[Row]:
        """The rows, oldest first."""
        return iter(self.kept)


def cases_of(conn: Connection, benefit: str) -> ClaimCases:
    """Read the claims of a benefit."""
    found = (
        select(claims.c.id, claims.c.facts, unions.c.name)
        .join(unions, unions.c.id == claims.c.union_id)
        .where(claims.c.benefit == benefit, claims.c.state != State.WITHDRAWN.value)
        .order_by(claims.c.id)
    )
    return ClaimCases(tuple(Row(row.id, {UNION: row.name, **_cells(row.facts)}) for row in conn.execute(found)))


def _cells(facts: dict[str, bool | int | str]) -> dict[str, str]:
    return {name: str(shown(name, from_json(name, value))) for name, value in facts.items() if name in FACTS}
