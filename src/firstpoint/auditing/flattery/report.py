"""The report: all looks at one audit together, with one stated rate of false alarms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl
from attrs import asdict, evolve, frozen

from firstpoint.auditing.flattery.drawn import (
    CHECKED,
    DAYS,
    LEFT_OUT,
    ROUTES,
    WINDOW,
    against_draw,
    routes_left_out,
    window_among_others,
)
from firstpoint.auditing.flattery.readers import (
    EACH_OTHER,
    KNOWN,
    SCREEN,
    SECOND,
    Allowance,
    against_each_other,
    against_known_cases,
    against_screen,
    against_second_readings,
)
from firstpoint.auditing.flattery.sign import Sign, not_taken
from firstpoint.auditing.marks import check_marks, one_row_an_incident
from firstpoint.auditing.readings.both import both_readings
from firstpoint.errors import InputError

FALSE_ALARMS = 0.05


@frozen(eq=False)
class Known:
    """What an audit can be held against; whatever is None is not looked at, and the report says so.

    ``chances``: ``incident_id`` and ``chance_unrecorded`` as frozen before the draw. ``bank``: settled known
    cases, whose marks are among those given. ``frame``: what :func:`against_draw` takes. ``reports``: what
    :func:`routes_left_out` takes. ``foretold`` with ``window``: what :func:`window_among_others` takes.
    """

    chances: pl.DataFrame | None = None
    bank: pl.DataFrame | None = None
    frame: pl.DataFrame | None = None
    reports: pl.DataFrame | None = None
    foretold: pl.DataFrame | None = None
    window: tuple[date, date] | None = None


@frozen
class FlatteryReport:
    """Whether an audit flatters.

    ``signs`` are all looks, taken or not. ``alarm`` says whether any stands out; of honest audits within the
    allowance at most ``false_alarm_rate`` raise it, however many looks were taken. Facts ``worth_asking``
    count separately: no chance is in them.
    """

    signs: tuple[Sign, ...]
    false_alarm_rate: float
    allowance: Allowance

    @property
    def alarm(self) -> bool:
        """Whether any look stands out once all are allowed for."""
        return any(sign.alarm for sign in self.signs)

    def text(self) -> str:
        """Give the report as lines for a terminal or a paper."""
        tested = sum(sign.chance is not None for sign in self.signs)
        start = (
            "Something in this audit flatters the force more than chance explains."
            if self.alarm
            else "Nothing tested here flatters the force more than chance explains; that does not prove "
            "the audit right."
        )
        rate = (
            f"{tested} looks were tested together: of honest audits at most {self.false_alarm_rate:.0%} "
            f"raise a false "
            f"alarm (Holm 1979), if auditors overlook no more than {self.allowance.overlooked:.0%} and the "
            f"screen "
            f"overstates by no more than {self.allowance.foretold:.0%}."
        )
        return "\n".join([start, rate, *(_line(sign) for sign in self.signs)])

    def as_dict(self) -> dict[str, Any]:
        """Give the report as plain values for JSON."""
        return {
            "alarm": self.alarm,
            "false_alarm_rate": self.false_alarm_rate,
            "allowance": asdict(self.allowance),
            "signs": [asdict(sign) for sign in self.signs],
            "text": self.text(),
        }


def flattery_report(
    marks: pl.DataFrame,
    known: Known,
    *,
    seed: int,
    allowance: Allowance | None = None,
    false_alarm_rate: float = FALSE_ALARMS,
    redraws: int = 999,
) -> FlatteryReport:
    """Give the report on an audit.

    ``marks`` are as for :func:`~firstpoint.auditing.estimate`, all readings and known cases among them, with
    ``auditor`` where several read; ``seed`` makes the redraws repeatable. Raises InputError for marks or
    frames that cannot be, and for a rate of false alarms outside 0 to 1.
    """
    if not 0.0 < false_alarm_rate < 1.0:
        raise InputError(
            f"A rate of false alarms of {false_alarm_rate} is not between 0 and 1.",
            where="false_alarm_rate",
            remedy=f"Give a share such as {FALSE_ALARMS}.",
        )
    allowance = allowance or Allowance()
    checked = check_marks(marks)
    signs = tuple(_looks(checked, known, seed, allowance, redraws))
    return FlatteryReport(holm(signs, false_alarm_rate), false_alarm_rate, allowance)


def holm(signs: tuple[Sign, ...], rate: float) -> tuple[Sign, ...]:
    """Give the signs with those marked that stand out at this rate over all of them (Holm 1979)."""
    tested = sorted((sign for sign in signs if sign.chance is not None), key=lambda sign: sign.chance or 0.0)
    alarms = []
    for at, sign in enumerate(tested):
        if (sign.chance or 0.0) > rate / (len(tested) - at):
            break
        alarms.append(sign.looked_at)
    return tuple(evolve(sign, alarm=sign.looked_at in alarms) for sign in signs)


def _looks(
    marks: pl.DataFrame, known: Known, seed: int, allowance: Allowance, redraws: int
) -> Iterator[Sign]:
    seeded = set() if known.bank is None else set(known.bank.get_column("incident_id"))
    audit = marks.filter(~pl.col("incident_id").is_in(sorted(seeded)))
    yield from _against_chances(audit, known.chances, seed, allowance, redraws)
    if both_readings(audit).get_column("read_again").any():
        yield against_second_readings(audit, allowance)
    else:
        yield not_taken(SECOND, "second readings with the chance of each")
    if known.bank is None:
        yield not_taken(KNOWN, "known cases among the sample")
    else:
        yield against_known_cases(_first(marks), known.bank, allowance)
    yield from _against_frame(audit, known, seed, redraws)


def _against_chances(
    audit: pl.DataFrame, chances: pl.DataFrame | None, seed: int, allowance: Allowance, redraws: int
) -> Iterator[Sign]:
    if chances is None:
        yield not_taken(SCREEN, "the screen's chances as frozen before the draw")
        yield not_taken(EACH_OTHER, "the screen's chances as frozen before the draw")
        return
    first = _findings(audit, chances)
    yield against_screen(first, allowance)
    if "auditor" in first.columns and first.get_column("auditor").n_unique() > 1:
        yield against_each_other(first.filter(pl.col("auditor").is_not_null()), seed, shuffles=redraws)
    else:
        yield not_taken(EACH_OTHER, "more than one auditor")


def _against_frame(audit: pl.DataFrame, known: Known, seed: int, redraws: int) -> Iterator[Sign]:
    taken = []
    if known.frame is not None:
        audited = frozenset(one_row_an_incident(audit).get_column("incident_id"))
        taken = against_draw(known.frame, audited, seed, redraws=redraws)
        yield from taken
    for name, column in ((ROUTES, "route"), (DAYS, "received_on"), (CHECKED, "checked_before")):
        if name not in {sign.looked_at for sign in taken}:
            yield not_taken(name, f"the frame with {column}")
    if known.reports is None:
        yield not_taken(LEFT_OUT, "every report of the period with its route and whether it is in the frame")
    else:
        yield routes_left_out(known.reports)
    if known.foretold is None or known.window is None:
        yield not_taken(
            WINDOW, "what the screen foretells of each day of a longer time, and the frame's dates"
        )
    else:
        yield window_among_others(known.foretold, *known.window)


def _first(marks: pl.DataFrame) -> pl.DataFrame:
    if "reading" not in marks.columns:
        return marks
    return marks.filter(pl.col("reading").is_null() | (pl.col("reading") == "first"))


def _findings(audit: pl.DataFrame, chances: pl.DataFrame) -> pl.DataFrame:
    """Give what first readings found missing, a row an incident, with the screen's chance of each."""
    carried = [pl.col("auditor").first()] if "auditor" in audit.columns else []
    missing = (pl.col("should_record") - pl.col("recorded")).sum().alias("missing")
    found = _first(audit).group_by("stratum", "incident_id").agg(missing, *carried)
    joined = found.join(chances.select("incident_id", "chance_unrecorded"), on="incident_id", how="left")
    empty = joined.filter(pl.col("chance_unrecorded").is_null()).get_column("incident_id").sort()
    if empty.len():
        raise InputError(
            f"{empty.len()} audited incidents have no chance from the screen.",
            where=f"incident {empty[0]}",
            remedy="Give the chances that were frozen before the draw for every audited incident.",
        )
    return joined.sort("stratum", "incident_id")


def _line(sign: Sign) -> str:
    mark = "ALARM" if sign.alarm else ("ask" if sign.worth_asking else "  ")
    chance = "" if sign.chance is None else f" (chance in an honest audit: {max(sign.chance, 0.0001):.2g})"
    return f"{mark:>6}  {sign.looked_at}: {sign.said}{chance}"
