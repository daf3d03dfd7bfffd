"""The queue in pages, its filters, its counts, and the search."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from bot.claims import decide, find
from bot.claims.find import Filters
from bot.claims.states import State
from bot.message import Chat
from bot.store import Store
from tests.claims.making import CERTNO, CHAT, NAME, NOW, Stay, claim_for, hire, plant, yuan

EVERYTHING = "/"


async def test_pages_show_every_claim_once_oldest_first(store: Store) -> None:
    def work(conn: Connection) -> tuple[list[int], list[int]]:
        town = plant(conn)
        made = [claim_for(conn, Stay(town.east_base), now=NOW + timedelta(minutes=number // 3)).id for number in range(23)]
        seen, after = [], None
        for _ in range(6):
            page = find.queue(conn, EVERYTHING, Filters(state=State.SUBMITTED), after=after, size=5)
            seen += [line.id for line in page.lines]
            after = page.after
            if after is None:
                break
        return made, seen

    made, seen = await store.write(work)

    assert seen == made


async def test_decided_claims_come_newest_first(store: Store) -> None:
    def work(conn: Connection) -> tuple[list[int], list[int]]:
        town, staff = plant(conn), hire(conn, "one")
        made = [claim_for(conn, Stay(town.east_base), now=NOW + timedelta(minutes=number)) for number in range(5)]
        for claim in made:
            taken = decide.take(conn, claim.id, claim.revision, staff, now=NOW)
            decide.reject(conn, claim.id, taken.revision, staff, reason="不符合", now=NOW)
        first = find.queue(conn, EVERYTHING, Filters(state=State.REJECTED), size=3)
        rest = find.queue(conn, EVERYTHING, Filters(state=State.REJECTED), after=first.after, size=3)
        return [claim.id for claim in made], [line.id for line in (*first.lines, *rest.lines)]

    made, seen = await store.write(work)

    assert seen == made[::-1]


async def test_a_branch_sees_its_own_claims_and_no_others(store: Store) -> None:
    def work(conn: Connection) -> None:
        town = plant(conn)
        east, west = claim_for(conn, Stay(town.east_base)), claim_for(conn, Stay(town.west_base))
        scope = hire(conn, "eastern", union=town.east).union_path

        assert [line.id for line in find.queue(conn, scope, Filters()).lines] == [east.id]
        assert find.counts(conn, scope, Filters())[State.SUBMITTED] == 1
        assert find.search(conn, scope, west.number).lines == ()

    await store.write(work)


@pytest.mark.parametrize(
    ("filters", "is_found"),
    [
        (Filters(benefit="hospital"), True),
        (Filters(benefit="fire"), False),
        (Filters(least=yuan(12_160)), True),
        (Filters(least=yuan(12_161)), False),
        (Filters(most=yuan(12_160)), True),
        (Filters(most=yuan(12_159)), False),
        (Filters(since=NOW), True),
        (Filters(since=NOW + timedelta(seconds=1)), False),
        (Filters(until=NOW), False),
        (Filters(until=NOW + timedelta(seconds=1)), True),
    ],
)
async def test_filters_hold_at_their_ends(sqlite_store: Store, filters: Filters, is_found: bool) -> None:
    def work(conn: Connection) -> bool:
        claim_for(conn, Stay(plant(conn).east_base))
        return bool(find.queue(conn, EVERYTHING, filters).lines)

    assert await sqlite_store.write(work) is is_found


@pytest.mark.parametrize(
    "words", ["C-2611-0001", "c-2611-0001", "0001", "1", NAME, "王 小明", CERTNO, CERTNO.lower(), "19912345678", "+86 199-1234-5678"]
)
async def test_a_claim_is_found_by(store: Store, words: str) -> None:
    def work(conn: Connection) -> int:
        claim_for(conn, Stay(plant(conn).east_base))
        return len(find.search(conn, EVERYTHING, words).lines)

    assert await store.write(work) == 1


@pytest.mark.parametrize("words", ["", "  ", "王", "小明", "199", "%", "_", "' OR 1=1 --", "\0", "C-2611-000", "🙂" * 40, "9" * 400])
async def test_a_claim_is_not_found_by(store: Store, words: str) -> None:
    def work(conn: Connection) -> int:
        claim_for(conn, Stay(plant(conn).east_base))
        return len(find.search(conn, EVERYTHING, words).lines)

    assert await store.write(work) == 0


@pytest.mark.parametrize(
    "after", ["nonsense", "~", "2026-11-23~1", "2026-11-23T00:00:00+00:00~x", "~5", "9999-99-99T00:00:00+00:00~1", "\0~1"]
)
async def test_a_page_after_nothing_real_is_the_first(sqlite_store: Store, after: str) -> None:
    def work(conn: Connection) -> int:
        claim_for(conn, Stay(plant(conn).east_base))
        return len(find.queue(conn, EVERYTHING, Filters(), after=after).lines)

    assert await sqlite_store.write(work) == 1


async def test_a_chat_lists_its_own_claims_newest_first(sqlite_store: Store) -> None:
    def work(conn: Connection) -> None:
        town = plant(conn)
        mine = [claim_for(conn, Stay(town.east_base)) for _ in range(2)]
        claim_for(conn, Stay(town.east_base, chat=Chat("telegram", "somebody")))

        assert [claim.number for claim in find.of_chat(conn, CHAT)] == [mine[1].number, mine[0].number]

    await sqlite_store.write(work)
