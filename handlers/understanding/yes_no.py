"""Typed yes and no: 没错 is yes, 没有 is no, 是不是 and 说不清 are neither."""

from __future__ import annotations

import re

from handlers.understanding.plain import plain
from handlers.understanding.reading import LONGEST, Read, Unread

_YES_WORDS = (
    "yes|y|yep|yeah|yup|yea|sure|ok|okay|correct|right|true|fine|of course|i do|i have|i am|i did|it is|thats right|absolutely|definitely|"
    "indeed|agree|i agree|confirm|confirmed|ok的|okk|sure thing|yes please|yes i do|yes i have|yes i am"
)
_NO_WORDS = (
    "no|n|nope|nah|never|not yet|wrong|false|not|none|i dont|i do not|i havent|i have not|im not|i am not|i didnt|i did not|it isnt|"
    "it is not|no i dont|no i havent|no i am not|disagree|i disagree|of course not|incorrect|not true"
)
_LIKELY_WORDS = (
    "i think so|probably|i guess|i guess so|i believe so|likely|mostly|not wrong|不错|必须|必须的|那必须|那必须的|那可不|可不|可不是|"
    "可不是嘛|可不嘛|可不咋的|得嘞|算是|算是吧|是这样|是这样的"
)
_UNLIKELY_WORDS = "i dont think so|probably not|i think not|not really|i guess not|unlikely|hardly|也不是|也不算|也没有吧"
_WORDS = {
    **dict.fromkeys(_YES_WORDS.split("|"), Read(value=True)),
    **dict.fromkeys(_NO_WORDS.split("|"), Read(value=False)),
    **dict.fromkeys(_LIKELY_WORDS.split("|"), Read(value=True, sure=False)),
    **dict.fromkeys(_UNLIKELY_WORDS.split("|"), Read(value=False, sure=False)),
}
_UNCLEAR = re.compile(
    r"(?:我|也|真){0,4}(?:说不[清准好]楚?|不(?:太|大|是很|很)?(?:知道|晓得|清楚|确定|确认|敢说|明白|懂|记得|了解|好说)|忘了?|忘记了?|"
    r"记不[清得住]楚?|没印象|说不上来|没想好|谁知道|也许|可能|应该|好像|没准|说不定|不太可能|不一定|难说|随便|都[行可]以?|看情况|是还是不是|有还是没有|([是有对行好在要])[不没]\1|可不可以|在不在职|领没领过)[了啊呢吧哦呀]{0,4}|"
    r"(?:i )?(?:am |im )?(?:not sure|unsure|uncertain|dont know|do not know|cant say|cannot say|dont remember|have no idea)|"
    r"no idea|idk|maybe|perhaps|it depends|hard to say"
)
_HEDGE = r"(?:应该|好像|可能|大概|估计|算|似乎|觉得|感觉|貌似|或许|差不多)"
_YES_CORE = (
    r"[是系]的?|嗯?对的?|嗯[呐哪那是]?|有的?|好的?|妥|可以|行|没错|没问题|正确|当然|确认|同意|确定|愿意|要|用|领过?|领到?过|有过|住过|做过|办过|申请过|交过|买过|"
    r"在|在职|在岗|在上班|上班|还在职|还在上班|对头|算|属实|无误|准确|确认无误|确认提交|同意提交|领过[一二两几]次|有领过|中|成|会|能"
)
_YES = re.compile(
    rf"(?:我|俺|当然|确实|肯定|的确|绝对|都|就|也|已经){{0,4}}(?P<hedge>{_HEDGE}{{0,2}})"
    rf"(?:(?P<echo>[是对嗯好有行])(?P=echo){{0,5}}|{_YES_CORE})[的了啊呀哦呢嘛哈喔噢呗啦哒滴嘞勒]{{0,6}}(?P<soft>吧?)"
)
_NO = re.compile(
    rf"(?:我|俺|当然|确实|肯定|的确|都|就|也|并|从来|从){{0,4}}(?P<hedge>{_HEDGE}{{0,2}})(?:还|都|从来|从|就|也){{0,4}}"
    rf"(?:(?P<echo>[不没])(?P=echo){{0,5}}|无|否|错|不是|没有|没有?过|不(?:{_YES_CORE})|"
    r"(?:没有?|未)(?:领|领过|领到过?|有过|住过|做过|办过|申请过|交过|买过|在职|去|去过)|木有|没得|一次[也都]没有?(?:领)?过?|有误)"
    r"[的了啊呀哦呢嘛哈喔噢呗啦哒]{0,6}(?P<soft>吧?)"
)
_SIGNS = {**dict.fromkeys("👍👌✅🙆✔💯☑🆗⭕", " 是 "), **dict.fromkeys("👎❌🙅✖✗✘", " 否 "), **dict.fromkeys("🏻🏼🏽🏾🏿'", "")}
_TABLE = str.maketrans(_SIGNS)
_BETWEEN = re.compile(r"[,。.!、;…~]+")
_SAID_AGAIN = re.compile(r"(.{1,4}?)\1{1,4}")
_THANKS = re.compile(r" ?(?:谢谢[你您啦了]?|thanks?|thank you)$")
_FILLER = re.compile(r"[嗯哦啊呃额]+")
_WITH_ITS_THING = re.compile(
    r"我?(?!没关系|没事|没什么|没啥|没法|没空|没用|有点|有时|有人|有关|是否|是不)"
    r"(?:(?P<no>不是|没有?)|是|有)(?! )[^不没无否未?吗么谁哪几什]{2,10}"
)
"""是工伤, 没有认定书: an answer with the thing it is about, never sure."""
_DEED = re.compile(r"[领交买]|申请|[住做办去]过")
_NEGATIONS = re.compile(r"[不没无否未]")


