"""The policies of a place, loaded once from their files, and the editions found in them by name or id."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from calculator.edition import Choice, Condition, DocumentNeed, Edition, Policy
from calculator.errors import UnknownPolicyError
from calculator.reading.policy_file import read_policy

__all__ = [
    "POLICIES",
    "Choice",
    "Condition",
    "DocumentNeed",
    "Edition",
    "Policies",
    "Policy",
    "edition_of",
    "load",
    "places",
    "policy_named",
]

POLICIES = Path(__file__).parent / "policies"

Policies = Mapping[str, Policy]
"""The policies of one place, by benefit."""


def places() -> tuple[str, ...]:
    """Every place with policy files."""
    return tuple(sorted(folder.name for folder in POLICIES.iterdir() if folder.is_dir()))


@cache
def load(place: str) -> Policies:
    """Every policy of a place, read and checked once. Raises UnknownPolicyError, PolicyError."""
    if place not in places():
        raise UnknownPolicyError(place)
    return {file.stem: read_policy(file) for file in sorted((POLICIES / place).glob("*.toml"))}


def policy_named(name: str) -> Policy:
    """Find the policy of a name such as changchun/hospital. Raises UnknownPolicyError."""
    place, _, benefit = name.partition("/")
    policy = load(place).get(benefit)
    if policy is None:
        raise UnknownPolicyError(name)
    return policy


def edition_of(edition_id: str) -> Edition:
    """Find the edition of an id such as changchun/hospital@2023-01-01, as a claim keeps it. Raises UnknownPolicyError."""
    name, _, _ = edition_id.partition("@")
    for edition in policy_named(name).editions:
        if edition.id == edition_id:
            return edition
    raise UnknownPolicyError(edition_id)
