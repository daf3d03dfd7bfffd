"""Reading what identifies a person: name, certificate number, phone, bank card. Nothing here ever asks an outside service."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from handlers.understanding.reading import Read, Unread
from handlers.understanding.yes_no import read_yes_no

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""GB 11643: what each of the first 17 digits of a resident identity number counts."""

NAME_SHORTEST, NAME_LONGEST = 2, 40
OLDEST = 120
CARD_LENGTHS = range(16, 20)

_BETWEEN = re.compile(r"[\s\-‐–—]+")
_SPACE = re.compile(r"\s+")
_HAN_NAME = re.compile(rf"[一-鿿]{{{NAME_SHORTEST},{NAME_LONGEST}}}")
_RESIDENT = re.compile(r"[0-9]{17}[0-9X]")
_FOREIGN = re.compile(r"(?=.*[A-Z])(?=.*[0-9])[A-Z0-9]{6,12}")
_DIGITS_ALONE = re.compile(r"[0-9]{8,9}")
_COUNTRY = re.compile(r"^(?:(?:\+|00)86|86(?=1\d{10}$))")
_PHONE = re.compile(r"1[3-9][0-9]{9}|0[0-9]{9,11}")


def _compact(text: str) -> str:
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()


def read_name(text: str) -> Read[str] | Unread:
    """A person's name: letters of any script, with the dots and hyphens names have. What says yes, no or "don't know" is doubtful."""
    name = _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()
    if not is_name(name):
        return Unread("not_a_name")
    said = read_yes_no(text)
    return Read(name, isinstance(said, Unread) and said.reason != "unclear")


def is_name(name: str) -> bool:
    """Whether this can be a name, as `read_name` gives it."""
    if _HAN_NAME.fullmatch(name):
        return True
    kinds = [unicodedata.category(sign)[0] for sign in name]
    if not NAME_SHORTEST <= kinds.count("L") <= len(name) <= NAME_LONGEST:
        return False
    return all(kind in "LM" or sign in " ·•・.-'’" for kind, sign in zip(kinds, name, strict=True))


def check_sign(seventeen: str) -> str:
    """The 18th sign of a resident identity number."""
    return "10X98765432"[sum([int(digit) * weight for digit, weight in zip(seventeen, WEIGHTS, strict=True)]) % 11]


def read_certno(text: str, today: date) -> Read[str] | Unread:
    """A resident identity number with its check sign, or a passport or permit of 6 to 12 letters and digits.

    Eight or nine digits alone, as some permits and passports have, are doubtful.
    """
    return _certno_in(_compact(text), today)


def _certno_in(number: str, today: date) -> Read[str] | Unread:
    """The same of a number that holds no spaces, hyphens and small letters."""
    if _RESIDENT.fullmatch(number):
        born = birth_day(number)
        if born is None or not 0 <= age_on(today, born) <= OLDEST:
            return Unread("certno_birth")
        return Read(number) if check_sign(number[:17]) == number[17] else Unread("certno_check")
    if _FOREIGN.fullmatch(number):
        return Read(number)
    return Read(number, sure=False) if _DIGITS_ALONE.fullmatch(number) else Unread("not_a_certno")


def is_certno(number: str, today: date) -> bool:
    """Whether this can be the number of a certificate, as `read_certno` gives it."""
    return isinstance(_certno_in(number, today), Read)


def birth_day(certno: str) -> date | None:
    """The day of birth inside a resident identity number; None for other certificates and impossible days."""
    if not _RESIDENT.fullmatch(certno):
        return None
    try:
        return date(int(certno[6:10]), int(certno[10:12]), int(certno[12:14]))
    except ValueError:
        return None


def age_on(day: date, born: date) -> int:
    """Whole years lived on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def read_phone(text: str) -> Read[str] | Unread:
    """A mobile or landline number, with or without +86, and a mobile one with a bare 86."""
    number = _COUNTRY.sub("", _compact(text).replace("(", "").replace(")", ""))
    return Read(number) if is_phone(number) else Unread("not_a_phone")


def is_phone(number: str) -> bool:
    """Whether this can be a phone number, as `read_phone` gives it."""
    return _PHONE.fullmatch(number) is not None


def read_card(text: str) -> Read[str] | Unread:
    """A bank card number of 16 to 19 digits. A failed Luhn check makes it doubtful, never wrong: some real cards fail it."""
    number = _compact(text)
    return Read(number, passes_luhn(number)) if is_card(number) else Unread("not_a_card")


def is_card(number: str) -> bool:
    """Whether this can be the number of a bank card, as `read_card` gives it."""
    return len(number) in CARD_LENGTHS and number.isascii() and number.isdecimal()


def passes_luhn(number: str) -> bool:
    """Whether the last digit checks the others (ISO/IEC 7812)."""
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0  # noqa: PLR2004  # a doubled digit's own digits summed
