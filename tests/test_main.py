"""The command line: what a start does before it serves."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import resource
from bot.__main__ import raise_open_files
from bot.channels.web.routes import streams_at_most
from bot.settings import Settings
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
raise_open_files()
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0], streams_at_most(Settings(_env_file=None)))
"""


@pytest.mark.parametrize(
    ("soft", "hard", "then", "streams"), [(256, 900, 900, 450), (256, 256, 256, 128), (300, 4096, 4096, 2000), (256, 1_000, 1_000, 500)]
)
def test_a_start_takes_as_many_connections_as_it_may_and_leaves_half_of_them_to_others(
    soft: int, hard: int, then: int, streams: int
) -> None:
    script = SCRIPT.format(soft=soft, hard=hard)
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own words

    assert said.split() == [str(then), str(streams)]
