"""A mapping proposed for a file that has none, from its headings and the values under them.

Headings are compared with what exports call each column (``heading_words.toml``), and what stands under them
must be of its kind. What is proposed can be saved and used as it stands; what was left open, and what only
the owner of the file can say, is written beside it as comments. Nothing in it holds the words of a log.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl
from attrs import frozen

from firstpoint.errors import InputError
from firstpoint.records.files import read_parts
from firstpoint.records.mapping import TableMapping
from firstpoint.records.raw_rows import RawParts
from firstpoint.records.tables import TABLES, Column, Table, TableName, table_named
from firstpoint.records.value_kinds import Kinds, kinds_of

ROWS_LOOKED_THROUGH = 8
LEAST_SCORE = 0.5
LEAST_SCORE_JOINED = 0.6


@frozen
class Proposal:
    """Where one column is proposed to come from.

    ``headings`` are joined where several; with ``time`` the first is the day. ``fits`` is the share of
    filled values that can be read so, ``asks`` what only the owner of the file can say.
    """

    column: str
    headings: tuple[str, ...]
    fits: float
    score: float
    time: str = ""
    formats: tuple[str, ...] = ()
    time_formats: tuple[str, ...] = ()
    codes: Mapping[str, str] | None = None
    asks: tuple[str, ...] = ()
    other_way: tuple[str, ...] = ()


@frozen
class Suggestion:
    """A mapping proposed for one file and table, and the headings that it does not use."""

    table: TableName
    rows: int
    proposals: tuple[Proposal, ...]
    unused: tuple[str, ...]
    toml: str

    @property
    def missing(self) -> tuple[str, ...]:
        """The required columns for which nothing was found."""
        have = {each.column for each in self.proposals}
        return tuple(c.name for c in TABLES[self.table].columns if c.required and c.name not in have)


def suggest_mapping(path: str | Path, table: str | None = None) -> Suggestion:
    """The mapping proposed for a file as this table, or as the one that its headings fit best.

    UnreadableFile when the file cannot be read.
    """
    where = Path(path)
    names = [table_named(table).name] if table else list(TABLES)
    layout, raw = _read_with_likely_heading(where, names)
    frame = next(iter(raw.parts)).frame
    kinds = {name: kinds_of(frame[name]) for name in raw.headings}
    found = {name: _proposals(TABLES[name], kinds) for name in names}
    best = max(found, key=lambda name: _worth(TABLES[name], found[name]))
    proposals = found[best]
    used = {heading for each in proposals for heading in (*each.headings, each.time)}
    unused = tuple(name for name in raw.headings if name not in used)
    asks = _asks_of_keys(frame, TABLES[best], proposals, raw.headings)
    return Suggestion(
        table=best,
        rows=frame.height,
        proposals=proposals,
        unused=unused,
        toml=_as_toml(where, TABLES[best], layout, proposals, unused, kinds, asks, frame.height),
    )


def _worth(table: Table, proposals: Sequence[Proposal]) -> float:
    have = {each.column for each in proposals}
    missing = sum(column.required and column.name not in have for column in table.columns)
    return sum(each.score for each in proposals) - 2 * missing


def _read_with_likely_heading(path: Path, names: Sequence[TableName]) -> tuple[TableMapping, RawParts]:
    """The file read with the row of headings, or two, in which most are known by their words."""
    table = table_named(names[0]).needing(())
    tried: list[tuple[int, TableMapping, RawParts]] = []
    refusals: list[InputError] = []
    for spanned, row in product((1, 2), range(1, ROWS_LOOKED_THROUGH + 1)):
        layout = TableMapping(heading_row=row, heading_rows=spanned)
        try:
            raw = read_parts(path, layout, table)
        except InputError as refusal:
            refusals.append(refusal)
            continue
        known = max(_known_headings(raw.headings, name) for name in names)
        tried.append((known, layout, raw))
        unnamed = any(re.fullmatch(r"column \d+", heading) for heading in raw.headings)
        if known >= max(2, len(raw.headings) // 3) and not unnamed:
            break
    if not tried:
        raise refusals[0]
    _, layout, raw = max(tried, key=lambda each: each[0])
    return layout, raw


def _known_headings(headings: Iterable[str], table: TableName) -> int:
    return sum(
        max(_likeness(heading, table, column.name) for column in TABLES[table].columns) >= LEAST_SCORE
        for heading in headings
    )


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((resources.files(__package__) / "heading_words.toml").read_text("utf-8"))


def _in_words(heading: str) -> tuple[str, ...]:
    """A heading in plain words: capitals inside a word begin one, abbreviations are written out."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading)
    words = re.sub(r"[^a-z0-9]+", " ", apart.lower()).split()
    abbreviations = _words()["abbreviations"]
    return tuple(part for word in words for part in abbreviations.get(word, word).split())


