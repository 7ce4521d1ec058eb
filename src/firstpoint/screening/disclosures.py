"""From hits to allegations: what the log discloses, how surely, against how many, and in which words.

Hits of one kind make one :class:`Disclosure`. A hit is worth what its strength says, lowered by the contexts
that bear on it; further hits of other patterns add to it. Two kinds that are two ways of telling one act (a
*theft* that the same log tells as a burglary) are merged by the table ``[told_also_as]`` in ``weights.toml``.
How many crimes follow is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod

from attrs import field, frozen

from firstpoint.screening.context import contexts
from firstpoint.screening.kinds import groups, kind_row
from firstpoint.screening.lexicon import Lexicon
from firstpoint.screening.matching import CueHit, Found, Hit

_SHOWN = 12  # the most evidence spans that one disclosure carries
_LIVE = "live"


@frozen
class Evidence:
    """Words of the log: ``text`` is ``log[start:end]``, positions in characters."""

    start: int
    end: int
    text: str


@frozen
class Disclosure:
    """One allegation that a log discloses.

    ``kind`` is a kind of the facts format and ``offence`` its name in words; ``certainty`` between 0 and 1;
    ``context`` is ``live`` or what changes the meaning most; ``facts`` are attributes of the facts format;
    ``patterns`` the ids of the rows that found it. ``ho_class`` and ``crimes`` are what ``counting``
    requires, filled in by the screen (None and 0 before).
    """

    kind: str
    offence: str
    certainty: float
    context: str = _LIVE
    victims: int = 1
    facts: Mapping[str, str] = field(factory=dict)
    evidence: tuple[Evidence, ...] = ()
    patterns: tuple[str, ...] = ()
    ho_class: str | None = None
    crimes: int = 0


@frozen
class _Weighed:
    hit: Hit
    cues: tuple[CueHit, ...]
    worth: float


def disclosures_of(
    found: Found, lexicon: Lexicon, codes: Sequence[tuple[str, str, str]] = ()
) -> tuple[Disclosure, ...]:
    """What one log discloses, the surest first.

    ``codes`` are readings of the opening and closing codes: kind, strength and row id. A code says what the
    call taker understood first; where the words surely tell a kind of its group, it adds none of its own.
    """
    weighed = [
        _weigh(hit, cues, lexicon) for hit, cues in zip(found.hits, contexts(found, lexicon), strict=True)
    ]
    kinds: dict[str, list[_Weighed]] = {}
    for one in weighed:
        kinds.setdefault(one.hit.phrase.kind, []).append(one)
    told = [d for kind, hits in kinds.items() if (d := _disclosure(kind, hits, found, lexicon, codes))]
    told += [_from_code(*code, found, lexicon) for code in codes if not _is_told(code[0], told, lexicon)]
    return tuple(sorted(merged(told, lexicon), key=lambda d: (-d.certainty, d.kind)))


def _weigh(hit: Hit, cues: tuple[CueHit, ...], lexicon: Lexicon) -> _Weighed:
    factor = _factor({cue.cue.category for cue in cues}, lexicon)
    return _Weighed(hit, cues, float(lexicon.weights["strength"][hit.phrase.strength]) * factor)


def _factor(categories: Iterable[str], lexicon: Lexicon) -> float:
    """What contexts leave of a worth: the product of theirs."""
    return prod(float(lexicon.weights["context"].get(category, 1.0)) for category in categories)


def _disclosure(
    kind: str, hits: Sequence[_Weighed], found: Found, lexicon: Lexicon, codes: Sequence[tuple[str, str, str]]
) -> Disclosure | None:
    telling = [one for one in hits if one.hit.phrase.strength != "detail"]
    if not telling:
        return None
    best: dict[str, _Weighed] = {}
    for one in telling:
        if one.hit.phrase.id not in best or one.worth > best[one.hit.phrase.id].worth:
            best[one.hit.phrase.id] = one
    standing_share = max(_factor({cue.cue.category for cue in one.cues}, lexicon) for one in best.values())
    from_codes = [
        float(lexicon.weights["code_strength"][strength]) * standing_share
        for code_kind, strength, _ in codes
        if code_kind == kind
    ]
    certainty = _together([*(one.worth for one in best.values()), *from_codes], lexicon)
    if certainty < float(lexicon.weights["floor"]["disclosed"]):
        return None
    floor = float(lexicon.weights["floor"]["shown_share"]) * max(one.worth for one in telling)
    kept = [one for one in hits if one.worth >= floor or one.hit.phrase.strength == "detail"]
    live = [one for one in kept if not _lowers(one.cues, lexicon)] or kept
    return Disclosure(
        kind=kind,
        offence=kind_row(kind).offence,
        certainty=round(certainty, 4),
        context=_context(max(telling, key=lambda one: one.worth).cues, lexicon),
        victims=_victims(live, found, lexicon),
        facts=_facts(live, found, lexicon),
        evidence=_evidence(live, found),
        patterns=tuple(sorted({one.hit.phrase.id for one in live})),
    )


def _is_told(kind: str, told: Sequence[Disclosure], lexicon: Lexicon) -> bool:
    """Whether the words tell what a code means: its kind, or surely another of its published group."""
    least = float(lexicon.weights["floor"]["counted_together"])
    also = set(lexicon.weights["code_covers"].get(kind, ()))
    return any(
        one.kind == kind
        or (one.certainty >= least and (one.kind in also or not groups(kind).isdisjoint(groups(one.kind))))
        for one in told
    )


def _from_code(kind: str, strength: str, row: str, found: Found, lexicon: Lexicon) -> Disclosure:
    """What a code alone says, lowered by cues that govern the whole log."""
    wide = {
        c.cue.category for c in found.cues if c.cue.direction in ("earlier", "log") and c.cue.governs(kind)
    }
    worth = float(lexicon.weights["code_alone"][strength]) * _factor(wide, lexicon)
    return Disclosure(
        kind=kind,
        offence=kind_row(kind).offence,
        certainty=round(worth, 4),
        context="opening code only",
        patterns=(row,),
    )


def _together(worths: Iterable[float], lexicon: Lexicon) -> float:
    """Several hits as one certainty: each further one closes a part of what was left open."""
    share = float(lexicon.weights["floor"]["further_hit_counts"])
    ordered = sorted(worths, reverse=True)
    left = 1.0 - ordered[0]
    for worth in ordered[1:6]:
        left *= 1.0 - share * worth
    return 1.0 - left


def _lowers(cues: Iterable[CueHit], lexicon: Lexicon) -> bool:
    return any(float(lexicon.weights["context"].get(cue.cue.category, 1.0)) < 0.5 for cue in cues)


def _context(cues: Iterable[CueHit], lexicon: Lexicon) -> str:
    """The category that weighs most, by the order of ``[label]`` in the weights."""
    order: Mapping[str, str] = lexicon.weights["label"]
    present = {cue.cue.category for cue in cues}
    return next((label for category, label in order.items() if category in present), _LIVE)


def _victims(hits: Sequence[_Weighed], found: Found, lexicon: Lexicon) -> int:
    numbers = [
        _number(cue.cue.sets["victims"], cue, found, lexicon)
        for one in hits
        for cue in one.cues
        if "victims" in cue.cue.sets
    ]
    told = [int(one.hit.phrase.sets["victims"]) for one in hits if "victims" in one.hit.phrase.sets]
    return max([1, *(n for n in numbers if n <= int(lexicon.weights["floor"]["most_victims"])), *told])


def _facts(hits: Sequence[_Weighed], found: Found, lexicon: Lexicon) -> dict[str, str]:
    """Attributes that the hits and their cues set; where two differ, the graver (injury) or the likelier
    stands."""
    facts: dict[str, str] = {}
    grades: list[str] = lexicon.weights["injury"]["grades"]
    for one in sorted(hits, key=lambda one: -one.worth):
        cues = (
            {k: str(_number(v, cue, found, lexicon)) if v == "number" else v for k, v in cue.cue.sets.items()}
            for cue in one.cues
        )
        for name, value in (item for sets in (one.hit.phrase.sets, *cues) for item in sets.items()):
            if name == "injury" and name in facts:
                facts[name] = max(facts[name], value, key=grades.index)
            else:
                facts.setdefault(name, value)
    facts.pop("victims", None)
    return facts


def _number(value: str, cue: CueHit, found: Found, lexicon: Lexicon) -> int:
    """The number a cue tells: its own, or what its words tell."""
    if value != "number":
        return int(value)
    return number_told(found.words[cue.start : cue.end], lexicon.weights["numeral"])


def number_told(words: Iterable[str], numerals: Mapping[str, int]) -> int:
    """The first figure or number word among folded words; one where there is none."""
    for word in words:
        if word in numerals:
            return numerals[word]
        figures = word.rstrip("yroxs")
        if figures.isascii() and figures.isdigit() and len(figures) < 4:
            return int(figures)
    return 1


def _evidence(hits: Sequence[_Weighed], found: Found) -> tuple[Evidence, ...]:
    """The words of the hits, those that overlap or touch joined."""
    joined: list[list[int]] = []
    for start, end in sorted((one.hit.start, one.hit.end) for one in hits):
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        elif len(joined) < _SHOWN:
            joined.append([start, end])
    places = (found.span(start, end) for start, end in joined)
    return tuple(Evidence(start, end, found.text[start:end]) for start, end in places)


def merged(told: Sequence[Disclosure], lexicon: Lexicon) -> list[Disclosure]:
    """Leaves out a kind that is only another way of telling a surer one."""
    swallowed = other_tellings({d.kind: d.certainty for d in told}, lexicon)
    return [d for d in told if d.kind not in swallowed]


def other_tellings(sure: Mapping[str, float], lexicon: Lexicon, *, of_chance: float = 1.0) -> set[str]:
    """The kinds that are only another way of telling one of the others, unless they are surer than that by
    more than the lexicon's slack, taken of the chance that there is any."""
    also: Mapping[str, list[str]] = lexicon.weights["told_also_as"]
    slack = float(lexicon.weights["floor"]["merge_slack"]) * of_chance
    return {
        weaker
        for kind, certainty in sure.items()
        for weaker in also.get(kind, ())
        if sure.get(weaker, 2.0) <= certainty + slack
    }
