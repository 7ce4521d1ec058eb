"""Which of several crimes between one offender and one victim is counted, and which stand beside it.

Two matters of one offender are compared by the book's ``principal`` table: the weaker is *absorbed*, both
*stand*, or gravity decides (*rank*), which is a stored place in the book's order and never worked out from
sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from attrs import frozen

from firstpoint.counting.books import Book, ClassRule
from firstpoint.counting.cells import Fact
from firstpoint.counting.facts import UNKNOWN
from firstpoint.counting.matters import Matter, assume
from firstpoint.counting.rulings import MatterRuling, Step
from firstpoint.counting.tables import Row

READ_FROM_THE_WEAKER = (
    "used_in_other_offence", "used_for_further_offence", "followed_by_sexual_activity",
)  # fmt: skip
#: What one allegation says of a demand or of hacking holds for the other, since both tell of the same.
READ_FROM_EITHER = ("demand_complied", "from_hacking")
_READ = frozenset((*READ_FROM_THE_WEAKER, *READ_FROM_EITHER))
_PLACED = "The look-up table does not name both crimes; a registrar may choose otherwise."


@frozen
class Absorption:
    """A matter that is not counted, the matter that takes it in, and the row that says so.

    ``caution`` says why a registrar may choose otherwise, and is empty where the rules leave no doubt.
    """

    absorbed: int
    into: int
    step: Step
    caution: str = ""


def principal_crimes(
    recorded: Sequence[MatterRuling], book: Book, choice: str | None
) -> dict[int, Absorption]:
    """Give the absorptions among recorded matters, by the position of the absorbed one.

    ``choice`` is the allegation that a registrar judged the principal crime, if any.
    """
    if len(recorded) < 2:
        return {}
    by_offender: dict[str, list[int]] = {}
    for at, ruling in enumerate(recorded):
        by_offender.setdefault(ruling.matter.offender, []).append(at)
    taken_in: dict[int, list[Absorption]] = {}
    for group in by_offender.values():
        for one, two in combinations(group, 2):
            absorption = _compare(recorded, one, two, book, choice)
            if absorption:
                taken_in.setdefault(absorption.absorbed, []).append(absorption)
    return {at: _gravest(found, recorded) for at, found in taken_in.items()}


def final_absorber(at: int, absorptions: Mapping[int, Absorption]) -> int:
    """Give the counted matter at the end of a chain of absorptions."""
    seen = {at}
    while at in absorptions and absorptions[at].into not in seen:
        at = absorptions[at].into
        seen.add(at)
    return at


def one_takes_in_the_other(first: MatterRuling, second: MatterRuling, book: Book) -> bool:
    """Say whether one of two recorded matters absorbs the other."""
    together = first.matter.offender == second.matter.offender
    return together and _compare((first, second), 0, 1, book, None) is not None


def beside_recorded(rule: ClassRule, recorded: ClassRule, book: Book) -> str:
    """Give what becomes of a crime told of while another, of the same offender and victim, is investigated:
    it is ``absorbed``, ``absorbs`` the recorded one, or ``stands`` beside it.
    """
    forward, back = _ruling_on_rules(rule, recorded, book), _ruling_on_rules(recorded, rule, book)
    if "absorbed" in (forward, back):
        return "absorbed" if forward == "absorbed" else "absorbs"
    if "stands" in (forward, back):
        return "stands"
    return "absorbs" if rule.rank < recorded.rank else "absorbed"


def _ruling_on_rules(weaker: ClassRule, other: ClassRule, book: Book) -> str:
    said = ["no"] * len((*READ_FROM_THE_WEAKER, *READ_FROM_EITHER))
    return _kept_row((weaker, other, "none", "same", *said), book).result


def _compare(
    recorded: Sequence[MatterRuling], one: int, two: int, book: Book, choice: str | None
) -> Absorption | None:
    first, second = recorded[one], recorded[two]
    if first.finding.rule is None or second.finding.rule is None or _alike(first, second):
        return None
    forward, back = _ruling_on(first, second, book), _ruling_on(second, first, book)
    if forward.result == "absorbed":
        return Absorption(one, two, Step(book.pairs.stage, forward))
    if back.result == "absorbed":
        return Absorption(two, one, Step(book.pairs.stage, back))
    if "stands" in (forward.result, back.result):
        return None
    weaker, stronger = (one, two) if _gravity(first, choice) > _gravity(second, choice) else (two, one)
    ruled = forward if weaker == one else back
    return Absorption(
        weaker,
        stronger,
        Step(book.pairs.stage, ruled),
        _caution(ruled, first.finding.rule, second.finding.rule, choice),
    )


def _caution(ruled: Row, first: ClassRule, second: ClassRule, choice: str | None) -> str:
    if choice is not None:
        return ""
    if ruled.note:
        return f"{ruled.note} A registrar may choose otherwise."
    return "" if first.ranked_by == second.ranked_by == "table" else _PLACED


def _alike(first: MatterRuling, second: MatterRuling) -> bool:
    """Say whether two matters are of one class and code, and so left to the unit of count unless one names
    the other.
    """
    if first.finding.reached != second.finding.reached:
        return False
    tied = _tie(first.matter, second.matter) in ("during", "holds")
    return not tied or first.matter.victim == second.matter.victim


def _ruling_on(weaker: MatterRuling, other: MatterRuling, book: Book) -> Row:
    """Give the row on this pair; the book keeps it, since few kinds of pair are met again and again."""
    said, also = _said(weaker.matter, book), _said(other.matter, book)
    at = len(READ_FROM_THE_WEAKER)
    asked = (
        weaker.finding.rule,
        other.finding.rule,
        _tie(weaker.matter, other.matter),
        _victims(weaker.matter, other.matter),
        *["no" if value == UNKNOWN else value for value in said[:at]],
        *[_yes("yes" in both) for both in zip(said[at:], also[at:], strict=True)],
    )
    return _kept_row(asked, book)


def _kept_row(asked: tuple[Any, ...], book: Book) -> Row:
    kept: dict[tuple[Any, ...], Row] = book.kept.setdefault("pairs", {})
    known = kept.get(asked)
    if known is None:
        known = kept[asked] = _read_ruling_on(asked, book)
    return known


def _read_ruling_on(asked: tuple[Any, ...], book: Book) -> Row:
    weaker, other, tie, victims, *said = asked
    facts: dict[str, Fact] = {
        "family": weaker.family,
        "code": weaker.ho_code or "none",
        "other_family": other.family,
        "other_code": other.ho_code or "none",
        "tie": tie,
        "victims": victims,
        **dict(zip((*READ_FROM_THE_WEAKER, *READ_FROM_EITHER), said, strict=True)),
    }
    row = book.pairs.decide(facts).row
    if row is None:
        raise LookupError(f"the principal table of book {book.id} leaves a pair open")
    return row


def _said(matter: Matter, book: Book) -> tuple[str, ...]:
    """Give what an allegation says of the facts that the table of pairs reads, defaults considered."""
    if not _READ.isdisjoint(matter.allegation):
        return tuple([stated(matter, name, book) for name in (*READ_FROM_THE_WEAKER, *READ_FROM_EITHER)])
    kept: dict[str, tuple[str, ...]] = book.kept.setdefault("said", {})
    known = kept.get(matter.kind)
    if known is None:
        known = kept[matter.kind] = tuple(
            stated_under(book, matter.kind, name, None) for name in (*READ_FROM_THE_WEAKER, *READ_FROM_EITHER)
        )
    return known


def stated(matter: Matter, name: str, book: Book) -> str:
    """Give a named fact of an allegation, the book's default where it is not given, or ``unknown``."""
    given = matter.allegation.get(name)
    return stated_under(book, matter.kind, name, given)


