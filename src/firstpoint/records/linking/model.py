"""What two records are compared on, and what agreement and disagreement are worth: a linking model.

A model is data, a TOML file that a registrar can read::

    id = "incident-to-crime"
    about = "Which incident a crime came from"
    source = "where the numbers come from"
    constraint = "many-to-one"              # many right records to one left; also "one-to-one", "none"
    share_linked = 0.5                      # of the right records, those expected to have a partner
    needs = "reported"                      # must speak for a pair that counts as linked; may be left out

    [[blocking]]                            # a pair is looked at where any block holds both its records
    equal = ["unit", "day"]                 # these columns are equal ...
    later_by = { day = 1 }                  # ... or the right one is greater by so much
    explode = ["rare_words"]                # lists: any member of one equals any member of the other

    [[compare]]
    id = "reported"
    about = "time of the report"
    [[compare.levels]]                      # from best to worst; the first that holds counts
    within = "reported"                     # what is compared, and how: see Level
    most = 10
    says = "reported at most 10 minutes apart"
    m = 0.8                                 # chance of this level where the two belong together
    u = 0.0001                              # and where they do not
    [compare.otherwise]
    says = "reported far apart"
    m = 0.01
    u = 0.97

The weight of a level is log2(m/u), in bits; that of a pair is their sum (Fellegi and Sunter, 1969). A
comparison for which either record has nothing says nothing and weighs nothing. ``m`` and ``u`` may be left
out of a model that is always estimated on the data.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args

from attrs import evolve, frozen

from firstpoint.errors import InputError
from firstpoint.records.nearest import did_you_mean

Test = Literal[
    "equal", "within", "after", "share", "edits", "alike", "listed", "shared", "metres", "at_least"
]
Constraint = Literal["many-to-one", "one-to-one", "none"]

TESTS: tuple[str, ...] = get_args(Test)
CONSTRAINTS: tuple[str, ...] = get_args(Constraint)
_NEEDS_MOST = ("within", "share", "edits", "metres")
_NEEDS_LEAST = ("alike", "shared", "at_least")


@frozen
class Level:
    """One degree of agreement, and how often it is met.

    ``test`` says how ``columns`` are compared: ``equal``; ``within`` ``most`` of each other (numbers);
    ``after``, right less left from ``least`` to ``most``; ``share``, a difference of at most ``most`` of the
    larger; ``edits``, at most ``most`` single-character changes; ``alike``, Jaro-Winkler likeness of at
    least ``least`` (0 to 1); ``listed``, the left value (first column) is in the right record's list (second
    column); ``shared``, coded words in common that carry at least ``least`` bits; ``metres``, at most
    ``most`` apart (easting, northing); ``at_least``, the left value alone is ``least`` or more. ``frequent``
    weighs an equal value by how common it is. ``m`` and ``u`` are chances from 0 to 1, None where not
    known.
    """

    test: Test
    columns: tuple[str, ...]
    says: str
    least: float | None = None
    most: float | None = None
    frequent: bool = False
    m: float | None = None
    u: float | None = None

    @property
    def weight(self) -> float | None:
        """Give log2(m/u) in bits; None where the chances are not known."""
        return None if self.m is None or self.u is None else math.log2(self.m / self.u)


@frozen
class Otherwise:
    """What is said, and how often it is met, where no level of a comparison holds."""

    says: str
    m: float | None = None
    u: float | None = None


@frozen
class Comparison:
    """One thing on which two records are compared, from its best level to none."""

    id: str
    about: str
    levels: tuple[Level, ...]
    otherwise: Otherwise

    @property
    def columns(self) -> tuple[str, ...]:
        """Give the columns that it reads, each once."""
        return tuple(dict.fromkeys(name for level in self.levels for name in level.columns))

    @property
    def all_levels(self) -> tuple[Level | Otherwise, ...]:
        """Give the levels from best to worst, the last being that none holds."""
        return (*self.levels, self.otherwise)

    def with_chances(self, m: Sequence[float], u: Sequence[float]) -> Comparison:
        """Give the comparison with these chances, one a level, that of ``otherwise`` last."""
        levels = tuple(
            evolve(level, m=each_m, u=each_u)
            for level, each_m, each_u in zip(self.levels, m, u, strict=False)
        )
        return evolve(self, levels=levels, otherwise=evolve(self.otherwise, m=m[-1], u=u[-1]))


@frozen
class Block:
    """A rule that says which pairs are looked at: those equal in ``equal``, right greater by ``later_by``.

    ``explode`` are lists: a pair is in the block where they have a member in common.
    """

    equal: tuple[str, ...] = ()
    later_by: tuple[tuple[str, int], ...] = ()
    explode: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Give the columns that it reads."""
        return (*self.equal, *self.explode)

    def __str__(self) -> str:
        later = [f"{name} later by {by}" for name, by in self.later_by]
        same = [f"same {name}" for name in self.equal if name not in dict(self.later_by)]
        return ", ".join([*same, *later, *(f"a shared value of {name}" for name in self.explode)])


