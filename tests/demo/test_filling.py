"""The made-up union is large enough to look at, true to the rules, and nobody."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from bot import audit
from bot.broadcast import find
from bot.broadcast.states import Fate
from bot.broadcast.states import State as Announced
from bot.claims.states import State
from bot.claims.tables import claims
from bot.conversation.counting import tally
from bot.conversation.funnel import funnels, not_understood
from bot.demo import ACCOUNTS, fill_if_empty, settings
from bot.demo.counts import happened
from bot.demo.people import NOWHERE, people
from bot.documents import uploads
from bot.documents.files import Files, picture_key
from bot.jobs.tables import jobs
from bot.members.tables import members, unions
from bot.message import UploadId
from bot.settings import Settings
from bot.store import Keyring, Store
from bot.threads.thread import lines
from calculator import load
from calculator.policy import places
from handlers.identity import read_certno
from handlers.understanding.reading import Read
from tests.claims.making import NOW
from tests.threads.talking import all_threads


async def test_the_demo_has_threads_in_every_state_one_of_them_with_a_picture(
    sqlite_store: Store, keyring: Keyring, tmp_path: Path
) -> None:
    files = Files(tmp_path.as_uri(), keyring)
    await fill_if_empty(sqlite_store, files, NOW)

    found = await sqlite_store.read(all_threads)

    assert Counter(thread.state for thread in found) == {"waiting": 3, "answered": 1, "closed": 1}
    assert [thread.claim_id for thread in found].count(None) == 1
    said = [line for thread in found for line in await sqlite_store.read(lines, thread.id)]
    (shown,) = [line for line in said if line.upload is not None]
    assert shown.is_ready
    assert (await files.get(picture_key(shown.upload or UploadId(""), 0))).startswith(b"\xff\xd8")
    assert all(line.at < NOW for line in said)
    assert [thread.id for thread in found if await sqlite_store.read(audit.verify, thread.subject) is not None] == []


async def test_the_demo_has_unions_members_staff_and_claims_in_every_state(sqlite_store: Store, keyring: Keyring, tmp_path: Path) -> None:
    files = Files(tmp_path.as_uri(), keyring)

    assert await fill_if_empty(sqlite_store, files, NOW) == ACCOUNTS
    assert await fill_if_empty(sqlite_store, files, NOW) == ACCOUNTS

    def look(conn: Connection) -> list[tuple[str, int]]:
        assert conn.scalar(select(func.count()).select_from(unions).where(unions.c.level == "base")) == 40
        assert conn.scalar(select(func.count()).select_from(members)) == 2000
        assert conn.scalar(select(func.count()).select_from(jobs)) == 0
        rows = conn.execute(select(claims.c.id, claims.c.state, claims.c.benefit)).all()
        assert len(rows) == 60
        assert set(State) == {State(row.state) for row in rows}
        assert len(Counter(row.benefit for row in rows)) == 3
        assert [row.id for row in rows if audit.verify(conn, f"claim:{row.id}") is not None] == []
        return [(paper.id, paper.pictures) for paper in uploads.of_claim(conn, rows[0].id)]

    def announced(conn: Connection) -> None:
        waiting, done = find.listed(conn, "/")
        assert (waiting.state, done.state) == (Announced.WAITING, Announced.DONE)
        assert waiting.writers != done.writers
        assert set(find.progress(conn, done).fates) == {Fate.SENT, Fate.BLOCKED, Fate.OPTED_OUT}

    await sqlite_store.read(announced)
    papers = await sqlite_store.read(look)
    assert len(papers) == 3
    for upload, pictures in papers:
        for number in range(pictures):
            assert (await files.get(picture_key(UploadId(upload), number))).startswith(b"\xff\xd8")


async def test_the_demo_has_a_funnel_to_show_for_each_span_whose_figures_could_be_true(
    sqlite_store: Store, keyring: Keyring, tmp_path: Path
) -> None:
    await fill_if_empty(sqlite_store, Files(tmp_path.as_uri(), keyring), NOW)

    for days in (22, 89):
        counted = await sqlite_store.read(tally, NOW.date() - timedelta(days=days), NOW.date())
        found = funnels(counted, load("changchun"))
        assert {(funnel.flow, funnel.benefit) for funnel in found} >= {("benefit", "hospital"), ("claim", "hospital")}
        assert [funnel.started - funnel.finished - funnel.left for funnel in found] == [0] * len(found)
        assert any(funnel.worst for funnel in found)
        assert not_understood(counted)


@pytest.mark.parametrize("place", places())
def test_what_is_counted_is_of_the_benefits_that_a_place_has(place: str) -> None:
    policies = load(place)

    counted = happened(random.Random(1), NOW.date(), policies)  # noqa: S311  # made up

    assert {happening.flow.partition(".")[2] for happening in counted} == {"", *policies}


class Full(Files):
    """Files on a disk that is full."""

    async def put(self, key: str, clear: bytes) -> None:
        raise OSError(f"{key}: no room for {len(clear)} bytes")


async def test_a_first_start_broken_off_does_not_spoil_the_next(sqlite_store: Store, keyring: Keyring, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="pictures"):
        await fill_if_empty(sqlite_store, Full(tmp_path.as_uri(), keyring), NOW)

    assert await sqlite_store.read(lambda conn: conn.scalar(select(func.count()).select_from(unions))) == 0
    assert await fill_if_empty(sqlite_store, Files(tmp_path.as_uri(), keyring), NOW) == ACCOUNTS


def test_nobody_in_the_demo_can_be_a_real_person() -> None:
    some = list(islice(people(random.Random(1)), 3000))  # noqa: S311  # made-up people

    assert len({person.certno for person in some}) == len(some)
    for person in some:
        assert person.certno.startswith(NOWHERE)
        assert read_certno(person.certno, NOW.date()) == Read(person.certno)


def test_the_demo_never_touches_the_real_data(tmp_path: Path) -> None:
    outside = {"telegram_token": "1:real", "telegram_secret": "real", "telegram_webhook_url": "https://real.example/telegram"}
    outside |= {"wechat_app_id": "wx1", "wechat_token": "real", "wechat_secret": "real", "wechat_aes_key": "a" * 43}
    outside |= {"wecom_webhook_url": "https://real.example/hook", "wecom_corp_id": "ww1", "wecom_agent_id": "7", "wecom_secret": "real"}
    real = Settings.model_validate(
        {
            "data_dir": tmp_path,
            "database_url": "postgresql://real/db",
            "files_url": "s3://real",
            "niangjia_keys": Keyring.generate().to_json(),
            **outside,
        }
    )

    demo = settings(real)

    assert [name for name in outside if getattr(demo, name) is not None] == []
    assert demo.niangjia_keys is None
    assert [name for name in outside if getattr(real, name) is None] == []
    assert demo.database_url == f"sqlite:///{tmp_path}/demo/niangjia.db"
    assert str(tmp_path / "demo") in demo.files_url
    assert demo.keys_file == tmp_path / "demo" / "keys"
