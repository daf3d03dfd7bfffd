"""A policy of a place made up for one test, for what no real place has."""

from __future__ import annotations

from pathlib import Path

from calculator import Edition
from calculator.reading.policy_file import read_policy

HEAD = """
benefit = "hospital"
title = { zh = "补贴", en = "Subsidy" }
edition_by = "discharged_on"

[[edition]]
from = 2021-01-01
status = "official"
source = "A test."
per = "stay"
claim_asks = ["discharged_on"]
"""


def edition_of(folder: Path, rules: str) -> Edition:
    """The only edition of a hospital policy with these rules, from `asks` on; its file is written into the folder."""
    (folder / "somewhere").mkdir()
    file = folder / "somewhere" / "hospital.toml"
    file.write_text(HEAD + rules, "utf-8")
    return read_policy(file).editions[0]
