"""A process that writes as fast as it can and prints each number once the store has promised it; `test_kill.py` kills it."""

from __future__ import annotations

import asyncio
import os
import sys
from itertools import count

from sqlalchemy import Column, Connection, Integer, MetaData, Table, insert

from bot.store import Keyring, Store

answers = Table("answers", MetaData(), Column("round", Integer), Column("task", Integer), Column("n", Integer))
totals = Table("totals", answers.metadata, Column("round", Integer), Column("task", Integer), Column("n", Integer))


def answer(conn: Connection, turn: int, task: int, n: int) -> None:
    """Two rows that belong together."""
    conn.execute(insert(answers), {"round": turn, "task": task, "n": n})
    conn.execute(insert(totals), {"round": turn, "task": task, "n": n})


async def write_for_ever(store: Store, turn: int, task: int) -> None:
    """Write, and say so only after the store has said so."""
    for n in count():
        await store.write(answer, turn, task, n)
        os.write(1, f"{turn} {task} {n}\n".encode())


async def main(url: str, turn: int) -> None:
    """Sixteen at a time."""
    store = Store.open(url, Keyring.generate())
    await asyncio.gather(*(write_for_ever(store, turn, task) for task in range(16)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
