"""The audited incidents with both readings, their chances and what was predicted of them, as arrays."""

from __future__ import annotations

import numpy as np
import polars as pl
from attrs import evolve, frozen

from firstpoint.auditing.assisted.difference import Predicted
from firstpoint.auditing.assisted.limits import Alike
from firstpoint.auditing.assisted.predictions import check_predictions
from firstpoint.auditing.audited import Audit, gather_audit
from firstpoint.auditing.ratio import Codes, Floats
from firstpoint.auditing.readings.both import both_readings
from firstpoint.errors import InputError, Refused
from firstpoint.records.needed_columns import need_columns

FORETOLD = ("predicted_due", "predicted_recorded")

MOST_TIMES = 20.0
"""A draw that spreads a twentieth of the sample equally never stands for more times the incidents."""


@frozen(eq=False)
class Readings:
    """The audited incidents as arrays, one value an incident, sorted by stratum and incident.

    ``due`` and ``recorded`` are pseudo-values where second readings correct the first: pieces of a sum, which
    may be negative. ``change_due`` and ``change_recorded`` are what second readings changed (0 where there
    was none) and ``second_chance`` how likely each was (1 where there was none). ``cells`` are the strata of
    the *draw* (a stratum, or a tier of one), ``predicted`` is nothing throughout where nothing was predicted;
    ``twice`` counts the second readings used.
    """

    audit: Audit
    cells: Codes
    due: Floats
    recorded: Floats
    first_due: Floats
    change_due: Floats
    change_recorded: Floats
    second_chance: Floats
    predicted: Predicted
    totals: tuple[tuple[float, float], ...]
    twice: int

    @property
    def incident_ids(self) -> list[str]:
        """The references of the audited incidents."""
        return self.audit.references.to_list()

    @property
    def foretold(self) -> bool:
        """Whether there are predictions at all."""
        return bool(self.totals)

    @property
    def alike(self) -> Alike:
        """Whether every audited crime was recorded, by either reading, or none was."""
        missed = (self.first_due - self.audit.recorded, self.change_due - self.change_recorded)
        if not np.any(missed[0]) and not np.any(missed[1]):
            return "all recorded"
        seen = np.any(self.audit.recorded) or np.any(self.change_recorded)
        return "no" if seen else "none recorded"

    def stratum(self, code: int) -> Readings:
        """Give one stratum alone, by its place in ``audit.names``."""
        rows = self.audit.codes == code
        due, recorded = self.totals[code] if self.totals else (0.0, 0.0)
        return evolve(
            self,
            audit=self.audit.stratum(code),
            cells=np.unique(self.cells[rows], return_inverse=True)[1].astype(np.intp),
            due=self.due[rows],
            recorded=self.recorded[rows],
            first_due=self.first_due[rows],
            change_due=self.change_due[rows],
            change_recorded=self.change_recorded[rows],
            second_chance=self.second_chance[rows],
            predicted=Predicted(self.predicted.due[rows], self.predicted.recorded[rows], due, recorded),
            totals=((due, recorded),) if self.totals else (),
        )


def gather_readings(marks: pl.DataFrame, frame: pl.DataFrame) -> Readings:
    """Give the audited incidents of checked marks with what a checked frame says of them.

    Predictions come from the frame where it has a row an incident, else from the marks with the frame's
    totals by stratum. Raises what :func:`~firstpoint.auditing.audited.gather_audit` does, and InputError for
    predictions that are there in part.
    """
    audit = gather_audit(marks, frame)
    _refuse_weights(audit)
    rows = _in_order_of(audit, both_readings(marks))
    foretold, totals = _predictions(marks, frame, rows, audit)
    return Readings(
        audit=audit,
        cells=_cells(marks, frame, rows, audit),
        due=_column(rows, "pseudo_due"),
        recorded=_column(rows, "pseudo_recorded"),
        first_due=_column(rows, "first_due"),
        change_due=_change(rows, "due"),
        change_recorded=_change(rows, "recorded"),
        second_chance=_column(
            rows.with_columns(pl.col("second_probability").fill_null(1.0)), "second_probability"
        ),
        predicted=foretold,
        totals=totals,
        twice=int(rows.get_column("read_again").sum()),
    )


def _in_order_of(audit: Audit, read: pl.DataFrame) -> pl.DataFrame:
    """Give the readings in the order of the audit's arrays, with the stratum of each."""
    strata = pl.Series("stratum", np.asarray(audit.names)[audit.codes], dtype=pl.String)
    order = pl.DataFrame({"incident_id": audit.references, "stratum": strata})
    return order.join(read, on="incident_id", how="left", maintain_order="left")


def _refuse_weights(audit: Audit) -> None:
    """Refuse chances whose weights stand for many times the incidents that the stratum has."""
    stands_for = np.bincount(audit.codes, weights=1.0 / audit.inclusion)
    for name, weight, incidents in zip(audit.names, stands_for, audit.incidents, strict=True):
        if weight > MOST_TIMES * incidents:
            raise InputError(
                f"By their chances of selection the audited incidents stand for {weight:,.0f}, and the frame "
                f"has {incidents:,}.",
                where=f"stratum {name}, inclusion_probability",
                remedy="Give the chances that the draw gave, as it gave them.",
            )


