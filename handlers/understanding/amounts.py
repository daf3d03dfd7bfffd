"""Typed amounts of money, exact to the fen: 32,000元, 3万2, 一百五, 叁万贰仟元整, 5k8, thirty-two thousand."""

from __future__ import annotations

import re
from decimal import Decimal

from calculator.amounts import Fen
from handlers.understanding.mentions import COUNTED_THINGS, MINUS_SIGN, Mention, mentions
from handlers.understanding.numerals import Exact, Number, Token, is_whole, number
from handlers.understanding.plain import FORMAL, SPOILT, plain
from handlers.understanding.reading import LONGEST, NotReadError, Read, Unread

_LARGEST = Fen(10**11)
"""A thousand million yuan. What is longer is a telephone or card number."""

_NOT_MONEY = frozenset(COUNTED_THINGS)
_NOT_MONEY_WORDS = ("years", "days")
_FEN = {"yuan": 100, "jiao": 10, "fen": 1}
_CURRENCY = re.compile(r"(?:cny|rmb|人民币|yuan)(?![a-z])|(?:cny|rmb)(?=[0-9])|¥")
_SIGN = re.compile(r"[¥cry]|人民币")
_AFTER_NUMBER = re.compile(r"(?<=[0-9一二三四五六七八九十百千万亿零两半wk]) ?¥")
_BEFORE_COUNTING = re.compile(r"一共|总共|统共")
_NOTHING = re.compile(r"(?:我|自己|这次)*(?:一分钱?|一毛钱?)?[都也]?(?:没有?|未)[花付出掏交用]过?(?:了)?(?:一分|一毛|什么)?钱?|免费")
_HARMLESS_WORDS = (
    r"个人|自己|自个儿?|自付|自费|自负|支付|现金|实际|医保|报销[完后]|报完|之后|住院|手术|治疗|看病|住了院|这次|金额|扣[除掉]医保后?|除去(?:报销|医保)|部分|刚好|正好|"
    r"(?:发票|单子|结算单)上|[您你]好|谢谢[您你]?|写[的着]?|拿了?|花费|花销|花了?|付了?|用了?|交了?|掏了?|出了|合计|共计|总计|共|是|只|才|还|又|也|的|了|我|俺|咱|钱|啊|呢|哦|呀|嗯|就|那"
)
_HARMLESS = re.compile(
    rf"{_HARMLESS_WORDS}|"
    r"\b(?:i|paid|pay|spent|in|total|it|is|was|the|amount|my|own|myself|of|out|pocket|cost|costs|me|for|hospital|it's|a)\b|"
    r"[\s,。.!、:;¥元]"
)
_ALL_HARMLESS = re.compile(rf"(?:{_HARMLESS.pattern})*+")
_PLAINLY = re.compile(
    rf"(?:{_HARMLESS_WORDS}|[ ,。])*+(?:"
    r"(?P<yuan>[1-9][0-9]{0,6})(?:\.(?P<part>[0-9]{1,2}))?|"
    r"(?:(?P<times>[1-9][0-9]{0,2}(?:\.[0-9]{1,2})?)[万w]|(?P<head>[1-9一二两三四五六七八九])(?P<unit>[万千])(?P<tenth>[1-9一二三四五六七八九])?)"
    r")(?:[元块]钱?)?[。!]?"
)
"""The way most sums are typed, behind harmless words: what follows below would read the same from it, in ten times the time."""
_PLAIN_DIGITS = {character: value for value, character in enumerate("一二三四五六七八九", start=1)} | {"两": 2}
_PLAIN_UNITS = {"千": 100_000, "万": 1_000_000}
_JUST_A_FEN_PLACE = 2
_BARE_DIGITS = 8


def read_amount(text: str) -> Read[Fen] | Unread:
    """Find the one amount this message names, in fen. Anything around it that is not known to be harmless makes it unsure."""
    if len(text) > LONGEST:
        return Unread("too_long")
    return amount_in(plain(text), formal=not FORMAL.isdisjoint(text))


def amount_in(said: str, *, formal: bool = False) -> Read[Fen] | Unread:
    """Find the one amount in plain text; `formal` where its numerals were those of cheques."""
    if (plainly := _PLAINLY.fullmatch(said)) and not (formal and plainly["tenth"]):
        return Read(_plainly(plainly))
    try:
        return _read(said, formal=formal)
    except NotReadError as error:
        return Unread(error.reason)


