"""A question as the member meets it: the sentence, the example, where we are, and the buttons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bot.conversation.actions import order_action
from bot.conversation.talk import Rows, Talk, as_json
from bot.message import Button, Say
from handlers.dialogue import Asked, Replay
from handlers.questions import Confirm, Documents, HandedIn, Question

Prompt = tuple[tuple[Say, ...], Rows]

LABELS_IN_A_ROW = 8
"""A row holds two buttons while neither label is longer than this."""


def prompt(talk: Talk, run: Replay[Any], question: Question[Any]) -> Prompt:
    """The question, with its progress hint and its buttons."""
    lines, rows = _asked(talk, question)
    edited = question.key == talk.place.editing
    return (*_progress(run, question), *lines), (*rows, *_ways_out(run, question.key, edited))


def _asked(talk: Talk, question: Question[Any]) -> Prompt:
    if isinstance(question, Documents):
        return _documents(talk, question)
    return _confirm(talk, question) if isinstance(question, Confirm) else _plain(talk, question)


def _progress(run: Replay[Any], question: Question[Any]) -> tuple[Say, ...]:
    keys = [asked.question.key for asked in run.asked]
    at = keys.index(question.key) + 1 if question.key in keys else len(keys) + 1
    total = max(run.in_all(), at)
    return (Say("progress", {"at": at, "total": total}),) if total > 1 else ()


def _ways_out(run: Replay[Any], key: str, edited: bool) -> Rows:
    """Back, unless this is the first question; and on, where an answer stands already."""
    is_first = not run.asked or (edited and run.asked[0].question.key == key)
    back = () if is_first else (Button(Say("button.back"), order_action("back")),)
    keep = (Button(Say("button.keep"), order_action("keep")),) if edited else ()
    return ((*keep, *back),) if keep or back else ()


def _plain(talk: Talk, question: Question[Any]) -> Prompt:
    lines = [Say(f"ask.{question.sentence}", question.figures)]
    if question.key == talk.place.editing:
        value = question.load(talk.place.answers.get(question.key))
        lines += [Say("answered_before", {"value": as_json(question.show(value))})] if value is not None else []
    return tuple(lines), answer_rows(talk, question)


def answer_rows(talk: Talk, question: Question[Any]) -> Rows:
    """The question's own buttons."""
    buttons = [talk.answer(question.key, option.value, option.label) for option in question.options()]
    return in_rows(buttons, [said[0] for said in question.sayings(talk.words).values()])


def in_rows(buttons: Sequence[Button], labels: Iterable[str]) -> Rows:
    """Short labels side by side, long ones each on their own."""
    wide = any(len(label) > LABELS_IN_A_ROW for label in labels)
    step = 1 if wide else 3 if len(buttons) == 3 else 2  # noqa: PLR2004  # yes, no and hard to say belong together
    return tuple(tuple(buttons[at : at + step]) for at in range(0, len(buttons), step))


def choosing_rows(answered: Iterable[Asked], order: str, label: str) -> Rows:
    """Every answer with its name, to tap the one that is meant."""
    return tuple(
        (
            Button(
                Say(label, {"name": f"name.{asked.question.key}", "value": as_json(asked.question.show(asked.value))}),
                order_action(order, asked.question.key),
            ),
        )
        for asked in answered
    )


def _documents(talk: Talk, question: Documents) -> Prompt:
    stored = talk.place.answers.get(question.key)
    taken = question.handed_in(stored)
    have = {document.kind for document in taken}
    missing = question.missing(stored)
    lines = [
        Say("ask.documents" if not taken else "ask.documents_more" if missing else "ask.documents_done", {"count": len(question.needs)})
    ]
    lines += [
        Say("document.have" if need.kind in have else "document.miss", {"title": need.title, "hint": need.hint}) for need in question.needs
    ]
    lines += _in_time(question)
    rows = _about_the_last(talk, question, taken)
    if len(taken) < question.least:
        return tuple(lines), rows
    end = (talk.answer(question.key, "done", documents_end(question, stored)),)
    return tuple(lines), (*rows, end) if missing else (end, *rows)


def _in_time(question: Documents | Confirm) -> tuple[Say, ...]:
    last = question.hand_in_by
    return () if last is None else (Say("result.hand_in_by", {"day": last.isoformat()}),)


def _about_the_last(talk: Talk, question: Documents, taken: tuple[HandedIn, ...]) -> Rows:
    """The picture that came last may be of another kind, or not wanted at all."""
    if not taken:
        return ()
    at, last = len(taken) - 1, taken[-1]
    kinds = tuple(
        (talk.answer(question.key, f"k{at}-{need.kind}", Say("button.is_kind", {"title": need.title})),)
        for need in question.needs
        if need.kind != last.kind
    )
    return (*kinds, (talk.answer(question.key, f"d{at}", Say("button.drop_last")),))


def documents_end(question: Documents, stored: Any) -> Say:
    """What the button that ends the hand-in says."""
    if not question.handed_in(stored):
        return Say("button.documents_none")
    return Say("button.documents_later" if question.missing(stored) else "button.documents_done")


def _confirm(talk: Talk, question: Confirm) -> Prompt:
    lines = [Say(f"ask.{question.key}")]
    for number, item in enumerate(question.items, 1):
        lines.append(Say("confirm.item", {"number": number, "name": f"name.{item.key}", "value": as_json(item.shown)}))
    lines += question.review
    if question.amount is None:
        lines.append(Say("confirm.no_amount"))
    else:
        lines.append(Say("confirm.review_amount" if question.review else "confirm.amount", {"amount": question.amount}))
    lines += _in_time(question)
    if question.is_sample:
        lines.append(Say("result.sample"))
    send = tuple(talk.answer(question.key, option.value, option.label) for option in question.options())
    return tuple(lines), (send, (Button(Say("button.change"), order_action("change")),))
