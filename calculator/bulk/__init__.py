"""The same rules over columns: a whole city at once, exact to the fen, with the same outcomes, amounts and reasons as case by case."""

from calculator.bulk.columns import Array, Columns, as_column
from calculator.bulk.compute import compute
from calculator.bulk.results import NO_AMOUNT, Reason, Results
from calculator.bulk.year import in_the_year

__all__ = ["NO_AMOUNT", "Array", "Columns", "Reason", "Results", "as_column", "compute", "in_the_year"]
