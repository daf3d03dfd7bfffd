"""The claim page under every city's rules: facts by their names, the working in words, the papers that this claim needs and no others."""

from __future__ import annotations

import html
import re

import pytest

from tests.claims.making import hire
from tests.console.running import Console, Visitor
from tests.conversation.scene import FOLDER, play

PAGE = "/claims/1"

CLAIMS = {
    "sanming": [
        *("全年目录内自付", "13,000.00 元", "减去已领互助金：3,000.00 元", "全年目录内自付减去已领的互助金：10,000.00 元"),
        *("在“满 10,000 元至 20,000 元”这一档，定额 1,500.00 元", "互助金到账记录"),
    ],
    "tianjin": [
        "减去商业保险赔付：30,000.00 元",
        "在“满 90,000 元，不到 100,000 元”这一档，定额 40,000.00 元",
        "最晚交材料的日子",
        "2027-01-15",
    ],
    "tianjin_late": ["要人看", "第二年1月15日以前交", "在“满 90,000 元，不到 100,000 元”这一档", "2026-01-15"],
    "fuzhou": ["医保范围内费用：20,000.00 元", "按 10%", "20,000.00 × 10% = 2,000.00 元"],
    "zhengzhou_fire": [
        *("水管爆裂", "这一部分最多 20,000.00 元", "受伤的孩子：2 × 5,000.00 = 10,000.00 元", "合计 30,000 元", "第二个人复核"),
        *("物业或水务公司的爆管证明", "孩子的诊断证明"),
    ],
    "changchun_2021_rural": ["新农合", "住院总费用：32,000.00 元", "按 2.25%", "32,000.00 × 2.25% = 720.00 元"],
}
"""What the page of the claim at the end of a transcript shows."""

NOT_NEEDED = {"zhengzhou_fire": "火灾事故认定书", "tianjin_late": "商业保险理赔单"}


async def claim_page(console: Console, name: str) -> Visitor:
    """Play a transcript and take the one claim that came of it into review."""
    await play(console.store, FOLDER / f"{name}.txt")
    reviewer = await console.signed_in(await console.store.write(lambda conn: hire(conn, "looks")))
    revision = re.search(r'name="revision" value="([0-9]+)"', await reviewer.get(PAGE))
    assert revision is not None
    await reviewer.post(f"{PAGE}/take", {"revision": revision[1]})
    return reviewer


@pytest.mark.parametrize("name", CLAIMS)
async def test_the_page_shows_what_the_rules_of_the_city_read_and_how_it_comes_to_the_sum(console: Console, name: str) -> None:
    reviewer = await claim_page(console, name)

    body = html.unescape(await reviewer.get(PAGE))

    assert [words for words in CLAIMS[name] if words not in body] == []
    assert NOT_NEEDED.get(name, "nothing of the kind") not in body


@pytest.mark.parametrize("name", CLAIMS)
async def test_the_english_page_names_no_fact_or_step_in_chinese_or_by_its_key(console: Console, name: str) -> None:
    reviewer = await claim_page(console, name)

    await reviewer.post("/language", {"locale": "en"})
    body = html.unescape(await reviewer.get(PAGE))

    facts = body[body.index('id="facts-title"') : body.index('id="earlier-title"')]
    assert "Working" in facts
    assert re.findall("[\u4e00-\u9fff]+", facts) == []
    assert "console." not in facts