@cache
def _phrases(table: str, column: str) -> tuple[tuple[str, ...], ...]:
    listed = _words()[table].get(column, [])
    return tuple(dict.fromkeys(_in_words(phrase) for phrase in (column, *listed)))


def _likeness(heading: str, table: str, column: str) -> float:
    """How much a heading says that it is the column: 1 for one of its phrases, 0 for nothing in common."""
    words = _in_words(heading)
    return max(
        (_likeness_of(words, phrase, at) for at, phrase in enumerate(_phrases(table, column))), default=0
    )


def _likeness_of(words: tuple[str, ...], phrase: tuple[str, ...], at: int) -> float:
    have, wanted = set(words), set(phrase)
    shared = len(have & wanted)
    if not shared:
        return 0.0
    # Of two columns with the same phrase, the one that names it first has the better claim.
    nearly_one = 1 - 0.005 * at
    if have == wanted:
        return nearly_one
    if wanted < have:
        return (0.45 + 0.5 * shared / len(have)) * nearly_one
    if have < wanted:
        return (0.35 + 0.5 * shared / len(wanted)) * nearly_one
    return 0.6 * shared / len(have | wanted) * nearly_one


def _fitting(column: Column, kinds: Kinds) -> float:
    """How far values look like the column's kind, from 0 to 1; a column without values speaks for nothing."""
    if not kinds.filled or not kinds.values:
        return 0.85
    if column.kind in ("time", "date"):
        return 1.0 if kinds.times >= 0.5 else 0.1
    if kinds.times >= 0.8 and kinds.numbers < 0.8:
        return 0.2
    if column.kind == "number":
        return 1.0 if kinds.numbers >= 0.7 else 0.2
    if column.kind == "yes_no":
        return 1.0 if kinds.yes_no >= 0.7 else 0.2
    if column.name == "text":
        return min(1.0, 0.5 + kinds.length / 60)
    if column.name.endswith("_id"):
        return 1.0 if kinds.length < 40 else 0.3
    return 1.0 if kinds.length < 80 else 0.5


def _proposals(table: Table, kinds: Mapping[str, Kinds]) -> tuple[Proposal, ...]:
    """The best heading for each column, the surest taken first and no heading twice."""
    claims = []
    for column in table.columns:
        for heading, looks in kinds.items():
            score = _likeness(heading, table.name, column.name) * _fitting(column, looks)
            if score >= LEAST_SCORE:
                claims.append((score, column, heading))
    taken: dict[str, Proposal] = {}
    used: set[str] = set()
    for score, column, heading in sorted(claims, key=lambda each: -each[0]):
        if column.name not in taken and heading not in used:
            proposal = _proposal(column, heading, kinds, score, used)
            taken[column.name] = proposal
            used |= {*proposal.headings, proposal.time}
    for score, column, heading in sorted(claims, key=lambda each: -each[0]):
        if heading not in used and score >= LEAST_SCORE_JOINED and _may_be_joined(column):
            first = taken[column.name]
            taken[column.name] = _with_heading(first, heading, kinds)
            used.add(heading)
    order = [column.name for column in table.columns]
    return tuple(sorted(taken.values(), key=lambda each: order.index(each.column)))


