"""The lists too long for buttons that a question can look into, by a part of a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from bot.members import unions
from handlers.questions import Found

FOUND_AT_MOST = 8
DIGITS_AT_MOST = 15


@dataclass(frozen=True, slots=True)
class Source:
    """How one list is searched by text, and one row of it found by the id a button carries."""

    by_text: Callable[[Connection, str], list[Found]]
    by_id: Callable[[Connection, str], Found | None]
    otherwise: Callable[[Connection], list[Found]]
    """What is offered to a person whose own is not there."""


def _unions(conn: Connection, text: str) -> list[Found]:
    return [Found(union.id, union.name) for union in unions.find(conn, text, FOUND_AT_MOST)]


def _union(conn: Connection, union_id: str) -> Found | None:
    if not (union_id.isascii() and union_id.isdecimal() and len(union_id) <= DIGITS_AT_MOST):
        return None
    union = unions.one(conn, int(union_id))
    return Found(union.id, union.name) if union else None


def _city(conn: Connection) -> list[Found]:
    return [Found(union.id, union.name) for union in unions.roots(conn)[:1]]


LOOKUPS: Mapping[str, Source] = {"union": Source(_unions, _union, _city)}
