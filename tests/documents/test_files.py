"""Files at rest: sealed, bound to their names, and the same whatever the place they are kept in."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.documents.errors import Missing
from bot.documents.files import Files, picture_key, raw_key
from bot.message import UploadId
from bot.store.errors import Unreadable
from bot.store.keyring import Keyring


@pytest.fixture(params=["folder", "memory"])
def files(request: pytest.FixtureRequest, tmp_path: Path, keyring: Keyring) -> Files:
    return Files(f"file://{tmp_path}/files of ours" if request.param == "folder" else "memory:///", keyring)


async def test_what_is_put_is_got_back_and_put_again_is_replaced(files: Files) -> None:
    await files.put("pictures/a/0.jpg", b"first")
    await files.put("pictures/a/0.jpg", b"second")

    assert await files.get("pictures/a/0.jpg") == b"second"


async def test_what_was_deleted_is_missing_and_may_be_deleted_again(files: Files) -> None:
    await files.put("raw/a", b"photo")

    await files.delete("raw/a")
    await files.delete("raw/a")

    with pytest.raises(Missing):
        await files.get("raw/a")


async def test_stored_bytes_are_unreadable(tmp_path: Path, keyring: Keyring) -> None:
    out = BytesIO()
    Image.new("RGB", (64, 64), "red").save(out, "JPEG")
    files = Files(f"file://{tmp_path}", keyring)

    await files.put(picture_key(UploadId("a"), 0), out.getvalue())

    stored = (tmp_path / "pictures/a/0.jpg").read_bytes()
    assert b"\xff\xd8\xff" not in stored
    assert b"JFIF" not in stored
    with pytest.raises(Unreadable):
        await Files(f"file://{tmp_path}", Keyring.generate()).get("pictures/a/0.jpg")


async def test_a_stored_file_under_another_name_does_not_open(tmp_path: Path, keyring: Keyring) -> None:
    files = Files(f"file://{tmp_path}", keyring)
    await files.put(raw_key(UploadId("mine")), b"photo")

    (tmp_path / "raw/mine").rename(tmp_path / "raw/yours")

    with pytest.raises(Unreadable):
        await files.get(raw_key(UploadId("yours")))
