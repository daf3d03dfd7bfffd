"""What a message is about: a benefit, named even inside a sentence, or a command, which is always the whole message."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from handlers.understanding.called import WORDS
from handlers.understanding.plain import plain
from handlers.understanding.reading import LONGEST
from handlers.understanding.signs import one_of, signs, words_of


@dataclass(frozen=True, slots=True)
class Topic:
    """A benefit or a command by name; an edit has a target (a number, or a word as typed) and perhaps the new answer, made plain."""

    kind: Literal["benefit", "command"]
    name: str
    target: str = ""
    answer: str = ""


_COMMANDS = {
    "menu": "菜单|主菜单|首页|主页|开始|回到菜单|返回菜单|menu|main menu|home",
    "back": "上一题|上一个|上一个问题|返回|上一步|上一页|返回上一步|回到上一步|回上一步|退回|后退|back|go back|previous|previous question",
    "again": "重新开始|重来|从头开始|从头再来|重新来|重新来过|重新填|start over|restart|start|start again",
    "stop": "不办了|先不办了|不想办了|不弄了|不申请了|算了|退出|停止|结束|取消|stop|cancel|quit|exit|forget it",
    "help": "帮助|怎么用|怎么办|怎么弄|help|how does this work",
    "status": "我的申请|到哪了|到哪一步了|我的钱到哪了|审批到哪了|审核到哪了|什么时候到账|我的进度|我的申请进度|"
    "申请进度查询|我的申请到哪了|进度|查进度|查询进度|查询|申请进度|审核进度|办得怎么样了|status|where is my claim|my claim|my claims",
    "language_en": "英文|英语|说英语|说英文|切换英文|切换到英文|换成英文|switch to english|english|in english|speak english|en",
    "language_zh": "中文|汉语|说中文|切换中文|切换到中文|换成中文|speak chinese|switch to chinese|普通话|chinese|in chinese|zh",
    "why": "为什么|为啥|凭什么|怎么算的|为什么不能领|为什么领不了|why|how come",
    "human": "人工|人工客服|人工服务|工作人员|客服|转人工|找人问问|找人|找工作人员|真人|"
    "human|talk to a person|talk to someone|a person|agent|operator",
    "undo": "撤销|撤消|撤销修改|改回去|改回来|undo|take it back",
    "change": "看看我填的|我填的|我填了什么|我的回答|我答了什么|my answers|show my answers",
    "claim": "申请|现在申请|申请补贴|开始申请|办申请|apply|apply now|claim|make a claim",
}
COMMANDS = frozenset({*_COMMANDS, "edit"})
BENEFITS = ("hospital", "accident", "fire")
_BY_WORD = {word: name for name, words in _COMMANDS.items() for word in words.split("|")}
_POLITE_BEFORE = ("/", "请", "麻烦", "我要", "我想", "帮我", "please ", "i want to ")
_POLITE_BEHIND = ("吧", "一下", "谢谢", " please", "啊", "呀", "呢")
_EDGES = " ,。.!、;:?…~"
_THINGS = "|".join(word for word in WORDS if not word.isascii())
_THINGS_IN_ENGLISH = "|".join(word for word in WORDS if word.isascii())
_EDIT_WORD = re.compile(r"[改换错]|不对|change|edit|correct|fix")
_EDITS = [
    re.compile(r"(?:改|修改|更改)(?:一下|下)?第? ?(?P<number>[0-9]{1,2}|[一二三四五六七八九]|十[一二]?) ?[项个条]?"),
    re.compile(r"第 ?(?P<number>[0-9]{1,2}|[一二三四五六七八九]|十[一二]?) ?[项个条](?:要|得)?(?:改|修改|更改)(?:一下|下)?"),
    re.compile(rf"(?:改|修改|更改)(?:一下|下)?(?P<word>{_THINGS})"),
    re.compile(rf"把?(?P<word>{_THINGS})(?:写|填|输|打)?(?:错了|不对)(?:[,、。 ]*(?:应该)?是(?P<answer>.+))?"),
    re.compile(rf"把?(?P<word>{_THINGS})(?:改|换)(?:成|为|到)(?P<answer>.+)"),
    re.compile(r"(?:change|edit|correct|fix)(?: the| my)? (?:item |number |no\.? ?)?(?P<number>[0-9]{1,2})"),
    re.compile(rf"(?:change|edit|correct|fix)(?: the| my)? (?P<word>{_THINGS_IN_ENGLISH})"),
]
_NUMBERS = {character: str(value) for value, character in enumerate("一二三四五六七八九十", start=1)} | {"十一": "11", "十二": "12"}
_PIPES = "|".join(rf"{pipe}[^,没不未]{{0,3}}[爆裂]" for pipe in ("水管", "管道", "管子", "暖气管?"))
BURST_PIPE = rf"爆了?管|{_PIPES}|\bburst pipe|\bpipes? burst"
_BROKE = "|".join(rf"{part}[^,]{{0,3}}(?:断了|折了)" for part in ("骨", "腿", "胳膊", "手", "脚", "指头?", "趾头?"))
_BENEFITS = {
    "hospital": (
        one_of("院癌瘤疗术病", "hosp", "surg", "oper", "sick", "ill"),
        words_of(
            r"住院|住了(?:[0-9一二三四五两]+[次回])?院|在医院|癌|肿瘤|化疗|住过院|住医院|出院|出的院|手术|生病|病了|大病|看病|"
            r"\bhospital(?:i[sz]ed)?\b|\bsurgery\b|\boperation\b|\bsick\b|\bill\b"
        ),
    ),
    "accident": (
        one_of("外折断摔伤撞祸", "acci", "brok", "frac", "inju"),
        words_of(
            rf"意外|骨折|{_BROKE}|"
            r"摔[伤断了倒跤]|受伤|受了伤|撞了|撞伤|被撞|烫伤|烧伤|车祸|"
            r"\baccidents?\b|\bbroke(?:n)? (?:my|his|her|an?|the)\b|\bfractur\w{0,4}\b|\binjur(?:y|ed)\b"
        ),
    ),
    "fire": (
        one_of("火烧爆裂", "fire", "burn", "burs", "pipe"),
        words_of(rf"着火|着了火|火灾|失火|起火|烧了|烧毁|被烧(?!伤)|烧光|烧没|{BURST_PIPE}|\bfire\b|\bburn(?:ed|t) down\b"),
    ),
}
"""Signs without which a benefit is not named, and the words that name it."""
_DEATH = re.compile(r"去世|过世|离世|身故|身亡|遇难|人没了|人不在了|人走了|\b(?:died|passed away|killed)\b", re.IGNORECASE)
_BURST_PIPE = re.compile(BURST_PIPE)
_MAY_DENY = re.compile(r"[没不未非无别n]")
"""In every word that denies there is one of these."""
_NOT = re.compile(r"(?:[没不未非无别]|没有|\bno|\bnot|n't|\bnot in|\bno more)(?:有|是|在|过| |a|an|any|been|in|the){0,4}$")


def read_topic(text: str) -> Topic | None:
    """Read a command that is the whole message, or the one benefit a sentence is about; two benefits are none."""
    said = plain(text[:LONGEST])
    return read_command(said) or _benefit(said)


def speaks_of_death(text: str) -> bool:
    """Whether somebody has died: then nobody is wished well."""
    return _DEATH.search(text[:LONGEST]) is not None


def speaks_of_a_burst_pipe(text: str) -> bool:
    """Whether a pipe has burst: some unions pay for that as for a fire."""
    return _BURST_PIPE.search(plain(text[:LONGEST])) is not None


def read_command(said: str) -> Topic | None:
    """Read a command that is the whole of a plain message."""
    bare = said.strip(_EDGES)
    is_edit = _EDIT_WORD.search(bare) is not None
    for _ in range(3):
        if bare in _BY_WORD:
            return Topic("command", _BY_WORD[bare])
        if is_edit and (found := next(filter(None, (edit.fullmatch(bare) for edit in _EDITS)), None)):
            return _edit(found)
        less = _less_polite(bare).strip(_EDGES)
        if less == bare:
            return None
        bare = less
    return None


def _less_polite(said: str) -> str:
    """Without one word of politeness, before it or else behind it."""
    if said.startswith(_POLITE_BEFORE):
        return said[next(len(word) for word in _POLITE_BEFORE if said.startswith(word)) :]
    if said.endswith(_POLITE_BEHIND):
        return said[: -next(len(word) for word in _POLITE_BEHIND if said.endswith(word))]
    return said


def _edit(found: re.Match[str]) -> Topic:
    parts = found.groupdict(default="")
    written = parts.get("number", "")
    return Topic("command", "edit", _NUMBERS.get(written, written) or parts.get("word", ""), parts.get("answer", ""))


def _benefit(said: str) -> Topic | None:
    names = benefits_named(said, signs(said))
    return Topic("benefit", names[0]) if len(names) == 1 else None


def benefit_of(said: str, there: AbstractSet[str]) -> str:
    """The one benefit that plain text with these signs is about, as `read_topic` finds it; "" for none, several, and a command."""
    names = benefits_named(said, there)
    return names[0] if len(names) == 1 and read_command(said) is None else ""


def benefits_named(said: str, there: AbstractSet[str]) -> list[str]:
    """Which benefits plain text with these signs is about; what it denies ("没住院") does not count."""
    possible = [(name, words) for name, (needed, words) in _BENEFITS.items() if not needed.isdisjoint(there)]
    return [name for name, words in possible if any(_is_meant(said, found) for found in words.finditer(said))]


def _is_meant(said: str, found: re.Match[str]) -> bool:
    before = said[max(0, found.start() - 12) : found.start()]
    return _MAY_DENY.search(before) is None or _NOT.search(before) is None
