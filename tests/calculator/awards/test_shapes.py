"""Every shape a rule can have: what it pays on either side of every bound, and what it says of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from calculator.deadline import after_working_days
from calculator.edition import Edition
from calculator.estimate import estimate
from calculator.policy import policy_named
from calculator.reading.policy_file import read_policy
from calculator.verdict import Outcome, next_worth_asking
from tests.calculator.cases import facts

WORDS = '{ zh = "规定", en = "the rule" }'
FRAME = f"""
benefit = "hospital"
title = {WORDS}
edition_by = "discharged_on"

[[edition]]
from = 2020-01-01
status = "official"
source = "made up for a test"
"""


def made(tmp_path: Path, body: str) -> Edition:
    """An edition with this body; `@` stands for a clause."""
    file = tmp_path / "hospital.toml"
    file.write_text(FRAME + body.replace("@", f"clause = {WORDS}"), encoding="utf-8")
    return read_policy(file).editions[0]


def paid(edition: Edition, **texts: str) -> int | None:
    return estimate(edition, facts(**texts)).amount


def steps(edition: Edition, **texts: str) -> list[str]:
    return [step.kind for step in estimate(edition, facts(**texts)).working]


@pytest.mark.parametrize(
    ("sentence", "bill", "fen"),
    [
        ("the first slice begins above nothing", "0", 0),
        ("inside the first slice", "1000", 10_000),
        ("the first slice ends", "10000", 100_000),
        ("a fen more is paid at the next rate: half a tenth of a fen rounds down", "10000.01", 100_000),
        ("ten fen more at the next rate make two", "10000.10", 100_002),
        ("each slice at its own rate", "25000", 100_000 + 200_000 + 150_000),
    ],
)
def test_slices_pay_each_part_at_its_own_rate(tmp_path: Path, sentence: str, bill: str, fen: int) -> None:
    edition = made(
        tmp_path,
        """
per = "stay"
asks = ["bill"]
claim_asks = ["discharged_on"]
[edition.award]
kind = "slices"
base = "bill"
@
bands = [
  { over = "0", to = "10000", rate = "10%" },
  { over = "10000", to = "20000", rate = "20%" },
  { over = "20000", rate = "30%" },
]
""",
    )

    assert paid(edition, bill=bill) == fen, sentence


def test_slices_show_each_slice(tmp_path: Path) -> None:
    edition = made(
        tmp_path,
        """
