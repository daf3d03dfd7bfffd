"""What can go wrong in the store, whatever the database beneath."""

# ruff: noqa: N818  errors are named by what happened

from __future__ import annotations


class StoreError(Exception):
    """Anything the store itself reports; a work's own errors pass through unchanged."""


class StoreClosed(StoreError):
    """The store was closed before this work was begun."""


class StoreUnavailable(StoreError):
    """The database could not be used, and nothing of this work was stored."""


class OutcomeUnknown(StoreError):
    """The connection broke during the commit: nobody can tell whether this work was stored. Say "unknown", never "failed"."""


class WorkBroken(StoreError):
    """A work raised StopIteration, which no future can carry."""


class DatabaseInUse(StoreError):
    """Another process serves this SQLite database."""

    def __init__(self, path: str) -> None:
        super().__init__(f"another process is serving {path}")
        self.path = path


class KeyringError(StoreError):
    """A key, or something sealed with one, cannot be used."""


class KeysExposed(KeyringError):
    """Others on this machine can read the key file."""

    def __init__(self, path: str, mode: int) -> None:
        super().__init__(f"{path} has mode {mode:04o}; others must not read it: chmod 600 {path}")
        self.path = path
        self.mode = mode


class Unreadable(KeyringError):
    """Sealed bytes that no key here opens: another key, another place, or tampered with."""

    def __init__(self, context: str) -> None:
        super().__init__(f"cannot open what is sealed as {context}")
        self.context = context
