"""The unions' tree and the roster from CSV files, as a federation exports them: good rows are kept, bad ones named by line and reason.

The same file twice changes nothing, so a corrected file is simply read again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select, update

from bot.members import roster, unions
from bot.members.lookup import certno_hash, phone_hash
from bot.members.tables import members
from bot.members.tables import unions as unions_table
from handlers.identity import read_certno, read_name, read_phone
from handlers.understanding.reading import Unread

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "名称", "姓名"),
    "parent": ("parent", "上级", "上级工会"),
    "level": ("level", "级别", "层级"),
    "certno": ("certificate", "证件号码", "证件号", "身份证号"),
    "union": ("union", "工会", "所在工会"),
    "in_work": ("in_work", "在职"),
    "phone": ("phone", "手机", "手机号", "手机号码", "电话", "联系电话"),
}
"""What a column may be called."""

LEVELS = {"city": "city", "市": "city", "district": "district", "区": "district", "industry": "industry", "产业": "industry"}
"""Any other level, or none, is a base union."""

NOT_IN_WORK = frozenset({"no", "n", "0", "false", "否", "不在职", "退休"})


@dataclass(frozen=True)
class Bad:
    """A row that could not be used: its line in the file, and a key of the words that say why."""

    line: int
    reason: str


@dataclass(frozen=True)
class Imported:
    """What became of a file."""

    added: int
    known: int
    bad: tuple[Bad, ...]


Row = Mapping[str, str]


class NoSuchColumns(Exception):  # noqa: N818 - said to whoever hands the file in
    """The file lacks columns that are needed."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


def rows_of(path: Path, needed: tuple[str, ...]) -> list[tuple[int, Row]]:
    """Every row with its line number. UTF-8 with or without a mark, or GB18030. Raises NoSuchColumns, UnicodeDecodeError, OSError."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    reader = csv.reader(io.StringIO(text, newline=""))
    named = {word: key for key, words in HEADINGS.items() for word in words}
    columns = [named.get(heading.strip().lower(), "") for heading in next(reader, [])]
    if missing := [HEADINGS[key][0] for key in needed if key not in columns]:
        raise NoSuchColumns(missing)
    return [(reader.line_num, _row(columns, cells)) for cells in reader if any(cell.strip() for cell in cells)]


def _row(columns: list[str], cells: list[str]) -> Row:
    return {key: cell.strip().replace("\0", "") for key, cell in zip(columns, cells, strict=False) if key}


def import_unions(conn: Connection, rows: list[tuple[int, Row]], now: datetime) -> Imported:  # noqa: ARG001  # both imports are called alike
    """Put unions into the tree. A parent stands in the tree already or further up in the file.

    The first row without a parent is the city's union: it gives its name to the one that stood in the tree alone until now.
    """
    ids = _union_ids(conn)
    alone = next(iter(ids.values())) if len(ids) == 1 else None

    def take(row: Row) -> str | None:
        name, parent = row.get("name", ""), row.get("parent", "")
        if not 1 <= len(name) <= unions.LONGEST_NAME:
            return "import.no_name"
        if parent and parent not in ids:
            return "import.no_parent"
        if name in ids:
            return ""
        nonlocal alone
        if alone is not None and not parent:
            unions.rename(conn, alone, name)
            ids[name], alone = alone, None
            return None
        ids[name] = unions.add(conn, name, LEVELS.get(row.get("level", ""), "base"), ids.get(parent))
        return None

    return _taken(rows, take)


def import_members(conn: Connection, rows: list[tuple[int, Row]], now: datetime) -> Imported:
    """Put members on the roster; one already there is brought to the file's union and work."""
    ids = _union_ids(conn)

    def take(row: Row) -> str | None:
        name, certno = read_name(row.get("name", "")), read_certno(row.get("certno", ""), today=now.date())
        if isinstance(name, Unread):
            return "import.no_name"
        if isinstance(certno, Unread):
            return "import.bad_certificate"
        union_id = ids.get(row.get("union", ""))
        if union_id is None:
            return "import.no_union"
        in_work = row.get("in_work", "").lower() not in NOT_IN_WORK
        read = read_phone(row.get("phone", ""))
        phone = None if isinstance(read, Unread) else read.value
        same = members.c.certno_hash == certno_hash(conn, certno.value)
        values = {"union_id": union_id, "in_work": in_work, **_phone(conn, phone)}
        if conn.execute(update(members).where(same).values(values).returning(members.c.id)).first():
            return ""
        roster.add(conn, union_id=union_id, name=name.value, certno=certno.value, phone=phone, in_work=in_work, now=now)
        return None

    return _taken(rows, take)


IMPORTS: Mapping[str, tuple[tuple[str, ...], Callable[[Connection, list[tuple[int, Row]], datetime], Imported]]] = {
    "unions": (("name", "parent"), import_unions),
    "members": (("name", "certno", "union"), import_members),
}
"""What can be imported: the columns it needs, and the work that takes the rows."""


def _phone(conn: Connection, phone: str | None) -> dict[str, str]:
    """A file without a phone leaves the one that is known."""
    return {} if phone is None else {"phone": phone, "phone_hash": phone_hash(conn, phone)}


def _union_ids(conn: Connection) -> dict[str, int]:
    return {row.name: row.id for row in conn.execute(select(unions_table.c.name, unions_table.c.id))}


def _taken(rows: list[tuple[int, Row]], take: Callable[[Row], str | None]) -> Imported:
    """`take` gives None for a row added, "" for one already there, otherwise the reason against it."""
    outcomes = list(_outcomes(rows, take))
    bad = tuple(Bad(line, reason) for line, reason in outcomes if reason)
    return Imported(sum(reason is None for _, reason in outcomes), sum(reason == "" for _, reason in outcomes), bad)


def _outcomes(rows: list[tuple[int, Row]], take: Callable[[Row], str | None]) -> Iterator[tuple[int, str | None]]:
    for line, row in rows:
        yield line, take(row)
