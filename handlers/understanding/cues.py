"""Words that point to what a message is about, whatever else stands in it: the rules beside the pieces that matching.py compares.

A cue counts as one more piece of a sentence, and every two cues together as another: "papers" with "lost" is not "papers" alone.
Cues have no topics of their own; which topics they speak for follows from the example sentences in locales/.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations, product, starmap
from operator import add

MARK = "#"
"""Begins the name of a cue among pieces; plain text of a message is never compared with it."""

_CUES: tuple[tuple[str, str, str], ...] = (
    (
        "kin",
        (
            r"妈|爸|爹|父母|父亲|母亲|老[婆公伴]|媳妇|爱人|对象|丈夫|妻子|儿子|女儿|闺女|孩子(?!住院能|能)|公公|婆婆|"
            r"[哥姐弟妹]|家属|家里人|亲戚|老人|亲属"
        ),
        r"mother|father|wife|husband|son\b|daughter|family|child(?!birth)|relative",
    ),
    (
        "papers",
        r"材料|手续(?!费)|资料|证件|证明|单据|复印件|户口|身份证|清单|病历|发票|收据|小结|[带交准备]{1,2}[啥什]",
        r"paper|document|receipt|note\b",
    ),
    ("lost", r"丢|没了|找不[到着]|没有|没拿|没带|不全|缺|少一|没给|原件", r"lost|missing|do not have|have no"),
    ("time", r"多久|多长时间|[几多]少?天|啥时候?|什么时候|何时|几时|工作日", r"how long|when\b|how many days|how soon"),
    (
        "until",
        r"期限|截止|过期|过了时间|时间限制|最晚|来得及|来不及|之前|之内|以内|[内]申请|晚了|半年|去年|前年|几个月",
        r"deadline|until|too late|late\b",
    ),
    ("paid", r"到账|下来|发钱|打钱|给钱|批下来|批完|办好|结果|拿到钱|审核|审批", r"paid|get the money"),
    ("much", r"多少钱?|几个钱|几成|百分之|比例|几[千万]|拿多", r"how much|percent"),
    ("most", r"最多|最高|上限|封顶|限额|顶天", r"maximum|limit\b|most\b|cap\b"),
    ("get", r"领|报|补(?!打|交|办)|赔|给|拿", r"claim|get\b|cover|eligible"),
    ("work_injury", r"工伤|上班|干活|工作时|在单位|在厂|厂里|单位里", r"at work|work injur"),
    (
        "who",
        (
            r"谁|什么人|哪些人|条件|资格|符合|要求|退休|临时工|合同工|派遣|农民工|试用期|离职|内退|年龄|[0-9六十]+岁|"
            r"[五六七]十[一二三四五六七八九]?[了还]"
        ),
        r"eligible|condition|retired|age\b|who can",
    ),
    ("how", r"怎么|咋|如何|怎样", r"how (?:do|does|can)|procedure"),
    ("where", r"哪[里儿办]|去哪|到哪|什么地方|啥地方|何处", r"where"),
    ("online", r"网上|线上|手机上|本人|跑|流程|操作|到场", r"online"),
    (
        "times",
        r"[几两多]次|几回|两回|再领|再报|再申请|还能再|第二次|每年|每次|领过|报过|次数|明年",
        r"twice|how often|how many times|again",
    ),
    (
        "outpatient",
        r"门诊|诊所|打点滴|打针|输液|买药|药店|药|看牙|牙|挂号|急诊|体检|没住院|慢性病|留观",
        r"outpatient|medicine|pharmacy|inpatient",
    ),
    ("insurance", r"医保|保险|农合|商保|重复|冲突", r"insurance|insurer"),
    (
        "away",
        (
            r"外地|异地|外省|外市|省外|北京|上海|广州|深圳|天津|重庆|沈阳|大连|哈尔滨|长春|吉林市|济南|青岛|南京|杭州|武汉|"
            r"成都|西安|郑州|老家|转院|国外|别的城市"
        ),
        r"another city|elsewhere|out of town",
    ),
    ("helper", r"代办|代交|[替帮]我?[^我]{0,4}[办弄交申报]|替|统一办|帮着|不会用手机", r"behalf|for someone|helping"),
    ("certificate", r"认定书|消防|火警|灭的火", r"fire service|certificate"),
    ("card", r"卡|存折|账户|打[到哪]|账号|微信|现金", r"card"),
    ("safe", r"安全|泄露|隐私|保密|放心|看到|看见|知道我|信息|卖|删掉", r"safe|private|data"),
    ("scam", r"骗|真的|真能|诈骗|正规|靠谱|官方", r"real\b|scam|trust|official"),
    ("fee", r"收费|收钱|交费|手续费|免费|交钱|扣税|花钱|要钱|花费|会费", r"free\b|cost|fee\b"),
    (
        "refused",
        r"没通过|不通过|被拒|拒绝|退回|驳回|没给我批|不给我批|给我批|不批|不服|申诉|意见|不同意结果",
        r"refused|returned|appeal|not agree|rejected",
    ),
    (
        "list",
        r"有哪些|都有[啥什哪]|有[啥什么]{1,2}(?!资格|条件|要求)|哪几[样种]|别的|福利|待遇|好处|项目|能办[啥什]|能干[啥什]",
        r"which subsid|what can you|benefits|offer",
    ),
    ("join", r"入会|加入|会员|成为|没有工会", r"member|join|union"),
    ("hello", r"^(?:你好|您好|在吗|在不|有人吗|喂|哈喽|早上好|下午好|晚上好)", r"^(?:hello|hi|hey)\b"),
    ("thanks", r"谢|辛苦|麻烦您了", r"thank"),
    ("who_are_you", r"你是|你叫|机器人?(?!说|回复)|是什么$", r"who are you|robot|what is this"),
    ("birth", r"生孩子|生[一二三头]?胎|剖腹|剖宫|顺产|生育|产检|坐月子|保胎|流产|怀孕|分娩", r"baby|birth|maternity"),
    ("contact", r"电话|热线|联系|地址|几点|上班吗|号码|办公", r"phone|contact|hours|office|address"),
    (
        "human",
        r"人工|真人|活人|工作人员|找[个你]?[^我]?人|叫个人|个人来|转[接个]|领导|投诉|客服|机器[^吗]*说",
        r"person|human|staff|speak|someone|complain",
    ),
    ("why", r"为什么|为啥|凭什么|凭啥|依据|规定|算出来|怎么算|咋算|[怎咋]么?来的|是咋来|才这|这么少|这么点", r"why|calculated|explain"),
    ("wrong", r"改|错了?|不小心|修改|重新填", r"change|mistake|edit|correct|wrong|fix"),
    (
        "progress",
        (
            r"进度|到哪[了一]|哪一步|[批到审]了?[没不吗]|[没还]打|没打过来|没到|没动静|没下来|怎么样了|有结果吗|我的申请|"
            r"我交的"
        ),
        r"status|my claim|received",
    ),
    ("back", r"上一[题步个]|上个问题|前一个问题|退回去|往回|回到|返回|刚才那", r"back|previous"),
    ("again", r"重新|从头|重来|再来一遍|重弄|清空", r"start over|start again|beginning"),
    ("stop", r"不[想要]?[办弄填申]|算了|不要了|退出|取消|以后再|改天", r"stop|forget it|cancel|later"),
    ("use", r"怎么用|不会|使用|教教|看不懂|帮助|说明", r"help|understand|use this"),
    ("menu", r"菜单|主页|首页|选项", r"menu|home"),
    ("apply", r"申请|办理|办", r"apply"),
    (
        "hospital",
        r"住院|住了?[几0-9一两三]*[天次]?院|出院|手术|开刀|癌|肿瘤|化疗|病|阑尾|心脏|肺炎|脑梗",
        r"hospital|surgery|operation|\bill\b|cancer|sick",
    ),
    ("accident", r"骨折|断|折了|撞|摔|烫|烧伤|受伤|意外|崴|车祸|滑倒", r"broke|accident|injur|fell|hit by"),
    ("fire", r"着了?火|失火|起火|火灾|烧[了没光毁]|房子烧", r"fire\b|burn(?:ed|t)"),
    (
        "question",
        r"[吗么]|什么|啥|咋|怎么|多少|几|哪|谁|能不能|行不行|算不算|[行能给]不|多久|\?",
        r"\?|how|what|which|where|when|can i|am i|is it|do i",
    ),
)
"""Name, the Chinese words, the English words."""
_BRANCHES = re.compile(r"(?:\([^()]*\)|\[[^]]*\]|[^|])+")
_ATOM = re.compile(r"(?P<atom>\[[^]]*\]|\([^()]*\)|\\.|.)(?P<never>[?*]|\{0[^}]*\})?(?:\+|\{[^}]*\})?")
_HAN_ONLY = re.compile(r"\[?[一-鿿]+\]?|\\\?")
_LETTERS_ONLY = re.compile(r"(?:[一-鿿]\??|\[[一-鿿]+\]\??)+")
_LETTER = re.compile(r"(?:\[(?P<many>[^]]+)\]|(?P<one>.))(?P<never>\??)")
_SIGNS = re.compile(r"[一-鿿]|\\\?")
_THREE_LETTERS = re.compile(r"(?:\\b)?([a-z][a-z ]{2})")
_LATIN = re.compile(r"[a-z]")
_NEVER = re.compile(r"(?!)")
_SHORT = 2


def _words(pattern: str) -> tuple[list[str], list[str]]:
    """The words of a Chinese pattern written out (什么, 啥么), and those of its branches that cannot be."""
    branches = _BRANCHES.findall(pattern)
    simple = [branch for branch in branches if _LETTERS_ONLY.fullmatch(branch)]
    choices = [[[*(many or one), *([""] if never else [])] for many, one, never in _LETTER.findall(branch)] for branch in simple]
    words = ["".join(word) for of_branch in choices for word in product(*of_branch)]
    return words, [branch for branch in branches if branch not in simple]


_WRITTEN_OUT = [_words(chinese) for _, chinese, _ in _CUES]
_CHINESE = tuple(
    (MARK + name, re.compile("|".join([*rest, *(word for word in words if len(word) > _SHORT)]) or _NEVER.pattern))
    for (name, _, _), (words, rest) in zip(_CUES, _WRITTEN_OUT, strict=True)
)
"""For each cue what no look at one character or two can tell."""
_ENGLISH = tuple((MARK + name, re.compile(english)) for name, _, english in _CUES if english)


def _places(keyed: Iterable[tuple[str, int]]) -> dict[str, frozenset[int]]:
    places: dict[str, set[int]] = defaultdict(set)
    for key, place in keyed:
        places[key].add(place)
    return {key: frozenset(of_key) for key, of_key in places.items()}


def _signs() -> Iterator[tuple[str, int]]:
    """Characters with the places of cues: of every branch not written out some of which one is always there, the rarest such.

    Longer words stand under the two characters that they begin with.
    """
    branches = [(place, branch) for place, (_, rest) in enumerate(_WRITTEN_OUT) for branch in rest]
    common = Counter(sign for _, branch in branches for sign in set(_SIGNS.findall(branch)))
    for place, branch in branches:
        atoms = [atom["atom"] for atom in _ATOM.finditer(branch) if not atom["never"]]
        needed = [_SIGNS.findall(atom) for atom in atoms if _HAN_ONLY.fullmatch(atom)]
        rarest = min(needed, key=lambda signs: sum(common[sign] for sign in signs), default=_SIGNS.findall(branch))
        yield from ((sign[-1], place) for sign in rarest)
    yield from ((word[:_SHORT], place) for place, (words, _) in enumerate(_WRITTEN_OUT) for word in words if len(word) > _SHORT)


def _beginnings() -> Iterator[tuple[str, int]]:
    """The first three letters of every English word, with the place of its cue; "" for what does not begin with three."""
    for place, (_, pattern) in enumerate(_ENGLISH):
        beginnings = [_THREE_LETTERS.match(word) for word in _BRANCHES.findall(pattern.pattern)]
        yield from ((letters[1] if letters else "", place) for letters in beginnings)


_SAID_BY = _places((word, place) for place, (words, _) in enumerate(_WRITTEN_OUT) for word in words if len(word) <= _SHORT)
"""Most words are one character or two: a look into a table finds their cues, in a third of the time of a search."""
_LOOKED_FOR = _places(_signs())
_NOWHERE = frozenset[int]()
_BY_SIGNS = {sign: (_SAID_BY.get(sign, _NOWHERE), _LOOKED_FOR.get(sign, _NOWHERE)) for sign in (*_SAID_BY, *_LOOKED_FOR)}
_ALL_SIGNS = frozenset(_BY_SIGNS)
_BY_BEGINNING = _places(_beginnings())
_ALL_BEGINNINGS = frozenset(_BY_BEGINNING)
_AT_ANY_BEGINNING = _BY_BEGINNING.get("", _NOWHERE)
"""Only the cues whose characters or letters a message has are looked for; looking for all takes ten times as long."""


def cues(said: str) -> list[str]:
    """Find the cues in a plain message, one by one and in pairs."""
    twos = list(map(add, said, said[1:]))
    found = _chinese(said, twos)
    if _LATIN.search(said):
        found = list({*found, *_english(said, twos)})
    found.sort()
    return found + list(starmap(add, combinations(found, 2)))


def _chinese(said: str, twos: list[str]) -> list[str]:
    """The cues of a message: those that its characters, one by one and by two, are enough for, and those to be looked for."""
    certain, uncertain = set[int](), set[int]()
    for sign in _ALL_SIGNS & {*said, *twos}:
        enough, not_enough = _BY_SIGNS[sign]
        certain |= enough
        uncertain |= not_enough
    return [_CHINESE[at][0] for at in certain] + [_CHINESE[at][0] for at in uncertain - certain if _CHINESE[at][1].search(said)]


def _english(said: str, twos: list[str]) -> list[str]:
    begun = _ALL_BEGINNINGS.intersection(map(add, twos, said[2:]))
    possible = _AT_ANY_BEGINNING.union(*[_BY_BEGINNING[three] for three in begun])
    return [name for name, words in [_ENGLISH[at] for at in possible] if words.search(said)]
