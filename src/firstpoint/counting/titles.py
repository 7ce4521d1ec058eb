"""What a title of the notifiable list means: the places on the list it may stand for, and the class they
give.

An offence for which the format has no kind of its own is told under its title on the list. A title is read
without regard to case, punctuation or spacing. It means the offences that bear it, or bear it together with
the name of their Act; failing that, the class of that name; failing that, all offences whose titles hold
these words in this order, provided that they are of one class. Offences that were not in force on the day of
the offence are left aside. Several classes under one title leave the class open.

The meaning is one fact, ``listed_offence``, such as ``8N 008/04`` or, where it is open,
``8S 005/01|8T 005/01``. :func:`table_of_titles` is the class table that reads it, with one row for each place
on the list, so that an engine over columns needs one number for a title: the place of its meaning among all
meanings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache

from attrs import field, frozen

from firstpoint.counting.cells import Choice, Fact
from firstpoint.counting.facts import KINDS, UNKNOWN
from firstpoint.counting.tables import Facts, Row, Ruling, Table
from firstpoint.vocabulary import OffenceCode, offence_classes, offence_codes

#: The fact that holds what a title means.
LISTED = "listed_offence"
#: The value where the list holds no such title, or none that was in force on the day.
NOT_LISTED = "not_listed"
STAGE = "class_listed"
#: An offence of a fraud class told under its title is routed as frauds are, which go by their kind.
_FRAUD_CLASSES, _FRAUD_KIND = "NFIB", "fraud_other"
#: A single word is no title unless it is a whole one; "assault" stands in dozens.
_FEWEST_WORDS = 2


@frozen
class Meaning:
    """What a title means on one day.

    ``places`` are names such as ``8N 008/04``, none where the list has no such title; ``mark`` says whether
    these offences have a victim (V), are against the state (S) or may be either (M), with - where nobody can
    tell what is alleged; ``kind`` is the kind under which the recording test knows them, empty for the kind
    alleged.
    """

    places: tuple[str, ...]
    mark: str
    kind: str

    @property
    def fact(self) -> str:
        """The meaning as the value of a column."""
        return "|".join(self.places) or UNKNOWN


NOTHING = Meaning((), "-", "")


@lru_cache(maxsize=4096)
def meaning_of(title: str, day: str) -> Meaning:
    """Give what a title means for an offence on this day (``2026-04-01``)."""
    words = fold(title)
    exact = _in_force(_by_title().get(words, ()), day)
    if exact:
        return _meaning(exact)
    if words in _class_titles():
        return _meaning_of_class(_class_titles()[words])
    if len(words.split()) < _FEWEST_WORDS:
        return NOTHING
    holding = _in_force(_holding(words), day)
    return _meaning(holding) if len({each.class_code for each in holding}) == 1 else NOTHING


def fold(title: str) -> str:
    """Give a title without regard to case, punctuation and spacing."""
    plain = unicodedata.normalize("NFKD", title).casefold()
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def places() -> tuple[str, ...]:
    """Give every place on the list: each class, and each code within its class."""
    codes = {f"{each.class_code} {each.ho_code}": None for each in offence_codes()}
    classes = {name: None for name, each in offence_classes().items() if each.current}
    return (*classes, *codes)


@cache
def kinds_told_by_title() -> tuple[str, ...]:
    """Give the kinds of allegation that name their offence by its title."""
    return tuple(name for name, kind in KINDS.items() if "offence_title" in kind.attributes)


@frozen
class TitleTable(Table):
    """The class table of kinds that are told by title: it reads one fact and finds its rows by name."""

    _named: Mapping[str, Row] = field(factory=dict, eq=False, repr=False, kw_only=True)

    def rows_for(self, facts: Facts) -> tuple[Row, ...]:
        """Give the rows that the title may mean; every row where no title is at hand."""
        return self._meant(facts[LISTED]) if LISTED in facts else self.rows

    def decide(self, facts: Facts) -> Ruling:
        """Give the row of the one place that the title means, or leave the class open between several."""
        meant = self._meant(facts.get(LISTED, UNKNOWN))
        if len(meant) == 1 and meant[0] is not self._named[NOT_LISTED]:
            return Ruling(meant[0], meant, ())
        return Ruling(None, meant, (LISTED,))

    def _meant(self, fact: Fact) -> tuple[Row, ...]:
        found = [self._named[name] for name in str(fact).split("|") if name in self._named]
        return tuple(found) or (self._named[NOT_LISTED],)


def table_of_titles(has_class: Callable[[str], bool]) -> TitleTable:
    """Give the table of titles for a book, ``has_class`` saying which classes the book counts."""
    named = {name: _row(name) for name in places() if has_class(name.partition(" ")[0])}
    named[NOT_LISTED] = Row(
        "LIST-NONE", "Notifiable offences list: no such title", frozenset(),
        ((LISTED, Choice(frozenset({NOT_LISTED}), takes_unknown=True)),), "incident_only", "",
    )  # fmt: skip
    rows = tuple(named.values())
    filed = dict.fromkeys(kinds_told_by_title(), rows)
    return TitleTable(STAGE, ("kind", LISTED), rows, "kind", True, filed, named=named)


def _row(name: str) -> Row:
    cell = Choice(frozenset({name}), takes_unknown=False)
    row_id = "LIST-" + name.replace(" ", "-")
    return Row(row_id, f"Notifiable offences list: {name}", frozenset(), ((LISTED, cell),), name, "")


def _meaning(offences: Iterable[OffenceCode]) -> Meaning:
    found = list(offences)
    names = tuple(dict.fromkeys(f"{each.class_code} {each.ho_code}" for each in found))
    marks = {each.victim_or_state for each in found}
    fraud = all(each.class_code.startswith(_FRAUD_CLASSES) for each in found)
    return Meaning(names, marks.pop() if marks in ({"V"}, {"S"}) else "M", _FRAUD_KIND if fraud else "")


def _meaning_of_class(name: str) -> Meaning:
    whole = _meaning(each for each in offence_codes() if each.class_code == name and each.current)
    return whole if len(whole.places) == 1 else Meaning((name,), whole.mark, whole.kind)


def _in_force(offences: Iterable[OffenceCode], day: str) -> tuple[OffenceCode, ...]:
    """Give the offences in force on a day; dates of the list may be as short as a month."""
    return tuple(
        each
        for each in offences
        if (each.current or each.in_force_to)
        and day[: len(each.in_force_from)] >= each.in_force_from
        and (not each.in_force_to or day[: len(each.in_force_to)] < each.in_force_to)
    )


@cache
def _by_title() -> Mapping[str, tuple[OffenceCode, ...]]:
    found: dict[str, list[OffenceCode]] = {}
    for each in offence_codes():
        for key in {fold(each.title), fold(f"{each.title} {each.act}")}:
            found.setdefault(key, []).append(each)
    return {key: tuple(offences) for key, offences in found.items()}


@cache
def _class_titles() -> Mapping[str, str]:
    """Give the class of each class title that only one current class bears."""
    bearing: dict[str, list[str]] = {}
    for name, each in offence_classes().items():
        if each.current:
            bearing.setdefault(fold(each.title), []).append(name)
    return {title: names[0] for title, names in bearing.items() if len(names) == 1}


def _holding(words: str) -> list[OffenceCode]:
    return [each for key, offences in _by_title().items() if f" {words} " in f" {key} " for each in offences]
