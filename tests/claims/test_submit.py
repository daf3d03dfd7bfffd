"""A claim is numbered, matched, attached, recorded and told in one transaction."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from bot import audit
from bot.claims.errors import IncompleteError
from bot.claims.news import STAFF_NEWS
from bot.claims.states import State
from bot.documents import uploads
from bot.members import roster
from bot.message import Chat
from bot.store import Store
from tests.claims.making import CERTNO, CHAT, NAME, NOW, Stay, claim_for, plant, queued


async def test_numbers_count_up_within_a_month_and_begin_anew_in_the_next(store: Store) -> None:
    def work(conn: Connection) -> list[str]:
        stay = Stay(plant(conn).east_base)
        moments = [NOW, NOW, datetime(2026, 12, 1, tzinfo=UTC)]
        return [claim_for(conn, stay, now=moment).number for moment in moments]

    assert await store.write(work) == ["C-2611-0001", "C-2611-0002", "C-2612-0001"]


async def test_fifty_claims_at_once_get_fifty_numbers(store: Store) -> None:
    town = await store.write(plant)

    claims = await asyncio.gather(*(store.write(claim_for, Stay(town.east_base)) for _ in range(50)))

    assert sorted(claim.number for claim in claims) == [f"C-2611-{number:04d}" for number in range(1, 51)]


@pytest.mark.parametrize(
    ("name", "certno", "is_member"),
    [
        (NAME, CERTNO, True),
        (NAME, CERTNO.lower(), True),
        ("王 小明", CERTNO, True),
        ("王大明", CERTNO, False),
        (NAME, "990101198001010028", False),
    ],
)
async def test_a_member_is_one_whose_name_and_number_both_agree(sqlite_store: Store, name: str, certno: str, is_member: bool) -> None:
    def work(conn: Connection) -> bool:
        town = plant(conn)
        roster.add(conn, union_id=town.east_base, name=NAME, certno=CERTNO, in_work=True, now=NOW)
        return claim_for(conn, Stay(town.east_base, name=name, certno=certno)).on_roster

    assert await sqlite_store.write(work) is is_member


async def test_papers_record_and_news_come_with_the_claim(store: Store) -> None:
    def work(conn: Connection) -> None:
        paper = uploads.add(conn, CHAT, source={"raw": True}, name="IMG_1.jpg", now=NOW)
        claim = claim_for(conn, replace(Stay(plant(conn).east_base), more={"uploads": ((paper, "receipt"),)}))

        assert claim.state is State.SUBMITTED
        assert [(each.id, each.kind) for each in uploads.of_claim(conn, claim.id)] == [(paper, "receipt")]
        assert [entry.action for entry in audit.history(conn, f"claim:{claim.id}")] == ["submitted"]
        assert queued(conn, STAFF_NEWS) == [{"claim": claim.id, "again": False}]

    await store.write(work)


async def test_a_paper_of_one_claim_goes_into_no_other(sqlite_store: Store) -> None:
    def work(conn: Connection) -> None:
        stay = Stay(plant(conn).east_base)
        paper = uploads.add(conn, CHAT, source={"raw": True}, name="a.jpg", now=NOW)
        with_paper = replace(stay, more={"uploads": ((paper, "receipt"),)})
        claim_for(conn, with_paper)
        with pytest.raises(IncompleteError, match="papers"):
            claim_for(conn, with_paper)

    await sqlite_store.write(work)


async def test_somebody_elses_paper_goes_into_no_claim(sqlite_store: Store) -> None:
    def work(conn: Connection) -> None:
        town = plant(conn)
        paper = uploads.add(conn, Chat("web", "somebody else"), source={"raw": True}, name="a.jpg", now=NOW)
        with pytest.raises(IncompleteError, match="papers"):
            claim_for(conn, replace(Stay(town.east_base), more={"uploads": ((paper, "receipt"),)}))

    await sqlite_store.write(work)
