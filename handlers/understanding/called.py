"""What people call the answers that they gave: "金额" is the sum, whatever sum was asked; "手机号" is the answer under "phone"."""

from __future__ import annotations

from typing import Final

SUM: Final = "sum"
DAY: Final = "day"
"""Kinds of answers; every other name here is the key of one."""

_CALLED = {
    SUM: "金额 数额 数字 amount",
    "age": "年龄 岁数 age",
    DAY: "日期 时间 date day",
    "phone": "电话 电话号 电话号码 手机 手机号 手机号码 phone number",
    "name": "姓名 名字 name",
    "union": "单位 工会 union unit",
    "certno": "身份证 身份证号 身份证号码 证件 证件号 证件号码 certificate",
    "card": "卡号 银行卡 银行卡号 card",
    "documents": "材料 照片 document documents",
    "address": "地址",
}
_BY_WORD = {word: name for name, words in _CALLED.items() for word in words.split()}
WORDS = tuple(sorted(_BY_WORD, key=len, reverse=True))
"""Longer ones first, so that one pattern of them all takes the whole of a word."""


def called(word: str) -> str:
    """SUM, DAY or the key of the answer that a word names; any other word is taken for a key itself."""
    return _BY_WORD.get(word, word)


def first_called(text: str) -> str:
    """The first word for an answer inside a sentence ("我填错电话了"), or ""."""
    said = text.casefold()
    found = [(said.find(word), word) for word in WORDS if word in said]
    return min(found, key=lambda at: at[0])[1] if found else ""
