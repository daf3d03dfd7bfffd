"""The kinds of question a flow can ask."""

from handlers.questions.choosing import Choice, YesNo
from handlers.questions.confirm import Confirm, Item
from handlers.questions.documents import Documents, HandedIn, Need, missing_of
from handlers.questions.lookup import Found, Lookup
from handlers.questions.question import Option, Question
from handlers.questions.values import Amount, Count, Day, Text, mask

__all__ = [
    "Amount",
    "Choice",
    "Confirm",
    "Count",
    "Day",
    "Documents",
    "Found",
    "HandedIn",
    "Item",
    "Lookup",
    "Need",
    "Option",
    "Question",
    "Text",
    "YesNo",
    "mask",
    "missing_of",
]