def names_a_deed(text: str) -> bool:
    """Whether it says no (or yes) to having received, paid, applied ...: at another question it may be meant for something else."""
    return _DEED.search(text[:LONGEST]) is not None


def read_yes_no(text: str) -> Read[bool] | Unread:
    """Yes or no, if every clause that says either says the same; Unread("unclear") where the person cannot say."""
    if len(text) > LONGEST:
        return Unread("too_long")
    said = plain(text).translate(_TABLE)
    asking = "?" in said
    clauses = [clause.strip() for clause in _BETWEEN.split(said.replace("?", " ")) if clause.strip()]
    clauses = [clause for clause in (_THANKS.sub("", clause) for clause in clauses) if clause]
    spoken = [clause for clause in clauses if not _FILLER.fullmatch(clause)] or clauses
    answers = [answer for clause in spoken for answer in _clause(clause)]
    known = [answer for answer in answers if isinstance(answer, Read)]
    if any(answer == Unread("unclear") for answer in answers):
        return Unread("unclear")
    if len({answer.value for answer in known}) > 1:
        return Unread("several")
    if not known or isinstance(answers[0], Unread):
        return Unread("none")
    hesitant = asking or (len(spoken) < len(clauses) and not known[0].value)
    return Read(known[0].value, not hesitant and len(known) == len(answers) and all(answer.sure for answer in known))


def _clause(clause: str) -> list[Read[bool] | Unread]:
    """One answer for the clause as a whole, or one for each of its words where spaces divide it."""
    whole = _answer(clause)
    words = [word for word in clause.split(" ") if word and word not in {"and", "but"}]
    answers = [_answer(word) for word in words]
    if isinstance(whole, Read) or _UNCLEAR.fullmatch(clause) or len(words) < 2:  # noqa: PLR2004
        return [whole]
    return answers if all(isinstance(answer, Read) for answer in answers) else [_first(words, whole)]


def _first(words: list[str], whole: Read[bool] | Unread) -> Read[bool] | Unread:
    """Of "yes I was ill" the first word answers, and the rest makes it unsure."""
    first = _answer(words[0]) if not words[0].isascii() or words[0] in {"yes", "no", "yeah", "yep", "nope"} else whole
    return Read(first.value, sure=False) if isinstance(first, Read) else first


def _answer(clause: str) -> Read[bool] | Unread:
    if again := _SAID_AGAIN.fullmatch(clause):
        clause = again[1]
    if _UNCLEAR.fullmatch(clause):
        return Unread("unclear")
    if clause in _WORDS:
        return _WORDS[clause]
    if yes := _YES.fullmatch(clause):
        return Read(value=True, sure=not (yes["hedge"] or yes["soft"]))
    if no := _NO.fullmatch(clause):
        return Read(value=False, sure=not (no["hedge"] or no["soft"]))
    if said := _WITH_ITS_THING.fullmatch(clause):
        return Read(not said["no"], sure=False)
    return Unread("unclear" if len(_NEGATIONS.findall(clause)) > 1 else "none")
