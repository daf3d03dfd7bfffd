"""The claim page and its decisions, as staff meet them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from bot import audit
from bot.audit import Entry
from bot.claims import find
from bot.claims.claim import Claim
from bot.claims.states import State
from bot.documents import uploads
from bot.documents.files import picture_key
from bot.message import UploadId
from bot.staff.accounts import Staff
from bot.staff.roles import Role
from tests.claims.making import CERTNO, CHAT, NAME, NOW, Stay, Town, claim_for, hire, plant, said, yuan
from tests.console.running import Console

JPEG = b"\xff\xd8\xff\xe0 not really a picture"


def begin(conn: Connection) -> tuple[Town, Claim, Staff, Staff]:
    town = plant(conn)
    return town, claim_for(conn, Stay(town.east_base)), hire(conn, "reviewer"), hire(conn, "approver", Role.APPROVER)


def revision_in(body: str) -> str:
    found = re.search(r'name="revision" value="(\d+)"', body)
    assert found
    return found[1]


async def history(console: Console, claim: Claim) -> list[Entry]:
    return await console.store.read(audit.history, f"claim:{claim.id}")


async def test_a_large_claim_is_taken_approved_confirmed_and_paid_by_two_people(any_console: Console) -> None:
    console = any_console
    _, claim, one, two = await console.store.write(begin)
    reviewer, approver = await console.signed_in(one), await console.signed_in(two)
    path = f"/claims/{claim.id}"

    await reviewer.post(f"{path}/take", {"revision": revision_in(await reviewer.get(path))})
    body = await reviewer.get(path)
    assert "12,160.00" in body
    await reviewer.post(f"{path}/approve", {"revision": revision_in(body), "amount": "12,160.00", "reason": ""})
    assert f"{path}/confirm" not in await reviewer.get(path)
    body = await approver.get(path)
    assert f"{path}/pay" not in body
    await approver.post(f"{path}/confirm", {"revision": revision_in(body)})
    await approver.post(f"{path}/pay", {"revision": revision_in(await approver.get(path))})
    await approver.post(f"{path}/paid", {"revision": revision_in(await approver.get(path))})

    done = await console.store.read(find.one, claim.id)
    assert (done.state, done.approved) == (State.PAID, yuan(12_160))
    assert await console.store.read(said) == [
        "news.in_review",
        "news.approved_awaiting",
        "news.confirmed",
        "news.paying",
        "news.paid",
    ]


async def test_a_stale_decision_is_told_who_changed_what_and_keeps_what_was_typed(console: Console) -> None:
    _, claim, one, two = await console.store.write(begin)
    first, second = await console.signed_in(one), await console.signed_in(two)
    path = f"/claims/{claim.id}"
    await first.post(f"{path}/take", {"revision": 1})
    seen_by_both = revision_in(await second.get(path))
    await first.post(f"{path}/return", {"revision": seen_by_both, "missing": ["discharge_note"], "reason": "缺第 2 页"})

    body = await second.post(f"{path}/reject", {"revision": seen_by_both, "reason": "我写了很久的原因"}, status=409)

    assert one.name in body
    assert "退回补材料" in body
    assert "我写了很久的原因" in body
    assert (await console.store.read(find.one, claim.id)).state is State.RETURNED


@pytest.mark.parametrize(
    ("action", "form", "words"),
    [
        ("approve", {"amount": "60000", "reason": "x"}, "最多还能核 50,000.00 元"),
        ("approve", {"amount": "12161", "reason": ""}, "请写明原因"),
        ("approve", {"amount": "-5"}, "请填一个金额"),
        ("approve", {"amount": "1.234"}, "请填一个金额"),
        ("approve", {"amount": "1e9"}, "请填一个金额"),
        ("approve", {}, "请填一个金额"),
        ("return", {"reason": "x"}, "请勾选缺哪些材料"),
        ("return", {"missing": ["receipt"]}, "请写明原因"),
        ("reject", {}, "请写明原因"),
        ("note", {}, "请写明原因"),
    ],
)
async def test_a_decision_that_lacks_something_says_what(console: Console, action: str, form: dict[str, object], words: str) -> None:
    _, claim, one, _ = await console.store.write(begin)
    visitor = await console.signed_in(one)
    path = f"/claims/{claim.id}"
    await visitor.post(f"{path}/take", {"revision": 1})

    assert words in await visitor.post(f"{path}/{action}", {"revision": 2, **form}, status=422)
    assert (await console.store.read(find.one, claim.id)).state is State.IN_REVIEW


@pytest.mark.parametrize("revision", ["", "x", "-1", "0", "999", "9" * 40, "1.0", "１"])
async def test_a_decision_without_the_revision_it_saw_is_stale(console: Console, revision: str) -> None:
    _, claim, one, _ = await console.store.write(begin)
    visitor = await console.signed_in(one)

    await visitor.post(f"/claims/{claim.id}/take", {"revision": revision}, status=409)


async def test_numbers_are_masked_until_opened_and_each_opening_is_on_record(console: Console) -> None:
    _, claim, one, _ = await console.store.write(begin)
    visitor = await console.signed_in(one)
    path = f"/claims/{claim.id}"

    body = await visitor.get(path)
    for number in (CERTNO, "19912345678", "6200000000001234"):
        assert number not in body
    assert CERTNO in await visitor.post(f"{path}/open", {"field": "certno"}, status=200)
    assert "6200000000001234" not in await visitor.post(f"{path}/open", {"field": "phone"}, status=200)
    await visitor.post(f"{path}/open", {"field": "name_hash"}, status=400)

    assert [(entry.actor, entry.action, dict(entry.detail)) for entry in (await history(console, claim))[1:]] == [
        (one.actor, "looked", {}),
        (one.actor, "opened", {"field": "certno"}),
        (one.actor, "opened", {"field": "phone"}),
    ]


async def test_the_queue_shows_no_whole_name(console: Console) -> None:
    _, claim, one, _ = await console.store.write(begin)
    visitor = await console.signed_in(one)

    body = await visitor.get("/")

    assert claim.number in body
    assert NAME not in body
    assert "王**" in body


async def test_another_branch_finds_nothing_anywhere(console: Console) -> None:
    def work(conn: Connection) -> tuple[Claim, Staff, UploadId]:
        town = plant(conn)
        paper = uploads.add(conn, CHAT, source={"raw": True}, name="a.jpg", now=NOW)
        uploads.settle(conn, paper, 1, now=NOW)
        claim = claim_for(conn, replace(Stay(town.east_base), more={"uploads": ((paper, "receipt"),)}))
        return claim, hire(conn, "west", Role.ADMINISTRATOR, town.west), paper

    claim, western, paper = await console.store.write(work)
    await console.files.put(picture_key(paper, 0), JPEG)
    visitor = await console.signed_in(western)

    await visitor.get(f"/claims/{claim.id}", status=404)
    await visitor.get(f"/pictures/{paper}/0", status=404)
    await visitor.post(f"/claims/{claim.id}/open", {"field": "certno"}, status=404)
    for action in ("take", "put-back", "approve", "return", "reject", "note", "confirm", "reopen", "pay", "paid", "bounced"):
        await visitor.post(
            f"/claims/{claim.id}/{action}", {"revision": 1, "amount": 1, "reason": "x", "words": "x", "missing": "receipt"}, status=404
        )
    assert claim.number not in await visitor.get("/")
    assert claim.number not in await visitor.post("/search", {"words": NAME}, status=200)
    assert [entry.action for entry in await history(console, claim)] == ["submitted"]


async def test_a_picture_is_served_to_those_who_may_and_kept_nowhere(any_console: Console) -> None:
    console = any_console

    def work(conn: Connection) -> tuple[Claim, Staff, UploadId]:
        town = plant(conn)
        paper = uploads.add(conn, CHAT, source={"raw": True}, name="a.jpg", now=NOW)
        uploads.settle(conn, paper, 1, now=NOW)
        return (
            claim_for(conn, replace(Stay(town.east_base), more={"uploads": ((paper, "receipt"),)})),
            hire(conn, "east", union=town.east),
            paper,
        )

    claim, eastern, paper = await console.store.write(work)
    await console.files.put(picture_key(paper, 0), JPEG)
    visitor = await console.signed_in(eastern)

    async with visitor.http.get(f"{visitor.base}/pictures/{paper}/0") as response:
        assert (response.status, response.content_type, await response.read()) == (200, "image/jpeg", JPEG)
        assert response.headers["Cache-Control"] == "no-store"
    await visitor.get(f"/pictures/{paper}/1", status=404)
    await visitor.get(f"/pictures/{'x' * 22}/0", status=404)
    assert [entry.action for entry in await history(console, claim)] == ["submitted", "looked"]


async def test_the_page_shows_clauses_sample_and_roster(console: Console) -> None:
    _, claim, one, _ = await console.store.write(begin)
    visitor = await console.signed_in(one)

    body = await visitor.get(f"/claims/{claim.id}")

    for words in ("152,000.00", "100,000 元以上至 200,000 元", "8%", "12,160.00", "一年累计最多50,000元", "示例", "名册上没有"):
        assert words in body


async def test_a_clause_stands_once_for_the_steps_that_share_it(console: Console) -> None:
    _, claim, one, _ = await console.store.write(begin)
    visitor = await console.signed_in(one)

    clauses = re.findall(r'<p class="clause">(.*?)</p>', await visitor.get(f"/claims/{claim.id}"))

    assert clauses[:2] == ["按自付金额所在的档，整笔乘以这一档的比例", "一年累计最多50,000元"]
    assert len(clauses) == len(set(clauses))


async def test_hostile_words_are_shown_as_words(console: Console) -> None:
    nasty = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}{amount}"

    def work(conn: Connection) -> tuple[Claim, Staff]:
        return claim_for(conn, Stay(plant(conn).east_base, name=nasty)), hire(conn, "one")

    claim, one = await console.store.write(work)
    visitor = await console.signed_in(one)
    path = f"/claims/{claim.id}"
    await visitor.post(f"{path}/take", {"revision": 1})
    await visitor.post(f"{path}/note", {"words": nasty})
    await visitor.post(f"{path}/reject", {"revision": 2, "reason": nasty})

    for body in (
        await visitor.get(path),
        await visitor.get("/?state=rejected"),
        await visitor.post("/search", {"words": nasty}, status=200),
    ):
        assert "<script>alert" not in body
        assert "<img src=x" not in body
        assert "49" not in re.sub(r"\d{3,}|\d\d-\d\d|\d\d:\d\d|[\w-]{20,}", "", body.replace("{{7*7}}", ""))


HOSTILE = [
    "\0",
    "'",
    '"',
    "%",
    "\\",
    "../../etc/passwd",
    "\r\nSet-Cookie: a=b",
    "\ud7ff",
    "\u202e",
    "🙂" * 500,
    "x" * 5000,
    "1" * 5000,
    "${jndi:x}",
    "%00",
    "-1",
]


@pytest.mark.parametrize("words", HOSTILE)
async def test_odd_words_in_search_filter_and_address_break_nothing(any_console: Console, words: str) -> None:
    console = any_console
    _, claim, one, _ = await console.store.write(begin)
    visitor = await console.signed_in(one)

    await visitor.post("/search", {"words": words}, status=200)
    names = ("state", "benefit", "branch", "least", "most", "since", "until", "after", "claim", "done")
    async with visitor.http.get(visitor.base + "/", params=dict.fromkeys(names, words[:60])) as response:
        assert response.status == 200
    async with visitor.http.get(f"{visitor.base}/claims/{claim.id}", params={"done": words[:60]}) as response:
        assert response.status == 200
    await visitor.post(f"/claims/{claim.id}/note", {"words": f"a{words}"})


async def test_a_decision_on_ones_own_claim_is_refused_on_the_page(console: Console) -> None:
    _, claim, one, _ = await console.store.write(begin)
    visitor = await console.signed_in(one)
    await visitor.post("/account/own-number", {"certno": CERTNO})

    assert f"{claim.id}/take" not in await visitor.get(f"/claims/{claim.id}")
    assert "您自己的申请" in await visitor.post(f"/claims/{claim.id}/take", {"revision": 1}, status=403)


async def test_a_claim_estimated_at_nothing_certain_is_shown_as_open(console: Console) -> None:
    _, claim, one, _ = await console.store.write(begin)
    visitor = await console.signed_in(one)

    def forget(conn: Connection) -> None:
        conn.exec_driver_sql("UPDATE claims SET estimated = NULL")

    await console.store.write(forget)

    assert "待定" in await visitor.get("/")
    assert "待定" in await visitor.get(f"/claims/{claim.id}")