def _may_be_joined(column: Column) -> bool:
    return column.name == "text" or column.kind == "list"


def _with_heading(first: Proposal, heading: str, kinds: Mapping[str, Kinds]) -> Proposal:
    headings = [name for name in kinds if name in (*first.headings, heading)]
    return Proposal(first.column, tuple(headings), first.fits, first.score)


def _proposal(
    column: Column, heading: str, kinds: Mapping[str, Kinds], score: float, used: set[str]
) -> Proposal:
    looks = kinds[heading]
    if column.kind in ("time", "date"):
        return _proposal_of_time(column, heading, kinds, score, used)
    if column.allowed:
        codes, fits = _codes(column, looks)
        left = tuple(value for value in looks.values if value not in codes and not _is_allowed(column, value))
        asks = (f"What do these values mean: {', '.join(map(repr, left[:10]))}?",) if left else ()
        return Proposal(column.name, (heading,), fits, score, codes=codes or None, asks=asks)
    fits = {"number": looks.numbers, "yes_no": looks.yes_no}.get(column.kind, 1.0)
    return Proposal(column.name, (heading,), fits if looks.values else 1.0, score)


def _proposal_of_time(
    column: Column, heading: str, kinds: Mapping[str, Kinds], score: float, used: set[str]
) -> Proposal:
    looks = kinds[heading]
    asks = []
    if looks.other_way:
        asks.append(
            f"Every value of {heading!r} can be read with the day first and with the month first. "
            "Which is it?"
        )
    if "excel" in looks.formats:
        asks.append(f"Are the numbers under {heading!r} days as a spreadsheet counts them?")
    if looks.only_other_way:
        asks.append(
            f"{looks.only_other_way} values of {heading!r} can only be read the other way round (day and "
            "month): two ways of writing are mixed, and those rows will be set aside."
        )
    clock = "" if looks.with_clock else _clock_beside(heading, kinds, used)
    return Proposal(
        column=column.name,
        headings=(heading,),
        fits=looks.times if looks.values else 1.0,
        score=score,
        time=clock,
        formats=() if looks.other_way else looks.formats,
        time_formats=kinds[clock].clock_formats if clock else (),
        asks=tuple(asks),
        other_way=(*looks.formats, *looks.other_way) if looks.other_way else (),
    )


def _clock_beside(heading: str, kinds: Mapping[str, Kinds], used: set[str]) -> str:
    """The heading of the time of day that belongs to a heading of days; empty when there is none."""
    for other, looks in kinds.items():
        if (
            other != heading
            and other not in used
            and looks.clocks >= 0.7
            and _but_for_day_and_time(heading) == _but_for_day_and_time(other)
        ):
            return other
    return ""


def _but_for_day_and_time(heading: str) -> list[str]:
    return [word for word in _in_words(heading) if word not in ("date", "dates", "time", "times")]


def _is_allowed(column: Column, value: str) -> bool:
    return value.casefold() in {each.casefold() for each in column.allowed}


def _codes(column: Column, looks: Kinds) -> tuple[dict[str, str], float]:
    """What the source's values mean, where their words tell, and the share of values then allowed."""
    listed = _words()["status" if column.name == "status" else "absent"]
    meaning = {phrase: allowed for allowed, phrases in listed.items() for phrase in phrases}
    codes: dict[str, str] = {}
    for value in looks.values:
        plain = re.sub(r"[^a-z0-9]+", " ", value.lower()).strip()
        allowed = meaning.get(plain, "")
        if allowed in column.allowed and not _is_allowed(column, value):
            codes[value] = allowed
    read = sum(value in codes or _is_allowed(column, value) for value in looks.values)
    return codes, read / len(looks.values) if looks.values else 1.0


