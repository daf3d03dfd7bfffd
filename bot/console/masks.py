"""What is shown of personal data until somebody opens it, on record."""

from __future__ import annotations

from typing import Final

HIDDEN: Final = "•"
KEPT_OF_A_PHONE: Final = 3
KEPT_AT_THE_END: Final = 4


def mask_name(name: str) -> str:
    """王小明 as 王**, Anna Smith as A*********."""
    return name[:1] + "*" * max(len(name) - 1, 1)


def mask_end(number: str) -> str:
    """The last four signs of a certificate or card number; of a short one nothing."""
    if len(number) <= 2 * KEPT_AT_THE_END:
        return HIDDEN * len(number)
    return HIDDEN * KEPT_AT_THE_END + number[-KEPT_AT_THE_END:]


def mask_phone(phone: str) -> str:
    """138••••5678."""
    if len(phone) <= KEPT_OF_A_PHONE + KEPT_AT_THE_END:
        return HIDDEN * len(phone)
    return phone[:KEPT_OF_A_PHONE] + HIDDEN * KEPT_AT_THE_END + phone[-KEPT_AT_THE_END:]
