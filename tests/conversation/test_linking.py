"""A staff member's one-time code makes a chat the place for their news."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.message import Chat, Command
from bot.staff import links
from bot.staff.roles import Role
from bot.store import Store
from tests.claims.making import hire
from tests.conversation.scene import Scene


def code_of_somebody(conn: Connection, scene: Scene) -> tuple[str, int]:
    person = hire(conn, "somebody", Role.REVIEWER)
    return links.new_code(conn, person, now=scene.now), person.id


async def said_to(scene: Scene, argument: str) -> list[str]:
    await scene.tell(Command("link", argument))
    return [line.key for message in await scene.heard() for line in message.lines]


async def test_the_right_code_links_this_chat_once(store: Store) -> None:
    scene = Scene(store, chat=Chat("telegram", "77"))
    code, staff_id = await store.write(code_of_somebody, scene)

    first, second = await said_to(scene, code), await said_to(scene, code)

    assert (first[0], second[0]) == ("link.done", "link.wrong")
    assert await store.read(links.chats_of, staff_id) == [Chat("telegram", "77")]


async def test_a_wrong_code_links_nothing(store: Store) -> None:
    scene = Scene(store, chat=Chat("telegram", "77"))
    _, staff_id = await store.write(code_of_somebody, scene)

    for wrong in ("", "AAAAAAAA", "' OR 1=1 --", "\x00", "码" * 500):
        assert (await said_to(scene, wrong))[0] == "link.wrong"
    assert await store.read(links.chats_of, staff_id) == []
