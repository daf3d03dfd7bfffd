"""However many slow files there are, nobody waits for an answer because of them."""

from __future__ import annotations

import random
import zlib
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, func, select

from bot.documents import uploads
from bot.documents.files import Files, raw_key
from bot.jobs.tables import WAITS, jobs
from bot.message import Chat
from tests.process.members import WebChat
from tests.process.running import running

FILES = 80
PAGES = 20


def pdf_that_is_slow_to_draw() -> bytes:
    """A few kilobytes whose every page is filled thousands of times over, half transparent."""
    content = zlib.compress(b"/G gs 0 0 1 rg 0 0 2000 2000 re f\n" * 20_000, 9)
    kids = " ".join(f"{5 + page} 0 R" for page in range(PAGES))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 2000 2000]/Contents 3 0 R/Resources 4 0 R>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {PAGES}/Kids[{kids}]>>".encode(),
        b"<</Length %d/Filter/FlateDecode>>stream\n" % len(content) + content + b"\nendstream",
        b"<</ExtGState<</G<</ca .5/CA .5/BM/Luminosity>>>>>>",
        *[page] * PAGES,
    ]
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj" % number + body + b"endobj\n"
    size, start = len(objects) + 1, len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer<</Size %d/Root 1 0 R>>startxref\n%d\n%%%%EOF" % (size, start)


async def test_a_greeting_does_not_wait_behind_eighty_slow_files(tmp_path: Path) -> None:
    slow = pdf_that_is_slow_to_draw()
    async with running(tmp_path) as bot:
        await bot.stop()
        files = Files(f"{bot.data.absolute().as_uri()}/files", bot.keyring)
        async with bot.store() as store:
            for number in range(FILES):
                upload = uploads.new_id()
                await files.put(raw_key(upload), slow)
                await store.write(
                    uploads.add, Chat("web", f"chat-{number}"), id=upload, source={"raw": True}, name="a.pdf", now=datetime.now(UTC)
                )
        await bot.start()

        async with WebChat(bot.address, random.Random(1)) as member:  # noqa: S311  # names of updates
            await member.hears(1)
        async with bot.store() as store:
            left = await store.read(files_left)

    assert left > FILES / 2  # the greeting came long before the last of them: each takes seconds


def files_left(conn: Connection) -> int:
    """How many files nobody has settled."""
    return conn.execute(select(func.count()).select_from(jobs).where(jobs.c.kind == uploads.JOB_KIND, WAITS)).scalar_one()
