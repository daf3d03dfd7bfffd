"""The conversation that is measured: what a member says from the greeting to "why"."""

from __future__ import annotations

SAID = ("/start", "住院了", "45", "在职", "152000", "没领过", "为什么")
"""Seven updates; the second is a tap on a button, the others are typed."""

BUTTON = 1
"""Which of them is the tap."""