def _asks_of_keys(
    frame: pl.DataFrame, table: Table, proposals: Sequence[Proposal], headings: Sequence[str]
) -> tuple[str, ...]:
    """What repeated keys ask of the owner of the file."""
    keys = [each.headings[0] for each in proposals if each.column == table.key]
    if not keys:
        return ()
    cells = frame[keys[0]].drop_nulls()
    again = cells.len() - cells.n_unique()
    if not again:
        return ()
    entries = any("entry" in _in_words(heading) for heading in headings)
    likely = "entries" if entries else "versions"
    return (
        f"{again} of {cells.len()} rows repeat {keys[0]!r}. As it stands the first is kept and the others "
        "are set aside. Are they log entries or later versions? Then take the next two lines in.\n"
        f'[{table.name}.repeats]\ntreat = "{likely}"',
    )


def _as_toml(
    path: Path,
    table: Table,
    layout: TableMapping,
    proposals: Sequence[Proposal],
    unused: Sequence[str],
    kinds: Mapping[str, Kinds],
    asks: Sequence[str],
    rows: int,
) -> str:
    lines = [
        f"# Proposed for {path.name} from {rows:,} of its rows. Look through every line before you use it.",
        f"name = {_quoted(path.stem)}",
        "",
        f"[{table.name}]",
    ]
    if (layout.heading_row, layout.heading_rows) != (1, 1):
        lines += [f"heading_row = {layout.heading_row}", f"heading_rows = {layout.heading_rows}"]
    used = [heading for each in proposals for heading in (*each.headings, each.time) if heading]
    if words := dict.fromkeys(word for heading in used for word in kinds[heading].unknown):
        lines.append(f"unknown = [{', '.join(map(_quoted, words))}]")
    lines += ["", f"[{table.name}.columns]"]
    for proposal in proposals:
        lines += _lines_of(proposal)
    have = {each.column for each in proposals}
    lines += [""]
    for column in table.columns:
        if column.required and column.name not in have:
            lines.append(f"# NEEDED: no heading looks like {column.name}. {column.meaning}")
    open_columns = [
        column.name for column in table.columns if column.name not in have and not column.required
    ]
    if open_columns:
        lines.append(f"# Columns left open: {', '.join(open_columns)}.")
    if unused:
        lines.append(f"# Headings left over: {', '.join(map(_quoted, unused))}.")
    for ask in asks:
        lines += [f"# {line}" for line in f"ASK: {ask}".splitlines()]
    return "\n".join(lines) + "\n"


def _lines_of(proposal: Proposal) -> list[str]:
    lines = [f"# ASK: {ask}" for ask in proposal.asks]
    for form in proposal.other_way:
        lines.append(f"# {proposal.column} = {_source_of(proposal, (form,))}")
    fit = "fits once a line above is chosen" if proposal.other_way else f"{proposal.fits:.0%} fit"
    lines.append(f"{proposal.column} = {_source_of(proposal, proposal.formats)}  # {fit}")
    return lines


def _source_of(proposal: Proposal, formats: Sequence[str]) -> str:
    first = _quoted(proposal.headings[0])
    listed = f"[{', '.join(map(_quoted, formats))}]"
    if proposal.time:
        parts = [f"date = {first}", f"time = {_quoted(proposal.time)}"]
        parts += [f"date_formats = {listed}"] if formats else []
        if proposal.time_formats:
            parts.append(f"time_formats = [{', '.join(map(_quoted, proposal.time_formats))}]")
        return f"{{ {', '.join(parts)} }}"
    if len(proposal.headings) > 1:
        joiner = '"\\n"' if proposal.column == "text" else '";"'
        return f"{{ join = [{', '.join(map(_quoted, proposal.headings))}], with = {joiner} }}"
    if proposal.codes:
        codes = ", ".join(f"{_quoted(code)} = {_quoted(value)}" for code, value in proposal.codes.items())
        return f"{{ from = {first}, codes = {{ {codes} }} }}"
    return f"{{ from = {first}, formats = {listed} }}" if formats else first


def _quoted(text: str) -> str:
    """A text as TOML writes it, which for one line is as JSON does."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
