"""What was published stays: a checksum of every published edition, so that a change to one is refused and a new rule is a new edition.

Only what changes a verdict, an amount, a paper or a date counts. Texts, sources and the word "sample" may be put right at any time.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from calculator.reading.lines import Place

Record = Mapping[str, Mapping[str, str]]
"""The checksum of each published edition by its first day, by the name of its policy."""

_WORDS = frozenset({"title", "clause", "hint", "remedy", "source", "status"})
_UNORDERED = frozenset({"asks", "claim_asks"})
_HEAD = """# What was published, and must not change any more: made by `python -m calculator publish`, which only ever adds to it.
# docs/policies.md says what a checksum covers.
"""


def record_beside(file: Path) -> Path:
    """Where the editions of a policy file are recorded: in the folder of all places."""
    return file.resolve().parents[1] / "published.toml"


def name_of(file: Path) -> str:
    """The name of a policy file's policy, such as changchun/hospital."""
    return f"{file.resolve().parent.name}/{file.stem}"


def read_record(file: Path) -> Record:
    """Read what was published; nothing, if there is no record."""
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def record_text(record: Record) -> str:
    """A record as its file holds it."""
    tables = (f'\n["{name}"]\n' + "".join(f'{day} = "{told}"\n' for day, told in sorted(record[name].items())) for name in sorted(record))
    return _HEAD + "".join(tables)


def checksum(edition_by: str, edition: Mapping[str, Any]) -> str:
    """The checksum of what counts of an edition, as its file has it."""
    told = json.dumps({"edition_by": edition_by, **_counting(edition)}, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def checksums(data: Mapping[str, Any]) -> dict[str, str]:
    """The checksum of every edition of a policy file, by its first day."""
    return {str(edition["from"]): checksum(data["edition_by"], edition) for edition in data["edition"]}


def breaches(name: str, data: Mapping[str, Any], published: Mapping[str, str]) -> Iterator[tuple[Place, str]]:
    """What a sound policy file does that publishing forbids, each with its place and what to do."""
    now = checksums(data)
    for day in sorted(published.keys() - now.keys()):
        yield (), f"edition {day} of {name} was published and has vanished: put it back"
    for number, (day, told) in enumerate(now.items()):
        if day in published and published[day] != told:
            yield (
                ("edition", number),
                f"edition {day} of {name} was published and has changed: undo it, and write a new edition with a later day",
            )
        elif day not in published and (later := _between(day, published)):
            yield (
                ("edition", number, "from"),
                f"edition {day} would change the days before {later}, which are published: begin it after {max(published)}",
            )


def vanished(record: Record, names: Iterable[str]) -> list[str]:
    """The published policies that have no file any more."""
    return sorted(record.keys() - set(names))


def _between(day: str, published: Iterable[str]) -> str | None:
    """The published edition that ends the days which a new one would take from another."""
    return next((later for earlier, later in pairwise(sorted(published)) if earlier < day < later), None)


def _counting(value: Any) -> Any:
    """What counts of a table: everything but the words; the order in which facts are asked does not."""
    if isinstance(value, Mapping):
        counting = {key: _counting(each) for key, each in value.items() if key not in _WORDS}
        return {key: sorted(each) if key in _UNORDERED else each for key, each in counting.items()}
    return [_counting(each) for each in value] if isinstance(value, list) else value
