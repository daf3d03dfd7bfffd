"""What a member can ask for at any point, by a button, a platform command or a word: one function each, one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

from bot import wording
from bot.conversation import asking_staff, drafts, elsewhere, promising, standing, supposing
from bot.conversation.actions import order_action
from bot.conversation.beginning import beginning
from bot.conversation.changing import undone
from bot.conversation.editing import asking_again, edit_key
from bot.conversation.going_on import go_on, menu, start, troubles
from bot.conversation.prompts import choosing_rows
from bot.conversation.results import why
from bot.conversation.state import Place
from bot.conversation.talk import Reply, Talk
from bot.conversation.topics import topic
from bot.conversation.worked import worked_out
from bot.linking import tries
from bot.message import Button, Say
from bot.staff import links
from bot.wording import LOCALES

Command = Callable[[Talk, str], Reply]


def _start(talk: Talk, _: str) -> Reply:
    """A greeting; whatever was under way waits behind one tap."""
    return menu(talk.noting(Say("greeting", {"troubles": troubles(talk)})))


def _menu(talk: Talk, _: str) -> Reply:
    return menu(talk)


def _resume(talk: Talk, name: str) -> Reply:
    """Go on with the flow at hand, or with the draft of this name."""
    there = talk.at(replace(talk.place, at_menu=False)) if not name else drafts.taken_up(talk, name)
    return go_on(talk.noting(Say("press.stale")) if there is None else there)


def _again(talk: Talk, _: str) -> Reply:
    place = talk.place
    if place.flow is None:
        return menu(talk)
    talk.count_left(_open(talk))
    talk = talk.at(Place(place.flow, place.about, since=talk.conversation.revision + 1, drafts=place.drafts))
    talk.count("started")
    return go_on(talk.noting(Say("again")))


def _stop(talk: Talk, _: str) -> Reply:
    """Everything of the conversation at hand is forgotten; what was begun for another benefit stays."""
    if talk.place.flow is not None:
        talk = talk.at(replace(talk.place, at_menu=False))
        talk.count_left(_open(talk))
    return menu(drafts.emptied(talk).noting(Say("stopped" if talk.place.flow or talk.place.answers else "nothing_to_stop")))


def _open(talk: Talk) -> str:
    """The question that is open; "" at the end."""
    pending = talk.replay().pending
    return talk.place.editing or ("" if pending is None else pending.key)


def _back(talk: Talk, _: str) -> Reply:
    """The question before the one on the screen."""
    if talk.place.flow is None or talk.place.at_menu:
        return menu(talk)
    if talk.place.proposed is not None:
        return go_on(talk.at(replace(talk.place, proposed=None)))
    run = talk.replay()
    talk = talk.at(replace(talk.place, supposing=None))
    keys = [asked.question.key for asked in run.asked]
    at = keys.index(talk.place.editing) if talk.place.editing in keys else len(keys)
    if at == 0:
        return go_on(talk.noting(Say("back.at_first")))
    talk.count("went_back", _open(talk))
    return go_on(talk.at(asking_again(talk.place, keys[at - 1])))


def _keep(talk: Talk, _: str) -> Reply:
    return go_on(talk.at(replace(talk.place, editing=None, proposed=None, supposing=None)))


def _undo(talk: Talk, _: str) -> Reply:
    return go_on(talk.noting(Say("undo.nothing")) if talk.place.before is None else undone(talk))


def _change(talk: Talk, _: str) -> Reply:
    """Every answer so far, to tap the one that is to change."""
    if talk.place.flow is None:
        return menu(talk)
    asked = talk.replay().asked
    if not asked:
        return go_on(talk)
    rows = choosing_rows((each for each in asked if each.question.key != "consent"), "edit", "button.edit")
    place = replace(talk.place, at_menu=False, supposing=None)
    return Reply(place, (*talk.noted, Say("change.which")), (*rows, (Button(Say("button.keep"), order_action("keep")),)))


def _edit(talk: Talk, target: str) -> Reply:
    """Ask one answered question again: named by its key, by a word people use for it, or by its number in the list shown last."""
    if talk.place.flow is None:
        return menu(talk)
    run = talk.replay()
    key = edit_key(run, target)
    if key is None:
        return _change(talk, "")
    return go_on(talk.at(asking_again(talk.place, key)))


def _help(talk: Talk, _: str) -> Reply:
    """How it works, and back to where the member was."""
    return go_on(talk.noting(Say("help.what", {"troubles": troubles(talk)}), Say("help.how"), Say("help.words")))


def _language(talk: Talk, wanted: str) -> Reply:
    """Switch to the language named, or to the other one."""
    other = LOCALES[(LOCALES.index(talk.conversation.locale) + 1) % len(LOCALES)]
    locale = wanted if wanted in LOCALES else other
    talk = replace(talk, conversation=replace(talk.conversation, locale=locale))
    return replace(go_on(talk.noting(Say("language.switched"))), locale=locale)


def _why(talk: Talk, _: str) -> Reply:
    estimated = worked_out(talk)
    if estimated is None:
        return go_on(talk.noting(Say("why.not_yet")))
    reply = go_on(talk)
    return replace(reply, lines=(*talk.noted, *why(estimated)))


def _benefit(talk: Talk, name: str) -> Reply:
    if name not in talk.case.policies:
        return menu(talk.noting(Say("press.stale")))
    return go_on(beginning(talk, name))


def _claim(talk: Talk, name: str) -> Reply:
    """A claim for the benefit just worked out keeps the answers given for it."""
    place = talk.place
    wanted = name or place.about.get("benefit", "")
    if wanted not in talk.case.policies:
        return menu(talk.noting(Say("claim.which")))
    if place.about.get("benefit") == wanted and place.flow in {"benefit", "claim"}:
        return start(talk, "claim", {"benefit": wanted}, place.answers)
    draft = place.drafts.get(wanted)
    return start(talk, "claim", {"benefit": wanted}, draft["answers"] if draft else {})


def _link(talk: Talk, code: str) -> Reply:
    """A staff member's one-time code from the console makes this the chat for their news."""
    chat = talk.conversation.chat
    if not tries.may_type_code(talk.conn, chat, "staff", now=talk.now):
        return go_on(talk.noting(Say("elsewhere.too_often")))
    staff = links.link_chat(talk.conn, code, chat, now=talk.now)
    return go_on(talk.noting(Say("link.wrong") if staff is None else Say("link.done", {"name": staff.name})))


