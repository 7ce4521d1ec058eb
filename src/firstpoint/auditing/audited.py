"""The audited incidents joined to the frame they were drawn from, as arrays ready for the formulas.

Here stand the refusals: marks that do not belong to the frame, and strata too thin for a standard error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from attrs import evolve, frozen

from firstpoint.auditing.frame import in_order
from firstpoint.auditing.marks import one_row_an_incident
from firstpoint.auditing.ratio import Codes, Floats, SingleRule, check_singles
from firstpoint.errors import InputError, Refused


@frozen(eq=False)
class Audit:
    """The audited incidents as arrays, one value an incident, and what the frame says of each stratum.

    ``variance_codes`` are ``codes`` but for strata that lend each other a variance (see ``collapse`` in
    :data:`SingleRule`).
    """

    references: pl.Series
    names: tuple[str, ...]
    codes: Codes
    variance_codes: Codes
    due: Floats
    recorded: Floats
    inclusion: Floats
    sampled: tuple[int, ...]
    incidents: tuple[int, ...]
    recorded_12m: tuple[int, ...] | None

    def stratum(self, code: int) -> Audit:
        """Give one stratum alone, by its place in ``names``."""
        return self.only((code,))

    def only(self, codes: Sequence[int]) -> Audit:
        """Give these strata alone, by their places in ``names``."""
        rows, place = np.isin(self.codes, codes), np.full(len(self.names), -1, dtype=np.intp)
        place[list(codes)] = np.arange(len(codes))
        return evolve(
            self,
            references=self.references.filter(pl.Series(rows)),
            names=tuple(self.names[code] for code in codes),
            codes=place[self.codes[rows]],
            variance_codes=place[self.codes[rows]],
            due=self.due[rows],
            recorded=self.recorded[rows],
            inclusion=self.inclusion[rows],
            sampled=tuple(self.sampled[code] for code in codes),
            incidents=tuple(self.incidents[code] for code in codes),
            recorded_12m=self.recorded_12m and tuple(self.recorded_12m[code] for code in codes),
        )

    @property
    def taken_whole(self) -> bool:
        """Whether every incident was certain to be audited, so that nothing was left to chance."""
        return bool(np.all(self.inclusion >= 1.0))

    @property
    def alone(self) -> tuple[str, ...]:
        """The strata in which one incident of several was audited."""
        both = zip(self.names, self.sampled, self.incidents, strict=True)
        return tuple(name for name, audited, total in both if audited == 1 and total > 1)


def refuse_without_crime(audit: Audit) -> None:
    """Raise Refused where nothing audited counts in the denominator, since there is then no rate."""
    if audit.due.sum() == 0.0:
        raise Refused(
            "No audited incident should have led to a crime, so there is no rate.",
            where=f"strata {', '.join(audit.names)}",
            remedy="Audit more incidents, or check that should_record is filled in.",
        )


def gather_audit(marks: pl.DataFrame, frame: pl.DataFrame, *, singles: SingleRule = "refuse") -> Audit:
    """Give the audited incidents of checked marks with their chances of selection in a checked frame.

    Raises InputError for marks from outside the frame and Refused for a stratum with none audited, or with
    one of several unless ``singles`` says what is to stand for its variance.
    """
    check_singles(singles)
    incidents, recorded_12m = _stratum_totals(frame)
    rows = _joined_to_frame(one_row_an_incident(marks), frame, incidents)
    names = tuple(in_order(set(incidents)))
    places = {name: place for place, name in enumerate(names)}
    codes = (
        rows.get_column("stratum").replace_strict(places, return_dtype=pl.Int64).to_numpy().astype(np.intp)
    )
    sampled = np.bincount(codes, minlength=len(names))
    totals = np.asarray([incidents[name] for name in names])
    for name, audited, total in zip(names, sampled.tolist(), totals.tolist(), strict=True):
        refuse_thin_stratum(name, audited, total, singles)
        if total == 0 and recorded_12m and recorded_12m[name] > 0:
            raise Refused(
                f"{recorded_12m[name]:,} crimes were recorded in twelve months and the frame has no report, "
                "so there is no rate to carry to them.",
                where=f"stratum {name}",
                remedy="Mend the frame, or leave the stratum out and say so beside the figure.",
            )
    inclusion = (sampled / np.maximum(totals, 1))[codes]
    if "inclusion_probability" in rows.columns:
        inclusion = _chances(rows.get_column("inclusion_probability").to_numpy(), inclusion, codes)
    keep = tuple(code for code, total in enumerate(totals.tolist()) if total > 0)
    codes = np.searchsorted(np.asarray(keep), codes).astype(np.intp)
    audit = Audit(
        references=rows.get_column("incident_id"),
        names=tuple(names[code] for code in keep),
        codes=codes,
        variance_codes=codes,
        due=rows.get_column("should_record").to_numpy().astype(np.float64),
        recorded=rows.get_column("recorded").to_numpy().astype(np.float64),
        inclusion=inclusion,
        sampled=tuple(int(sampled[code]) for code in keep),
        incidents=tuple(int(totals[code]) for code in keep),
        recorded_12m=None if recorded_12m is None else tuple(recorded_12m[names[code]] for code in keep),
    )
    return _collapsed(audit) if singles == "collapse" else audit


def _collapsed(audit: Audit) -> Audit:
    """Give the audit with each stratum of one incident joined, for its variance, to the nearest in size."""
    codes = audit.variance_codes.copy()
    for name in audit.alone:
        code = audit.names.index(name)
        others = [other for other in range(len(audit.names)) if other != code]
        if not others:
            raise Refused(
                "There is no other stratum to take it together with.",
                where=f"stratum {name}",
                remedy="Audit two incidents at the least.",
            )
        size = audit.incidents[code]
        nearest = min(others, key=lambda other: (abs(audit.incidents[other] - size), other))
        codes[audit.codes == code] = codes[audit.codes == nearest][0]
    return evolve(audit, variance_codes=codes)


def _stratum_totals(frame: pl.DataFrame) -> tuple[dict[str, int], dict[str, int] | None]:
    if "incident_id" in frame.columns:
        return dict(frame.group_by("stratum").len().iter_rows()), None
    incidents = dict(frame.select("stratum", "incidents").iter_rows())
    if "recorded_crimes_12m" not in frame.columns:
        return incidents, None
    return incidents, dict(frame.select("stratum", "recorded_crimes_12m").iter_rows())


def _joined_to_frame(rows: pl.DataFrame, frame: pl.DataFrame, incidents: Mapping[str, int]) -> pl.DataFrame:
    unknown = sorted(set(rows.get_column("stratum")) - set(incidents))
    if unknown:
        raise InputError(
            f"The marks name strata that the frame does not have: {', '.join(unknown)}.",
            where=f"stratum {unknown[0]}",
            remedy=f"The frame has {', '.join(sorted(incidents))}; use the same names.",
        )
    if "incident_id" not in frame.columns:
        return rows
    outside = rows.join(frame, on=["stratum", "incident_id"], how="anti").get_column("incident_id").sort()
    if outside.len():
        raise InputError(
            f"{outside.len()} audited incidents are not in that stratum of the frame: "
            f"{', '.join(outside[:8])}.",
            where=f"incident {outside[0]}",
            remedy=(
                "None of the audited is in it, as when it is of another period: give the frame the sample "
                "was drawn from."
                if outside.len() == rows.height
                else "Give the frame the sample was drawn from; audits chosen otherwise cannot be mixed in."
            ),
        )
    if "inclusion_probability" in frame.columns and "inclusion_probability" not in rows.columns:
        chances = frame.select("incident_id", pl.col("inclusion_probability").cast(pl.Float64, strict=False))
        rows = rows.join(chances, on="incident_id", how="left").sort("stratum", "incident_id")
        wrong = rows.filter(
            ~pl.col("inclusion_probability").is_between(0, 1, closed="right").fill_null(value=False)
        )
        if wrong.height:
            raise InputError(
                "An audited incident has no chance of selection above 0 and at most 1 in the frame.",
                where=f"incident {wrong.get_column('incident_id')[0]}",
                remedy="Fill in inclusion_probability for every incident that could be drawn.",
            )
    return rows


def refuse_thin_stratum(name: str, audited: int, total: int, singles: SingleRule = "refuse") -> None:
    """Raise InputError or Refused where ``audited`` incidents of ``total`` allow no rate and no error."""
    if audited > total:
        raise InputError(
            f"{audited} incidents were audited and the frame has {total}.",
            where=f"stratum {name}",
            remedy="Give the frame the sample was drawn from.",
        )
    if audited == 0 and total > 0:
        raise Refused(
            f"None of its {total:,} incidents was audited, so nothing can be said of the whole frame.",
            where=f"stratum {name}",
            remedy="Audit some, or leave the stratum out of the frame and say so beside the figure.",
        )
    if audited == 1 and total > 1 and singles == "refuse":
        raise Refused(
            f"One audited incident of {total:,} gives no standard error.",
            where=f"stratum {name}",
            remedy="Audit two at the least, or join the stratum to another before the estimate, or name a "
            "rule for it (singles: adjust, average or collapse).",
        )


def _chances(given: Floats, equal: Floats, codes: Codes) -> Floats:
    """Give the chances of selection: as given where they vary in a stratum, else audited over frame.

    A constant chance says no more than that the draw was simple; the share really audited is then the better
    figure, since a marking may be unfinished.
    """
    lowest = np.full(int(codes.max()) + 1, np.inf)
    highest = np.zeros_like(lowest)
    np.minimum.at(lowest, codes, given)
    np.maximum.at(highest, codes, given)
    simple = np.isclose(lowest, highest, rtol=1e-6)[codes]
    chances: Floats = np.where(simple, equal, given)
    return chances
