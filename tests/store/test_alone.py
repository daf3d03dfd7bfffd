"""One process for one SQLite database."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.store.alone import alone
from bot.store.errors import DatabaseInUse

HOLD = "import sys; from bot.store.alone import alone\nwith alone(sys.argv[1]): print('held', flush=True); sys.stdin.read()"
ROOT = Path(__file__).parent.parent.parent


def test_a_database_that_another_process_serves_is_refused_until_that_one_is_dead(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/niangjia.db"
    command = [sys.executable, "-c", HOLD, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as other:  # noqa: S603 - ours
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"

        with pytest.raises(DatabaseInUse, match=f"another process is serving {tmp_path}/new/niangjia.db"), alone(url):
            pass
        other.kill()

    with alone(url) as is_alone:
        assert is_alone


@pytest.mark.parametrize("url", ["postgresql+psycopg://niangjia@/niangjia", "sqlite://"])
def test_a_database_that_many_may_share_or_nobody_else_can_see_needs_no_lock(url: str) -> None:
    with alone(url) as first, alone(url) as second:
        assert (first, second) == (False, False)
