"""Facts that are told in words instead of numbers: in work or retired, a work injury or not, which bone, which insurance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from handlers.understanding.reading import Read, Unread
from handlers.understanding.signs import one_of
from handlers.understanding.topics import BURST_PIPE

Statement = tuple[frozenset[str], re.Pattern[str], bool | str, bool]
"""Signs without which it is not there, how a fact is told, what is then true ("" for: nothing is), and whether that is certain."""

Told = tuple[str, Read[bool | str] | Unread]
"""A fact by its name, and what was told of it."""

_ASKS = re.compile(
    r"吗|么$|\?|(.)[不没]\1|能不能|可不可|怎么|咋|哪|谁|什么|才能|多少|如果|要是|假如|\b(?:if|can|do|does|is it|am i|who|how)\b"
)
"""A question or a supposition tells nothing."""
_MAY_ASK = one_of("吗么?不没能可怎咋哪谁什才多如要假", "if", "can", "do", "does", "is", "am", "who", "how")

_HEDGED = re.compile(r"可能|好像|应该|大概|估计|怀疑|听说|说|也许|或许|算是|\b(?:maybe|probably|think|said)\b")
_DENIED = re.compile(r"(?:[不没未非无][是有]?|别|\bnot|n't|\bno)(?:被|在|的|a|an)? ?$")
_ACROSS = frozenset({"stay_cause", "loss_cause"})
"""What one clause begins and another ends: 摔骨折了，住院."""

_STATEMENTS: tuple[tuple[str, frozenset[str], re.Pattern[str], bool | str, bool], ...] = (
    ("in_work", one_of("休"), re.compile(r"退休(?:年龄|前|后|金|工资)"), "", False),
    ("in_work", one_of("休"), re.compile(r"(?:快|马上|就|即将|明年|后年|[个这下]月底?|年底|该|准备|打算|等)[就快]?要?退休"), True, False),
    ("in_work", one_of("休"), re.compile(r"岁[就才]?退休"), False, False),
    ("in_work", one_of("职岗"), re.compile(r"[不没非][是有]?在[职岗]"), False, True),
    ("in_work", one_of("聘退岗班薪"), re.compile(r"返聘|内退|病退|下岗|待岗|不上班了|没上班|停薪"), False, False),
    (
        "in_work",
        one_of("休职岗班", "work", "empl"),
        re.compile(
            r"[没未不][到有]?退休|没到退休|在职|在岗|(?:还|仍|正)在?上着?班(?![时的路途])|"
            r"\bstill (?:work|employed)|\bemployed\b|\bin work\b"
        ),
        True,
        True,
    ),
    ("in_work", one_of("休职", "reti"), re.compile(r"退休|退了休|离职|辞职|\bretired\b"), False, True),
    ("work_injury", one_of("工"), re.compile(r"工伤认定.{0,3}(?:没|未|等|正)|(?:等|申请).{0,4}工伤"), "", False),
    (
        "work_injury",
        one_of("工", "inju"),
        re.compile(r"(?:不是|不算|没有?|未|非|不属于)(?:被?认?定?(?:为|成|上|是)?)工伤|\bnot a work injury\b"),
        False,
        True,
    ),
    ("work_injury", one_of("工"), re.compile(r"(?:是|属于|算|认定(?:为|成|了|是)?)工伤|工伤认定(?:了|书|下来)"), True, True),
    ("own_home", one_of("租", "rent"), re.compile(r"租的?房|出租[屋房]|租住|租来|\brent(?:ed|ing)?\b"), False, True),
    (
        "own_home",
        one_of("自房", "own"),
        re.compile(r"自己家?的?房子?|自家|自有|房子?是(?:我们?|自己)家?的|是自己家|\bown (?:home|house|flat)\b"),
        True,
        True,
    ),
    ("own_home", one_of("家"), re.compile(r"我们?家.{0,4}(?:着|失|起|火|烧|漏|淹|泡)"), True, False),
    ("fire_report", one_of("认"), re.compile(r"[没未][给能]?(?:有|开|拿|下|办|出).{0,6}认定书|认定书.{0,4}[没未]"), False, True),
    (
        "fire_report",
        one_of("认"),
        re.compile(r"(?:有|开了|拿到|拿了|办了|办好).{0,6}认定书|认定书.{0,4}(?:有|开|拿|下来|办|出).{0,2}了?"),
        True,
        True,
    ),
    ("loss_cause", one_of("爆裂", "burs", "pipe"), re.compile(BURST_PIPE), "burst_pipe", True),
    ("loss_cause", one_of("水", "leak"), re.compile(r"漏水|跑水|渗水|\bleak"), "burst_pipe", False),
    ("loss_cause", one_of("火", "fire", "burn"), re.compile(r"着了?火|着的火|失火|起火|火灾|\bfire\b|\bburn(?:ed|t) down"), "fire", True),
    ("insurance", one_of("保合"), re.compile(r"不是[^,]{0,4}(?:医保|农合)"), "", False),
    (
        "insurance",
        one_of("保"),
        re.compile(r"(?:异地|外地|外省|外市)的?(?:医保|参保)|(?:医保|参保地?)(?:在|是)(?:外地|外省|异地|老家)"),
        "elsewhere",
        True,
    ),
    ("insurance", one_of("职", "empl"), re.compile(r"职工(?:医保|医疗保险)|城镇职工|\bemployee insurance\b"), "employee", True),
    ("insurance", one_of("居", "resi"), re.compile(r"居民(?:医保|医疗保险)|城[乡镇]居民|\bresident insurance\b"), "resident", True),
    ("insurance", one_of("合", "rura"), re.compile(r"农合|农村合作医疗|\brural insurance\b"), "rural", True),
    ("insurance", one_of("异外"), re.compile(r"异地(?:就医|住院|看病)|(?:外地|外省)(?:住院|看病|就医)"), "elsewhere", False),
    (
        "stay_cause",
        one_of("生产娩", "chil", "birt"),
        re.compile(r"生孩子|剖腹产|剖宫产|分娩|顺产|生[一二三头]胎|生产住院|\bchildbirth\b|\bgave birth\b"),
        "maternity",
        True,
    ),
    (
        "stay_cause",
        one_of("伤骨摔撞祸"),
        re.compile(r"(?:受了?伤|骨折|摔|撞|烫伤|烧伤|外伤|车祸).*(?:住了?院|出院|hospital)|住了?院.*(?:受伤|骨折|摔伤)"),
        "injury",
        True,
    ),
    (
        "stay_cause",
        one_of("病炎癌瘤疗脏梗脑风压阑石疝障症", "ill", "illn", "sick"),
        re.compile(
            r"因病|(?:生|得|患)了?病|大病|炎(?!热)|癌|肿瘤|化疗|放疗|心脏|心梗|脑梗|脑出血|中风|糖尿病|高血压|阑尾|结石|疝气|白血病|白内障|尿毒症|\bill\b|\bsick\b|\billness\b"
        ),
        "illness",
        True,
    ),
)
"""Fact, signs without which it is not told so, how it is told, what is then true ("" for: nothing is), and whether that is certain. The
first of a fact that fits counts."""

_INJURED = one_of("断折裂扭崴擦挫拉软皮", "brok", "brea", "frac", "spra")
_BY_FACT = [(name, [each[1:] for each in _STATEMENTS if each[0] == name]) for name in dict.fromkeys(each[0] for each in _STATEMENTS)]
_BROKEN = re.compile(r"骨折|断|折了|破裂|骨?裂|\bbroke|\bbreak|\bfractur")
_LIGHTER = re.compile(r"扭了?伤|崴|擦伤|挫伤|拉伤|软组织|皮外伤|\bsprain")
_PARTS: tuple[tuple[str, re.Pattern[str], bool], ...] = (
    ("organ_or_amputation", re.compile(r"[脾肝肾][脏]?破?裂|内脏|截肢|\bamputat"), True),
    ("finger_or_toe", re.compile(r"手指头?|脚趾头?|指头|趾头|拇指|食指|中指|小指|\bfingers?\b|\btoes?\b|\bthumb\b"), True),
    ("hand_or_foot", re.compile(r"手腕|脚踝|踝骨?|腕骨|\bwrist\b|\bankle\b"), False),
    ("arm_or_collarbone", re.compile(r"胳膊|锁骨|手臂|前臂|上臂|小臂|大臂|肘|桡骨|尺骨|肱骨|\barm\b|\bcollarbone\b|\belbow\b"), True),
    ("ribs", re.compile(r"肋|\bribs?\b"), True),
    ("hip_or_pelvis", re.compile(r"髋|骨盆|胯|股骨颈|\bhip\b|\bpelvis\b"), True),
    ("leg_or_kneecap", re.compile(r"腿|膝|髌骨|胫骨|腓骨|股骨(?!颈)|\bleg\b|\bknee"), True),
    ("spine", re.compile(r"[腰颈胸尾脊]椎|脊柱|脊梁|\bspine\b|\bback bone\b"), True),
    ("skull", re.compile(r"颅|头骨|头部|脑袋|面部|鼻梁|鼻骨|颧骨|下颌|\bskull\b|\bnose\b|\bjaw\b"), True),
    ("hand_or_foot", re.compile(r"手(?![术机续指腕工里臂])|脚(?![趾踝])|掌骨|跖骨|跟骨|\bhand\b|\bfoot\b|\bfeet\b"), True),
)


def told(clauses: list[str], whole: str, there: AbstractSet[str]) -> Iterator[Told]:
    """Find every fact that these clauses, or the whole message with these signs, tell in words. Clauses that ask tell nothing."""
    telling: list[str] | None = None
    for name, statements in _BY_FACT:
        possible = [statement for statement in statements if not statement[0].isdisjoint(there)]
        if not possible:
            continue
        if telling is None:
            telling = clauses if _MAY_ASK.isdisjoint(there) else [clause for clause in clauses if not _ASKS.search(clause)]
        found = _first_said(possible, [whole] if name in _ACROSS else telling, whole)
        if found is not None and found[1] != "":
            said, value, sure = found
            yield name, Read(value, sure and not _HEDGED.search(said.string[: said.start()] if name in _ACROSS else said.string))
    injury = None if _INJURED.isdisjoint(there) else _injury(whole)
    if injury is not None:
        yield "injury", injury


def _first_said(statements: list[Statement], parts: list[str], whole: str) -> tuple[re.Match[str], bool | str, bool] | None:
    """Where the first statement that is made is made, what is then true, and whether that is certain."""
    for _, pattern, value, sure in statements:
        if pattern.search(whole):
            for part in parts:
                if said := _said(pattern, part):
                    return said, value, sure
    return None


def _said(pattern: re.Pattern[str], clause: str) -> re.Match[str] | None:
    """Where it is said, unless it is denied."""
    found = pattern.search(clause)
    return None if found is None or _DENIED.search(clause[: found.start()]) else found


def _injury(whole: str) -> Read[bool | str] | Unread | None:
    broken = _BROKEN.search(whole)
    if broken is None or _DENIED.search(whole[: broken.start()]):
        return Read("lighter", sure=False) if _LIGHTER.search(whole) else None
    rest, parts = whole, {}
    for name, pattern, sure in _PARTS:
        rest, found = pattern.subn("※", rest)
        if found:
            parts[name] = sure
    if len(parts) != 1:
        return Unread("several") if parts else None
    name, sure = parts.popitem()
    return Read(name, sure and broken.group() not in {"裂", "骨裂"} and not _HEDGED.search(whole))
