"""What stands on a card: only what WeChat takes, whatever the news, the language and the field; and never anything about a person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot import wording
from bot.channels.wechat.channel import template_of
from bot.channels.wechat.template import News, Template, fields_of, fits, placeholders, unfit
from bot.channels.wechat.tidings import KINDS
from bot.settings import Settings
from bot.wording import LOCALES
from tests.fakes import wechat_templates
from tests.fakes.wechat_templates import CONTENT, TEMPLATE_ID

AT = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
GOOD = {"news": ["thing1", "phrase2", "const3", "keyword1"], "number": ["character_string2", "thing9"], "hint": ["thing3", "keyword2"]}
GOOD["day"] = ["time3", "date4", "thing5", "character_string6", "keyword3"]
FITTING = [(name, what) for what, names in GOOD.items() for name in names]

kinds = st.sampled_from(sorted(set(KINDS.values())))
moments = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - given a zone
news = st.builds(News, st.integers(1, 2**62), kinds, st.sampled_from(["C-2611-0042", ""]), moments, st.sampled_from(LOCALES))


def with_account(**more: Any) -> Settings:
    """Settings of an account, and what a test sets beside."""
    account = {"wechat_app_id": "wx1", "wechat_token": "token", "wechat_secret": "secret", "wechat_template_id": TEMPLATE_ID}
    return Settings(_env_file=None, **{**account, **more})


@given(told=news, field=st.sampled_from(FITTING))
def test_whatever_the_news_every_value_is_one_that_wechat_takes(told: News, field: tuple[str, str]) -> None:
    template = Template(TEMPLATE_ID, dict([field]))

    values = template.filled(told, wording.say)

    for name, entry in values.items():
        wechat_templates._check(name, entry["value"])
        assert fits(name, entry["value"])


@given(told=news)
def test_the_words_on_a_card_depend_on_the_kind_of_news_alone(told: News) -> None:
    template = Template(TEMPLATE_ID, {"thing1": "news", "thing2": "hint"})

    same = template.filled(News(1, told.kind, "", AT, told.locale), wording.say)

    assert template.filled(told, wording.say) == same


def test_without_a_field_for_it_the_kind_of_news_says_how_to_read_on() -> None:
    told = News(1, "paid", "C-2611-0042", AT, "zh_CN")

    short = Template(TEMPLATE_ID, {"thing1": "news", "thing2": "hint"}).filled(told, wording.say)
    long = Template(TEMPLATE_ID, {"thing1": "news"}).filled(told, wording.say)

    assert (short["thing1"]["value"], short["thing2"]["value"]) == ("已经打款", "回复1看全文")
    assert long["thing1"]["value"] == "已经打款，回复1看全文"


def test_a_phrase_is_chinese_for_everybody() -> None:
    told = News(1, "paid", "C-2611-0042", AT, "en")

    values = Template(TEMPLATE_ID, {"phrase1": "news", "thing2": "news"}).filled(told, wording.say)

    assert [values[name]["value"] for name in ("phrase1", "thing2")] == ["已经打款", "Paid: reply 1"]


@pytest.mark.parametrize(
    ("name", "value", "is_fit"),
    [
        ("thing1", "字" * 20, True),
        ("thing1", "字" * 21, False),
        ("thing1", "", False),
        ("thing1", "两\n行", False),
        ("character_string2", "C" * 32, True),
        ("character_string2", "C" * 33, False),
        ("character_string2", "编号", False),
        ("phrase3", "已经打款了", True),
        ("phrase3", "已经打款了吗", False),
        ("phrase3", "paid", False),
        ("keyword1", "字" * 20, True),
        ("keyword1", "字" * 21, False),
    ],
)
def test_a_value_is_measured_by_the_kind_of_its_field(name: str, value: str, is_fit: bool) -> None:
    assert fits(name, value) is is_fit


def test_fields_that_cannot_hold_what_is_meant_for_them_are_found() -> None:
    template = Template(TEMPLATE_ID, {"thing1": "news", "phrase2": "number", "time3": "news"})

    assert list(unfit(template, [News(1, "paid", "C-2611-0042", AT, "zh_CN")], wording.say)) == ["phrase2", "time3"]


def test_the_defaults_fit_a_template_with_these_three_keywords() -> None:
    template = template_of(with_account())

    assert template is not None
    assert list(template.fields) == placeholders(CONTENT)


@pytest.mark.parametrize(("url", "to"), [("https://bot.example.org", "https://bot.example.org/wechat/news"), ("http://localhost:8080", "")])
def test_a_tap_leads_somewhere_only_under_an_address_that_phones_reach(url: str, to: str) -> None:
    template = template_of(with_account(public_url=url))

    assert template is not None
    assert template.url == to


def test_a_fixed_text_stands_as_it_is() -> None:
    template = Template(TEMPLATE_ID, fields_of("thing1=text:工会补贴,thing2=news"))

    assert template.filled(News(1, "paid", "", AT, "zh_CN"), wording.say)["thing1"] == {"value": "工会补贴"}


@pytest.mark.parametrize(
    "fields", ["", "thing1", "thing1=name", "thing1.DATA=news", "thing1=news,", "thing1=text:", "thing1=text:" + "字" * 21]
)
def test_fields_that_nobody_could_fill_are_refused_at_the_start(fields: str) -> None:
    with pytest.raises(ValidationError, match="wechat_template_fields"):
        with_account(wechat_template_fields=fields)


def test_every_kind_of_news_is_a_notice_that_there_is() -> None:
    for key in KINDS:
        assert all(wording.has(key, locale) for locale in LOCALES), key
