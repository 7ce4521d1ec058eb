"""The lexicon as plain values for its page: rows and facts in words, classes, cues, the index of words."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import Any

import polars as pl

from firstpoint import counting
from firstpoint.reporting import (
    AuditedFigure,
    CodeLine,
    CueRow,
    CueTable,
    LexiconPage,
    LexiconRow,
    LexiconTable,
    ReadableChoice,
    ReadableStep,
    WordClass,
)
from firstpoint.reporting.plain_words import percent_outward
from firstpoint.screening.explaining import context_words
from firstpoint.screening.kinds import kind_row
from firstpoint.screening.lexicon import STRENGTHS, CodeRow, Cue, Lexicon, Phrase, lexicon_of
from firstpoint.screening.pattern_words import Choice, steps_of, words_of

_AGAINST = {"person": "Against a person", "business": "Against a business", "state": "Against the state"}
_WORKS = {
    "before": "Before the words, with up to {reach} between",
    "after": "After the words, with up to {reach} between",
    "both": "Before or after the words, with up to {reach} between",
    "entry": "In the whole entry of the log",
    "earlier": "In its entry and the ones before it",
    "log": "In the whole log",
}
_STANDINGS = {
    "not_a_report": "No report of a crime: an enquiry, an update, the press",
    "explained": "It was something else, such as weather or a toy",
    "other_force": "Another force's",
    "referred": "Passed on",
    "dismissed": "Dismissed. Over an allegation this raises the chance",
    "recorded": "A crime was recorded",
}


def lexicon_page(files: Mapping[str, bytes], audited: pl.DataFrame | None, *, title: str) -> LexiconPage:
    """Give all that the page of these files tells; ``audited`` is the table of audited precision, if any."""
    lexicon = lexicon_of(files)
    classes = tuple(_class_rows(files))
    meanings = {row["name"]: row["meaning"] for row in classes}
    return LexiconPage(
        title=title,
        particulars=_particulars(lexicon, files),
        audited_note=_audited_note(audited, lexicon),
        strengths=tuple((name, _strength_words(name, lexicon)) for name in STRENGTHS),
        tables=tuple(_tables(lexicon, _figures(audited), meanings)),
        cues=tuple(_cue_tables(lexicon, meanings)),
        classes=tuple(_classes(lexicon, classes)),
        opening_codes=tuple(_code(row, meanings) for row in lexicon.opening_codes),
        closing_codes=tuple(_code(row, meanings) for row in lexicon.closing_codes),
        index=_index(lexicon),
    )


def _particulars(lexicon: Lexicon, files: Mapping[str, bytes]) -> tuple[tuple[str, str], ...]:
    return (
        ("Version", lexicon.version),
        ("Rows", f"{len(lexicon.phrases)} that tell something, {len(lexicon.cues)} cues"),
        ("Files", ", ".join(files)),
        ("Weights", "weights.toml; set by hand, not learnt from audits"),
    )


def _audited_note(audited: pl.DataFrame | None, lexicon: Lexicon) -> str:
    if audited is None or audited.is_empty():
        return "No audit marks were given, so no row has an audited precision."
    other = [name for name in audited["reader"].unique().to_list() if lexicon.version not in (name or "")]
    said = (
        "Audited: of the audited logs in which the row tells a crime, those in which the audit found one; "
        "the precision with its 95% interval by Wilson's formula."
    )
    if "any crime" in audited["by"].to_list():
        said += " The marks named no classes, so any crime in the log confirms each row that speaks there."
    return f"{said} The logs were read with another version of the lexicon." if other else said


def _strength_words(name: str, lexicon: Lexicon) -> str:
    if name == "detail":
        return "Tells nothing alone: it adds facts to what other rows tell"
    share = float(lexicon.weights["strength"][name])
    return f"Taken for a real allegation at {100 * share:.0f} of 100, where nothing around it says otherwise"


def _figures(audited: pl.DataFrame | None) -> dict[str, AuditedFigure]:
    return {
        row["pattern"]: AuditedFigure(
            row["hits"],
            row["confirmed"],
            f"{100 * row['precision']:.0f}%",
            "{:g}% to {:g}%".format(*percent_outward(row["low"], row["high"])),
        )
        for row in (audited.iter_rows(named=True) if audited is not None else ())
    }


def _tables(
    lexicon: Lexicon, figures: Mapping[str, AuditedFigure], meanings: Mapping[str, str]
) -> Iterator[LexiconTable]:
    kinds: dict[str, list[Phrase]] = {}
    for phrase in lexicon.phrases:
        kinds.setdefault(phrase.kind, []).append(phrase)
    for kind, phrases in kinds.items():
        row = kind_row(kind)
        assumed = "; ".join(_facts(row.assume))
        silent = f" Where the log is silent the screen assumes: {assumed}." if assumed else ""
        note = f"{_AGAINST[row.holder]}; harm {row.harm:g} of 100.{silent}"
        title = f"{row.offence[0].upper()}{row.offence[1:]}"
        yield LexiconTable(kind, title, note, tuple(_row(each, figures, meanings) for each in phrases))


def _row(phrase: Phrase, figures: Mapping[str, AuditedFigure], meanings: Mapping[str, str]) -> LexiconRow:
    return LexiconRow(
        id=phrase.id,
        strength=phrase.strength,
        steps=_steps(phrase.pattern, meanings),
        facts=_facts(phrase.sets),
        blocks=tuple(_steps(block, meanings) for block in phrase.blocks),
        clause=phrase.cite,
        hits=phrase.hits,
        misses=phrase.misses,
        audited=figures.get(phrase.id),
    )


def _steps(pattern: str, meanings: Mapping[str, str]) -> tuple[ReadableStep, ...]:
    """The steps of a pattern; a word class is told by what it means."""
    return tuple(
        ReadableStep(tuple(_choice(each, meanings) for each in step.choices), step.optional, step.within)
        for step in steps_of(pattern)
    )


def _choice(choice: Choice, meanings: Mapping[str, str]) -> ReadableChoice:
    if choice.kind == "class":
        return ReadableChoice(meanings[choice.words] or choice.words.lower(), choice.words)
    return ReadableChoice(choice.words)


def _facts(sets: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        f"{counting.column_words(fact) if fact != 'victims' else 'victims'}: "
        f"{'the number told' if value == 'number' else counting.spoken(value)}"
        for fact, value in sets.items()
    )


def _cue_tables(lexicon: Lexicon, meanings: Mapping[str, str]) -> Iterator[CueTable]:
    categories: dict[str, list[Cue]] = {}
    for cue in lexicon.cues:
        categories.setdefault(cue.category, []).append(cue)
    for category, cues in sorted(categories.items()):
        words, doubt = context_words(category)
        does = f"{_does(category, lexicon)} {doubt}".strip()
        title = f"{words[0].upper()}{words[1:]}"
        yield CueTable(category, title, does, tuple(_cue(each, meanings) for each in cues))


def _does(category: str, lexicon: Lexicon) -> str:
    factor = lexicon.weights["context"].get(category)
    if factor is not None and factor < 1:
        return f"Leaves {100 * factor:.0f} of 100 parts of what the words are worth."
    if category in ("already_recorded", "other_force"):
        return "The rules are told so and decide; the words keep their worth."
    if category in lexicon.weights["label"]:
        return "Takes nothing away; the allegation is shown with it."
    return "Settles facts and takes nothing away."


def _cue(cue: Cue, meanings: Mapping[str, str]) -> CueRow:
    named = ", ".join(sorted(kind_row(kind).offence for kind in cue.kinds))
    return CueRow(
        id=cue.id,
        steps=_steps(cue.pattern, meanings),
        works=_WORKS[cue.direction].format(reach=cue.reach),
        kinds=f"{'Not for' if cue.but_kinds else 'Only for'} {named}" if named else "",
        facts=_facts(cue.sets),
        hits=cue.hits,
        misses=cue.misses,
    )


def _class_rows(files: Mapping[str, bytes]) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(StringIO(files["classes.csv"].decode(), newline=""))


def _classes(lexicon: Lexicon, classes: Iterable[Mapping[str, str]]) -> Iterator[WordClass]:
    users: dict[str, list[str]] = {}
    rows: Iterable[Any] = (*lexicon.phrases, *lexicon.cues, *lexicon.opening_codes, *lexicon.closing_codes)
    for row in rows:
        patterns = (row.pattern, *getattr(row, "blocks", ()))
        choices = (choice for pattern in patterns for step in steps_of(pattern) for choice in step.choices)
        for name in {choice.words for choice in choices if choice.kind == "class"}:
            users.setdefault(name, []).append(row.id)
    for each in classes:
        members = tuple(member.replace("*", "…") for member in each["members"].split("|"))
        yield WordClass(each["name"], each["meaning"], members, tuple(users.get(each["name"], ())))


def _code(row: CodeRow, meanings: Mapping[str, str]) -> CodeLine:
    told = f"{kind_row(row.kind).offence}, {row.strength}" if row.kind else ""
    parts = (told, _STANDINGS.get(row.standing, counting.spoken(row.standing)), *_facts(row.sets))
    return CodeLine(row.id, _steps(row.pattern, meanings), "; ".join(filter(None, parts)))


def _index(lexicon: Lexicon) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every word that a row which tells something names itself, with those rows."""
    rows: dict[str, dict[str, None]] = {}
    for phrase in lexicon.phrases:
        for word in words_of(phrase.pattern):
            rows.setdefault(word, {})[phrase.id] = None
    return tuple((word, tuple(rows[word])) for word in sorted(rows))
