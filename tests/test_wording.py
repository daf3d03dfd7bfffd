"""Keys and figures become sentences: every format, and words for everything that flows, rules, readings and claims can come to say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any, get_args

import pytest

from bot import wording
from bot.claims.states import State
from bot.conversation.going_on import OUTCOMES
from bot.conversation.worth_telling import LEFT_OUT, PART
from bot.documents.errors import Reason as Refusal
from calculator import load
from calculator.edition import Edition
from calculator.facts import FACTS
from calculator.policy import places
from handlers.benefit import Estimated, NotYet
from handlers.birthday import Born
from handlers.claim import CARD, NAME, PHONE, UNION, Applied, Declined
from handlers.dialogue import replay
from handlers.facts import OF_THE_YEAR, day_question, fact_question, is_any_cause
from handlers.mend import Mended
from handlers.on_behalf import AGREED, CONSENT, FOR_ANOTHER
from handlers.questions import Lookup, Question
from handlers.say import Say
from handlers.understanding.reading import Reason
from tests.calculator.steps import steps
from tests.handlers.walking import TODAY, ways

both = pytest.mark.parametrize("locale", wording.LOCALES)


def editions() -> Iterator[Edition]:
    for place in places():
        for policy in load(place).values():
            yield from policy.editions


def questions() -> dict[str, Question[Any]]:
    """Every question of every flow, by its sentence: those of a typical walk, and one for each fact of each edition."""
    found: dict[str, Question[Any]] = {
        question.sentence: question for question in (CONSENT, NAME, UNION, PHONE, CARD, replace(CARD, words="card_of_family"))
    }
    for edition in editions():
        for name in (*edition.asks, *edition.claim_asks):
            asked = fact_question(name, edition, TODAY)
            found.setdefault(asked.sentence, asked)
        day = day_question(FACTS[edition.edition_by], edition, edition.starts, TODAY)
        found.setdefault(day.sentence, day)
    for way, consent in product(ways(), (AGREED, FOR_ANOTHER)):
        answers: dict[str, Any] = {CONSENT.key: consent}
        while (question := replay(way.start, answers).pending) is not None:
            found.setdefault(question.sentence, question)
            answers[question.key] = question.dump(question.typical())
    return found


def without_words(keys: Iterator[str], locale: str) -> list[str]:
    return sorted({key for key in keys if not wording.has(key, locale)})


@both
def test_every_question_has_its_sentence_an_example_and_a_name(locale: str) -> None:
    asked = questions()
    keys = [f"{kind}.{sentence}" for sentence in asked for kind in ("ask", "example")]
    keys += [f"name.{question.key}" for question in asked.values() if question.key != "confirm"]

    assert without_words(iter(keys), locale) == []


@both
def test_every_list_to_choose_from_has_a_sentence_for_what_was_found(locale: str) -> None:
    keys = [f"found.{question.key}" for question in questions().values() if isinstance(question, Lookup)]

    assert keys
    assert without_words(iter(keys), locale) == []


@both
def test_every_button_of_every_question_has_words_of_its_own(locale: str) -> None:
    for edition in editions():
        for name in (*edition.asks, *edition.claim_asks):
            labels = [wording.say(option.label, locale) for option in fact_question(name, edition, TODAY).options()]
            assert all(labels)
            assert len(labels) == len(set(labels))
    for question in questions().values():
        assert all(wording.say(option.label, locale) for option in question.options())


@both
def test_every_answer_reads_back(locale: str) -> None:
    for question in questions().values():
        assert wording.say(question.show(question.typical()), locale) is not None
        for option in question.options():
            value = question.press(option.value)
            assert value is not None
            assert wording.say(question.show(value), locale)


@both
def test_every_question_is_asked_of_this_year_and_of_an_earlier_one(locale: str) -> None:
    last_year = TODAY.replace(year=TODAY.year - 1)
    for edition in editions():
        for name in (*edition.asks, *edition.claim_asks):
            this, earlier = fact_question(name, edition, TODAY, TODAY), fact_question(name, edition, TODAY, last_year)
            said = [wording.text(f"ask.{question.sentence}", locale, question.figures) for question in (this, earlier)]
            assert (said[0] != said[1]) is (name in OF_THE_YEAR)
            assert (str(last_year.year) in said[1]) is (name in OF_THE_YEAR)


@both
def test_every_reason_for_not_understanding_has_a_sentence(locale: str) -> None:
    assert without_words((f"unread.{reason}" for reason in get_args(Reason)), locale) == []


@both
def test_every_refused_file_and_every_state_of_a_claim_has_a_sentence(locale: str) -> None:
    keys = [*(f"upload.refused.{reason.value}" for reason in Refusal), *(f"status.{claim_state.value}" for claim_state in State)]

    assert without_words(iter(keys), locale) == []


@both
def test_every_benefit_has_a_word_and_a_place_in_the_menu(locale: str) -> None:
    benefits = {benefit for place in places() for benefit in load(place)}

    troubles = [*benefits, *(f"{edition.benefit}_any_cause" for edition in editions() if is_any_cause(edition))]

    assert without_words((f"word.benefit.{benefit}" for benefit in benefits), locale) == []
    assert without_words((f"{kind}.{trouble}" for trouble in troubles for kind in ("word.trouble", "menu")), locale) == []


@both
def test_every_step_of_a_working_is_worded_short_and_long(locale: str) -> None:
    assert without_words((f"working.{kind}" for kind in steps()), locale) == []
    assert without_words((f"step.{kind}" for kind in steps() - LEFT_OUT), locale) == []
    assert without_words(iter([f"step.{PART}", "step.route_within"]), locale) == []


@both
def test_every_band_has_words_however_its_ends_are_written(locale: str) -> None:
    ways = [f"{first}{second}" for first in ("over", "from") for second in ("", "_to", "_below")]

    assert without_words((f"range.{way}" for way in ways), locale) == []


def test_every_outcome_is_carried_out() -> None:
    assert set(OUTCOMES) == {Estimated, NotYet, Declined, Applied, Born, Mended}


@both
def test_no_sentence_to_a_member_is_longer_than_120_characters_in_chinese(locale: str) -> None:
    longest = {"zh_CN": 120, "en": 200}[locale]
    said = ("ask.", "example.", "unread.", "result.", "claim.", "mend.", "upload.", "documents.", "help.", "news.", "greeting")

    assert [key for key, words in wording.catalogue(locale).items() if key.startswith(said) and len(words) > longest] == []


@pytest.mark.parametrize(
    ("figure", "format_spec", "chinese", "english"),
    [
        (1_216_000, "yuan", "12,160.00", "12,160.00"),
        (1, "yuan", "0.01", "0.01"),
        (15_200_000, "round_yuan", "152,000", "152,000"),
        (500_001, "round_yuan", "5,000.01", "5,000.01"),
        ("2026-10-03", "day", "2026年10月3日", "3 October 2026"),
        ("2026-10-03T09:05:00+08:00", "moment", "2026年10月3日 09:05", "3 October 2026 09:05"),
        (80_000, "rate", "8%", "8%"),
        (15_000, "rate", "1.5%", "1.5%"),
        (2_250, "rate", "0.225%", "0.225%"),
        ({"zh": "住院", "en": "Hospital"}, "text", "住院", "Hospital"),
        ({"zh": "住院"}, "text", "住院", "住院"),
        ("王芳", "text", "王芳", "王芳"),
        ("hospital", "word:benefit", "住院", "a hospital stay"),
        (["hospital", "fire"], "list:benefit", "住院、家里遭灾", "a hospital stay, damage at home"),
        ({"key": "value.age", "figures": {"count": 45}}, "say", "45 岁", "45"),
        (Say("value.age", {"count": 45}), "say", "45 岁", "45"),
        ("name.age", "key", "年龄", "age"),
        (45, "", "45", "45"),
    ],
)
def test_figures_are_written_as_each_language_does(figure: object, format_spec: str, chinese: str, english: str) -> None:
    name, _, argument = format_spec.partition(":")

    assert [wording.FORMATS[name](figure, locale, argument) for locale in wording.LOCALES] == [chinese, english]


@pytest.mark.parametrize("typed", ["{0}", "{a.__class__}", "{", "}", "{{}}", "%s", "{value:say}", "${x}"])
def test_what_a_member_typed_is_never_taken_for_a_placeholder(typed: str) -> None:
    inner = {"key": "value.text", "figures": {"text": typed}}

    assert wording.text("noted", "zh_CN", {"name": "name.name", "value": inner}) == f"记下了：姓名 {typed}。"


@pytest.mark.parametrize(
    ("hint", "locale"),
    [
        (None, "zh_CN"),
        ("", "zh_CN"),
        ("zh", "zh_CN"),
        ("zh-TW", "zh_CN"),
        ("ZH-cn", "zh_CN"),
        ("en", "en"),
        ("en-GB", "en"),
        ("fr", "en"),
        ("\0", "en"),
    ],
)
def test_a_hint_picks_the_closest_language(hint: str | None, locale: str) -> None:
    assert wording.closest(hint) == locale


def test_a_key_without_words_is_a_bug() -> None:
    with pytest.raises(KeyError):
        wording.text("no.such.key", "en")


def test_an_unknown_locale_reads_chinese() -> None:
    assert wording.text("name.age", "xx") == "年龄"
