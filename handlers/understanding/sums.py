"""The sums of money that a statement tells, each under the fact it belongs to: what was paid oneself, in all, by others, lost, received."""

from __future__ import annotations

import re
from collections.abc import Iterator

from calculator.amounts import Fen
from handlers.understanding.amounts import read_amount
from handlers.understanding.reading import Read, Unread

_NOTHING_YET = re.compile(r"(?:没有?|未|还没有?|从来?没有?|没)(?:领|申请)过?|第一次(?:申请|领)")
_RECEIVED = re.compile(r"领过|领了|领到")
_SUMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("unit_paid", re.compile(r"单位.{0,3}(?:报|给|补|出)")),
    ("commercial_paid", re.compile(r"(?:商业?保险?|保险公司|百万医疗).{0,3}(?:报|赔|给|出)")),
    ("mutual_aid", re.compile(r"互助.{0,4}(?:报|赔|给|补|领)")),
    ("loss", re.compile(r"损失|烧[掉毁没光坏]?了|\blost\b|\bloss\b")),
    ("", re.compile(r"医保(?!报?销?[完后])|报[了销]|工资|每|去年领|补贴|insur|wage")),
    ("out_of_pocket", re.compile(r"自己|个人|自[付费负掏]")),
    ("bill", re.compile(r"总(?:费用|额|花费|价|计)?|一共|合计|共计|\btotal\b|\bbill\b")),
)
"""Whose sum a word makes it; "" for one that is no fact. The first that fits counts."""
_SPENT = re.compile(r"[花掏]了?|付了|交了|\bpaid\b|\bspent\b|out of pocket")
_HEDGE = re.compile(r"大概|大约|差不多|可能|估计|好像|约|不到|不是|没|快|近")


def is_own_payment(clause: str) -> bool:
    """Whether a statement says in words that one paid oneself."""
    return _whose(clause)[0] == "out_of_pocket"


def is_mere_spending(clause: str) -> bool:
    """Whether a statement tells of spending, and not of whose: beside one that does, it is no sum of one's own."""
    return _whose(clause)[1] is None and _SPENT.search(clause) is not None


def sums(clause: str, benefit: str) -> Iterator[tuple[str, Read[Fen] | Unread]]:
    """Find the sum this statement tells, in fen; mere spending is one's own only where a hospital, or nothing yet, is spoken of."""
    if _NOTHING_YET.search(clause):
        yield "paid_this_year", Read(Fen(0), sure="今年" in clause)
    elif _RECEIVED.search(clause):
        if "今年" in clause:
            yield "paid_this_year", _behind(_RECEIVED, clause)
    else:
        name, found = _of_whom(clause, benefit)
        if name and found != Unread("none"):
            yield name, found


def _of_whom(clause: str, benefit: str) -> tuple[str, Read[Fen] | Unread]:
    name, anchor = _whose(clause)
    if anchor is not None:
        return name, _behind(anchor, clause) if name else Unread("none")
    if _SPENT.search(clause) and benefit in {"", "hospital"}:
        return "out_of_pocket", read_amount(clause)
    return "", Unread("none")


def _whose(clause: str) -> tuple[str, re.Pattern[str] | None]:
    """The fact a sum belongs to, and the words that say so."""
    return next(((name, anchor) for name, anchor in _SUMS if anchor.search(clause)), ("", None))


def _behind(anchor: re.Pattern[str], clause: str) -> Read[Fen] | Unread:
    """The amount behind an anchor. What stands before it says whose or when; hedges there still count."""
    whole = read_amount(clause)
    found = anchor.search(clause)
    if found is None or not isinstance(whole, Read) or whole.sure:
        return whole
    behind = read_amount(clause[found.end() :])
    hedged = _HEDGE.search(clause[: found.end()])
    return Read(whole.value, sure=isinstance(behind, Read) and behind.sure and behind.value == whole.value and not hedged)
