"""Words with numerals in them that name no number: 万一, 十分, 一般, 乱七八糟. They are taken out before numbers are looked for."""

from __future__ import annotations

import re

_ALWAYS = """
一塌糊涂 一五一十 一清二楚 一清二白 一干二净 一来二去 一心一意 一模一样 一言一行 一举一动 一点一滴 一问三不知 一窍不通
一言难尽 一无所知 一无所有 一头雾水 一团糟 一团乱 一波三折 一知半解 一刀两断 一举两得 一时半会 一天到晚 一路平安
一言为定 一如既往 一了百了 二话不说 二话没说 两全其美 半信半疑 半死不活 半斤八两 三心二意 三心两意 三番五次 三番两次
三天两头 三言两语 三长两短 三五成群 四面八方 四分五裂 四通八达 五花八门 五颜六色 五味杂陈 五险一金 六神无主 七上八下
七手八脚 七零八落 七嘴八舌 七老八十 七拼八凑 八九不离十 九牛一毛 九死一生 十有八九 十之八九 十全十美 十万火急
百思不得其解 百分百 百闻不如一见 千方百计 千辛万苦 千真万确 千言万语 千变万化 千千万万 万无一失 万不得已 万事如意
乱七八糟 乌七八糟 杂七杂八 歪七扭八 横七竖八 乱七乱八 丢三落四 丢三拉四 颠三倒四 不三不四 低三下四 推三阻四 挑三拣四
说三道四 朝三暮四 隔三差五 隔三岔五 接二连三 举一反三 独一无二 数一数二 略知一二 说一不二 以防万一
"""
_INSIDE_NUMERALS = "0-9一二三四五六七八九十百千万亿零两几"
_PATTERNS = (
    rf"十(?<![{_INSIDE_NUMERALS}]十)分",
    rf"万(?<![{_INSIDE_NUMERALS}]万)(?:分|一(?![十百千万]))",
    "千万[别要]",
    "百分之[零一二三四五六七八九十百点]*",
    "一[些下样直般定起切旦点会边]",
)
_EVERY = (*_ALWAYS.split(), *_PATTERNS)
_BY_FIRST = {first: [idiom[1:] for idiom in _EVERY if idiom[0] == first] for first in dict.fromkeys(idiom[0] for idiom in _EVERY)}
_IDIOMS = re.compile("|".join(f"{first}(?:{'|'.join(rests)})" for first, rests in _BY_FIRST.items()))
"""One alternative for each first character: a search that tries every idiom in turn takes five times as long."""


def without_idioms(plain_text: str) -> str:
    """Text with a ※ in the place of each: no number, and nothing known to be harmless either."""
    return _IDIOMS.sub("※", plain_text)
