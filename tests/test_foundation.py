"""Opening a deployment: a new one has somewhere for claims to go, and keys that do not fit are said to be so."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.foundation import CannotStart, opened
from bot.members import roster, unions
from bot.settings import Settings


async def test_a_new_deployment_has_the_citys_union(tmp_path: Path) -> None:
    async with opened(Settings(data_dir=tmp_path)) as foundation:
        assert [union.level for union in await foundation.store.read(unions.roots)] == ["city"]


async def test_keys_other_than_those_the_data_was_written_with_are_refused(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    async with opened(settings) as foundation:
        await foundation.store.write(roster.add, union_id=1, name="王芳", certno="110101198001010010", in_work=True, now=datetime.now(UTC))
    kept = settings.keys_file.rename(tmp_path / "copy")

    with pytest.raises(CannotStart, match="KEYS_FILE"):
        async with opened(settings):
            pass
    kept.replace(settings.keys_file)
    async with opened(settings) as foundation:
        assert await foundation.store.read(roster.match, "王芳", "110101198001010010") is not None
