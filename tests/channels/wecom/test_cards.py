"""What a card says of the day's figures and of claims that wait, and that WeCom would take it in full."""

from __future__ import annotations

import pytest

from bot import wording
from bot.channels.wecom.cards import card
from bot.channels.wecom.outbox import Parcel
from bot.claims.brief import band
from bot.message import Say
from calculator import Fen
from tests.channels.wecom.test_robot import FIGURES
from tests.fakes.wecom import _checked, said

LONG = "某某某某某某某某某某某某集团有限责任公司第一分公司工会委员会"


def brief(number: int = 1, amount: Say | None = None) -> dict[str, object]:
    what = amount or band(None)
    return {
        "claim": number,
        "number": f"C-2611-{number:04d}",
        "title": {"zh": "住院补助", "en": "Hospital subsidy"},
        "union": LONG,
        "amount": {"key": what.key, "figures": what.figures},
    }


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
@pytest.mark.parametrize(
    "parcel",
    [
        Parcel("claims", ({"news": "new", **brief()},), 0),
        Parcel("claims", ({"news": "again", **brief()},), 0),
        Parcel("claims", tuple({"news": "new", **brief(number)} for number in range(6)), 12_000),
        Parcel("threads", ({"thread": 7, "number": None, "union": LONG},), 0),
        Parcel("threads", tuple({"thread": n, "number": f"C-2611-{n:04d}", "union": LONG} for n in range(6)), 12_000),
        Parcel("overdue", ({"day": "2026-11-24", "count": 900, "days": 5, "lines": [{"days": 120, **brief(n)} for n in range(6)]},), 0),
        Parcel("digest", (FIGURES,), 0),
        Parcel("digest", (FIGURES | {"oldest": None, "counts": dict.fromkeys(FIGURES["counts"], 99_999)},), 0),
    ],
    ids=["new", "again", "many", "thread", "threads", "overdue", "digest", "digest_without_oldest"],
)
def test_wecom_takes_every_card(parcel: Parcel, locale: str) -> None:
    made = card(parcel, "https://here.example", lambda say: wording.say(say, locale))

    assert _checked(made) == made
    assert "{" not in said(made)


def test_a_card_of_many_says_how_many_there_are_in_all() -> None:
    entries = tuple({"news": "new", **brief(number)} for number in range(6))

    text = said(card(Parcel("claims", entries, 7), "https://here.example", lambda say: wording.say(say, "zh_CN")))

    assert text.startswith("13 件")
    assert "还有 7 件" in text


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (None, "金额要人看"),
        (0, "1,000 元以下"),
        (99_999, "1,000 元以下"),
        (100_000, "1,000–5,000 元"),
        (2_999_999, "10,000–30,000 元"),
        (3_000_000, "30,000 元以上"),
    ],
)
def test_an_amount_leaves_as_its_band_only(amount: int | None, words: str) -> None:
    assert wording.say(band(None if amount is None else Fen(amount)), "zh_CN") == words
