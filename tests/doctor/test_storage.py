"""Folders and buckets that refuse; what is probed leaves no trace."""

# ruff: noqa: ASYNC240  a test may wait for a small file

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web

from bot.doctor import examine
from bot.doctor.examine import Examined
from bot.doctor.finding import Patient
from bot.doctor.storage import storage
from tests.doctor.asking import answering, ask, hanging, refusing, settings

S3 = "s3://bucket/niangjia"


async def test_a_folder_that_keeps_what_it_is_given_is_fine_and_empty_afterwards(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()

    assert await ask(storage, Patient(settings(tmp_path))) == [("ok", "ok")]
    assert list((tmp_path / "files").iterdir()) == []


async def test_a_folder_not_made_yet_is_not_made(tmp_path: Path) -> None:
    assert await ask(storage, Patient(settings(tmp_path))) == [("warning", "not_yet")]
    assert list(tmp_path.iterdir()) == []


async def test_a_file_in_place_of_the_folder_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")

    assert await ask(storage, Patient(settings(tmp_path))) == [("wrong", "no_folder")]


async def test_an_unknown_kind_of_place_is_wrong(tmp_path: Path) -> None:
    assert await ask(storage, Patient(settings(tmp_path, files_url="ftp://somewhere"))) == [("wrong", "cannot_open")]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Made-up credentials for S3."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    return monkeypatch


async def test_a_bucket_that_refuses_is_wrong(tmp_path: Path, bucket: pytest.MonkeyPatch) -> None:
    async def forbidden(_: web.Request) -> web.StreamResponse:
        return web.Response(status=403, text="<Error><Code>AccessDenied</Code></Error>")

    async with answering(forbidden) as url:
        bucket.setenv("AWS_ENDPOINT", url)
        assert await ask(storage, Patient(settings(tmp_path, files_url=S3))) == [("wrong", "cannot_write")]


@pytest.mark.parametrize("kind", ["hanging", "refusing"])
async def test_a_bucket_that_does_not_answer_ends_with_the_checks_time(tmp_path: Path, bucket: pytest.MonkeyPatch, kind: str) -> None:
    async with hanging() as url:
        bucket.setenv("AWS_ENDPOINT", url if kind == "hanging" else refusing())

        (finding,) = await examine(settings(tmp_path, files_url=S3), {}, (Examined("storage", storage, 0.5),))

    assert (finding.level.value, finding.key) == ("wrong", "doctor.hangs")
