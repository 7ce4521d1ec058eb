"""The form for the steps that somebody may take, and what was given for a step as lines to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import frozen

from firstpoint.casework import Particular, Transition
from firstpoint.vocabulary import offence_classes
from firstpoint.workbench.answers import crime_lines
from firstpoint.workbench.incidents.facts import in_lines
from firstpoint.workbench.incidents.verdicts import OpenCrimes, RequiredOf, class_title
from firstpoint.workbench.times import london_as_kept

_SPARE_LINES = 2


@frozen
class Asked:
    """Something that a form asks for: whether it may be left out, and for which steps it is asked (empty: for
    every one that the form offers)."""

    particular: Particular
    optional: bool
    steps: str = ""


@frozen
class Offered:
    """A step that a form offers, with what it alone asks for."""

    move: Transition
    asks: tuple[Asked, ...]


@frozen
class Form:
    """The steps that a form offers, each with what it alone asks for, and what several of them ask for."""

    offered: tuple[Offered, ...]
    shared: tuple[Asked, ...]


def form_of(moves: Sequence[Transition], *, late: bool, against: Callable[[Transition], bool]) -> Form:
    """What a form for these steps asks for. A field stands once, however many of the steps ask for it."""
    asks = {move.transition: _asks(move, late=late, against=against(move)) for move in moves}
    times = Counter(name for asked in asks.values() for name in asked)
    offered = tuple(
        Offered(move, tuple(each for name, each in asks[move.transition].items() if times[name] == 1))
        for move in moves
    )
    shared = {name: each for asked in asks.values() for name, each in asked.items() if times[name] > 1}
    return Form(offered, tuple(_shared(each, asks, moves) for each in shared.values()))


def _asks(move: Transition, *, late: bool, against: bool) -> dict[str, Asked]:
    needed = (*move.must_give, *(move.when_late if late else ()), *(move.when_against if against else ()))
    asks = {each.name: Asked(each, optional=False) for each in needed}
    return asks | {each.name: Asked(each, optional=True) for each in move.may_give if each.name not in asks}


def _shared(one: Asked, asks: Mapping[str, Mapping[str, Asked]], moves: Sequence[Transition]) -> Asked:
    name = one.particular.name
    asking = [move for move in moves if name in asks[move.transition]]
    optional = all(asks[move.transition][name].optional for move in asking)
    titles = "" if len(asking) == len(moves) else "; ".join(move.title for move in asking)
    return Asked(one.particular, optional, titles)


def said(asked: Particular, answer: Any) -> list[str]:
    """An answer as lines to read."""
    if asked.form == "crimes":
        return [f"{line['count']} × {line['ho_class']} {class_title(line['ho_class'])}" for line in answer]
    if asked.form == "choice":
        return [each.title for each in asked.choices if each.choice == answer]
    if asked.form == "moment":
        return [london_as_kept(str(answer))]
    if asked.form == "information":
        return [
            f"{place}. {piece['what']}; obtained {piece['obtained']} from {piece['source']}; "
            f"verified: {piece['verified']}"
            for place, piece in enumerate(answer, start=1)
        ]
    if asked.form == "facts":
        return in_lines(answer)
    return str(answer).split("\n")


def untouched(posted: Mapping[str, str]) -> bool:
    """Whether a list of crimes came back as the page had filled it, so that it may follow the facts."""
    return posted.get("crimes-were") == in_one_line(crime_lines(posted))


def in_one_line(lines: Sequence[Mapping[str, str]]) -> str:
    """The lines of a list of crimes as one text, empty ones left out."""
    return ";".join(
        f"{each['ho_class']}:{each['count']}" for each in lines if each["ho_class"] or each["count"]
    )


def lines_of(
    posted: Mapping[str, str], required: RequiredOf | None, given: Mapping[str, Any]
) -> list[dict[str, str]]:
    """The lines of a list of crimes: as written, or else what the rules require, and two more."""
    required = required or RequiredOf()
    if posted and not untouched(posted):
        written = crime_lines(posted)
    elif "crimes" in given:
        written = [{"ho_class": each["ho_class"], "count": str(each["count"])} for each in given["crimes"]]
    else:
        written = [{"ho_class": each.ho_class, "count": str(each.count)} for each in required.crimes]
        written += [{"ho_class": "", "count": str(each.count)} for each in required.open]
    titles = {each.code: each.title for each in offence_classes().values() if each.current}
    still_open = iter(required.open)
    spare = ({"ho_class": "", "count": ""} for _ in range(_SPARE_LINES))
    lines = [{**line, "title": titles.get(line["ho_class"], "")} for line in (*written, *spare)]
    for line in lines:
        if line["count"] and not line["ho_class"]:
            line["title"] = _to_complete(next(still_open, None))
    return lines


def _to_complete(crime: OpenCrimes | None) -> str:
    """What stands beside a line whose class has to be entered."""
    if crime is None:
        return "Enter the class"
    settle = f": find out {'; '.join(crime.settle)}" if crime.settle else ""
    return f"{crime.offence.capitalize()}, class open{settle}. Enter the class"