def stated_under(book: Book, kind: str, name: str, given: str | None) -> str:
    """Give what a fact comes to that is given as this, or not at all, under a book's defaults."""
    if given is not None and given != UNKNOWN:
        return given
    kept: dict[tuple[str, str, bool], str] = book.kept.setdefault("assumed", {})
    asked = (kind, name, given is None)
    if asked not in kept:
        facts: dict[str, Fact] = {} if given is None else {name: UNKNOWN}
        assume(facts, kind, [default for default in book.defaults if default.fact == name])
        kept[asked] = str(facts.get(name, UNKNOWN))
    return kept[asked]


def _tie(weaker: Matter, other: Matter) -> str:
    if weaker.allegation.get("during") == other.id:
        return "during"
    if other.allegation.get("during") == weaker.id:
        return "holds"
    told_apart = weaker.incident and other.incident and weaker.incident != other.incident
    return "apart" if told_apart else "none"


def _victims(weaker: Matter, other: Matter) -> str:
    if not weaker.victim or not other.victim:
        return "none"
    if weaker.victim == other.victim:
        return "same"
    return "household" if weaker.owner == other.owner or weaker.owner == other.victim else "different"


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"


def _gravity(ruling: MatterRuling, choice: str | None) -> tuple[bool, float, str, str, bool, str]:
    rule, reached = ruling.finding.rule, ruling.finding.reached
    assert rule
    assert reached
    chosen = choice is not None and ruling.matter.id == choice
    return (not chosen, rule.rank, reached.ho_class, reached.ho_code, reached.attempt, ruling.matter.id)


def _gravest(found: Iterable[Absorption], recorded: Sequence[MatterRuling]) -> Absorption:
    return min(found, key=lambda absorption: _gravity(recorded[absorption.into], None))
