"""Which of several crimes between one offender and one victim is counted, and which stand beside it.

Two matters of one offender are compared by the book's ``principal`` table: the weaker is *absorbed*, both
*stand*, or gravity decides (*rank*), which is a stored place in the book's order and never worked out from
sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from attrs import frozen

from firstpoint.counting.books import Book
from firstpoint.counting.cells import Fact
from firstpoint.counting.facts import UNKNOWN
from firstpoint.counting.matters import Matter
from firstpoint.counting.rulings import MatterRuling, Step
from firstpoint.counting.tables import Row

_READ_FROM_THE_WEAKER = (
    "used_in_other_offence", "used_for_further_offence", "followed_by_sexual_activity",
)  # fmt: skip
#: What one allegation says of a demand holds for the other, since both tell of the same demand.
_READ_FROM_EITHER = ("demand_complied",)
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


def _compare(
    recorded: Sequence[MatterRuling], one: int, two: int, book: Book, choice: str | None
) -> Absorption | None:
    first, second = recorded[one], recorded[two]
    if first.rule is None or second.rule is None or _alike(first, second):
        return None
    forward, back = _ruling_on(first, second, book), _ruling_on(second, first, book)
    stage = book.pairs.stage
    if forward.result == "absorbed":
        return Absorption(one, two, Step(stage, forward))
    if back.result == "absorbed":
        return Absorption(two, one, Step(stage, back))
    if "stands" in (forward.result, back.result):
        return None
    weaker, stronger = (one, two) if _gravity(first, choice) > _gravity(second, choice) else (two, one)
    ruled = forward if weaker == one else back
    return Absorption(weaker, stronger, Step(stage, ruled), _caution(ruled, first, second, choice))


def _caution(ruled: Row, first: MatterRuling, second: MatterRuling, choice: str | None) -> str:
    assert first.rule
    assert second.rule
    if choice is not None:
        return ""
    named_in_table = {first.rule.ranked_by, second.rule.ranked_by} == {"table"}
    return (
        f"{ruled.note} A registrar may choose otherwise." if ruled.note else "" if named_in_table else _PLACED
    )


def _alike(first: MatterRuling, second: MatterRuling) -> bool:
    """Say whether two matters are of one class and code, and so left to the unit of count unless one names
    the other.
    """
    tied = _tie(first.matter, second.matter) in ("during", "holds")
    return first.reached == second.reached and not (tied and first.matter.victim != second.matter.victim)


def _ruling_on(weaker: MatterRuling, other: MatterRuling, book: Book) -> Row:
    row = book.pairs.decide(_facts_of_pair(weaker, other)).row
    if row is None:
        raise LookupError(f"the principal table of book {book.id} leaves a pair open")
    return row


def _facts_of_pair(weaker: MatterRuling, other: MatterRuling) -> dict[str, Fact]:
    assert weaker.rule
    assert other.rule
    facts: dict[str, Fact] = {
        "family": weaker.rule.family,
        "code": weaker.rule.ho_code or "none",
        "other_family": other.rule.family,
        "other_code": other.rule.ho_code or "none",
        "tie": _tie(weaker.matter, other.matter),
        "victims": _victims(weaker.matter, other.matter),
    }
    for name in _READ_FROM_THE_WEAKER:
        stated = weaker.matter.facts.get(name, UNKNOWN)
        facts[name] = "no" if stated == UNKNOWN else stated
    for name in _READ_FROM_EITHER:
        facts[name] = _yes(any(one.matter.facts.get(name) == "yes" for one in (weaker, other)))
    return facts


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
    assert ruling.rule
    assert ruling.reached
    chosen = choice is not None and ruling.matter.id == choice
    return (
        not chosen,
        ruling.rule.rank,
        ruling.reached.ho_class,
        ruling.reached.ho_code,
        ruling.reached.attempt,
        ruling.matter.id,
    )


def _gravest(found: Iterable[Absorption], recorded: Sequence[MatterRuling]) -> Absorption:
    return min(found, key=lambda absorption: _gravity(recorded[absorption.into], None))
