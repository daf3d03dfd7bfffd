"""Keys that are lost, exposed, damaged, or not those of the data; the doctor never makes any."""

# ruff: noqa: ASYNC240  a test may wait for a small file

from __future__ import annotations

from pathlib import Path

import pytest

from bot.doctor.finding import Patient
from bot.doctor.keys import keys
from bot.store import Keyring, Store
from tests.claims.making import hire
from tests.doctor.asking import ask, settings


@pytest.fixture
async def kept(tmp_path: Path, sqlite_store: Store, keyring: Keyring) -> Path:
    """The key file of a database that holds somebody."""
    await sqlite_store.write(hire, "somebody")
    keyring.save(tmp_path / "keys")
    return tmp_path / "keys"


async def test_keys_that_open_the_data_are_fine(kept: Path) -> None:
    assert await ask(keys, Patient(settings(kept.parent))) == [("ok", "ok")]


async def test_keys_that_others_can_read_are_wrong(kept: Path) -> None:
    kept.chmod(0o640)

    assert await ask(keys, Patient(settings(kept.parent))) == [("wrong", "exposed")]


async def test_other_keys_are_wrong(kept: Path) -> None:
    Keyring.generate().save(kept)

    assert await ask(keys, Patient(settings(kept.parent))) == [("wrong", "do_not_fit")]


@pytest.mark.parametrize("content", [b"lost", b"\xff\xfe", b"{}", b""])
async def test_a_file_that_holds_no_keys_is_wrong(kept: Path, content: bytes) -> None:
    kept.write_bytes(content)

    assert await ask(keys, Patient(settings(kept.parent))) == [("wrong", "not_keys")]


async def test_keys_that_are_gone_from_data_that_is_there_are_wrong_and_none_are_made(kept: Path) -> None:
    kept.unlink()

    assert await ask(keys, Patient(settings(kept.parent))) == [("wrong", "lost")]
    assert not kept.exists()


async def test_a_folder_in_place_of_the_file_is_wrong(kept: Path) -> None:
    kept.unlink()
    kept.mkdir(mode=0o700)

    assert await ask(keys, Patient(settings(kept.parent))) == [("wrong", "unreadable")]


async def test_before_the_first_start_there_are_none(tmp_path: Path) -> None:
    assert await ask(keys, Patient(settings(tmp_path / "data"))) == [("warning", "not_yet")]
    assert list(tmp_path.iterdir()) == []


async def test_keys_of_the_environment_are_tried_too(kept: Path, keyring: Keyring) -> None:
    kept.unlink()

    assert await ask(keys, Patient(settings(kept.parent, niangjia_keys=keyring.to_json()))) == [("ok", "ok")]
    assert await ask(keys, Patient(settings(kept.parent, niangjia_keys="lost"))) == [("wrong", "not_keys")]
