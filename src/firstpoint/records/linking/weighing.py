"""How alike two records are, in bits: the one module that knows Splink.

Splink (MIT licence) estimates how often each degree of agreement is met among pairs that belong together and
among pairs that do not, and weighs every pair that a blocking rule lets through. Its calls change with each
major version, so that nothing outside this module may name it; it is an extra (``firstpoint[link]``) and is
imported when it is used.

What goes in is checked first, in our words: keys, columns, and how many pairs the blocking rules would make.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, Literal

import polars as pl
from attrs import evolve, frozen

from firstpoint.errors import InputError, Refused
from firstpoint.records.linking.model import Block, Comparison, Level, Model

KEY = "unique_id"
MOST_PAIRS = 40_000_000
LEAST_CHANCE = 1e-6
BITS_OF_CODED_WORD = 64
"""A coded word is a whole number whose remainder by this is its rarity in bits."""

Estimate = Literal["auto", "maximise", "none"]

EVEN = 0.5
_ON_NUMBERS = ("within", "after", "share", "metres", "at_least")
_ON_TEXT = ("edits", "alike")
_SAMPLED_PAIRS = 1_000_000
_FEW_FOR_LABELS = 200
_FEW_FOR_U = 10_000


@frozen
class Weighed:
    """Pairs with their weights, and the model that gave them.

    ``pairs`` has ``left``, ``right`` (keys, String), ``weight`` (Float64, bits, log2 Bayes factor) and, for
    each comparison, ``level_<id>`` (Int32: 0 is the best level, -1 says nothing), in order of weight, then
    keys. ``model`` carries the chances used; ``notes`` say what was left out or assumed; ``looked_at`` is the
    number of pairs that the blocking rules can make, an upper limit.
    """

    pairs: pl.DataFrame
    model: Model
    notes: tuple[str, ...]
    looked_at: int


def splink_is_there() -> bool:
    """Whether the extra ``firstpoint[link]`` is installed."""
    return find_spec("splink") is not None and find_spec("duckdb") is not None


def weigh(
    left: pl.DataFrame,
    right: pl.DataFrame | None,
    model: Model,
    *,
    known: pl.DataFrame | None = None,
    estimate: Estimate = "auto",
    seed: int = 1,
    most_pairs: int = MOST_PAIRS,
    least_weight: float = 0.0,
) -> Weighed:
    """Give every pair that a blocking rule lets through and that weighs at least ``least_weight`` bits.

    ``left`` and ``right`` have ``unique_id`` (String) and the columns of the model; with ``right`` None the
    records of ``left`` are compared with each other. ``known`` are records like ``right`` with a further
    column ``belongs_to``, the left key to which each is known to belong. With ``estimate`` ``auto`` the
    chances ``m`` are counted on those where there are enough, else they are the model's own, and where it has
    none they are estimated by expectation maximisation inside its training blocks, which ``maximise`` asks
    for in any case; ``u`` is counted on pairs sampled at random. With ``none`` the model is used as it is.
    The same input and seed give the same output, in whatever order the rows come.

    Raises InputError where a key is missing or repeated or a column is not there, and Refused where the
    blocking rules would make more than ``most_pairs`` pairs, or Splink is not installed.
    """
    _require_splink()
    left = _checked(left, model, "left")
    right = None if right is None else _checked(right, model, "right")
    known = None if known is None else _checked(known, model, "known")
    _refuse_unlike_kinds(left, left if right is None else right, model)
    model, notes = _usable(left, right, model)
    looked_at = _refuse_too_many(left, right, model, most_pairs)
    if estimate != "none":
        model, more = _estimated(left, right, known, model, seed, maximise=estimate == "maximise")
        notes += more
    elif not model.is_complete:
        raise InputError(
            "the model has levels without m or u.", where=model.id, remedy="Let them be estimated."
        )
    return Weighed(_predicted(left, right, model, least_weight), model, tuple(notes), looked_at)


def pairs_of_block(left: pl.DataFrame, right: pl.DataFrame | None, block: Block) -> tuple[int, int]:
    """Give how many pairs a block can make, and how many of them come from its largest value."""
    counts = [_block_counts(frame, block) for frame in (left, left if right is None else right)]
    shifted = counts[0].with_columns((pl.col(name) + by).alias(name) for name, by in block.later_by)
    joined = shifted.join(counts[1], on=list(block.columns), suffix="_right")
    pairs = joined.select(pairs=pl.col("records") * pl.col("records_right"))["pairs"]
    halves = 2 if right is None and not block.later_by else 1
    return int(pairs.sum() or 0) // halves, int(pairs.max() or 0) // halves  # type: ignore[arg-type]  # polars gives any literal


def _block_counts(frame: pl.DataFrame, block: Block) -> pl.DataFrame:
    rows = frame.select(*block.columns)
    for name in block.explode:
        rows = rows.explode(name)
    return rows.drop_nulls().group_by(block.columns).agg(records=pl.len().cast(pl.Int64))


def _require_splink() -> None:
    if not splink_is_there():
        raise Refused(
            "linking by likeness needs Splink, which is not installed.",
            remedy="Install the extra, firstpoint[link]. Linking by reference works without it.",
        )


def _checked(frame: pl.DataFrame, model: Model, side: str) -> pl.DataFrame:
    """The rows in order of their key, so that the order in which they came changes nothing."""
    where = f"{side} records"
    if missing := [name for name in (KEY, *model.columns) if name not in frame.columns]:
        raise InputError(
            f"there is no column {', '.join(missing)}.",
            where=where,
            remedy="Add it, empty where nothing is known, or take it out of the model.",
        )
    if nulls := frame[KEY].null_count():
        raise InputError(f"{nulls} have no key.", where=where, remedy="Give each record a reference.")
    if repeated := frame.height - frame[KEY].n_unique():
        first = frame.filter(frame[KEY].is_duplicated())[KEY].sort()[0]
        raise InputError(
            f"{repeated} repeat the key of another, the first being {first!r}.",
            where=where,
            remedy="Set the repeats aside, or keep the newest version of each.",
        )
    more = ["belongs_to"] if side == "known" else []
    return frame.select(KEY, *model.columns, *more).sort(KEY)


def _refuse_unlike_kinds(left: pl.DataFrame, right: pl.DataFrame, model: Model) -> None:
    """Refuse columns of a kind that the model's tests cannot compare, before an engine trips over them."""
    faults = []
    for level in (level for each in model.compare for level in each.levels):
        for name in level.columns:
            kinds = {str(frame.schema[name]) for frame in (left, right) if frame.schema[name] != pl.Null}
            if level.test in _ON_NUMBERS and not all(_is_number(frame, name) for frame in (left, right)):
                faults.append(
                    f"{name} holds {' and '.join(sorted(kinds))}, and {level.test} compares numbers"
                )
            elif level.test in _ON_TEXT and kinds - {"String"}:
                faults.append(f"{name} holds {' and '.join(sorted(kinds))}, and {level.test} compares text")
            elif len(kinds) > 1:
                faults.append(f"{name} holds {' on one side and '.join(sorted(kinds))} on the other")
    if faults:
        raise InputError(
            f"{'; '.join(dict.fromkeys(faults))}.",
            where=f"model {model.id}",
            remedy="Give both sides the same kind of value, or change the test in the model.",
        )


