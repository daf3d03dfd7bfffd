"""What a member sent, as a database takes it."""

from __future__ import annotations


def storable(text: str) -> str:
    """Without half a pair of code units, which JSON lets through and is no text; without spaces at its ends."""
    return text.encode(errors="replace").decode().strip()
