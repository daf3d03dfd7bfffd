"""The rules, pure: dated policies, facts, verdicts and exact amounts. Knows no bot, no database, no channel and no clock."""

from calculator.amounts import Fen, parse_yuan, plain, pretty
from calculator.errors import AmountError, CalculatorError, FactError, NoEditionError, PolicyError, Problem, UnknownPolicyError
from calculator.estimate import Estimate, estimate
from calculator.facts import FACTS, UNCLEAR, Fact, Facts, FactType, Value
from calculator.logic import State
from calculator.nearest import Flip
from calculator.policy import Choice, DocumentNeed, Edition, Policies, Policy, edition_of, load, policy_named
from calculator.verdict import ConditionResult, Outcome, Verdict, judge, next_worth_asking
from calculator.working import Step, Words

__all__ = [
    "FACTS",
    "UNCLEAR",
    "AmountError",
    "CalculatorError",
    "Choice",
    "ConditionResult",
    "DocumentNeed",
    "Edition",
    "Estimate",
    "Fact",
    "FactError",
    "FactType",
    "Facts",
    "Fen",
    "Flip",
    "NoEditionError",
    "Outcome",
    "Policies",
    "Policy",
    "PolicyError",
    "Problem",
    "State",
    "Step",
    "UnknownPolicyError",
    "Value",
    "Verdict",
    "Words",
    "edition_of",
    "estimate",
    "judge",
    "load",
    "next_worth_asking",
    "parse_yuan",
    "plain",
    "policy_named",
    "pretty",
]