per = "stay"
asks = ["bill"]
claim_asks = ["discharged_on"]
[edition.award]
kind = "slices"
base = "bill"
@
bands = [ { over = "0", to = "100", rate = "10%" }, { over = "100", rate = "5%" } ]
""",
    )
    working = estimate(edition, facts(bill="150.50")).working

    assert [(step.kind, step.figures.get("part"), step.figures.get("exact")) for step in working[1:]] == [
        ("slice", 10_000, "10"),
        ("slice_above", 5_050, "2.525"),
        ("rounded", None, "12.525"),
    ]
    assert estimate(edition, facts(bill="150.50")).amount == 1253


SUM = """
per = "event"
asks = ["loss", "children_hurt"]
claim_asks = ["discharged_on"]
[edition.award]
kind = "sum"
@
cap = { amount = "120", @ }
[[edition.award.parts]]
kind = "single_rate"
base = "loss"
rate = "0.5%"
@
cap = { amount = "50", @ }
[[edition.award.parts]]
kind = "each"
fact = "children_hurt"
amount = "30"
@
[[edition.award.parts]]
kind = "fixed"
amount = "10"
@
"""


@pytest.mark.parametrize(
    ("sentence", "loss", "children", "fen"),
    [
        ("the parts add up", "1000", "1", 500 + 3000 + 1000),
        ("a part is cut to its own cap", "20000", "0", 5000 + 1000),
        ("a part exactly at its cap is whole", "10000", "0", 5000 + 1000),
        ("the sum is cut to its cap", "20000", "2", 12_000),
        ("a fen below the cap it is whole", "9998", "2", 4999 + 6000 + 1000),
        ("halves of two parts are rounded once, together", "1", "0", 1001),
    ],
)
def test_a_sum_of_parts_has_caps_of_its_own(tmp_path: Path, sentence: str, loss: str, children: str, fen: int) -> None:
    assert paid(made(tmp_path, SUM), loss=loss, children_hurt=children) == fen, sentence


def test_once_the_cap_is_reached_no_further_part_is_asked_for(tmp_path: Path) -> None:
    edition = made(tmp_path, SUM)

    assert next_worth_asking(edition, facts(loss="20000")) == "children_hurt"
    assert next_worth_asking(edition, facts(children_hurt="4")) is None
    assert paid(edition, children_hurt="4") == 12_000
    assert next_worth_asking(edition, facts(loss="unclear", children_hurt="4")) is None
    assert paid(edition, loss="unclear", children_hurt="4") == 12_000
    assert steps(edition, children_hurt="4") == ["settled"]


NESTED = """
per = "event"
asks = ["work_injury", "bill", "insured_total", "children_hurt"]
claim_asks = ["discharged_on"]
[edition.award]
kind = "sum"
@
[[edition.award.parts]]
kind = "cases"
@
cap = { amount = "5", @ }
[[edition.award.parts.cases]]
when = { fact = "work_injury", is = [false] }
award = { kind = "fixed_sum", base = "bill", @, bands = [ { over = "10", to = "20", amount = "3" } ] }
[[edition.award.parts.cases]]
award = { kind = "rate_on_whole", base = "insured_total", @, bands = [ { over = "10", to = "20", rate = "50%" } ] }
[[edition.award.parts]]
kind = "sum"
@
cap = { amount = "9", @ }
parts = [ { kind = "fixed", amount = "8", @ }, { kind = "each", fact = "children_hurt", amount = "1", @ } ]
"""


@pytest.mark.parametrize(
    ("sentence", "work_injury", "bill", "fen"),
    [
        ("below the only band", "no", "10", 800),
        ("inside it", "no", "10.01", 1100),
        ("above it", "no", "20.01", 800),
        ("the other case below its band", "yes", "10", 800),
        ("the other case inside its band, cut to its cap", "yes", "10.01", 1300),
        ("the other case above its band", "yes", "20.01", 800),
    ],
)
def test_awards_stand_inside_awards(tmp_path: Path, sentence: str, work_injury: str, bill: str, fen: int) -> None:
    base = {"bill" if work_injury == "no" else "insured_total": bill}

    assert paid(made(tmp_path, NESTED), work_injury=work_injury, children_hurt="0", **base) == fen, sentence


def test_a_part_whose_cap_is_reached_asks_for_nothing(tmp_path: Path) -> None:
    edition = made(tmp_path, NESTED)

    assert next_worth_asking(edition, facts()) == "work_injury"
    assert next_worth_asking(edition, facts(bill="15")) == "work_injury"
    assert next_worth_asking(edition, facts(bill="30", insured_total="30")) == "children_hurt"
    assert next_worth_asking(edition, facts(bill="30", insured_total="30", children_hurt="1")) is None
    assert next_worth_asking(edition, facts(work_injury="no", children_hurt="1")) == "bill"


CASES = """
per = "stay"
asks = ["insurance", "bill", "insured_total"]
claim_asks = ["discharged_on"]
[edition.award]
kind = "cases"
@
[[edition.award.cases]]
when = { fact = "insurance", is = ["employee"] }
award = { kind = "single_rate", base = "insured_total", rate = "15%", @ }
[[edition.award.cases]]
when = { fact = "insurance", is = ["resident", "rural"] }
award = { kind = "fixed_sum", base = "bill", @, bands = [ { from = "0", below = "100", amount = "1" }, { from = "100", amount = "7" } ] }
"""


@pytest.mark.parametrize(
    ("sentence", "texts", "fen"),
    [
        ("the first case whose test is met", {"insurance": "employee", "insured_total": "100"}, 1500),
        ("the other case, below its bound", {"insurance": "rural", "bill": "99.99"}, 100),
        ("the other case, at its bound", {"insurance": "resident", "bill": "100"}, 700),
        ("no case at all", {"insurance": "elsewhere"}, 0),
        ("a case whose base is not known", {"insurance": "employee", "bill": "100"}, None),
    ],
)
def test_the_first_case_that_applies_pays(tmp_path: Path, sentence: str, texts: dict[str, str], fen: int | None) -> None:
    assert paid(made(tmp_path, CASES), **texts) == fen, sentence


@pytest.mark.parametrize(
    ("texts", "asked"),
    [
        ({}, "insurance"),
        ({"insurance": "employee"}, "insured_total"),
        ({"insurance": "rural"}, "bill"),
        ({"insurance": "elsewhere"}, None),
        ({"insurance": "unclear"}, None),
    ],
)
def test_only_the_case_that_applies_is_asked_about(tmp_path: Path, texts: dict[str, str], asked: str | None) -> None:
    edition = made(tmp_path, CASES)

    assert next_worth_asking(edition, facts(**texts)) == asked


def test_an_unclear_case_is_for_a_person(tmp_path: Path) -> None:
    result = estimate(made(tmp_path, CASES), facts(insurance="unclear"))

    assert result.verdict.outcome is Outcome.REVIEW
    assert [condition.fact for condition in result.verdict.to_review()] == ["insurance"]
    assert result.amount is None


LATE = """
per = "stay"
asks = ["bill", "in_work"]
claim_asks = ["stay_cause", "discharged_on", "own_home"]
award = { kind = "fixed", amount = "100", @ }
[[edition.conditions]]
id = "some_bill"
@
any = [ { fact = "bill", over = "0" }, { not = { fact = "in_work", is = [true] } } ]
[[edition.exclusions]]
id = "no_maternity"
fact = "stay_cause"
is = ["maternity"]
@
[[edition.deadlines]]
id = "in_time"
fact = "discharged_on"
WITHIN
late = "refused"
@
[[edition.documents]]
kind = "deed"
title = { zh = "房产证", en = "Deed" }
hint = { zh = "自己的房子才要", en = "Only for a home of your own" }
when = { fact = "own_home", is = [true] }
"""


@pytest.mark.parametrize(
    ("sentence", "within", "last"),
    [
        ("sixty days", "days = 60", date(2023, 11, 24)),
        ("thirty working days, over the national holiday", "working_days = 30", date(2023, 11, 10)),
        ("a day of the next year", "month_day = [1, 15]", date(2024, 1, 15)),
        ("a day of the same year", "month_day = [12, 31]\nyears = 0", date(2023, 12, 31)),
        ("five working days: eight of holiday, then a weekend of work", "working_days = 5", date(2023, 10, 8)),
    ],
)
def test_a_deadline_ends_on_its_last_day(tmp_path: Path, sentence: str, within: str, last: date) -> None:
    edition = made(tmp_path, LATE.replace("WITHIN", within))
    case = facts(bill="1", in_work="yes", discharged_on="2023-09-25")
    after = date.fromordinal(last.toordinal() + 1)

    assert estimate(edition, case).hand_in_by == last, sentence
    assert estimate(edition, case | {"handed_in_on": last}).amount == 10_000
    late = estimate(edition, case | {"handed_in_on": after})
    assert late.verdict.outcome is Outcome.INELIGIBLE
    assert late.verdict.failed()[0].flips[0].to == last
    assert late.verdict.failed()[0].flips[0].by == -1


def test_a_year_without_a_published_list_of_holidays_has_plain_weeks() -> None:
    friday = date(2099, 1, 2)

    assert after_working_days(friday, 1) == date(2099, 1, 5)
    assert after_working_days(friday, 6) == date(2099, 1, 12)


def test_what_only_a_claim_states_is_judged_once_it_is_known(tmp_path: Path) -> None:
    edition = made(tmp_path, LATE.replace("WITHIN", "days = 60"))
    case = facts(bill="1", in_work="yes")

    assert estimate(edition, case).verdict.outcome is Outcome.ELIGIBLE
    assert estimate(edition, case | facts(stay_cause="illness")).verdict.outcome is Outcome.ELIGIBLE
    assert estimate(edition, case | facts(stay_cause="maternity")).verdict.outcome is Outcome.INELIGIBLE
    assert estimate(edition, case | facts(stay_cause="unclear")).verdict.outcome is Outcome.REVIEW


def test_a_paper_is_asked_for_only_where_its_fact_says_so(tmp_path: Path) -> None:
    edition = made(tmp_path, LATE.replace("WITHIN", "days = 60"))

    assert [need.kind for need in edition.documents_for(facts(own_home="yes"))] == ["deed"]
    assert [need.kind for need in edition.documents_for(facts())] == ["deed"]
    assert [need.kind for need in edition.documents_for(facts(own_home="unclear"))] == ["deed"]
    assert edition.documents_for(facts(own_home="no")) == ()


def test_a_paper_of_which_no_fact_says_when_is_asked_for_always(tmp_path: Path) -> None:
    receipt = """
