"""What the peers say in the same conversation: one line and the buttons under it, without a policy, a catalogue or a second language."""

from __future__ import annotations

MENU = ("您好，看看能领多少补贴。", ("住院了", "受伤了", "家里着火了"))
AGE = ("1 / 4 您今年多大？", ())
IN_WORK = ("2 / 4 现在在职吗？", ("在职", "已退休", "说不清"))
PAID = ("3 / 4 住院自己付了多少钱？", ("上一题",))
BEFORE = ("4 / 4 今年领过住院补贴吗？", ("没领过",))
BANDS = ((20_000_000, 100_000), (10_000_000, 80_000), (5_000_000, 60_000), (2_000_000, 40_000), (500_000, 20_000))
"""From so many fen up, this part per million."""


def result(fen: int) -> tuple[str, tuple[str, ...]]:
    """The amount."""
    return f"可以领，预计 {amount(fen) / 100:,.2f} 元。", ("现在申请", "为什么", "换个数算算", "回到菜单")


def why(age: int, fen: int) -> tuple[str, tuple[str, ...]]:
    """How it comes about."""
    return f"年龄 {age} 岁，在职，自付 {fen / 100:,.2f} 元，{amount(fen) / 100:,.2f} 元。", ("现在申请", "换个数算算", "回到菜单")


def amount(fen: int) -> int:
    """The hospital rule in one line."""
    return next((fen * rate // 1_000_000 for low, rate in BANDS if fen > low), 0)
