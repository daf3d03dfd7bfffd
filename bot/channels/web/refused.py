"""The one error of ours that is no fault: a request that is not taken, with the sentence that says why."""

from __future__ import annotations

from http import HTTPStatus


class Refused(Exception):  # noqa: N818 - nothing of ours went wrong
    """A request that is not taken. `reason` is a key under `web.refused.`; the page shows its sentence, and after `after_s` tries again."""

    def __init__(self, status: HTTPStatus, reason: str, *, after_s: int | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.after_s = after_s


def crowded(after_s: int) -> Refused:
    """Too much at once for now: the page says so, and tries again by itself."""
    return Refused(HTTPStatus.SERVICE_UNAVAILABLE, "crowded", after_s=after_s)