@frozen
class Model:
    """A linking model; see the page of this module.

    ``training`` are blocks within which it is estimated; ``needs`` names a comparison that must speak for a
    pair before it counts as linked, however much the others do.
    """

    id: str
    about: str
    source: str
    constraint: Constraint
    share_linked: float
    blocking: tuple[Block, ...]
    compare: tuple[Comparison, ...]
    training: tuple[Block, ...] = ()
    needs: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether every level has its chances, so that nothing need be estimated."""
        levels = [level for each in self.compare for level in each.all_levels]
        return all(level.m is not None and level.u is not None for level in levels)

    @property
    def has_m(self) -> bool:
        """Whether every level says how often it is met among pairs that belong together."""
        return all(level.m is not None for each in self.compare for level in each.all_levels)

    @property
    def columns(self) -> tuple[str, ...]:
        """Give the columns that comparisons and blocks read, each once."""
        compared = [name for each in self.compare for name in each.columns]
        blocked = [name for each in (*self.blocking, *self.training) for name in each.columns]
        return tuple(dict.fromkeys(compared + blocked))

    def without_chances(self) -> Model:
        """Give the model with neither m nor u, to be estimated from nothing."""
        bare = [
            evolve(
                each,
                levels=tuple(evolve(level, m=None, u=None) for level in each.levels),
                otherwise=evolve(each.otherwise, m=None, u=None),
            )
            for each in self.compare
        ]
        return evolve(self, compare=tuple(bare))

    def speaking_levels(self, comparison: str) -> list[int]:
        """Give the places of the levels of a comparison that speak for a link; none where it is not there."""
        found = [each for each in self.compare if each.id == comparison]
        levels = found[0].all_levels if found else ()
        return [place for place, level in enumerate(levels) if (level.m or 0) > (level.u or 1)]


def ready_model(name: str) -> Model:
    """Give a model that ships with Firstpoint: ``incident-to-crime`` or ``same-event``."""
    folder = resources.files(__package__) / "models"
    names = sorted(
        each.name.removesuffix(".toml") for each in folder.iterdir() if each.name.endswith(".toml")
    )
    if name not in names:
        raise InputError(
            f"there is no linking model {name!r}.{did_you_mean(name, names)}",
            remedy=f"Choose from {', '.join(names)}, or give a TOML file.",
        )
    return _model(tomllib.loads((folder / f"{name}.toml").read_text("utf-8")), f"{name}.toml")


def read_model(path: Path) -> Model:
    """Give the model in a TOML file; InputError names every place that is wrong."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as reason:
        raise InputError(
            f"cannot be read: {reason}.", where=str(path), remedy="Give a TOML file."
        ) from reason
    return _model(data, str(path))


def write_model(model: Model) -> str:
    """Give the model as TOML that :func:`read_model` reads back to an equal one."""
    lines = [_pair(name, getattr(model, name)) for name in ("id", "about", "source", "constraint")]
    lines.append(_pair("share_linked", model.share_linked))
    lines += [_pair("needs", model.needs)] if model.needs else []
    for heading, blocks in (("blocking", model.blocking), ("training", model.training)):
        for block in blocks:
            lines += ["", f"[[{heading}]]", *_block_lines(block)]
    for each in model.compare:
        lines += ["", "[[compare]]", _pair("id", each.id), _pair("about", each.about)]
        for level in each.levels:
            lines += ["", "[[compare.levels]]", *_level_lines(level)]
        lines += ["", "[compare.otherwise]", _pair("says", each.otherwise.says)]
        lines += _chance_lines(each.otherwise)
    return "\n".join(lines) + "\n"


def _block_lines(block: Block) -> list[str]:
    lines = [_pair("equal", list(block.equal))] if block.equal else []
    if block.later_by:
        inside = ", ".join(_pair(name, by) for name, by in block.later_by)
        lines.append(f"later_by = {{ {inside} }}")
    return lines + ([_pair("explode", list(block.explode))] if block.explode else [])


def _level_lines(level: Level) -> list[str]:
    columns: Any = level.columns[0] if len(level.columns) == 1 else list(level.columns)
    lines = [_pair(level.test, columns)]
    lines += [
        _pair(name, getattr(level, name)) for name in ("least", "most") if getattr(level, name) is not None
    ]
    lines += [_pair("frequent", level.frequent)] if level.frequent else []
    return [*lines, _pair("says", level.says), *_chance_lines(level)]


def _chance_lines(level: Level | Otherwise) -> list[str]:
    return [_pair(name, getattr(level, name)) for name in ("m", "u") if getattr(level, name) is not None]


