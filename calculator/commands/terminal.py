"""What every command says to a terminal, and the codes it ends with."""

from __future__ import annotations

import sys

PROGRAM = "python -m calculator"

DONE = 0
WRONG = 1
"""A checked file has problems."""
UNUSABLE = 2
"""The input cannot be used."""


def say(text: str) -> None:
    """What was asked for."""
    sys.stdout.write(text + "\n")


def complain(text: str) -> None:
    """What is wrong."""
    sys.stderr.write(text + "\n")