def _predictions(
    marks: pl.DataFrame, frame: pl.DataFrame, rows: pl.DataFrame, audit: Audit
) -> tuple[Predicted, tuple[tuple[float, float], ...]]:
    if not any(name in frame.columns for name in FORETOLD):
        nothing = np.zeros(rows.height)
        return Predicted(nothing, nothing, 0.0, 0.0), ()
    by_incident = "incident_id" in frame.columns
    if not by_incident:
        frame = _checked_sums(frame)
    source = check_predictions(frame if by_incident else _of_marks(marks))
    joined = rows.join(
        source.group_by("incident_id").agg(pl.col(*FORETOLD).first()),
        on="incident_id",
        how="left",
        maintain_order="left",
    )
    if joined.get_column(FORETOLD[0]).null_count():
        missing = joined.filter(pl.col(FORETOLD[0]).is_null()).get_column("incident_id")
        raise InputError(
            "An audited incident has no prediction.",
            where=f"incident {missing[0]}",
            remedy="Give the predictions that were frozen before the draw; they cover every incident.",
        )
    sums = (
        (source if by_incident else frame).group_by("stratum").agg(pl.col(*FORETOLD).cast(pl.Float64).sum())
    )
    held = {name: (due, recorded) for name, due, recorded in sums.iter_rows()}
    totals = tuple(held[name] for name in audit.names)
    return (
        Predicted(
            _column(joined, FORETOLD[0]),
            _column(joined, FORETOLD[1]),
            sum(due for due, _ in totals),
            sum(recorded for _, recorded in totals),
        ),
        totals,
    )


def _checked_sums(frame: pl.DataFrame) -> pl.DataFrame:
    """Give the frame's sums of predictions as numbers, or raise InputError naming the stratum at fault."""
    need_columns(frame, ("stratum", *FORETOLD), "frame")
    numbers = frame.with_columns(pl.col(*FORETOLD).cast(pl.Float64, strict=False))
    right = pl.all_horizontal((pl.col(name) >= 0.0) & pl.col(name).is_finite() for name in FORETOLD)
    wrong = numbers.filter(~right.fill_null(value=False))
    if wrong.height:
        raise InputError(
            f"The sums of predictions are {wrong.select(FORETOLD).row(0)}, not numbers of 0 or more.",
            where=f"stratum {wrong.get_column('stratum')[0]}",
            remedy="Give the sum of predicted_due and of predicted_recorded over the stratum.",
        )
    return numbers


def _of_marks(marks: pl.DataFrame) -> pl.DataFrame:
    if not all(name in marks.columns for name in FORETOLD):
        raise InputError(
            "The frame gives sums of predictions and the marks do not give those of the audited incidents.",
            where="marks",
            remedy=f"Give {' and '.join(FORETOLD)} in the marks, or a frame with a row an incident.",
        )
    return marks


def _cells(marks: pl.DataFrame, frame: pl.DataFrame, rows: pl.DataFrame, audit: Audit) -> Codes:
    """Give the stratum of the draw of each audited incident: its stratum, or the tier of it."""
    source = next((one for one in (frame, marks) if {"incident_id", "tier"} <= set(one.columns)), None)
    if source is None:
        return audit.codes
    tiers = source.group_by("incident_id").agg(pl.col("tier").first())
    tier = rows.join(tiers, on="incident_id", how="left", maintain_order="left").get_column("tier")
    if tier.null_count() == len(tier):
        return audit.codes
    if tier.null_count():
        raise InputError(
            "An audited incident has no tier and others have.",
            where=f"incident {rows.get_column('incident_id')[int(tier.is_null().arg_true()[0])]}",
            remedy="Give the tier of every audited incident as it was drawn, or none.",
        )
    keys = np.stack([audit.codes, tier.rank("dense").to_numpy().astype(np.intp)], axis=1)
    cells: Codes = np.unique(keys, axis=0, return_inverse=True)[1].reshape(-1).astype(np.intp)
    alone = np.flatnonzero((np.bincount(cells) == 1)[cells] & (audit.inclusion < 1.0))
    if alone.size:
        row = int(alone[0])
        raise Refused(
            "One audited incident of a tier gives no standard error.",
            where=f"stratum {rows.get_column('stratum')[row]}, tier {tier[row]}",
            remedy="Audit two of each tier at the least, or draw with fewer tiers.",
        )
    return cells


def _change(rows: pl.DataFrame, name: str) -> Floats:
    change = (pl.col(f"second_{name}") - pl.col(f"first_{name}")).fill_null(0.0)
    return _column(rows.with_columns(change=change), "change")


def _column(rows: pl.DataFrame, name: str) -> Floats:
    return rows.get_column(name).to_numpy().astype(np.float64)