def _pair(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return f"{name} = {str(value).lower()}"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{name} = "{escaped}"'
    if isinstance(value, list):
        return f"{name} = [{', '.join(_pair('', each).removeprefix(' = ') for each in value)}]"
    return f"{name} = {value!r}"


def _model(data: Mapping[str, Any], where: str) -> Model:
    faults: list[str] = []
    _known(
        data,
        ("id", "about", "source", "constraint", "share_linked", "needs", "blocking", "training", "compare"),
        "",
        faults,
    )
    compare = tuple(_comparison(each, place, faults) for place, each in enumerate(data.get("compare", ()), 1))
    blocking = tuple(
        _block(each, f"blocking {place}", faults) for place, each in enumerate(data.get("blocking", ()), 1)
    )
    training = tuple(
        _block(each, f"training {place}", faults) for place, each in enumerate(data.get("training", ()), 1)
    )
    share, constraint = data.get("share_linked", 0.5), data.get("constraint", "many-to-one")
    if not isinstance(share, int | float) or not 0 < share <= 1:
        faults.append(f"share_linked is {share!r}, not a share above 0 and at most 1")
    if constraint not in CONSTRAINTS:
        faults.append(f"constraint is {constraint!r}, not one of {', '.join(CONSTRAINTS)}")
    needs = str(data.get("needs", ""))
    if needs and needs not in [each.id for each in compare]:
        faults.append(f"needs names {needs!r}, which is no comparison")
    if not compare:
        faults.append("it compares nothing")
    if not blocking:
        faults.append("it has no blocking rule, so that every pair would be looked at")
    if faults:
        raise InputError(
            f"{'; '.join(faults)}.", where=where, remedy="See docs/linking.md for what a model may say."
        )
    return Model(
        id=str(data.get("id", "")),
        about=str(data.get("about", "")),
        source=str(data.get("source", "")),
        constraint=constraint,
        share_linked=float(share),
        blocking=blocking,
        compare=compare,
        training=training,
        needs=needs,
    )


def _known(data: Mapping[str, Any], names: Sequence[str], place: str, faults: list[str]) -> None:
    faults += [
        f"{place}{' ' if place else ''}unknown word {name!r}.{did_you_mean(name, names)}"
        for name in data
        if name not in names
    ]


def _block(data: Mapping[str, Any], place: str, faults: list[str]) -> Block:
    _known(data, ("equal", "later_by", "explode"), place, faults)
    block = Block(
        tuple(data.get("equal", ())),
        tuple(dict(data.get("later_by", {})).items()),
        tuple(data.get("explode", ())),
    )
    if not block.columns:
        faults.append(f"{place} names no column, so that every pair would be looked at")
    if stray := [name for name, _ in block.later_by if name not in block.equal]:
        faults.append(f"{place} says later_by of {', '.join(stray)}, which equal does not name")
    return block


def _comparison(data: Mapping[str, Any], place: int, faults: list[str]) -> Comparison:
    name = str(data.get("id", f"comparison {place}"))
    _known(data, ("id", "about", "levels", "otherwise"), name, faults)
    levels = tuple(
        _level(each, f"{name} level {number}", faults)
        for number, each in enumerate(data.get("levels", ()), 1)
    )
    if not levels:
        faults.append(f"{name} has no levels")
    rest = data.get("otherwise", {})
    _known(rest, ("says", "m", "u"), f"{name} otherwise", faults)
    _check_chances(rest, f"{name} otherwise", faults)
    otherwise = Otherwise(
        str(rest.get("says", f"{data.get('about', name)} differs")), rest.get("m"), rest.get("u")
    )
    return Comparison(name, str(data.get("about", name)), levels, otherwise)


def _level(data: Mapping[str, Any], place: str, faults: list[str]) -> Level:
    tests = [test for test in TESTS if test in data]
    _known(data, (*TESTS, "least", "most", "frequent", "says", "m", "u"), place, faults)
    if len(tests) != 1:
        faults.append(f"{place} must say one test of {', '.join(TESTS)}")
        return Level("equal", (), "")
    test = tests[0]
    columns = data[test]
    if (test in _NEEDS_MOST and "most" not in data) or (test in _NEEDS_LEAST and "least" not in data):
        faults.append(f"{place} ({test}) needs {'most' if test in _NEEDS_MOST else 'least'}")
    if test == "after" and not {"least", "most"} <= set(data):
        faults.append(f"{place} (after) needs least and most")
    _check_chances(data, place, faults)
    return Level(
        test=test,  # type: ignore[arg-type]  # one of TESTS
        columns=(columns,) if isinstance(columns, str) else tuple(columns),
        says=str(data.get("says", place)),
        least=data.get("least"),
        most=data.get("most"),
        frequent=bool(data.get("frequent", False)),
        m=data.get("m"),
        u=data.get("u"),
    )


def _check_chances(data: Mapping[str, Any], place: str, faults: list[str]) -> None:
    for name in ("m", "u"):
        value = data.get(name)
        if value is not None and (not isinstance(value, int | float) or not 0 < value <= 1):
            faults.append(f"{place}: {name} is {value!r}, not a chance above 0 and at most 1")
