"""How a verdict is held against what a worked case expects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

_PLAIN = ("in_time", "reclassification", "cancellation", "outcome")
_WHOLE = ("limit_hours", "record_by", "incident_category", "nsir_qualifiers", "flags")


def by_class(crimes: Iterable[Mapping[str, Any]], *, with_code: bool = False) -> Counter[tuple[str, ...]]:
    """Give how many crimes of each class (and code) there are."""
    found: Counter[tuple[str, ...]] = Counter()
    for crime in crimes:
        key = (crime["ho_class"], crime.get("ho_code", "")) if with_code else (crime["ho_class"],)
        found[key] += crime["count"]
    return found


def differences(expect: Mapping[str, Any], verdict: Mapping[str, Any]) -> list[str]:
    """Give what a verdict has otherwise than expected, codes of offences left aside."""
    found = []
    if verdict["decision"] != expect["decision"]:
        found.append(f"decision {verdict['decision']}, not {expect['decision']}")
    if expect.get("crimes") is not None and by_class(expect["crimes"]) != by_class(verdict["crimes"]):
        found.append(f"crimes {dict(by_class(verdict['crimes']))}, not {dict(by_class(expect['crimes']))}")
    if expect.get("total") is not None and verdict["total"] != expect["total"]:
        found.append(f"total {verdict['total']}, not {expect['total']}")
    found += _attempts(expect, verdict) + _beside(expect, verdict)
    for question in _PLAIN:
        for name, value in expect.get(question, {}).items():
            if verdict.get(question, {}).get(name) != value:
                found.append(f"{question} {verdict.get(question)}, not {name} {value}")
    found += [
        f"{n} {verdict.get(n)}, not {expect[n]}"
        for n in _WHOLE
        if n in expect and verdict.get(n) != expect[n]
    ]
    if "missing" in expect:
        missing = sorted({pointer for told in verdict["allegations"] for pointer in told.get("missing", ())})
        found += (
            [] if missing == sorted(expect["missing"]) else [f"missing {missing}, not {expect['missing']}"]
        )
    return found


def codes_differ(expect: Mapping[str, Any], verdict: Mapping[str, Any]) -> bool | None:
    """Say whether the offence codes differ from those expected; None where the case names none."""
    coded = [crime for crime in expect.get("crimes") or () if "ho_code" in crime]
    if not coded:
        return None
    got = by_class(verdict["crimes"], with_code=True)
    return any(got[key] < count for key, count in by_class(coded, with_code=True).items())


def _attempts(expect: Mapping[str, Any], verdict: Mapping[str, Any]) -> list[str]:
    wanted = {crime["ho_class"] for crime in expect.get("crimes") or () if crime.get("attempt")}
    marked = {crime["ho_class"] for crime in verdict["crimes"] if crime.get("attempt")}
    return [f"attempts {sorted(marked)}, not {sorted(wanted)}"] if wanted - marked else []


def _beside(expect: Mapping[str, Any], verdict: Mapping[str, Any]) -> list[str]:
    found = []
    if "reported_incidents" in expect:
        got = {entry["code"]: entry["count"] for entry in verdict.get("reported_incidents", ())}
        wanted = {entry["code"]: entry["count"] for entry in expect["reported_incidents"]}
        found += [] if got == wanted else [f"reported incidents {got}, not {wanted}"]
    if "information_report" in expect:
        told = any(entry.get("information_only") for entry in verdict.get("national_reports", ()))
        found += [] if told == expect["information_report"] else [f"information report {told}"]
    return found
