"""What each role may do. Every route and every decision names the permission it needs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Permission(StrEnum):
    """One thing that may be allowed."""

    READ = "read"
    REVIEW = "review"  # take, approve, return, reject, note
    CONFIRM = "confirm"  # the second signature
    PAY = "pay"
    MANAGE_STAFF = "manage_staff"
    CHECK_RECORDS = "check_records"
    SEE_UNDELIVERED = "see_undelivered"  # and try again, or be done with it
    BROADCAST = "broadcast"  # write to many members, or sign what somebody else wrote to them


class Role(StrEnum):
    """What a staff member is here for."""

    REVIEWER = "reviewer"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"


ALLOWED: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.REVIEWER: frozenset({Permission.READ, Permission.REVIEW}),
        Role.APPROVER: frozenset({Permission.READ, Permission.REVIEW, Permission.CONFIRM, Permission.PAY, Permission.BROADCAST}),
        Role.ADMINISTRATOR: frozenset(Permission),
    }
)
