"""Made-up papers as pictures, each marked as a sample across its face."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFont

_SIZE: Final = (900, 1240)
_PAPER: Final = (252, 250, 244)
_INK: Final = (50, 46, 42)
_RULE: Final = (205, 196, 184)
_RED: Final = (176, 50, 34)
_FONTS: Final = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "C:/Windows/Fonts/msyh.ttc",
)
MARK: Final = "样本 SAMPLE"
MARK_WITHOUT_CHINESE: Final = "SAMPLE"

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def picture(title: str, rows: Sequence[tuple[str, str]], *, sideways: bool = False) -> bytes:
    """A JPEG of one page: a title, lines of label and value, and the mark. `sideways` as people often photograph it."""
    page = Image.new("RGB", _SIZE, _PAPER)
    draw = ImageDraw.Draw(page)
    draw.rectangle((40, 40, _SIZE[0] - 40, _SIZE[1] - 40), outline=_RULE, width=3)
    draw.text((_SIZE[0] / 2, 120), _drawable(title), font=_font(44), fill=_INK, anchor="mm")
    for place, (label, value) in enumerate(rows):
        height = 230 + place * 84
        draw.text((90, height), _drawable(label), font=_font(28), fill=_INK, anchor="lm")
        draw.text((_SIZE[0] - 90, height), _drawable(value), font=_font(30), fill=_INK, anchor="rm")
        draw.line((90, height + 42, _SIZE[0] - 90, height + 42), fill=_RULE, width=2)
    page.paste(Image.new("RGB", _SIZE, _RED), mask=_mark())
    done = page.rotate(90, expand=True) if sideways else page
    out = BytesIO()
    done.save(out, "JPEG", quality=78)
    return out.getvalue()


@cache
def _mark() -> Image.Image:
    layer = Image.new("L", _SIZE)
    words = MARK if _has_chinese() else MARK_WITHOUT_CHINESE
    for height in (430, 760, 1090):
        ImageDraw.Draw(layer).text((_SIZE[0] / 2, height), words, font=_font(72), fill=66, anchor="mm")
    return layer.rotate(18)


@cache
def _has_chinese() -> bool:
    return _path() is not None


@cache
def _path() -> str | None:
    for path in _FONTS:
        try:
            ImageFont.truetype(path, 12)
        except OSError:
            continue
        return path
    return None


@cache
def _font(size: int) -> Font:
    path = _path()
    return ImageFont.load_default(size) if path is None else ImageFont.truetype(path, size)


def _drawable(words: str) -> str:
    """What the font can draw: without a Chinese one, only the rest."""
    return words if _has_chinese() else words.encode("ascii", "ignore").decode()