def _is_number(frame: pl.DataFrame, name: str) -> bool:
    return frame.schema[name].is_numeric() or frame.schema[name] == pl.Null


def _usable(left: pl.DataFrame, right: pl.DataFrame | None, model: Model) -> tuple[Model, list[str]]:
    """The model without comparisons and blocks for which one side has nothing at all, and a note of each."""
    other = left if right is None else right
    empty = {name for name in model.columns if _is_empty(left, name) and _is_empty(other, name)}
    compare, notes = [], []
    for each in model.compare:
        levels = tuple(level for level in each.levels if not _says_nothing(level, left, other))
        if not levels:
            notes.append(each.about)
        else:
            compare.append(evolve(each, levels=levels))
    blocking, training = (
        tuple(dict.fromkeys(block for each in blocks if (block := _without_empty(each, left, other))))
        for blocks in (model.blocking, model.training)
    )
    if not compare or not blocking:
        raise Refused(
            "there is nothing on which these records could be compared: every column that the model compares "
            "or blocks on is empty on one side.",
            where=f"columns {', '.join(sorted(empty))}",
            remedy="Map more columns (times, unit, place, words), or link by reference alone.",
        )
    told = [f"Not compared, since one side has none: {', '.join(notes)}."] if notes else []
    return evolve(model, compare=tuple(compare), blocking=blocking, training=training), told


