"""Why a file was not taken: a closed set, so that every reason has its sentence under `upload.refused.<reason>`."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why a file was not taken."""

    TOO_BIG = "too_big"
    NOT_A_PICTURE = "not_a_picture"
    BROKEN = "broken"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_PAGES = "too_many_pages"
    ENCRYPTED_PDF = "encrypted_pdf"
    TIMEOUT = "timeout"
    GONE = "gone"


class Refused(Exception):  # noqa: N818 - a verdict about a file, not a fault of ours
    """The file will never become a picture, however often it is tried."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = Reason(reason)


class Missing(Exception):  # noqa: N818 - reads as what it says
    """No file is kept under this key."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key
