"""What is left of an award over rows: rounding, the least and the most of one payment, and the year."""

from __future__ import annotations

import numpy as np

from calculator.bulk.columns import Array
from calculator.edition import Edition


def rounded(exact: Array, parts: int, out: Array) -> Array:
    """Round parts of a fen to the fen, half up; spoils `exact`. It is never negative, and NumPy divides faster where it knows that."""
    exact += parts // 2
    unsigned = exact.view(f"u{exact.itemsize}")
    np.floor_divide(unsigned, unsigned.dtype.type(parts), out=out.view(np.uint64))
    return out


def of_one_payment(edition: Edition, amount: Array) -> Array:
    """Lift to the minimum and cut to the cap of one payment, in place; a payment of nothing stays nothing."""
    minimum, cap = edition.minimum, edition.cap_per_payment
    if minimum is not None:
        np.copyto(amount, minimum.amount, where=(amount > 0) & (amount < minimum.amount))
    if cap is not None:
        np.minimum(amount, cap.amount, out=amount)
    return amount


def of_the_year(edition: Edition, amount: Array, paid: Array, left: Array) -> Array:
    """Give what is due after what this year was paid, and within the year's cap, in `amount`; works in `left`."""
    if edition.per == "year":
        np.maximum(np.subtract(amount, paid, out=amount), 0, out=amount)
    if edition.cap_per_year is not None:
        np.maximum(np.subtract(np.int64(edition.cap_per_year.amount), paid, out=left), 0, out=left)
        np.minimum(amount, left, out=amount)
    return amount