def _is_empty(frame: pl.DataFrame, name: str) -> bool:
    return frame[name].null_count() == frame.height


def _says_nothing(level: Level, left: pl.DataFrame, right: pl.DataFrame) -> bool:
    """Whether one side has no value at all of those that the level reads from it."""
    first, last = level.columns[0], level.columns[-1]
    if level.test == "at_least":
        return _is_empty(left, first)
    if level.test == "listed":
        return _is_empty(left, first) or _is_empty(right, last)
    return any(_is_empty(frame, name) for frame in (left, right) for name in level.columns)


def _without_empty(block: Block, left: pl.DataFrame, right: pl.DataFrame) -> Block | None:
    """The block on the columns that have values; None where too little is left of it."""
    empty = {name for name in block.columns if _is_empty(left, name) or _is_empty(right, name)}
    equal = tuple(name for name in block.equal if name not in empty)
    if set(block.explode) & empty or not (equal or block.explode) or set(block.later_by) & empty:
        return None
    return evolve(block, equal=equal)


def _refuse_too_many(left: pl.DataFrame, right: pl.DataFrame | None, model: Model, most_pairs: int) -> int:
    counted = [(block, *pairs_of_block(left, right, block)) for block in model.blocking]
    total = sum(pairs for _, pairs, _ in counted)
    if total > most_pairs:
        block, pairs, largest = max(counted, key=lambda each: each[1])
        raise Refused(
            f"the blocking rules would make up to {total:,} pairs, more than the {most_pairs:,} allowed. The "
            f"widest is {str(block)!r} with {pairs:,}, of which {largest:,} come from one value.",
            where=f"model {model.id}",
            remedy="Narrow that rule by a further column, empty a value that stands for 'not known', link a "
            "shorter period at a time, or allow more pairs.",
        )
    return total


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what Splink logs (its own calls and tables) from whoever links, and its failures in our words."""
    import duckdb

    logger = logging.getLogger("splink")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    except duckdb.OutOfMemoryException as reason:
        raise Refused(
            "there is not enough memory to weigh the pairs that the blocking rules make.",
            remedy="Link a shorter period at a time, narrow a blocking rule, or give more memory.",
        ) from reason
    finally:
        logger.setLevel(before)


def _linker(left: pl.DataFrame, right: pl.DataFrame | None, settings: dict[str, Any]) -> Any:
    import duckdb
    from splink import DuckDBAPI, Linker

    connection = duckdb.connect(":memory:")
    connection.execute("SET enable_progress_bar = false")
    api = DuckDBAPI(connection)
    tables = [(left, "left_records")] + ([] if right is None else [(right, "right_records")])
    registered = [api.register(frame.to_arrow(), table_name=name) for frame, name in tables]
    return Linker(registered, settings, log_level=None)


def _estimated(
    left: pl.DataFrame,
    right: pl.DataFrame | None,
    known: pl.DataFrame | None,
    model: Model,
    seed: int,
    *,
    maximise: bool,
) -> tuple[Model, list[str]]:
    """The model with its chances estimated on the data, and how."""
    with _quiet():
        if not maximise and known is not None and known.height >= _FEW_FOR_LABELS:
            return _from_known(left, known, model, seed)
        if maximise or not model.has_m:
            return _by_maximisation(left, right, model, seed)
        return _of_its_own(left, right, model, seed)


def _of_its_own(
    left: pl.DataFrame, right: pl.DataFrame | None, model: Model, seed: int
) -> tuple[Model, list[str]]:
    """The model's own ``m`` with ``u`` counted here; its own ``u`` too where there are too few records."""
    pairs = left.height * (left.height - 1) // 2 if right is None else left.height * right.height
    if pairs < _FEW_FOR_U and model.is_complete:
        return model, [f"Too few records to estimate on: the chances are those of the model {model.id}."]
    linker = _linker(left, right, _settings(model.without_chances(), link=right is not None))
    linker.training.estimate_u_using_random_sampling(
        max_pairs=_SAMPLED_PAIRS, seed=seed, min_count_per_level=None
    )
    counted = _with_chances_of(linker, model, pairs=_SAMPLED_PAIRS)
    compare = [
        new.with_chances(
            _to_one([level.m or 0.0 for level in old.all_levels]),
            [level.u or 0.0 for level in new.all_levels],
        )
        for old, new in zip(model.compare, counted.compare, strict=True)
    ]
    note = f"m is that of the model {model.id}; u counted on pairs sampled at random."
    return evolve(model, compare=tuple(compare)), [note]


