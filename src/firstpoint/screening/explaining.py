"""What the screen sees in one log, as plain values for a page or a table.

:func:`explain` reads one incident as :func:`~firstpoint.screening.screened.screen` would and says why: the
words with their places, the rows of the lexicon that stand there, the cues that bear on them, the clauses by
which the rules answer, what is recorded already, what moved the chance, and why it may be wrong. Nothing is
kept. With another reader than the lexicon's the rows and cues are empty and all else stands.

A contribution says by how much the chance would differ without one thing: each is measured by leaving that
thing out and reading again, so they need not add up to the whole. What is recorded already is measured last:
the words are weighed as if nothing were recorded, then comes what the records take away.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from attrs import evolve, frozen

from firstpoint import counting
from firstpoint.screening.context import contexts
from firstpoint.screening.covering import Grading, covers
from firstpoint.screening.disclosures import Disclosure, Evidence
from firstpoint.screening.facts import report_facts
from firstpoint.screening.kinds import kind_row
from firstpoint.screening.lexicon import Lexicon, ready_lexicon
from firstpoint.screening.logreading import LogReader, reader_for
from firstpoint.screening.matching import CueHit, Found, Hit, find
from firstpoint.screening.ranking import FEATURES
from firstpoint.screening.reading import LexiconReader, Reader, matching_rows
from firstpoint.screening.scoring import Score, score
from firstpoint.screening.verdicts import counted
from firstpoint.screening.words.scoring import heaviest_words
from firstpoint.screening.words.weights import Weights

_CONTRIBUTES = 0.0005  # a chance that moves by less is said not to move
_MOST_WORDS = 4  # runs of words shown for and against
_MOST_SEEN = 40  # places of rows that one disclosure tells


@frozen
class Contribution:
    """What one thing does to the chance: ``value`` is the chance with it less the chance without it."""

    name: str
    value: float
    words: str


@frozen
class CueSeen:
    """A cue that bears on a place: its row, its category in words, its words in the log, and the factor that
    it leaves of the worth (1 where it only adds a fact).
    """

    row: str
    category: str
    words: str
    at: Evidence
    factor: float


@frozen
class RowSeen:
    """A row of the lexicon that stands in the log: where, how strong, its clause, and the cues around it."""

    row: str
    strength: str
    cite: str
    at: Evidence
    cues: tuple[CueSeen, ...]


@frozen
class Told:
    """One disclosure with its reasons.

    ``disclosure`` has the class and the crimes that the rules require; ``decision`` is theirs (``record``,
    ``not_decidable``, …), ``clauses`` the clauses and rows of the rule book that led there, ``missing`` the
    places of facts that would settle more. ``covered`` of its crimes are recorded already, by ``grade``.
    ``assumed`` are facts that the screen took for granted, ``doubts`` why it may be wrong, in sentences.
    """

    disclosure: Disclosure
    decision: str
    clauses: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    seen: tuple[RowSeen, ...]
    covered: int
    grade: str | None
    assumed: Mapping[str, str]
    doubts: tuple[str, ...]


@frozen
class Explanation:
    """One log explained.

    ``not_read`` says why the log was not read (``in Welsh``), and is empty where it was; a log not read has
    no ``score`` and no contributions, whatever was found in it. ``recorded`` are the classes given as
    recorded already (None: class not known).
    """

    text: str
    reader: str
    not_read: str
    score: Score | None
    told: tuple[Told, ...]
    contributions: tuple[Contribution, ...]
    recorded: tuple[str | None, ...]
    doubts: tuple[str, ...]


def explain(
    incident: Mapping[str, Any], recorded: Sequence[str | None] = (), *, reader: Reader | None = None
) -> Explanation:
    """What the screen sees in ``incident`` and why.

    ``incident`` holds ``text`` and, where known, ``received_at`` (zone-aware), ``channel``, ``opening_code``
    and ``closing_code``; ``recorded`` the classes of the crimes linked to it, None for one whose class is
    not known. ``reader`` is the thorough one that ships (:func:`reader_for`) unless given.
    """
    reader = reader or reader_for(1)
    text = incident.get("text") or ""
    lexicon = _lexicon(reader)
    read = _Read.of(incident, recorded, reader)
    not_read = lexicon.languages.why(text) or ""
    return Explanation(
        text=text,
        reader=f"{reader.name} {reader.version}",
        not_read=not_read,
        score=None if not_read else read.score,
        told=tuple(_told(read, incident, lexicon, places=_places(incident, reader))),
        contributions=() if not_read else _contributions(read, incident, reader),
        recorded=tuple(recorded),
        doubts=() if not_read else tuple(_doubts_of_log(read, incident)),
    )


@frozen
class _Read:
    """One reading: disclosures as told and as the rules count them, and the figures."""

    raw: tuple[Disclosure, ...]
    due: tuple[Disclosure, ...]
    recorded: tuple[str | None, ...]
    standing: str | None
    score: Score

    @classmethod
    def of(cls, incident: Mapping[str, Any], recorded: Sequence[str | None], reader: Reader) -> _Read:
        return cls.of_disclosures(incident, recorded, reader, reader.read(incident))

    @classmethod
    def of_disclosures(
        cls,
        incident: Mapping[str, Any],
        recorded: Sequence[str | None],
        reader: Reader,
        raw: tuple[Disclosure, ...],
    ) -> _Read:
        lexicon = _lexicon(reader)
        due = counted(incident, raw, {}, sure_from=_sure_from(lexicon))
        rows = matching_rows(incident.get("closing_code"), lexicon.closing_codes, lexicon)
        standing = next((row.standing for row in rows), None)
        return cls(raw, due, tuple(recorded), standing, score(due, recorded, standing, lexicon.weights))


def _lexicon(reader: Reader) -> Lexicon:
    return reader.lexicon if isinstance(reader, LexiconReader | LogReader) else ready_lexicon()


def _sure_from(lexicon: Lexicon) -> float:
    return float(lexicon.weights["floor"]["counted_together"])


# What is told, with its reasons


def _told(
    read: _Read, incident: Mapping[str, Any], lexicon: Lexicon, places: Mapping[str, tuple[RowSeen, ...]]
) -> Iterator[Told]:
    answers = _answers(read, incident, lexicon)
    due = [one for one in read.due if one.crimes > 0]
    known = [ho_class for ho_class in read.recorded if ho_class]
    found = covers(due, known, Grading(lexicon.weights["told_also_as"]))
    cover = {one.kind: each for one, each in zip(due, found, strict=True)}
    of_unknown_class = len(known) < len(read.recorded)
    for one in read.due:
        verdict, own = answers[one.kind]
        steps = [step for step in verdict["trace"] if step.get("allegation") == own["id"]]
        covered = cover.get(one.kind)
        assumed = {fact: v for fact, v in kind_row(one.kind).assume.items() if fact not in one.facts}
        seen = tuple(each for each in places.get(one.kind, ()) if each.row in one.patterns)
        yield Told(
            disclosure=one,
            decision=own["decision"],
            clauses=tuple((step.get("clause") or step.get("text", ""), step["row"]) for step in steps),
            missing=tuple(own.get("missing", ())),
            seen=seen[:_MOST_SEEN],
            covered=one.crimes if of_unknown_class else covered.covered if covered else 0,
            grade="unknown_class" if of_unknown_class else covered.grade if covered else None,
            assumed=assumed,
            doubts=tuple(_doubts_of(one, own["decision"], seen, assumed, lexicon))
            or (_doubt("clear_words"),),
        )


def _answers(
    read: _Read, incident: Mapping[str, Any], lexicon: Lexicon
) -> dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """For each kind told the verdict it was counted in, and its own entry there."""
    least = _sure_from(lexicon)
    sure = [one for one in read.raw if one.certainty >= least]
    groups = [sure, *([one] for one in read.raw if one.certainty < least)]
    answers: dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {}
    for group in filter(None, groups):
        verdict = counting.count_report(report_facts(incident, group))
        by_id = {entry["id"]: entry for entry in verdict["allegations"]}
        for number, one in enumerate(group, 1):
            answers[one.kind] = (verdict, by_id[f"a{number}"])
    return answers


def _places(incident: Mapping[str, Any], reader: Reader) -> dict[str, tuple[RowSeen, ...]]:
    """Where rows of the lexicon stand, by kind; nothing for another reader."""
    if not isinstance(reader, LexiconReader | LogReader):
        return {}
    lexicon = reader.lexicon
    found = find(incident.get("text") or "", lexicon)
    seen: dict[str, list[RowSeen]] = {}
    for hit, cues in zip(found.hits, contexts(found, lexicon), strict=True):
        seen.setdefault(hit.phrase.kind, []).append(_row_seen(hit, cues, found, lexicon))
    return {kind: tuple(rows) for kind, rows in seen.items()}


def _row_seen(hit: Hit, cues: tuple[CueHit, ...], found: Found, lexicon: Lexicon) -> RowSeen:
    factors: Mapping[str, float] = lexicon.weights["context"]
    return RowSeen(
        row=hit.phrase.id,
        strength=hit.phrase.strength,
        cite=hit.phrase.cite,
        at=_evidence(found, hit.start, hit.end),
        cues=tuple(
            CueSeen(
                row=cue.cue.id,
                category=cue.cue.category,
                words=context_words(cue.cue.category)[0],
                at=_evidence(found, cue.start, cue.end),
                factor=float(factors.get(cue.cue.category, 1.0)),
            )
            for cue in cues
        ),
    )


def _evidence(found: Found, start: int, end: int) -> Evidence:
    first, last = found.span(start, end)
    return Evidence(first, last, found.text[first:last])


# What moves the chance


def _contributions(read: _Read, incident: Mapping[str, Any], reader: Reader) -> tuple[Contribution, ...]:
    told = _Read.of_disclosures(incident, (), reader, read.raw).score.chance_unrecorded
    moved = [
        Contribution(name, round(told - without, 4), words)
        for name, words, without in _without_each(read, incident, reader)
        if abs(told - without) >= _CONTRIBUTES
    ]
    if read.recorded:
        by_records = round(read.score.chance_unrecorded - told, 4)
        moved.append(Contribution("recorded", by_records, "What is recorded already"))
    return tuple(sorted(moved, key=lambda each: (-abs(each.value), each.name)))


def _without_each(
    read: _Read, incident: Mapping[str, Any], reader: Reader
) -> Iterator[tuple[str, str, float]]:
    """Each thing that could move the chance: its name, its words, and the chance without it."""
    weights = _lexicon(reader).weights
    for one in read.due:
        rest = [each for each in read.due if each is not one]
        without = score(rest, (), read.standing, weights)
        yield f"told:{one.kind}", f"The log tells {one.offence}", without.chance_unrecorded
    for code, words in (("opening_code", "The opening code"), ("closing_code", "The closing code")):
        if incident.get(code):
            deaf_to_code = _Read.of({**incident, code: None}, (), reader)
            yield code, words, deaf_to_code.score.chance_unrecorded
    if isinstance(reader, LogReader):
        yield from _without_each_feature(incident, reader)
    if isinstance(reader, LexiconReader | LogReader):
        for category in sorted(_bearing(incident, reader.lexicon)):
            without_category = _deaf_to(category, reader.lexicon)
            deaf_reader = (
                reader.with_lexicon(without_category)
                if isinstance(reader, LogReader)
                else LexiconReader(without_category)
            )
            deaf = _Read.of(incident, (), deaf_reader)
            words = f"Words around it: {context_words(category)[0]}"
            yield f"context:{category}", words, deaf.score.chance_unrecorded


def _without_each_feature(incident: Mapping[str, Any], reader: LogReader) -> Iterator[tuple[str, str, float]]:
    """Each feature of the ranker, and the chance were it as in an average log."""
    look, text = reader.look(incident), incident.get("text") or ""
    for feature, words in FEATURES.items():
        raw = reader.disclosures(text, look.without(feature, reader.ranker))
        without = _Read.of_disclosures(incident, (), reader, raw).score.chance_unrecorded
        told = f"{words[0].upper()}{words[1:]}"
        if feature == "whole":
            told += _heaviest(reader.weights, incident)
        yield f"feature:{feature}", told, without
    if look.of_network is not None:
        raw = reader.disclosures(text, evolve(look, of_network=None))
        without = _Read.of_disclosures(incident, (), reader, raw).score.chance_unrecorded
        yield "network", "The words in their order, as a small language model reads them", without


def _heaviest(weights: Weights, incident: Mapping[str, Any]) -> str:
    """The runs of words that weigh most for and against, in words."""
    heavy = heaviest_words(incident.get("text") or "", weights)
    sides = {
        side: [word for word, weight in heavy if (weight > 0) == (side == "for")]
        for side in ("for", "against")
    }
    told = [
        f"{side}: {', '.join(f'“{word}”' for word in words[:_MOST_WORDS])}"
        for side, words in sides.items()
        if words
    ]
    return f" ({'; '.join(told)})" if told else ""


def _bearing(incident: Mapping[str, Any], lexicon: Lexicon) -> set[str]:
    """The categories that bear on some hit and have a weight or a meaning of their own."""
    found = find(incident.get("text") or "", lexicon)
    present = {cue.cue.category for cues in contexts(found, lexicon) for cue in cues}
    weighed: set[str] = {*lexicon.weights["context"], *lexicon.weights["label"]}
    return present & weighed


def _deaf_to(category: str, lexicon: Lexicon) -> Lexicon:
    """The lexicon to which words of one category change nothing."""
    tables = ("context", "label")
    without = {
        table: {name: v for name, v in lexicon.weights[table].items() if name != category} for table in tables
    }
    return evolve(lexicon, weights={**lexicon.weights, **without})


# Why it may be wrong


def _doubts_of(
    one: Disclosure, decision: str, seen: Sequence[RowSeen], assumed: Mapping[str, str], lexicon: Lexicon
) -> Iterator[str]:
    telling = [each for each in seen if each.strength != "detail"]
    categories = dict.fromkeys(cue.category for each in seen for cue in each.cues)
    if one.context == "opening code only":
        yield _doubt("opening_code_only")
    elif seen and len({each.row for each in telling}) == 1:
        yield _doubt("one_row")
    if telling and all(each.strength == "weak" for each in telling):
        yield _doubt("weak_words")
    yield from (doubt for category in categories if (doubt := context_words(category)[1]))
    if one.certainty < _sure_from(lexicon):
        yield _doubt("not_sure_enough")
    if one.crimes > 0 and one.ho_class is None:
        yield _doubt("class_open")
    if decision == "absorbed":
        yield _doubt("absorbed")
    if one.victims > 1:
        yield _doubt("victims_counted", victims=one.victims)
    if assumed and one.crimes > 0:
        yield _doubt("assumed")
    if others := lexicon.weights["told_also_as"].get(one.kind):
        yield _doubt("told_also", others=_listed(kind_row(kind).offence for kind in others))


def _doubts_of_log(read: _Read, incident: Mapping[str, Any]) -> Iterator[str]:
    if not read.raw:
        yield _doubt("nothing_found")
    if read.standing == "dismissed" and read.score.chance_crime > 0:
        yield _doubt("dismissed")
    if read.standing == "recorded" and not read.recorded:
        yield _doubt("says_recorded")
    if read.score.chance_crime > 0:
        yield _doubt("not_calibrated")
    if incident.get("received_at") is None and read.raw:
        yield _doubt("no_day")


def _listed(names: Iterable[str]) -> str:
    return " or ".join(names)


def _doubt(name: str, **parts: object) -> str:
    return _words("doubts.csv")[name]["words"].format(**parts)


def context_words(category: str) -> tuple[str, str]:
    """What cues of a category say of the words they govern, and why they may mislead (empty: they do not).

    A category without a row in ``contexts.csv`` is told by its name.
    """
    row = _words("contexts.csv").get(category)
    return (row["words"], row["doubt"]) if row else (category.replace("_", " "), "")


@cache
def _words(name: str) -> dict[str, dict[str, str]]:
    text = (resources.files("firstpoint.screening") / "reasons" / name).read_text("utf-8")
    return {row["id"]: row for row in csv.DictReader(text.splitlines())}
