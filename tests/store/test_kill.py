"""SIGKILL while writing: what was promised is there, once and whole."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from bot.store.migrate import plain_engine

HERE = Path(__file__).parent
KILLS = 20


def test_of_what_was_promised_before_a_kill_nothing_is_lost_and_nothing_is_there_twice(database_url: str) -> None:
    engine = plain_engine(database_url)
    with engine.begin() as conn:
        conn.execute(text("CREATE TABLE answers (round INTEGER, task INTEGER, n INTEGER)"))
        conn.execute(text("CREATE TABLE totals (round INTEGER, task INTEGER, n INTEGER)"))
    dice = random.Random(7)  # noqa: S311
    promised: set[tuple[int, ...]] = set()

    for turn in range(KILLS):
        promised |= run_and_kill(database_url, turn, after_lines=dice.randint(1, 400))

    with engine.connect() as conn:
        stored = [tuple(row) for row in conn.execute(text("SELECT round, task, n FROM answers"))]
        mates = [tuple(row) for row in conn.execute(text("SELECT round, task, n FROM totals"))]
        if conn.dialect.name == "sqlite":
            assert conn.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    engine.dispose()
    assert len(promised) > KILLS
    assert promised <= set(stored)
    assert len(stored) == len(set(stored))
    assert sorted(stored) == sorted(mates)


def run_and_kill(url: str, turn: int, after_lines: int) -> set[tuple[int, ...]]:
    """What the child promised, the lines written between the decision to kill and the kill included."""
    command = [sys.executable, str(HERE / "writing_child.py"), url, str(turn)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=HERE.parent.parent, env={"PYTHONPATH": ".", "PATH": ""}) as child:  # noqa: S603
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(after_lines)]
        child.kill()
        lines += child.stdout.readlines()
    return {tuple(int(part) for part in line.split()) for line in lines if line.endswith(b"\n")}
