"""The machine, the clock, fonts and calendars: bounds, and what a poor machine is told."""

# ruff: noqa: ASYNC240  a test may wait for a small file

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from bot.doctor.clock import clock
from bot.doctor.finding import Patient
from bot.doctor.machine import MIB, allowed, disk, free_memory, judged, memory
from bot.doctor.surroundings import chinese_font, fonts, workdays, workdays_at, zones
from tests.doctor.asking import answering, ask, hanging, nonsense, settings


async def test_this_machine_is_fine(tmp_path: Path) -> None:
    patient = Patient(settings(tmp_path))
    tmp_path.chmod(0o700)

    assert await ask(disk, patient) == [("ok", "ok")]
    assert await ask(memory, patient) == [("ok", "ok")]
    assert await ask(zones, patient) == [("ok", "ok")]
    assert [what for _, what in await ask(fonts, patient)] in (["ok"], ["none"])
    assert len(await ask(workdays, patient)) == 1


@pytest.mark.parametrize(("free", "level"), [(99, "wrong"), (100, "warning"), (499, "warning"), (500, "ok")])
def test_little_room_is_named_by_how_little_it_is(free: int, level: str) -> None:
    assert judged("disk", free * MIB, 500 * MIB, 100 * MIB).level.value == level


@pytest.mark.parametrize(("most", "level"), [(255, "wrong"), (256, "warning"), (4095, "warning"), (4096, "ok"), (-1, "ok")])
def test_few_connections_are_named_by_how_few_they_are(most: int, level: str) -> None:
    assert allowed(most).level.value == level


async def test_a_folder_that_others_can_enter_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)

    assert await ask(disk, Patient(settings(tmp_path))) == [("warning", "open_to_others"), ("ok", "ok")]


async def test_a_place_where_no_folder_can_be_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert await ask(disk, Patient(settings(tmp_path / "file" / "data"))) == [("wrong", "not_writable")]


def test_a_container_has_no_more_memory_than_its_limit(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 9999999 kB\nMemAvailable: 2048000 kB\n")
    assert free_memory(meminfo, tmp_path) == 2_048_000 * 1024

    (tmp_path / "memory.max").write_text("536870912\n")
    (tmp_path / "memory.current").write_text("436870912\n")
    assert free_memory(meminfo, tmp_path) == 100_000_000

    (tmp_path / "memory.max").write_text("max\n")
    assert free_memory(meminfo, tmp_path) == 2_048_000 * 1024
    assert free_memory(tmp_path / "none", tmp_path) is None


def test_a_chinese_font_is_known_by_its_name(tmp_path: Path) -> None:
    assert chinese_font((tmp_path / "none", tmp_path)) is None
    (tmp_path / "DejaVuSans.ttf").touch()
    assert chinese_font((tmp_path,)) is None
    (tmp_path / "noto").mkdir()
    (tmp_path / "noto" / "NotoSansCJK-Regular.ttc").touch()
    assert chinese_font((tmp_path,)) == "NotoSansCJK-Regular.ttc"


async def test_another_time_zone_is_named(tmp_path: Path) -> None:
    assert await ask(zones, Patient(settings(tmp_path, time_zone=ZoneInfo("Europe/Berlin")))) == [("warning", "another")]


async def test_a_machine_without_time_zones_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    patient = Patient(settings(tmp_path))
    monkeypatch.setattr("bot.doctor.surroundings.SHANGHAI", "Asia/Nowhere")

    assert await ask(zones, patient) == [("wrong", "missing")]


@pytest.mark.parametrize(("year", "level"), [(2026, "ok"), (2100, "warning")])
def test_a_year_whose_holidays_are_unknown_is_named(year: int, level: str) -> None:
    assert workdays_at(datetime(year, 11, 23, tzinfo=UTC)).level.value == level


@pytest.mark.parametrize(("ahead_s", "found"), [(0, ("ok", "ok")), (-10, ("warning", "off")), (3600, ("wrong", "far_off"))])
async def test_the_clock_is_held_against_that_of_a_platform(tmp_path: Path, ahead_s: int, found: tuple[str, str]) -> None:
    async def dated(_: web.Request) -> web.StreamResponse:
        date = format_datetime(datetime.now(UTC) - timedelta(seconds=ahead_s), usegmt=True)
        return web.Response(status=404, headers={"Date": date})

    async with answering(dated) as url:
        assert await ask(clock, Patient(settings(tmp_path, telegram_token="1:a", telegram_api_url=url))) == [found]


async def test_the_clock_is_held_against_that_of_postgresql(tmp_path: Path, postgres_url: str) -> None:
    assert await ask(clock, Patient(settings(tmp_path, database_url=postgres_url))) == [("ok", "ok")]


async def test_a_clock_alone_is_fine_and_a_platform_that_hangs_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.doctor.web.CALL_S", 0.2)
    assert await ask(clock, Patient(settings(tmp_path))) == [("ok", "alone")]
    async with hanging() as url, answering(nonsense) as other:
        more = {"telegram_token": "1:a", "telegram_api_url": url, "wecom_webhook_url": f"{other}/?key=1"}
        assert await ask(clock, Patient(settings(tmp_path, **more))) == [("ok", "ok")]
