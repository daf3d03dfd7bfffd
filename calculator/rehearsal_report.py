"""A rehearsal for readers: as lines, as a table, and as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

from calculator.amounts import plain, pretty
from calculator.awards.banded import FixedSum, RateOnWhole
from calculator.edition import Edition
from calculator.language.values import ENDS
from calculator.rehearsal import NO_LINE, Rehearsal, Tally

MOST_LINES = 20
HEADINGS = ("group", "name", "cases", "winners", "losers", "unchanged", "open", "gained", "lost", "before", "after", "difference")
_WIDTH, _BAR, _LEFT, _ROW, _TOP = 960, 300, 240, 34, 96
_GAIN, _LOSS, _QUIET = "#2e7d4f", "#b3412f", "#8a8f98"


def lines(found: Rehearsal) -> Iterator[str]:
    """For a terminal: the whole, the verdicts that turn, then the groups, those that change most first."""
    yield _title(found)
    whole = found.whole
    yield f"{whole.cases:,} cases: {whole.winners:,} get more, {whole.losers:,} get less, {whole.unchanged:,} the same, {whole.open:,} open"
    yield f"budget {pretty(whole.before)} → {pretty(whole.after)} yuan ({_signed(whole.after - whole.before)})"
    for (before, after), count in sorted(found.turns.items(), key=lambda turn: -turn[1]):
        if before is not after:
            yield f"  {before.value} → {after.value}: {count:,}"
    yield from _group("by band", list(_bands(found).items()))
    if len(found.by_union) > 1:
        yield from _group("by union", sorted(found.by_union.items(), key=lambda item: -abs(item[1].after - item[1].before)))


def _group(title: str, group: Sequence[tuple[str, Tally]]) -> Iterator[str]:
    yield title
    for name, tally in group[:MOST_LINES]:
        difference = _signed(tally.after - tally.before)
        yield f"  {name or '-':<28} {tally.cases:>10,}  +{tally.winners:,} −{tally.losers:,}  {difference:>18}"
    if len(group) > MOST_LINES:
        yield f"  and {len(group) - MOST_LINES:,} more: see --table"


def table(found: Rehearsal) -> Iterator[list[str]]:
    """For a spreadsheet: every group, sums in yuan."""
    yield list(HEADINGS)
    for edition in (found.before, found.after):
        yield ["edition", edition.id, edition.status, *[""] * (len(HEADINGS) - 3)]
    groups: list[tuple[str, Mapping[str, Tally]]] = [("all", {"": found.whole}), ("band", _bands(found)), ("union", found.by_union)]
    for group, tallies in groups:
        for name, tally in tallies.items():
            yield [group, name, *_figures(tally)]
    for (before, after), count in found.turns.items():
        yield ["verdict", f"{before.value} → {after.value}", str(count), *[""] * (len(HEADINGS) - 3)]


def drawn(found: Rehearsal) -> str:
    """For a browser or a report: an SVG picture of what each band gains and loses, beside the budget."""
    bands = list(_bands(found).items())
    most = max([tally.gained for _, tally in bands] + [tally.lost for _, tally in bands] + [1])
    height = _TOP + _ROW * len(bands) + 40
    whole = found.whole
    counts = (
        f"{whole.winners:,} get more · {whole.losers:,} get less · {whole.unchanged:,} the same · "
        f"{whole.open:,} open · {found.flips():,} with another verdict"
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" font-size="14" role="img">',
        f"<title>{escape(_title(found))}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        _text(20, 30, _title(found), size=18),
        _text(20, 56, f"{pretty(whole.before)} → {pretty(whole.after)} ({_signed(whole.after - whole.before)})"),
        _text(20, 78, counts, colour=_QUIET),
    ]
    for place, (name, tally) in enumerate(bands):
        parts += _bar(_TOP + _ROW * place, name, tally, most)
    return "\n".join([*parts, "</svg>\n"])


def _bar(top: int, name: str, tally: Tally, most: int) -> Iterator[str]:
    """One band: to the right what it gains, to the left what it loses."""
    middle = _LEFT + _BAR
    gained, lost = (round(_BAR * amount / most) for amount in (tally.gained, tally.lost))
    yield _text(20, top + 20, f"{name}  ({tally.cases:,})")
    yield f'<rect x="{middle - lost}" y="{top + 4}" width="{lost}" height="{_ROW - 10}" fill="{_LOSS}"/>'
    yield f'<rect x="{middle}" y="{top + 4}" width="{gained}" height="{_ROW - 10}" fill="{_GAIN}"/>'
    yield f'<line x1="{middle}" y1="{top}" x2="{middle}" y2="{top + _ROW}" stroke="{_QUIET}"/>'
    if tally.lost:
        yield _text(middle - lost - 6, top + 20, f"−{pretty(tally.lost)}", anchor="end")
    if tally.gained:
        yield _text(middle + gained + 6, top + 20, f"+{pretty(tally.gained)}")


def _text(left: int, top: int, text: str, *, size: int = 14, colour: str = "#1d2430", anchor: str = "start") -> str:
    return f'<text x="{left}" y="{top}" font-size="{size}" fill="{colour}" text-anchor="{anchor}">{escape(text)}</text>'


def _bands(found: Rehearsal) -> dict[str, Tally]:
    """The tallies of the earlier edition's lines, under the names its table gives them."""
    names = line_names(found.before)
    return {names[line]: tally for line, tally in sorted(found.by_line.items())}


def line_names(edition: Edition) -> dict[int, str]:
    """What the lines of an edition's table are called, by their number; 0 is none."""
    award = edition.award
    if isinstance(award, RateOnWhole | FixedSum):
        tables = [row.step.figures for row in award.bands.rows]
        names = [" ".join(f"{end} {pretty(figures[end])}" for end in ENDS if end in figures) for figures in tables]
    else:
        names = [item for items in edition.items.values() for item in items]
    return {NO_LINE: "no band", **dict(enumerate(names, 1))}


def _figures(tally: Tally) -> list[str]:
    counts = (tally.cases, tally.winners, tally.losers, tally.unchanged, tally.open)
    sums = (tally.gained, tally.lost, tally.before, tally.after, tally.after - tally.before)
    return [*map(str, counts), *map(plain, sums)]


def _title(found: Rehearsal) -> str:
    """The two editions, and whether their rules are official or a sample."""
    return f"{found.before.id} ({found.before.status}) → {found.after.id} ({found.after.status})"


def _signed(fen: int) -> str:
    return f"+{pretty(fen)}" if fen > 0 else pretty(fen)
