"""What is left of an award: the least and the most of one payment, what a year was already paid, and what it still holds."""

from __future__ import annotations

from calculator.amounts import Fen
from calculator.edition import Edition
from calculator.working import Step

PAID_THIS_YEAR = "paid_this_year"
NOTHING = Fen(0)


def of_one_payment(edition: Edition, amount: Fen, working: list[Step]) -> Fen:
    """Lifted to the minimum and cut to the cap of one payment; a payment of nothing stays nothing."""
    minimum, cap = edition.minimum, edition.cap_per_payment
    if minimum is not None and NOTHING < amount < minimum.amount:
        working.append(Step("minimum", {"minimum": minimum.amount, "amount": minimum.amount}, minimum.clause))
        amount = minimum.amount
    if cap is not None and amount > cap.amount:
        working.append(Step("cap_payment", {"cap": cap.amount, "amount": cap.amount}, cap.clause))
        amount = cap.amount
    return amount


def of_the_year(edition: Edition, amount: Fen, paid: int, working: list[Step]) -> tuple[Fen, Fen | None]:
    """What is due after what this year was paid, and what the year's cap then still holds; None without a cap."""
    if edition.per == "year" and paid:
        amount = Fen(max(amount - paid, 0))
        working.append(Step("paid_before", {"paid": paid, "amount": amount}, edition.amount_facts[PAID_THIS_YEAR]))
    cap = edition.cap_per_year
    if cap is None:
        return amount, None
    left = Fen(cap.amount - paid if paid < cap.amount else 0)
    kind, due = ("cap_year", amount) if amount <= left else ("cap_year_reached", left)
    rest = Fen(left - due)
    working.append(Step(kind, {"cap": cap.amount, "paid": paid, "left": left, "amount": due, "rest": rest}, cap.clause))
    return due, rest