COMMANDS: Mapping[str, Command] = {
    "start": _start,
    "menu": _menu,
    "resume": _resume,
    "again": _again,
    "stop": _stop,
    "back": _back,
    "keep": _keep,
    "undo": _undo,
    "what_if": supposing.what_if,
    "adopt": supposing.adopt,
    "topic": topic,
    "change": _change,
    "edit": _edit,
    "help": _help,
    "human": asking_staff.human,
    "human_not": asking_staff.not_now,
    "share": asking_staff.share,
    "share_not": asking_staff.share_not,
    "language": _language,
    "why": _why,
    "benefit": _benefit,
    "claim": _claim,
    "status": standing.status,
    "mend": standing.mend,
    "withdraw": standing.withdraw,
    "withdrawn": standing.withdrawn,
    "link": _link,
    "elsewhere": elsewhere.begin,
    "link_agree": elsewhere.agreed,
    "link_decline": elsewhere.declined,
    "link_yes": elsewhere.confirmed,
    "link_no": elsewhere.refused,
    "unlink": elsewhere.unlink,
    "prove": elsewhere.prove,
    **promising.COMMANDS,
}


LABELS: Mapping[str, tuple[str, str]] = {
    "button.back": ("back", ""),
    "button.keep": ("keep", ""),
    "button.undo": ("undo", ""),
    "button.change": ("change", ""),
    "button.change_figure": ("what_if", ""),
    "button.adopt": ("adopt", ""),
    "button.claim": ("claim", ""),
    "button.why": ("why", ""),
    "button.menu": ("menu", ""),
    "button.human": ("human", ""),
    "thread.button.write": ("human", ""),
    "button.stop": ("stop", ""),
    "button.resume": ("resume", ""),
    "button.mend": ("mend", ""),
    "button.elsewhere": ("elsewhere", ""),
    "button.unlink": ("unlink", ""),
    **promising.LABELS,
    "menu.hospital": ("benefit", "hospital"),
    "menu.accident": ("benefit", "accident"),
    "menu.fire": ("benefit", "fire"),
    "menu.fire_any_cause": ("benefit", "fire"),
    "menu.status": ("status", ""),
    "menu.help": ("help", ""),
}
"""Command buttons whose label typed out means the same as a tap."""


def labelled(talk: Talk, text: str) -> Reply | None:
    """What a typed button label asks for, if it is one."""
    command = _by_label(talk.conversation.locale).get(text)
    return run(talk, *command) if command else elsewhere.typed(talk, text)


@cache
def _by_label(locale: str) -> Mapping[str, tuple[str, str]]:
    return {wording.text(key, locale): command for key, command in reversed([*LABELS.items()])}


def run(talk: Talk, name: str, argument: str) -> Reply:
    """Carry out a command; one we do not have is said to be unknown."""
    command = COMMANDS.get(name)
    return command(talk, argument) if command else go_on(talk.noting(Say("command.unknown")))
