"""Who is told of what, in words that exist."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import wording
from bot.claims import news
from bot.message import Chat, Message
from bot.staff import accounts, links
from bot.staff.roles import Role
from bot.store import Store
from tests.claims.making import NOW, Stay, claim_for, hire, plant, queued


async def test_the_linked_staff_of_the_branch_are_told_of_a_new_claim(store: Store) -> None:
    def work(conn: Connection) -> None:
        town = plant(conn)
        admin = hire(conn, "admin", Role.ADMINISTRATOR)
        people = {"all": None, "city": town.city, "east": town.east, "west": town.west, "closed": town.east}
        for name, union in people.items():
            person = hire(conn, name, union=union)
            links.link_chat(conn, links.new_code(conn, person, now=NOW), Chat("telegram", name), now=NOW)
            if name == "closed":
                accounts.change(conn, person.id, role=Role.REVIEWER, union_id=union, disabled=True, by=admin, now=NOW)
        claim = claim_for(conn, Stay(town.east_base))

        assert news.tell_staff(conn, claim.id, again=False, public_url="https://here", now=NOW) == 3

        notices = queued(conn, "notice")
        assert [notice["chat"] for notice in notices] == ["all", "city", "east"]
        message = Message.from_json(notices[0]["message"])
        assert message.buttons[0][0].url == f"https://here/console/claims/{claim.id}"
        told = wording.say(message.lines[0], "zh_CN")
        assert claim.number in told
        assert "12,160.00" in told
        assert claim.name not in told

    await store.write(work)
