"""A sentence before it is worded: handlers choose what is said, `locales/` how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Figures = Mapping[str, Any]
"""What a sentence's placeholders stand for, as JSON: money as fen (int), days as ISO text, policy texts as {"zh": ..., "en": ...}."""


@dataclass(frozen=True, slots=True)
class Say:
    """A key of locales/ and the figures for its placeholders."""

    key: str
    figures: Figures = field(default_factory=dict)
