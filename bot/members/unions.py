"""The unions' tree: found by a part of a name, shown as branches."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Row, case, func, insert, select, update

from bot.members.tables import unions

LONGEST_NAME = 120

EVERYTHING = "/"
"""The path above every union."""

_parents = unions.alias("parents")
_named = select(unions, _parents.c.name.label("parent_name")).outerjoin(_parents, unions.c.parent_id == _parents.c.id)


@dataclass(frozen=True)
class Union:
    """One union, with the one above it."""

    id: int
    name: str
    level: str
    path: str
    parent_name: str | None

    @property
    def depth(self) -> int:
        """How many unions stand above it."""
        return self.path.count("/") - 2


def add(conn: Connection, name: str, level: str, parent: int | None = None) -> int:
    """Put a union into the tree, under `parent`."""
    above = EVERYTHING if parent is None else conn.execute(select(unions.c.path).where(unions.c.id == parent)).scalar_one()
    new = insert(unions).values(name=name, level=level, parent_id=parent, path="").returning(unions.c.id)
    union_id = int(conn.execute(new).scalar_one())
    conn.execute(update(unions).where(unions.c.id == union_id).values(path=f"{above}{union_id}/"))
    return union_id


def plant(conn: Connection, name: str) -> None:
    """A tree that is still empty gets the city's union, under a name that an import may change: so that claims have somewhere to go."""
    if conn.execute(select(unions.c.id).limit(1)).first() is None:
        add(conn, name, "city")


def rename(conn: Connection, union_id: int, name: str) -> None:
    """Give a union its right name."""
    conn.execute(update(unions).where(unions.c.id == union_id).values(name=name))


def one(conn: Connection, union_id: int) -> Union | None:
    """The union of this id."""
    found = conn.execute(_named.where(unions.c.id == union_id)).one_or_none()
    return None if found is None else _union(found)


def find(conn: Connection, text: str, limit: int = 8) -> list[Union]:
    """Unions with this in their name: base unions first, then names that begin with it, then the shorter name."""
    part = " ".join(text.split())
    if not part or "\0" in part:
        return []
    base_first = case((unions.c.level == "base", 0), else_=1)
    beginning_first = case((unions.c.name.istartswith(part, autoescape=True), 0), else_=1)
    matching = _named.where(unions.c.name.icontains(part, autoescape=True))
    ordered = matching.order_by(base_first, beginning_first, func.length(unions.c.name), unions.c.id)
    return [_union(row) for row in conn.execute(ordered.limit(limit))]


def roots(conn: Connection) -> list[Union]:
    """The unions above which there is none: the city's."""
    return [_union(row) for row in conn.execute(_named.where(unions.c.parent_id.is_(None)).order_by(unions.c.id))]


def branches(conn: Connection, scope: str = EVERYTHING) -> list[Union]:
    """Every union within a scope that has others under it, a parent before its children."""
    within = _named.where(unions.c.level != "base", unions.c.path.startswith(scope, autoescape=True))
    found = [_union(row) for row in conn.execute(within)]
    return sorted(found, key=lambda union: [int(step) for step in union.path.strip("/").split("/")])


def _union(row: Row[tuple[object, ...]]) -> Union:
    return Union(row.id, row.name, row.level, row.path, row.parent_name)