def _from_known(left: pl.DataFrame, known: pl.DataFrame, model: Model, seed: int) -> tuple[Model, list[str]]:
    belongs = known.rename({"belongs_to": "known_as"})
    held = left.with_columns(known_as=pl.col(KEY))
    # Without chances to start from: Splink would keep those of a level that is never met.
    linker = _linker(held, belongs.select(held.columns), _settings(model.without_chances(), link=True))
    linker.training.estimate_u_using_random_sampling(
        max_pairs=_SAMPLED_PAIRS, seed=seed, min_count_per_level=None
    )
    linker.training.estimate_m_from_label_column("known_as")
    note = f"m counted on {known.height:,} pairs known by reference, u on pairs sampled at random."
    return _with_chances_of(linker, model, pairs=known.height), [note]


def _by_maximisation(
    left: pl.DataFrame, right: pl.DataFrame | None, model: Model, seed: int
) -> tuple[Model, list[str]]:
    settings = _settings(model.without_chances(), link=right is not None, prior=1 / left.height)
    linker = _linker(left, right, settings)
    linker.training.estimate_u_using_random_sampling(
        max_pairs=_SAMPLED_PAIRS, seed=seed, min_count_per_level=None
    )
    from splink.internals.exceptions import EMTrainingException

    trained = 0
    for block in model.training or model.blocking:
        if block.explode:
            continue
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(
                _rule(block), estimate_without_term_frequencies=True, max_pairs=_SAMPLED_PAIRS
            )
            trained += 1
        except (EMTrainingException, ValueError):
            continue
    if not trained:
        if model.is_complete:
            return model, [f"Nothing to estimate on: the chances are those of the model {model.id}."]
        raise Refused(
            "no block holds enough pairs to estimate the model on.",
            where=f"model {model.id}",
            remedy="Give more records, or a model that carries its chances.",
        )
    note = "m estimated by expectation maximisation, u on pairs sampled at random."
    return _with_chances_of(linker, model, pairs=left.height), [note]


def _with_chances_of(linker: Any, model: Model, *, pairs: int) -> Model:
    """The model with the chances of a trained linker; a level never met keeps a small chance, not none."""
    trained = linker.misc.save_model_to_json()["comparisons"]
    compare = []
    for each, settings in zip(model.compare, trained, strict=True):
        levels = [level for level in settings["comparison_levels"] if not level.get("is_null_level")]
        m, u = ([_met(level.get(f"{name}_probability")) for level in levels] for name in ("m", "u"))
        floor = 1 / (2 * pairs + 2)
        # A level met neither among pairs that belong together nor among others weighs nothing.
        u = [
            floor if one == other == 0 else max(other, LEAST_CHANCE) for one, other in zip(m, u, strict=True)
        ]
        compare.append(each.with_chances(_to_one([max(one, floor) for one in m]), _to_one(u)))
    return evolve(model, compare=tuple(compare))


def _met(chance: Any) -> float:
    """The chance of a level as trained; 0 where it was never met, for which Splink has a word."""
    return float(chance) if isinstance(chance, int | float) else 0.0


def _to_one(chances: Sequence[float]) -> list[float]:
    return [each / sum(chances) for each in chances]


def _predicted(
    left: pl.DataFrame, right: pl.DataFrame | None, model: Model, least_weight: float
) -> pl.DataFrame:
    settings = _settings(model, link=right is not None)
    with _quiet():
        linker = _linker(left, right, settings)
        predicted = linker.inference.predict(threshold_match_weight=least_weight)
        kept = [f"{KEY}_l", f"{KEY}_r", "match_weight", *(f"gamma_{each.id}" for each in model.compare)]
        table = predicted.as_duckdbpyrelation().select(*kept).to_arrow_table()
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    levels = [_level_column(each) for each in model.compare]
    keys = [pl.col(f"{KEY}_l").alias("left"), pl.col(f"{KEY}_r").alias("right")]
    named = frame.select(*keys, pl.col("match_weight").alias("weight"), *levels)
    if right is None:
        low, high = pl.min_horizontal("left", "right"), pl.max_horizontal("left", "right")
        named = named.with_columns(left=low, right=high)
    return named.sort(["weight", "left", "right"], descending=[True, False, False])