[[edition.documents]]
kind = "receipt"
title = { zh = "发票", en = "Receipt" }
hint = { zh = "医院给的", en = "From the hospital" }
"""
    edition = made(tmp_path, LATE.replace("WITHIN", "days = 60") + receipt)

    assert [need.kind for need in edition.documents_for(facts(own_home="no"))] == ["receipt"]
    assert [need.kind for need in edition.documents_for(facts(own_home="yes"))] == ["deed", "receipt"]


CITIES = [
    ("三明: a fen below the first band", "sanming/hospital", "2022-05-01", {"year_self_pay": "9999.99", "mutual_aid": "0"}, 0),
    ("三明: the first band includes its lower end", "sanming/hospital", "2022-05-01", {"year_self_pay": "10000", "mutual_aid": "0"}, 1500),
    ("三明: and its upper end", "sanming/hospital", "2022-05-01", {"year_self_pay": "20000", "mutual_aid": "0"}, 1500),
    ("三明: a fen over it", "sanming/hospital", "2022-05-01", {"year_self_pay": "20000.01", "mutual_aid": "0"}, 3000),
    ("三明: 30,000 is the end of the second", "sanming/hospital", "2022-05-01", {"year_self_pay": "30000", "mutual_aid": "0"}, 3000),
    ("三明: a fen over 30,000", "sanming/hospital", "2022-05-01", {"year_self_pay": "30000.01", "mutual_aid": "0"}, 6000),
    ("三明: 40,000", "sanming/hospital", "2022-05-01", {"year_self_pay": "40000", "mutual_aid": "0"}, 6000),
    ("三明: a fen over 40,000", "sanming/hospital", "2022-05-01", {"year_self_pay": "40000.01", "mutual_aid": "0"}, 10_000),
    ("三明: 50,000", "sanming/hospital", "2022-05-01", {"year_self_pay": "50000", "mutual_aid": "0"}, 10_000),
    ("三明: a fen over 50,000", "sanming/hospital", "2022-05-01", {"year_self_pay": "50000.01", "mutual_aid": "0"}, 20_000),
    ("三明: 80,000", "sanming/hospital", "2022-05-01", {"year_self_pay": "80000", "mutual_aid": "0"}, 20_000),
    ("三明: a fen over 80,000", "sanming/hospital", "2022-05-01", {"year_self_pay": "80000.01", "mutual_aid": "0"}, 30_000),
    ("三明: 100,000", "sanming/hospital", "2022-05-01", {"year_self_pay": "100000", "mutual_aid": "0"}, 30_000),
    ("三明: a fen over 100,000", "sanming/hospital", "2022-05-01", {"year_self_pay": "100000.01", "mutual_aid": "0"}, 50_000),
    ("三明: mutual aid comes off", "sanming/hospital", "2022-05-01", {"year_self_pay": "21000", "mutual_aid": "1000.01"}, 1500),
    ("三明: mutual aid over the whole leaves nothing", "sanming/hospital", "2022-05-01", {"year_self_pay": "1", "mutual_aid": "20000"}, 0),
    ("天津: a fen below 60,000", "tianjin/hospital", "2022-05-01", {"year_out_of_pocket": "59999.99"}, 0),
    ("天津: 60,000", "tianjin/hospital", "2022-05-01", {"year_out_of_pocket": "60000"}, 10_000),
    ("天津: a fen below 70,000", "tianjin/hospital", "2022-05-01", {"year_out_of_pocket": "69999.99"}, 10_000),
    ("天津: 70,000", "tianjin/hospital", "2022-05-01", {"year_out_of_pocket": "70000"}, 20_000),
    ("天津: a fen below 80,000", "tianjin/hospital", "2022-05-01", {"year_out_of_pocket": "79999.99"}, 20_000),
    ("天津: 80,000", "tianjin/hospital", "2022-05-01", {"year_out_of_pocket": "80000"}, 30_000),
    ("天津: a fen below 90,000", "tianjin/hospital", "2022-05-01", {"year_out_of_pocket": "89999.99"}, 30_000),
    ("天津: 90,000", "tianjin/hospital", "2022-05-01", {"year_out_of_pocket": "90000"}, 40_000),
    ("天津: a fen below 100,000", "tianjin/hospital", "2022-05-01", {"year_out_of_pocket": "99999.99"}, 40_000),
    ("天津: 100,000", "tianjin/hospital", "2022-05-01", {"year_out_of_pocket": "100000"}, 50_000),
    ("福州: the last day of 10 %", "fuzhou/hospital", "2011-12-31", {"insured_total": "10000"}, 1000),
    ("福州: the first day of 13 %", "fuzhou/hospital", "2012-01-01", {"insured_total": "10000"}, 1300),
    ("福州: up to the cap", "fuzhou/hospital", "2012-01-01", {"insured_total": "9999999"}, 50_000),
    ("郑州: a tenth of the loss", "zhengzhou/fire", "2025-01-01", {"loss": "199999.9", "children_hurt": "0"}, 19_999.99),
    ("郑州: up to 20,000", "zhengzhou/fire", "2025-01-01", {"loss": "200000.1", "children_hurt": "0"}, 20_000),
    ("郑州: two children hurt and nothing lost", "zhengzhou/fire", "2025-01-01", {"loss": "0", "children_hurt": "2"}, 10_000),
    ("郑州: nothing lost, nobody hurt", "zhengzhou/fire", "2025-01-01", {"loss": "0", "children_hurt": "0"}, 0),
    ("长春2021: rural, 22.5 per mille", "changchun/hospital", "2022-12-31", {"insurance": "rural", "bill": "40000"}, 900),
    ("长春2021: insured elsewhere", "changchun/hospital", "2021-01-01", {"insurance": "elsewhere", "bill": "40000"}, 900),
    ("长春2021: a payment below 20 is lifted", "changchun/hospital", "2021-01-01", {"insurance": "resident", "bill": "800"}, 20),
    ("长春2021: a fen above the minimum", "changchun/hospital", "2021-01-01", {"insurance": "resident", "bill": "889.33"}, 20.01),
    ("长春2021: a bill of nothing is not lifted", "changchun/hospital", "2021-01-01", {"insurance": "resident", "bill": "0"}, 0),
    ("长春2021: at most 6,000", "changchun/hospital", "2021-01-01", {"insurance": "resident", "bill": "300000"}, 6000),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "name", "day", "texts", "yuan"), CITIES, ids=[row[0] for row in CITIES])
def test_a_city_pays_what_its_rules_say(sentence: str, name: str, day: str, texts: dict[str, str], yuan: float) -> None:
    edition = policy_named(name).edition_on(date.fromisoformat(day))
    nothing = {fact: "0" for fact in edition.asks if fact in ("mutual_aid", "commercial_paid", "unit_paid", "paid_this_year")}

    assert paid(edition, **(nothing | texts)) == round(yuan * 100), sentence


def test_the_base_of_2021_leaves_out_deductible_and_what_insurance_does_not_know() -> None:
    edition = policy_named("changchun/hospital").edition_on(date(2021, 6, 1))
    case = {
        "insurance": "employee",
        "personal_part": "20000",
        "deductible": "800",
        "own_pay": "1200",
        "own_expense": "300",
        "paid_this_year": "0",
    }

    assert paid(edition, **case) == 265_500
    assert paid(edition, **(case | {"own_expense": "30000"})) == 0
    assert steps(edition, **case) == ["plus", "minus", "minus", "minus", "net", "rate", "product", "cap_year"]


def test_what_a_year_was_paid_already_comes_off_where_the_award_is_for_the_year() -> None:
    edition = policy_named("sanming/hospital").edition_on(date(2022, 5, 1))
    case = {"year_self_pay": "20000.01", "mutual_aid": "0"}

    assert paid(edition, **case, paid_this_year="1500") == 150_000
    assert paid(edition, **case, paid_this_year="3000") == 0
    assert paid(edition, **case, paid_this_year="3000.01") == 0
    assert steps(edition, **case, paid_this_year="1500")[-1] == "paid_before"


BY_SUM = """
per = "stay"
asks = ["bill", "deductible"]
claim_asks = ["discharged_on"]
[[edition.sums]]
name = "net"
title = { zh = "净额", en = "net" }
plus = ["bill"]
minus = ["deductible"]
@
[edition.award]
kind = "cases"
@
[[edition.award.cases]]
when = { sum = "net", over = "1000" }
award = { kind = "fixed", amount = "50", @ }
[[edition.award.cases]]
award = { kind = "fixed", amount = "20", @ }
"""


@pytest.mark.parametrize(("deductible", "fen"), [("1000", 2_000), ("999.99", 5_000)])
def test_a_case_may_be_chosen_by_a_sum(tmp_path: Path, deductible: str, fen: int) -> None:
    assert paid(made(tmp_path, BY_SUM), bill="2000", deductible=deductible) == fen


BY_SUM_AND_FACT = """
per = "stay"
asks = ["insurance", "bill", "deductible"]
claim_asks = ["discharged_on"]
[[edition.sums]]
name = "net"
title = { zh = "净额", en = "net" }
plus = ["bill"]
minus = ["deductible"]
@
[edition.award]
kind = "cases"
@
[[edition.award.cases]]
when = { all = [{ sum = "net", over = "1000" }, { fact = "insurance", is = ["employee"] }] }
award = { kind = "fixed", amount = "50", @ }
[[edition.award.cases]]
when = { fact = "insurance", is = ["resident"] }
award = { kind = "fixed", amount = "20", @ }
"""


@pytest.mark.parametrize(("bill", "missing"), [("1000.01", ("insurance", "deductible")), ("0", ("insurance",))])
def test_a_sum_that_is_settled_without_one_of_its_facts_asks_for_it_no_more(tmp_path: Path, bill: str, missing: tuple[str, ...]) -> None:
    assert estimate(made(tmp_path, BY_SUM_AND_FACT), facts(bill=bill)).verdict.missing == missing
