"""What each fact means, for those who write rules. What members are asked stands in locales/."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MEANINGS: Final[Mapping[str, str]] = {
    "age": "the member's age in full years",
    "in_work": "in work, not retired",
    "out_of_pocket": "what one stay cost the member in cash, after insurance",
    "paid_this_year": "what this benefit has paid the member in this calendar year",
    "stay_cause": "why the member was in hospital",
    "discharged_on": "the day the member left the hospital",
    "work_injury": "recognised as a work injury (工伤)",
    "injury": "the part of the body and the degree: an item of the edition's list",
    "injured_on": "the day of the accident",
    "fire_report": "the fire service's certificate (火灾事故认定书) has been issued",
    "own_home": "it is the member's own home",
    "loss_cause": "what damaged the home",
    "loss": "the recognised loss of household property",
    "fire_on": "the day of the fire or the burst pipe",
    "insurance": "the kind of medical insurance",
    "bill": "the whole bill of one stay",
    "insured_total": "the part of the bill within the scope of the insurance (医保范围内)",
    "personal_part": "the part of the bill the member bears (个人负担)",
    "deductible": "the insurance's deductible (起付线)",
    "own_pay": "what is in the catalogue and the member bears first (自理)",
    "own_expense": "what is outside the catalogue (自费)",
    "year_self_pay": "the whole year's self-pay within the catalogue",
    "year_out_of_pocket": "what the whole year cost the member, after insurance",
    "mutual_aid": "what a mutual aid plan has paid (互助金)",
    "commercial_paid": "what commercial insurance has paid",
    "unit_paid": "what the member's unit has paid back",
    "disability_grade": "the grade of a disability assessment: an item of the edition's list",
    "children_hurt": "how many children were hurt",
    "banned_cause": "a cause that rules exclude: drink or unlicensed driving, crime, self-harm, war, earthquake",
    "handed_in_on": "the day the papers were handed in",
}
