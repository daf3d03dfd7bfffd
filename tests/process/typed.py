"""What one member types in these tests, and every usual form in which it could turn up where it must not."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

from tests.process.running import Bot

NAME, CERTNO, PHONE, CARD = "欧阳小芳", "110101198001010010", "138 0013 8000", "6222 0212 3456 7890 128"
SUM, ESTIMATE = "152317.46", "12185.40"
ADDRESS, NOTE, REASON = "幸福路八十八号三单元", "小芳的爱人来过电话", "发票上的章看不清楚"
FILE_NAME = "欧阳小芳的病历.jpg"
PERSONAL = (NAME, CERTNO, PHONE, CARD, ADDRESS, NOTE, REASON)
TYPED = (*PERSONAL, SUM, ESTIMATE, FILE_NAME)
LEAST_BYTES = 8
"""Anything shorter turns up by chance: in a time of day, in something sealed."""


def found_in(content: bytes) -> list[str]:
    """Which of the typed words stand there, in whatever form."""
    return [typed for typed in TYPED if any(form in content for form in forms(typed))]


def forms(typed: str) -> set[bytes]:
    """As typed, bare, grouped, half in full-width, escaped, percent-encoded, in another encoding, in base64 wherever it begins."""
    return {form for spelling in spellings(typed) for form in encoded(spelling) if len(form) >= LEAST_BYTES}


def spellings(typed: str) -> Iterator[str]:
    """The same words for a person."""
    bare = typed.replace(" ", "")
    yield from (typed, bare, typed.replace(" ", "-"))
    if bare.replace(".", "").isdigit():
        yield from (bare.replace(".", ""), bare.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)}))
        yield " ".join(bare[at : at + 4] for at in range(0, len(bare), 4))
    if "." in bare and not bare.endswith(".jpg"):
        yield f"{float(bare):,.2f}"


def encoded(words: str) -> Iterator[bytes]:
    """The same words for a machine."""
    plain = words.encode()
    yield from (plain, words.encode("gb18030"), words.encode("utf-16-le"), plain.hex().encode())
    yield from (quote(words).encode(), quote(words).lower().encode(), quote_plus(words).encode(), ascii(words)[1:-1].encode())
    yield json.dumps(words)[1:-1].encode()
    yield json.dumps(words)[1:-1].upper().replace("\\U", "\\u").encode()
    yield repr(plain)[2:-1].encode()
    for lead in range(3):
        known = slice((lead * 8 + 5) // 6, (lead + len(plain)) * 8 // 6)  # what comes before and after colours both ends
        inner = base64.b64encode(bytes(lead) + plain)[known]
        yield from (inner, inner.translate(bytes.maketrans(b"+/", b"-_")))


def kept_by(bot: Bot) -> dict[str, bytes]:
    """Everything the process has printed or stored but its keys, by place; a file's name counts as part of it."""
    files = (path for path in bot.folder.rglob("*") if path.is_file() and path.name != "keys")
    return {str(path.relative_to(bot.folder)): path.name.encode() + b"\n" + read(path) for path in files}


def read(path: Path) -> bytes:
    """A file's content; nothing of one that has just gone."""
    return path.read_bytes() if path.exists() else b""
