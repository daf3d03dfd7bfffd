"""Idioms with numerals in them name no number, alone or beside one: 乱七八糟, 三心二意, 十万火急."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from bot.wording import LOCALES, catalogue
from handlers.understanding.amounts import read_amount
from handlers.understanding.asked import asked
from handlers.understanding.choices import read_choice
from handlers.understanding.counts import read_age, read_count
from handlers.understanding.days import read_day
from handlers.understanding.matching import Matcher, examples_in
from handlers.understanding.reading import Read, Unread
from handlers.understanding.sentence import hear
from handlers.understanding.yes_no import read_yes_no

MATCHER = Matcher.of(*(examples_in(catalogue(locale)) for locale in LOCALES))
TODAY = date(2026, 11, 23)
IDIOMS = """
乱七八糟 乱七八糟的 亂七八糟 乌七八糟 七上八下 七上八下的 七手八脚 七零八落 七嘴八舌 杂七杂八 歪七扭八 横七竖八 七老八十
三心二意 三番五次 三番两次 三天两头 三言两语 三长两短 丢三落四 颠三倒四 不三不四 低三下四 推三阻四 挑三拣四 说三道四
隔三差五 接二连三 一塌糊涂 一五一十 一清二楚 一干二净 一心一意 一模一样 一问三不知 一窍不通 一言难尽 一无所知 一无所有
一头雾水 一团糟 一波三折 一知半解 一刀两断 一举两得 半信半疑 半死不活 五花八门 五颜六色 五味杂陈 四面八方 四分五裂
六神无主 九牛一毛 九死一生 八九不离十 十有八九 十之八九 十全十美 十万火急 百思不得其解 千方百计 千辛万苦 千真万确
千言万语 千变万化 万无一失 万不得已 万一 一般 一般般 独一无二 数一数二 略知一二 举一反三 说一不二 二话不说
"""
LABELS = {"illness": ("生病", "illness"), "injury": ("受伤", "意外受伤", "injury"), "maternity": ("生孩子", "having a baby", "maternity")}
READERS: dict[str, Callable[[str], object]] = {
    "amount": read_amount,
    "day": lambda said: read_day(said, TODAY),
    "count": read_count,
    "age": lambda said: read_age(said, TODAY),
    "choice": lambda said: read_choice(said, LABELS),
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("said", IDIOMS.split())
def test_an_idiom_with_numerals_names_nothing(said: str, name: str) -> None:
    assert READERS[name](said) == Unread("none")


@pytest.mark.parametrize("said", IDIOMS.split())
def test_an_idiom_is_neither_yes_nor_no(said: str) -> None:
    assert isinstance(read_yes_no(said), Unread)


@pytest.mark.parametrize(
    "said", ["乱七八糟", "七上八下的", "三心二意", "一塌糊涂", "五花八门", "十万火急", "不三不四", "万一", "一般", "四面八方"]
)
def test_an_idiom_that_says_nothing_of_benefits_is_no_topic(said: str) -> None:
    assert asked(said, MATCHER).verdict == "none"


@pytest.mark.parametrize("said", IDIOMS.split())
def test_a_sum_beside_an_idiom_is_still_read(said: str) -> None:
    heard = hear(f"{said}，住院自己花了三万二", TODAY)

    told = heard.facts["out_of_pocket"]
    assert isinstance(told, Read)
    assert told.value == 3_200_000
    assert told.sure != heard.supposed


@pytest.mark.parametrize(
    ("said", "yuan"), [("三万一", 31_000), ("一万一", 11_000), ("十万", 100_000), ("七八百五", None), ("三千八", 3_800), ("一五", None)]
)
def test_numbers_that_look_like_pieces_of_idioms_stay_numbers(said: str, yuan: int | None) -> None:
    read = read_amount(said)

    assert (read.value if isinstance(read, Read) else None) == (None if yuan is None else yuan * 100)
    assert read != Unread("none")
