"""The one error of ours that is no fault: a request that is not taken, with the sentence that says why."""

from __future__ import annotations

from http import HTTPStatus


class Refused(Exception):  # noqa: N818 - nothing of ours went wrong
    """A request that is not taken. `reason` is a key under `web.refused.`; the page shows its sentence."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