def _level_column(comparison: Comparison) -> pl.Expr:
    gamma = pl.col(f"gamma_{comparison.id}").cast(pl.Int32)
    best = len(comparison.levels)
    return pl.when(gamma < 0).then(-1).otherwise(best - gamma).cast(pl.Int32).alias(f"level_{comparison.id}")


def _settings(model: Model, *, link: bool, prior: float = EVEN) -> dict[str, Any]:
    """What Splink is told; at even odds the weight is that of the evidence alone, and bands set the prior."""
    return {
        "link_type": "link_only" if link else "dedupe_only",
        "unique_id_column_name": KEY,
        "probability_two_random_records_match": prior,
        "comparisons": [_comparison(each) for each in model.compare],
        "blocking_rules_to_generate_predictions": [_rule_settings(each) for each in model.blocking],
        # Splink gives the level of each comparison only beside the columns compared.
        "retain_matching_columns": True,
        "linker_uid": "firstpoint",
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    tests = [(level, f"({_sql(level)})") for level in comparison.levels]
    nothing = " AND ".join(f"({_sql(level)}) IS NULL" for level in comparison.levels)
    levels: list[dict[str, Any]] = [
        {"sql_condition": nothing, "label_for_charts": "nothing known", "is_null_level": True}
    ]
    for level, sql in tests:
        levels.append(
            {"sql_condition": sql, "label_for_charts": level.says or "agreed"} | _chance_settings(level)
        )
        if level.frequent:
            levels[-1]["tf_adjustment_column"] = level.columns[0]
    rest = comparison.otherwise
    levels.append(
        {"sql_condition": "ELSE", "label_for_charts": rest.says or "otherwise"} | _chance_settings(rest)
    )
    return {"output_column_name": comparison.id, "comparison_levels": levels}


def _chance_settings(level: Any) -> dict[str, float]:
    return {
        f"{name}_probability": getattr(level, name) for name in ("m", "u") if getattr(level, name) is not None
    }


def _sql(level: Level) -> str:
    """The test of a level as a condition that is null where a value it needs is not there."""
    name = level.columns[0]
    one, two = f'"{name}_l"', f'"{name}_r"'
    match level.test:
        case "equal":
            return f"{one} = {two}"
        case "within":
            return f"abs({one} - {two}) <= {level.most}"
        case "after":
            return f"{two} - {one} BETWEEN {level.least} AND {level.most}"
        case "share":
            return f"abs({one} - {two}) <= {level.most} * greatest(abs({one}), abs({two}))"
        case "edits":
            return f"levenshtein({one}, {two}) <= {level.most}"
        case "alike":
            return f"jaro_winkler_similarity({one}, {two}) >= {level.least}"
        case "listed":
            return f'list_contains("{level.columns[1]}_r", {one})'
        case "shared":
            common = f"list_transform(list_intersect({one}, {two}), lambda x: x % {BITS_OF_CODED_WORD})"
            bits = f"coalesce(list_sum({common}), 0)"
            return f"CASE WHEN {one} IS NULL OR {two} IS NULL THEN NULL ELSE {bits} END >= {level.least}"
        case "metres":
            north = level.columns[1]
            east_apart, north_apart = f"({one} - {two})", f'("{north}_l" - "{north}_r")'
            squared = f"{east_apart} * {east_apart} + {north_apart} * {north_apart}"
            return f"{squared} <= {float(level.most or 0) ** 2}"
        case "at_least":
            return f"{one} >= {level.least}"


def _rule(block: Block) -> str:
    later = dict(block.later_by)
    parts = [
        f'l."{name}" + {later[name]} = r."{name}"' if name in later else f'l."{name}" = r."{name}"'
        for name in block.columns
    ]
    return " AND ".join(parts)


def _rule_settings(block: Block) -> dict[str, Any]:
    rule: dict[str, Any] = {"blocking_rule": _rule(block)}
    if block.explode:
        rule["arrays_to_explode"] = list(block.explode)
    return rule
