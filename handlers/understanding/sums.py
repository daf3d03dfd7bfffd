"""The sums of money that a statement tells, each under the fact it belongs to: what was paid oneself, in all, by others, lost, received."""

from __future__ import annotations

import re
from dataclasses import dataclass

from calculator.amounts import Fen
from handlers.understanding.amounts import amount_in
from handlers.understanding.reading import Read, Unread

_NOTHING_YET = re.compile(r"(?:没有?|未|还没有?|从来?没有?|没)(?:领|申请)过?|第一次(?:申请|领)")
_RECEIVED = re.compile(r"领过|领了|领到")
_SUMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("unit_paid", re.compile(r"单位.{0,3}(?:报|给|补|出)")),
    ("commercial_paid", re.compile(r"(?:商业?保险?|保险公司|百万医疗).{0,3}(?:报|赔|给|出)")),
    ("mutual_aid", re.compile(r"互助.{0,4}(?:报|赔|给|补|领)")),
    ("loss", re.compile(r"损失|烧[掉毁没光坏]?了|\blost\b|\bloss\b")),
    ("", re.compile(r"医保(?!报?销?[完后])|报[了销]|工资|每|去年领|补贴|insur|wage")),
    ("out_of_pocket", re.compile(r"自己|自个儿?|个人|自[付费负掏]")),
    ("bill", re.compile(r"总(?:费用|额|花费|价|计)?|一共|合计|共计|\btotal\b|\bbill\b")),
)
"""Whose sum a word makes it; "" for one that is no fact. The first that fits counts."""
_WHOSE = re.compile(r"[位险疗助失烧保报资每领贴己人自总共合]|lo|in|wa|to|bi")
"""In all the words above there is one of these."""
_SPENT = re.compile(r"[花掏]了?|付了|交了|\bpaid\b|\bspent\b|out of pocket")
_MAY_NAME_ONE = re.compile(r"[0-9a-z零一二三四五六七八九十百千万亿两半几数�]")
_NONE = Unread("none")
_HEDGE = re.compile(r"大概|大约|差不多|可能|估计|好像|约|不到|不是|没|快|近")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that may tell a sum, and whose it would be."""

    said: str
    fact: str = ""
    """The fact that its sum is, or "" where no word says so."""
    anchor: re.Match[str] | None = None
    """The word that says whose sum it is; for an anchor without a fact it is nobody's that is asked for."""

    @classmethod
    def of(cls, said: str) -> Statement:
        """Look for the words that say whose sum it is."""
        for fact, words in _SUMS if _WHOSE.search(said) else ():
            if anchor := words.search(said):
                return cls(said, fact, anchor)
        return cls(said)

    @property
    def is_own_payment(self) -> bool:
        """Whether it says in words that one paid oneself."""
        return self.fact == "out_of_pocket"

    @property
    def is_mere_spending(self) -> bool:
        """Whether it tells of spending, and not of whose: beside one that does, it is no sum of one's own."""
        return self.anchor is None and _SPENT.search(self.said) is not None


def is_own_payment(said: str) -> bool:
    """Whether plain text says in words that one paid oneself."""
    return Statement.of(said).is_own_payment


def sum_told(statement: Statement, benefit: str) -> tuple[str, Read[Fen] | Unread]:
    """The fact whose sum this statement tells, and the sum in fen; the fact is "" where it tells none.

    Mere spending is one's own only where a hospital, or nothing yet, is spoken of.
    """
    said = statement.said
    if "领" in said or "申请" in said:
        if _NOTHING_YET.search(said):
            return "paid_this_year", Read(Fen(0), sure="今年" in said)
        if received := _RECEIVED.search(said):
            return ("paid_this_year", _behind(received, said)) if "今年" in said else ("", _NONE)
    fact, found = _of_whom(statement, benefit)
    return ("", _NONE) if found == _NONE else (fact, found)


def _of_whom(statement: Statement, benefit: str) -> tuple[str, Read[Fen] | Unread]:
    if statement.anchor is not None:
        return statement.fact, _behind(statement.anchor, statement.said) if statement.fact else _NONE
    if benefit in {"", "hospital"} and statement.is_mere_spending:
        return "out_of_pocket", amount_in(statement.said)
    return "", _NONE


def _behind(anchor: re.Match[str], said: str) -> Read[Fen] | Unread:
    """The amount behind an anchor. What stands before it says whose or when; hedges and numbers there still count."""
    before = said[: anchor.end()]
    behind = amount_in(said[anchor.end() :])
    if _MAY_NAME_ONE.search(before):
        whole = amount_in(said)
        if not isinstance(whole, Read) or whole.sure:
            return whole
        if not isinstance(behind, Read) or behind.value != whole.value:
            return Read(whole.value, sure=False)
    if not isinstance(behind, Read):
        return behind
    return Read(behind.value, sure=behind.sure and not _HEDGE.search(before))