def _plainly(found: re.Match[str]) -> Fen:
    """12160.5, 3.2万, 三万二."""
    if yuan := found["yuan"]:
        return Fen(int(yuan) * 100 + int((found["part"] or "").ljust(_JUST_A_FEN_PLACE, "0")))
    if times := found["times"]:
        return Fen(int(Decimal(times) * _PLAIN_UNITS["万"]))
    return Fen((_digit(found["head"]) * 10 + _digit(found["tenth"] or "0")) * _PLAIN_UNITS[found["unit"]] // 10)


def _digit(sign: str) -> int:
    return _PLAIN_DIGITS.get(sign) or int(sign)


def _read(said: str, *, formal: bool) -> Read[Fen] | Unread:
    if _NOTHING.fullmatch(said.strip(" ,。.!、")):
        return Read(Fen(0), sure=False)
    currency = _BEFORE_COUNTING.sub(" ", said) if "共" in said else said
    if _SIGN.search(said):
        currency = _AFTER_NUMBER.sub("元", _CURRENCY.sub("¥", currency))
    found = mentions(currency)
    taken = [mention for mention in found.found if not _counts_something_else(mention)]
    amounts = [_amount(mention) for mention in taken]
    if not amounts:
        return Unread("unclear" if SPOILT in said else "none")
    if MINUS_SIGN.search(said) and any(mention.negative for mention in taken):
        return Unread("negative")
    value = amounts[0].value
    if any(read.value != value for read in amounts):
        return Unread("several")
    sure = found.sure and all(read.sure and not (formal and read.shorthand) for read in amounts)
    return Read(_fen(value), sure and found.nothing_but(taken, _ALL_HARMLESS))


def _counts_something_else(mention: Mention) -> bool:
    tokens = mention.tokens
    if not mention.after.startswith("钟") and not _FEN.keys().isdisjoint([token.kind for token in tokens]):
        return False
    following = mention.after.lstrip()
    if tokens[-1].kind == "point" or following[:1] in _NOT_MONEY or following.startswith(_NOT_MONEY_WORDS):
        return True
    lone = len(tokens) == 1 and tokens[0].kind in {"digit", "zero"}
    return lone and "一" <= mention.after[:1] <= "鿿" and not _HARMLESS.match(mention.after)


def _fen(value: Exact) -> Fen:
    if not is_whole(value):
        raise NotReadError("too_precise")
    if value > _LARGEST:
        raise NotReadError("too_large")
    return Fen(int(value))


def _amount(mention: Mention) -> Number:
    """Value of one mention in fen, still a fraction."""
    kinds = [token.kind for token in mention.tokens]
    tokens = [token for token in mention.tokens if token.kind != "even"] if "even" in kinds else mention.tokens
    if "yuan" not in kinds:
        read = _small_change(tokens) if "jiao" in kinds or "fen" in kinds else _yuan(tokens)
        return Number(read.value, read.sure and not _like_a_date_or_telephone(tokens), read.shorthand)
    at = next(i for i, token in enumerate(tokens) if token.kind == "yuan")
    yuan = _yuan(tokens[:at])
    rest = [token for token in tokens[at + 1 :] if token.kind != "about"]
    change = _change(rest, colloquial=tokens[at].text == "块") if rest else Number(0)
    about = len(rest) < len(tokens) - at - 1
    return Number(yuan.value + change.value, yuan.sure and change.sure and not about, yuan.shorthand)


def _like_a_date_or_telephone(tokens: list[Token]) -> bool:
    """Eight digits or more, bare: 20241003, 84567890."""
    first = tokens[0]
    return len(tokens) == 1 and len(first.text) >= _BARE_DIGITS and not first.grouped


def _yuan(tokens: list[Token]) -> Number:
    if len(tokens) == 1 and tokens[0].decimals > _JUST_A_FEN_PLACE:
        raise NotReadError("too_precise")
    read = number(tokens)
    return Number(read.value * _FEN["yuan"], read.sure, read.shorthand)


def _change(tokens: list[Token], *, colloquial: bool) -> Number:
    """Rest after 元 or 块: 五, 五毛, 五角六分, 零五分, 半."""
    if [token.kind for token in tokens] == ["half"]:
        return Number(50, sure=False)
    if len(tokens) == 1 and tokens[0].kind == "digits" and len(tokens[0].text) == _JUST_A_FEN_PLACE and not tokens[0].decimals:
        return Number(tokens[0].value, sure=False)
    if len(tokens) == 1:
        return Number(_place(tokens[0]) * _FEN["jiao"], sure=colloquial)
    return _small_change(tokens)


def _small_change(tokens: list[Token]) -> Number:
    """五毛, 五毛五, 五角六分, 六分; a 零 may stand before the fen."""
    places = [token for token in tokens if token.kind != "zero"]
    kinds = [token.kind for token in places[1::2]]
    if kinds == ["jiao", "fen"] or (kinds == ["jiao"] and len(places) == 3):  # noqa: PLR2004 - 五毛五
        return Number(_place(places[0]) * _FEN["jiao"] + _place(places[2]))
    if len(places) == 2 and kinds in (["jiao"], ["fen"]):  # noqa: PLR2004 - a digit and its unit
        return Number(_place(places[0]) * _FEN[kinds[0]])
    raise NotReadError("unclear")


def _place(token: Token) -> Exact:
    if token.kind not in {"digit", "digits"} or token.decimals or len(token.text) != 1:
        raise NotReadError("unclear")
    return token.value
