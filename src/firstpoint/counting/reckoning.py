"""What a report requires, worked out: which matters are counted, absorbed or already recorded.

:func:`reckon` joins the rulings on single matters: links to existing records, principal crimes, units of
count, crimes due in an open class. The result answers the commonest questions at once; the verdict in its
published form is written from it by :mod:`~firstpoint.counting.verdict`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from firstpoint.counting.books import Book
from firstpoint.counting.continuing import AgainstRecord, against_record
from firstpoint.counting.open_classes import as_already_recorded, perhaps_one_crime
from firstpoint.counting.principal import Absorption, principal_crimes
from firstpoint.counting.rulings import MatterRuling
from firstpoint.counting.units import Counted, count_units

#: The strength of decisions, strongest first, as the published form orders them.
STRENGTH = (
    "record", "reported_incident", "crime_related_incident", "incident_only", "refer", "other_force",
    "absorbed", "answered", "not_decidable",
)  # fmt: skip
_STRENGTH_OF = {decision: strength for strength, decision in enumerate(STRENGTH)}


@frozen
class Outcome:
    """What is decided on one allegation, as the verdict says it: the decision, and where that is ``record``
    the class (None where it is open) and the number of crimes. ``crime_due``: at least one is due although
    its class is open."""

    decision: str
    ho_class: str | None
    count: int
    crime_due: bool


class Reckoning:
    """Everything found about a report, before it is written down.

    ``recorded`` are the positions (in ``rulings``) of matters that are crimes of this force; ``records``
    what linked matters do to prior records, by position; ``absorptions`` and ``counted`` are by position
    among ``recorded``. ``doubtful`` are the matters of open class that may be one crime with another, by
    position, with the allegation that may take them in.
    """

    __slots__ = ("absorptions", "book", "counted", "doubtful", "recorded", "records", "report", "rulings")

    def __init__(
        self,
        report: Mapping[str, Any],
        book: Book,
        rulings: Sequence[MatterRuling],
        recorded: Sequence[int],
        records: Mapping[int, AgainstRecord],
        absorptions: Mapping[int, Absorption],
        counted: Sequence[Counted],
        doubtful: Mapping[int, str],
    ) -> None:
        self.report = report
        self.book = book
        self.rulings = rulings
        self.recorded = recorded
        self.records = records
        self.absorptions = absorptions
        self.counted = counted
        self.doubtful = doubtful

    @property
    def total(self) -> int:
        """The crimes that this force must record."""
        return sum([counted.count for counted in self.counted])

    @property
    def decision(self) -> str:
        """The strongest decision on any matter; a report that alleges nothing is an incident only."""
        if self.counted:
            return "record"
        decisions = [self.decision_on(at) for at in range(len(self.rulings))]
        return strongest(decisions)

    @property
    def trace(self) -> tuple[tuple[str, ...], ...]:
        """The ids of the rows applied to each matter, in the order of the matters."""
        traced = []
        for at, ruling in enumerate(self.rulings):
            rows = ruling.finding.row_ids
            link = self.records.get(at) if self.records else None
            if link and link.step:
                rows = (*rows, link.step.row.id)
            if self.absorptions and at in self.recorded:
                absorption = self.absorptions.get(self.recorded.index(at))
                rows = (*rows, absorption.step.row.id) if absorption else rows
            traced.append(rows)
        return tuple(traced)

    def decision_on(self, at: int) -> str:
        """Give the decision on the matter at this position."""
        link = self.records.get(at)
        if link and link.effect in ("absorbed", "open"):
            return "absorbed" if link.effect == "absorbed" else "not_decidable"
        if self.absorptions and at in self.recorded and self.recorded.index(at) in self.absorptions:
            return "absorbed"
        return self.rulings[at].finding.decision

    def by_allegation(self) -> list[list[int]]:
        """Give the positions of the matters of each allegation, in the order of the report."""
        members: dict[int, list[int]] = {}
        for at, ruling in enumerate(self.rulings):
            members.setdefault(ruling.matter.index, []).append(at)
        return list(members.values())

    def leading(self, members: Sequence[int]) -> int:
        """Give the position, among those given, of the matter on which the decision is the strongest."""
        return min(members, key=lambda at: strength(self.decision_on(at)))

    def crimes_among(self, members: Sequence[int]) -> int:
        """Give how many crimes the matters at these positions make, each told where it was first."""
        return sum(one.count for one in self.counted if self.recorded[one.members[0]] in members)

    def outcomes(self) -> dict[str, Outcome]:
        """Give what is decided on each allegation, by its id."""
        return {
            self.rulings[members[0]].matter.id: self._outcome(members) for members in self.by_allegation()
        }

    def _outcome(self, members: Sequence[int]) -> Outcome:
        lead = self.leading(members)
        decision, finding = self.decision_on(lead), self.rulings[lead].finding
        recorded = decision == "record"
        return Outcome(
            decision,
            finding.reached.ho_class if recorded and finding.reached else None,
            self.crimes_among(members) if recorded else 0,
            any(self.rulings[at].finding.crime_due for at in members),
        )


def strongest(decisions: Sequence[str]) -> str:
    """Give the decision on the whole report; a report that alleges nothing is an incident only."""
    return min(decisions, key=_STRENGTH_OF.__getitem__) if decisions else "incident_only"


def strength(decision: str) -> int:
    """Give the place of a decision in the order of strength, 0 the strongest."""
    return _STRENGTH_OF[decision]


def reckon(report: Mapping[str, Any], rulings: Sequence[MatterRuling], book: Book) -> Reckoning:
    """Work out which matters are counted, absorbed or already recorded."""
    linked: dict[int, AgainstRecord] = {}
    recorded: list[int] = []
    final = rulings
    any_due = False
    for at, ruling in enumerate(rulings):
        finding = ruling.finding
        if finding.crime_due:
            any_due = True
            if linked or "prior_records" in report:
                settled, held = as_already_recorded(ruling, report, book)
                final = [*final[:at], settled, *final[at + 1 :]]
                if held:
                    linked[at] = held
        elif finding.decision == "record":
            effect = against_record(ruling, report, book) if "prior_records" in report else None
            if effect is not None:
                linked[at] = effect
            if effect is None or effect.effect in ("new", "reclassifies"):
                recorded.append(at)
    crimes = rulings if len(recorded) == len(rulings) else [rulings[at] for at in recorded]
    absorptions = principal_crimes(crimes, book, _choice(report))
    kept = [at for at in range(len(crimes)) if at not in absorptions] if absorptions else range(len(crimes))
    counted = count_units(crimes, kept)
    doubtful = perhaps_one_crime(final, recorded, book) if any_due else {}
    return Reckoning(report, book, final, recorded, linked, absorptions, counted, doubtful)


def _choice(report: Mapping[str, Any]) -> str | None:
    for judgement in report.get("judgements", ()):
        if judgement["about"] == "principal_choice":
            return str(judgement["value"])
    return None
