"""Every kind of question: what it reads, which buttons it has, what it makes of what was stored or pressed."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import wording
from calculator import UNCLEAR, Fen
from handlers.identity import is_name, is_phone, read_name, read_phone
from handlers.questions import (
    Amount,
    Choice,
    Confirm,
    Count,
    Day,
    Documents,
    Found,
    HandedIn,
    Lookup,
    Need,
    Option,
    Question,
    Text,
    YesNo,
    mask,
    missing_of,
)
from handlers.questions.question import MOST_LANGUAGES
from handlers.say import Say
from handlers.understanding.reading import Read, Unread

TODAY = date(2026, 11, 23)


def need(kind: str) -> Need:
    return Need(kind, {"zh": kind, "en": kind}, {"zh": "", "en": ""})


IN_WORK = YesNo(key="in_work", may_be_unclear=True, spoken={"no": ("退休了",)})
CONSENT = YesNo(key="consent")
CAUSE = Choice(key="stay_cause", choices=tuple(Option(c, Say(f"option.stay_cause.{c}")) for c in ("illness", "injury", "maternity")))
PAID = Amount(key="paid_this_year", high=Fen(10**12), likely=Fen(0), none_option=True)
LOSS = Amount(key="loss", low=Fen(1), high=Fen(10**10), likely=Fen(0))
DEDUCTIBLE = Amount(key="deductible", high=Fen(10**12), likely=Fen(80_000), may_be_unclear=True)
AID_THEN = Amount(key="mutual_aid", high=Fen(10**12), likely=Fen(0), none_option=True, may_be_unclear=True, of_year=2025)
HURT = Count(key="children_hurt", low=0, high=20, likely=0, today=TODAY, none_option=True)
LEFT = Day(key="discharged_on", today=TODAY, earliest=date(2023, 1, 1))
AGE = Count(key="age", low=0, high=120, likely=45, today=TODAY, as_age=True)
PHONE = Text(key="phone", reader=read_phone, fits=is_phone, likely="13800000000", masked=True)
UNION = Lookup(key="union", source="union")
PAPERS = Documents(key="documents", needs=(need("receipt"), need("note"), need("card")))
NAMED, PHONED = (Text(key="name", reader=read_name, fits=is_name, likely=""), "王芳"), (PHONE, "13800000001")


def last_look(*given: tuple[Question[Any], Any], amount: int | None = 36000, review: tuple[Say, ...] = ()) -> Confirm:
    return Confirm(key="confirm", given=lambda: given, amount=None if amount is None else Fen(amount), review=review)


CONFIRM = last_look(NAMED, PHONED)
ALL: list[Question[Any]] = [IN_WORK, CONSENT, CAUSE, PAID, LOSS, DEDUCTIBLE, AID_THEN, HURT, LEFT, AGE, PHONE, UNION, PAPERS, CONFIRM]

every_question = pytest.mark.parametrize("question", ALL, ids=lambda question: question.key)


def zh(what: Say) -> str:
    return wording.say(what, "zh_CN")


@every_question
@given(text=st.text(max_size=500))
def test_no_text_makes_a_question_raise(question: Question[Any], text: str) -> None:
    read = question.read(text, zh)

    assert isinstance(read, Unread) or question.load(question.dump(read.value)) is not None


@every_question
@given(value=st.text(max_size=64))
def test_no_button_value_makes_a_question_raise(question: Question[Any], value: str) -> None:
    pressed = question.press(value)

    assert pressed is None or question.load(question.dump(pressed)) == pressed


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@pytest.mark.parametrize("question", [q for q in ALL if q is not PAPERS], ids=lambda question: question.key)
@given(stored=JSON)
def test_nothing_stored_makes_a_question_raise(question: Question[Any], stored: Any) -> None:
    loaded = question.load(stored)

    assert loaded is None or zh(question.show(loaded))


@every_question
def test_every_button_means_an_answer_that_reads_back(question: Question[Any]) -> None:
    for option in question.options():
        value = question.press(option.value)

        assert value is not None
        assert option.value.isascii()
        assert len(option.value) <= 24
        assert zh(question.show(value)) == zh(option.label) or isinstance(question, Day)


@every_question
def test_the_label_of_a_button_typed_out_means_the_same_as_a_tap(question: Question[Any]) -> None:
    for locale in wording.LOCALES:
        for option in question.options():
            read = question.read(wording.say(option.label, locale), lambda what, locale=locale: wording.say(what, locale))  # type: ignore[misc]

            assert read == Read(question.press(option.value))


@every_question
def test_a_typical_answer_is_an_answer(question: Question[Any]) -> None:
    assert isinstance(question.typical(), object)
    assert question.typical() is not None


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("在职", Read(value=True)),
        ("退休了", Read(value=False)),
        ("我去年退休了", Read(value=False, sure=False)),
        ("是的", Read(value=True)),
        ("说不清", Read(UNCLEAR)),
        ("不知道", Read(UNCLEAR)),
        ("1", Read(value=True)),
        ("2", Read(value=False)),
        ("3", Read(UNCLEAR)),
        ("4", Unread("no_such_choice")),
        ("", Unread("none")),
    ],
)
def test_yes_and_no_are_read_from_labels_words_and_numbers(said: str, read: object) -> None:
    assert IN_WORK.read(said, zh) == read


@pytest.mark.parametrize(("said", "value"), [("不是", False), ("不是的", False), ("没有", False), ("是", True), ("对", True)])
def test_a_clear_word_counts_even_where_it_is_a_part_of_a_longer_label(said: str, value: bool) -> None:
    assert YesNo(key="work_injury", may_be_unclear=True).read(said, zh) == Read(value)


def test_unclear_is_no_answer_where_it_is_not_offered() -> None:
    assert CONSENT.load("unclear") is None
    assert CONSENT.press("unclear") is None
    assert CONSENT.read("不知道", zh) == Unread("unclear")


@pytest.mark.parametrize("said", ["没领过", "没有", "没", "无", "没领", "0", "nothing"])
def test_nothing_can_be_said_where_nothing_is_usual(said: str) -> None:
    assert PAID.read(said, zh) == Read(Fen(0))


def test_no_is_no_sum_where_a_sum_is_needed() -> None:
    assert LOSS.read("没有", zh) != Read(Fen(0))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("-5", "negative"),
        ("0", "too_small"),
        ("2亿", "too_large"),
        ("1.234", "too_precise"),
        ("几千", "vague"),
        ("3万或4万", "several"),
        ("啊", "none"),
    ],
)
def test_a_sum_out_of_reach_is_refused_with_its_reason(said: str, reason: str) -> None:
    assert LOSS.read(said, zh) == Unread(reason)  # type: ignore[arg-type]  # one of the closed set


@pytest.mark.parametrize("value", ["-1", "0", "1e5", "٣", "10000000001", "", " 5", "5.0", "9" * 60])
def test_a_forged_sum_is_no_answer(value: str) -> None:
    assert LOSS.press(value) is None


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("2026-11-23", Read(TODAY)),
        ("2023-01-01", Read(date(2023, 1, 1))),
        ("2026-11-24", Unread("future")),
        ("2022-12-31", Unread("too_early")),
        ("2026-02-30", Unread("no_such_day")),
    ],
)
def test_a_day_is_between_the_first_edition_and_today(said: str, read: object) -> None:
    assert LEFT.read(said, zh) == read


def test_the_days_offered_are_today_and_yesterday_where_the_rules_reach() -> None:
    assert [option.value for option in LEFT.options()] == ["2026-11-23", "2026-11-22"]
    assert [option.value for option in Day(key="fire_on", today=TODAY, earliest=TODAY).options()] == ["2026-11-23"]


@pytest.mark.parametrize(
    ("said", "read"), [("45", Read(45)), ("四十五岁", Read(45)), ("121", Unread("too_large")), ("-3", Unread("negative"))]
)
def test_an_age_is_read_within_its_bounds(said: str, read: object) -> None:
    assert AGE.read(said, zh) == read


def test_what_only_its_owner_may_see_whole_is_shown_by_its_end() -> None:
    assert mask("13800138000") == "****8000"
    assert zh(PHONE.show("13800138000")) == "****8000"


def test_a_row_of_a_list_is_stored_with_its_name() -> None:
    found = Found(3, "一汽总装工会")

    assert UNION.load(UNION.dump(found)) == found
    assert UNION.read("总装", zh) == Unread("look_up")
    assert UNION.press("3") is None


def stored(*uploads: tuple[str, str | None], done: bool = True) -> dict[str, Any]:
    return {"uploads": [{"upload": u, **({"kind": k} if k else {})} for u, k in uploads], "done": done}


def test_pictures_count_for_the_first_kind_still_missing() -> None:
    handed = PAPERS.handed_in(stored(("a", None), ("b", "card"), ("c", None), ("d", None)))

    assert handed == (HandedIn("a", "receipt"), HandedIn("b", "card"), HandedIn("c", "note"), HandedIn("d", "note"))
    assert missing_of(PAPERS.needs, handed) == 0


def test_a_kind_that_this_question_does_not_ask_for_is_taken_for_one_that_it_does() -> None:
    assert PAPERS.handed_in(stored(("a", "accident_report"))) == (HandedIn("a", "receipt"),)


def test_papers_are_an_answer_only_once_they_are_said_to_be_done() -> None:
    assert PAPERS.load(stored(("a", None), done=False)) is None
    assert PAPERS.load(stored(("a", None))) == (HandedIn("a", "receipt"),)
    assert PAPERS.load(stored()) == ()
    assert [n.kind for n in PAPERS.missing(stored(("a", None), done=False))] == ["note", "card"]


def test_where_a_paper_must_come_none_is_no_answer() -> None:
    at_least_one = Documents(key="documents", needs=PAPERS.needs, least=1)

    assert at_least_one.load(stored()) is None
    assert at_least_one.load(stored(("a", None))) is not None


@pytest.mark.parametrize("said", ["提交", "提交。", " 提交 ", "对", "没问题", "是的", "好的"])
def test_only_its_own_word_or_a_yes_sends(said: str) -> None:
    assert CONFIRM.read(said, zh) == Read(CONFIRM.digest)


@pytest.mark.parametrize(
    "said", ["1", "第一个", "第一项", "a", "A", "last", "最后一个", "the first one", "不对", "不交", "提", "王芳", "", "0"]
)
def test_nothing_else_sends(said: str) -> None:
    assert CONFIRM.read(said, zh) == Unread("not_confirmed")


@pytest.mark.parametrize(
    ("said", "key"), [("1", "name"), ("第一项", "name"), ("第2个", "phone"), ("电话", "phone"), ("最后一个", "phone"), ("姓名", "name")]
)
def test_a_number_or_a_name_at_the_last_look_means_an_item(said: str, key: str) -> None:
    item = CONFIRM.item_meant(said, zh)

    assert item is not None
    assert item.key == key


@pytest.mark.parametrize("said", ["3", "0", "99", "第三项", "", "随便说说"])
def test_a_number_beyond_the_list_means_none(said: str) -> None:
    assert CONFIRM.item_meant(said, zh) is None


def test_a_confirmation_holds_only_for_exactly_what_was_shown() -> None:
    others = [
        last_look(NAMED, PHONED, amount=36001),
        last_look(NAMED, PHONED, amount=None),
        last_look(NAMED, PHONED, review=(Say("review.reason", {"clause": {"zh": "受伤"}}),)),
        last_look(NAMED),
        last_look(PHONED, NAMED),
        last_look((NAMED[0], "王方"), PHONED),
        last_look(NAMED, (PHONE, "13900000001")),
    ]

    assert last_look(NAMED, PHONED) == CONFIRM
    assert len({other.digest for other in [*others, CONFIRM]}) == len(others) + 1
    for other in others:
        assert other != CONFIRM
        assert other.load(CONFIRM.digest) is None
        assert other.press(CONFIRM.digest) is None
    assert CONFIRM.press(CONFIRM.digest) == CONFIRM.digest


def test_a_no_to_something_else_is_read_back_first() -> None:
    answer = YesNo(key="in_work").read("没领过", lambda say: say.key)

    assert answer == Read(value=False, sure=False)


@pytest.mark.parametrize(
    ("question", "text", "read"),
    [
        (DEDUCTIBLE, "不清楚", Read(UNCLEAR)),
        (DEDUCTIBLE, "不知道", Read(UNCLEAR)),
        (DEDUCTIBLE, "800", Read(Fen(80_000))),
        (DEDUCTIBLE, "0", Read(Fen(0))),
        (DEDUCTIBLE, "没有", Unread("none")),
        (LOSS, "不清楚", Unread("none")),
        (AID_THEN, "没领过", Read(Fen(0))),
        (AID_THEN, "不清楚", Read(UNCLEAR)),
        (HURT, "两个", Read(2)),
        (HURT, "没有孩子受伤", Read(0)),
        (HURT, "没有", Read(0)),
        (HURT, "21", Unread("too_large")),
        (HURT, "不清楚", Unread("none")),
    ],
)
def test_nothing_and_not_known_are_answers_only_where_there_is_a_button_for_them(question: Question[Any], text: str, read: object) -> None:
    assert question.read(text, lambda say: wording.say(say, "zh_CN")) == read


def test_a_sum_of_an_earlier_year_is_no_answer_for_another() -> None:
    stored = AID_THEN.dump(Fen(300_000))

    assert stored == {"year": 2025, "value": 300_000}
    assert AID_THEN.load(stored) == 300_000
    assert AID_THEN.load(AID_THEN.dump(UNCLEAR)) is UNCLEAR
    assert AID_THEN.press("0") == 0
    assert [AID_THEN.load(other) for other in (300_000, {"year": 2024, "value": 300_000}, {"value": 1}, "unclear", None)] == [None] * 5
    assert PAID.load(stored) is None


def named(number: int, what: Say) -> str:
    """In a language that nobody speaks twice."""
    return f"{what.key} {number}"


def test_a_question_keeps_what_its_buttons_are_called_once_for_a_language_and_not_for_ever() -> None:
    question = YesNo(key="in_work")
    kept = question.sayings(zh)

    assert question.sayings(zh) is kept
    for number in range(100):
        question.sayings(partial(named, number))
    assert len(question.labels) <= MOST_LANGUAGES
    assert question.sayings(zh) == kept
