"""How well and how fast records are linked, against truth that is known.

    python benchmarks/bench_linking.py                 # everything that can be measured here
    python benchmarks/bench_linking.py force --incidents 100000

``force``         a made-up force with planted links and faults (linking_force.py), from another seed than the
                  one on which the models that ship were counted
``transactions``  payments leaving and arriving: ours beside the model that Splink's own documentation
                  publishes for this data, run in the same process
``maryland``      a campus police log and its arrest ledger with the case number taken away
``people``        the duplicates path on two sets of people: fake_1000 and FEBRL 3

The last three read reference data in a folder ``shared`` beside the checkout and are left out where it is
absent. Results are copied into RESULTS.md by hand.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import polars as pl
from attrs import evolve
from linking_force import LinkingForce, linking_force

from firstpoint.records.linking import (
    Bands,
    Block,
    Comparison,
    Level,
    Linkage,
    LinkSettings,
    Model,
    Otherwise,
    banded,
    link_records,
    ready_model,
    weigh,
)

SHARED = Path(__file__).resolve().parents[2] / "shared/data/real"
FORCE_SEED = 9
TIMES = "%Y-%m-%d %H:%M"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("which", nargs="*", choices=["force", "transactions", "maryland", "people", []])
    parser.add_argument("--incidents", type=int, default=100_000)
    parser.add_argument("--shared", type=Path, default=SHARED)
    asked = parser.parse_args()
    which = asked.which or ["force", "transactions", "maryland", "people"]
    if "force" in which:
        bench_force(asked.incidents)
    if not asked.shared.exists():
        print(f"No reference data at {asked.shared}: the rest is left out.")
        return
    if "transactions" in which:
        bench_transactions(asked.shared / "linkage")
    if "maryland" in which:
        bench_maryland(asked.shared / "cfs_us")
    if "people" in which:
        bench_people(asked.shared / "linkage")


def bench_force(incidents: int) -> None:
    """Time, memory, precision and recall on the made-up force; with its references, and without any."""
    force = linking_force(seed=FORCE_SEED, incidents=incidents, crimes=incidents // 2)
    print(f"\nforce: {force.incidents.height:,} incidents, {force.crimes.height:,} crimes")
    no_reference = force.crimes.with_columns(incident_id=pl.lit(None, pl.String))
    for name, crimes in (("with its references", force.crimes), ("without any reference", no_reference)):
        began, cpu = time.perf_counter(), time.process_time()
        linkage = link_records(force.incidents, crimes, opening_codes=force.opening_codes, by_likeness=True)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        print(f"  {name}: {wall:.0f} s, {cpu:.0f} s of processor; highest memory so far {memory:.1f} GB")
        say_crimes(linkage, force)
        say_events(linkage, force)


def say_crimes(linkage: Linkage, force: LinkingForce) -> None:
    truth = force.truth.rename({"incident_id": "true"})
    judged = linkage.links.join(truth, on="crime_id").with_columns(right=same("true", "incident_id"))
    for how, rows in judged.group_by("how", maintain_order=True):
        print(f"    {how[0]}: {rows.height:,} links, precision {rows['right'].mean():.4f}")
    by_reference = judged.filter((pl.col("how") != "likeness") & pl.col("right")).height
    likeness = judged.filter((pl.col("how") == "likeness") & pl.col("right")).height
    possible = truth["true"].count()
    unsure = linkage.review.filter(pl.col("how") != "reference")
    review = unsure.join(truth, on="crime_id").filter(same("true", "incident_id")).height
    doubted = linkage.review.filter(pl.col("how") == "reference").join(truth, on="crime_id")
    wrong = doubted.filter(~same("true", "incident_id")).height
    print(f"    references put up for review: {doubted.height:,}, wrong {wrong:,}")
    print(
        f"    all: precision {judged['right'].mean():.4f}, recall {judged['right'].sum() / possible:.4f}; "
        f"likeness alone: recall {likeness / (possible - by_reference):.4f} of what references left; "
        f"for review {unsure['crime_id'].n_unique():,} crimes, {review:,} with their incident"
    )


def say_events(linkage: Linkage, force: LinkingForce) -> None:
    true = {frozenset(pair) for pair in force.second_calls.iter_rows()}
    pairs = linkage.pairs.filter(pl.col("relation") == "same event")
    for band, rows in pairs.group_by("band", maintain_order=True):
        right = sum(frozenset(pair) in true for pair in rows.select("incident_id", "other_id").iter_rows())
        print(
            f"    second calls, {band[0]}: {rows.height:,} pairs, {right:,} right, of {len(true):,} planted"
        )


def same(one: str, other: str) -> pl.Expr:
    return (pl.col(one) == pl.col(other)).fill_null(False)


def bench_transactions(folder: Path) -> None:
    """F1 beside the published model's: over pairs, and with one partner each for both."""
    sides = [
        pl.read_parquet(folder / f"splink_transactions_{side}_10k.parquet")
        for side in ("origin", "destination")
    ]
    print(f"\ntransactions: {sides[0].height:,} leaving, {sides[1].height:,} arriving")
    peer = published_model(*sides)
    report("published model, any pair, best threshold", best_f1(peer, 10_000))
    report("published model, one partner each, best threshold", best_f1(one_each(peer), 10_000))
    began = time.perf_counter()
    left, right = (payments(side) for side in sides)
    weighed = weigh(left, right, PAYMENTS, least_weight=-5.0)
    for linked_from in (0.95, 0.5, 0.2):
        bands = Bands(linked_from, linked_from)
        found = banded(
            weighed.pairs, lefts=10_000, rights=10_000, constraint="one-to-one", share=1.0, bands=bands
        )
        linked = found.filter(pl.col("band") == "linked")
        right_pairs = (linked["left"] == linked["right"]).sum()
        report(
            f"ours, linked from probability {linked_from}",
            (right_pairs / linked.height, right_pairs / 10_000),
        )
    print(
        f"  ours took {time.perf_counter() - began:.0f} s and looked at {weighed.looked_at:,} pairs at most"
    )


def payments(side: pl.DataFrame) -> pl.DataFrame:
    day = pl.col("transaction_date").cast(pl.Int32).cast(pl.Int64)
    return side.select(
        pl.col("unique_id").cast(pl.String),
        "memo",
        "amount",
        day=day,
        start=pl.col("memo").str.slice(0, 9),
        first=pl.col("memo").str.slice(0, 3),
        pounds=(pl.col("amount") / 2).round(0).cast(pl.Int64),
        size=pl.col("amount").log(1.3).floor().cast(pl.Int64),
        week=day // 5,
        month=day // 15,
    )


def _levels(test: str, column: str, *most: float, least: float | None = None) -> tuple[Level, ...]:
    return tuple(Level(test, (column,), f"{test} {each}", most=each, least=least) for each in most)


PAYMENTS = Model(
    id="payments",
    about="Which payment that arrived is which that left.",
    source="estimated on the data",
    constraint="one-to-one",
    share_linked=1.0,
    blocking=(
        Block(("start",)),
        Block(("pounds", "week")),
        Block(("pounds", "week"), (("week", 1),)),
        Block(("pounds", "week"), (("pounds", 1),)),
        Block(("first", "size", "month")),
        Block(("first", "size", "month"), (("month", 1),)),
        Block(("first", "size", "month"), (("size", -1),)),
    ),
    training=(Block(("memo",)), Block(("amount",))),
    compare=(
        Comparison(
            "amount",
            "the amount",
            (Level("equal", ("amount",), "same amount"), *_levels("share", "amount", 0.01, 0.03, 0.1, 0.3)),
            Otherwise("another amount"),
        ),
        Comparison(
            "memo",
            "the memo",
            (Level("equal", ("memo",), "same memo"), *_levels("edits", "memo", 2, 6, 10)),
            Otherwise("another memo"),
        ),
        Comparison(
            "date", "the date", _levels("after", "day", 1, 4, 10, 30, least=0), Otherwise("another date")
        ),
    ),
)


def published_model(origin: pl.DataFrame, destination: pl.DataFrame) -> pl.DataFrame:
    """Pairs weighed by the settings of Splink's documentation (demos, DuckDB, transactions).

    Among them is a blocking rule on the truth itself, which spares it every loss by blocking.
    """
    import splink.comparison_level_library as levels
    import splink.comparison_library as comparisons
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    near = (
        "substr(l.memo, 1, 3) = substr(r.memo, 1, 3) and l.amount / r.amount between 0.7000001 and 1.2999999"
    )
    month = "strftime(l.transaction_date{}, '%Y%m') = strftime(r.transaction_date, '%Y%m') and " + near
    amount = "round(l.amount/2, 0)*2 = round({}/2, 0)*2 and "
    amount += "yearweek(r.transaction_date) = yearweek(l.transaction_date{})"
    days = "transaction_date_r - transaction_date_l <= {} and transaction_date_r >= transaction_date_l"
    settings = SettingsCreator(
        link_type="link_only",
        probability_two_random_records_match=1 / origin.height,
        blocking_rules_to_generate_predictions=[
            month.format(""),
            month.format("+15"),
            block_on("substr(memo, 1, 9)"),
            amount.format("r.amount", ""),
            amount.format("(r.amount+1)", " + 4"),
            block_on("unique_id"),
        ],
        comparisons=[
            {
                "output_column_name": "amount",
                "comparison_levels": [
                    levels.NullLevel("amount"),
                    levels.ExactMatchLevel("amount"),
                    *(levels.PercentageDifferenceLevel("amount", share) for share in (0.01, 0.03, 0.1, 0.3)),
                    levels.ElseLevel(),
                ],
            },
            comparisons.LevenshteinAtThresholds("memo", [2, 6, 10]),
            {
                "output_column_name": "transaction_date",
                "comparison_levels": [
                    levels.NullLevel("transaction_date"),
                    *(
                        {"sql_condition": days.format(n), "label_for_charts": f"{n} days"}
                        for n in (1, 4, 10, 30)
                    ),
                    levels.ElseLevel(),
                ],
            },
        ],
    )
    api = DuckDBAPI()
    # Splink takes tables in the order of their names, and the date is compared one way only.
    linker = Linker(
        [api.register(origin, table_name="a_origin"), api.register(destination, table_name="b_destination")],
        settings,
        log_level=40,
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in ("memo", "amount"):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(rule))
    pairs = pl.from_arrow(linker.inference.predict(threshold_match_probability=0.001).as_pyarrow_table())
    kept = pairs.select(left="unique_id_l", right="unique_id_r", weight="match_weight")
    return kept.sort(["weight", "left", "right"], descending=[True, False, False])


def one_each(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs taken from the best down, none that names a record taken already."""
    lefts, rights, keep = set(), set(), []
    for left, right in pairs.select("left", "right").iter_rows():
        free = left not in lefts and right not in rights
        keep.append(free)
        if free:
            lefts.add(left)
            rights.add(right)
    return pairs.filter(pl.Series(keep))


def best_f1(pairs: pl.DataFrame, possible: int) -> tuple[float, float]:
    """Precision and recall at the threshold of the highest F1; a pair is right where its keys are equal."""
    right = pl.col("right_so_far")
    counted = pairs.with_columns(
        right_so_far=(pl.col("left") == pl.col("right")).cum_sum(), taken=pl.int_range(1, pl.len() + 1)
    )
    f1 = 2 * right / (pl.col("taken") + possible)
    best = counted.sort(f1, descending=True).row(0, named=True)
    return best["right_so_far"] / best["taken"], best["right_so_far"] / possible


def report(name: str, figures: tuple[float, float]) -> None:
    precision, recall = figures
    f1 = 2 * precision * recall / (precision + recall)
    print(f"  {name}: precision {precision:.4f}, recall {recall:.4f}, F1 {f1:.4f}")


def bench_maryland(folder: Path) -> None:
    """Arrests to incidents without the case number: threshold set on 2016, measured on 2017 to 2019."""
    log = pl.read_parquet(folder / "umd_incident_log_2014_2019.parquet").select(
        incident_id="case_number",
        received_at=local("reported"),
        opening_code="type",
        closing_code="disposition",
        area="location",
    )
    ledger = pl.read_parquet(folder / "umd_arrest_ledger_2014_2019.parquet").with_row_index("row")
    there = pl.col("case_number").is_in(log["incident_id"].implode()).fill_null(False)
    arrests = ledger.select(
        crime_id=pl.format("A{}", "row"),
        true=pl.when(there).then("case_number"),
        recorded_at=local("arrested"),
        title="charge",
    )
    print(f"\nmaryland: {log.height:,} incidents, {arrests.height:,} arrests")
    chosen = 0.95
    for known, asked in (((2014, 2015), (2016,)), ((2014, 2015, 2016), (2017, 2018, 2019))):
        judged, possible = maryland_links(log, arrests, known, asked)
        print(f"  taught on {known}, asked about {asked}: {possible:,} arrests whose incident is in the log")
        at = {least / 20: figures_from(judged, least / 20, possible) for least in range(1, 20)}
        if asked == (2016,):
            chosen = min(least for least, (precision, _) in at.items() if precision >= 0.98)
        for least in sorted({0.05, 0.5, chosen}):
            report(f"probability from {least}" + (" (chosen on 2016)" if least == chosen else ""), at[least])
    say_misses(judged, arrests, log, chosen)


def local(column: str) -> pl.Expr:
    # Read as London time: what a system that holds the day alone writes is then midnight, as at home.
    at = pl.col(column).str.to_datetime(TIMES, time_unit="us", strict=False)
    zoned = at.dt.replace_time_zone("Europe/London", ambiguous="earliest", non_existent="null")
    return zoned.dt.convert_time_zone("UTC")


def maryland_links(
    log: pl.DataFrame, arrests: pl.DataFrame, known: tuple[int, ...], asked: tuple[int, ...]
) -> tuple[pl.DataFrame, int]:
    year = pl.col("recorded_at").dt.year()
    held = arrests.filter(year.is_in([*known, *asked])).with_columns(
        incident_id=pl.when(year.is_in(known)).then("true")
    )
    model = ready_model("incident-to-crime")
    # Arrests can follow months later, so that kinds alone are a block here; a force has too many for it.
    model = evolve(model, blocking=(*model.blocking, Block(explode=("kinds",))))
    settings = LinkSettings(model=model, bands=Bands(0.05, 0.05))
    linkage = link_records(log, held.drop("true"), by_likeness=True, settings=settings)
    test = held.filter(year.is_in(asked))
    judged = linkage.links.join(test.select("crime_id", "true"), on="crime_id").with_columns(
        right=same("true", "incident_id")
    )
    return judged, test["true"].count()


def figures_from(judged: pl.DataFrame, least: float, possible: int) -> tuple[float, float]:
    taken = judged.filter(pl.col("probability") >= least)
    return float(taken["right"].mean() or 0), taken["right"].sum() / possible


def say_misses(judged: pl.DataFrame, arrests: pl.DataFrame, log: pl.DataFrame, chosen: float) -> None:
    found = judged.filter(pl.col("right") & (pl.col("probability") >= chosen))
    asked = arrests.filter(pl.col("recorded_at").dt.year() >= 2017).drop_nulls("true")
    at = log.select(true="incident_id", received_at="received_at", opening_code="opening_code")
    missed = asked.join(found, on="crime_id", how="anti").join(at, on="true")
    hours = (missed["recorded_at"] - missed["received_at"]).dt.total_minutes().abs() / 60
    prompt = missed.filter(hours <= 24)
    others = log.select("opening_code", rival="incident_id", rival_at="received_at")
    apart = (pl.col("rival_at") - pl.col("received_at")).dt.total_minutes().abs()
    rivals = prompt.join(others, on="opening_code").filter(
        (apart <= 60) & (pl.col("rival") != pl.col("true"))
    )
    print(
        f"  missed there: {missed.height:,}; arrested more than a day from the report "
        f"{(hours > 24).sum():,}; of the rest {rivals['crime_id'].n_unique():,} have another incident of the "
        "same type within the hour"
    )


def bench_people(folder: Path) -> None:
    """The duplicates path on sets of people: pairs by model estimated on the data, F1 over pairs."""
    fake = pl.read_csv(folder / "splink_fake_1000.csv").with_columns(
        unique_id=pl.col("unique_id").cast(pl.String)
    )
    names = [named("first_name", 0.88), named("surname", 0.88), exact("city")]
    more = [
        Comparison(
            "dob", "", (Level("equal", ("dob",), "same"), *_levels("edits", "dob", 1, 2)), Otherwise("other")
        ),
        Comparison(
            "email",
            "",
            (Level("equal", ("email",), "same"), *_levels("edits", "email", 3)),
            Otherwise("other"),
        ),
    ]
    blocks = (
        Block(("first_name", "dob")),
        Block(("surname", "dob")),
        Block(("email",)),
        Block(("first_name", "surname")),
        Block(("dob", "city")),
    )
    say_people(
        "fake_1000",
        fake,
        pl.col("cluster"),
        Model(
            "people",
            "",
            "",
            "none",
            1.0,
            blocks,
            (*names, *more),
            (Block(("dob",)), Block(("first_name", "surname"))),
        ),
    )
    febrl = pl.read_parquet(folder / "febrl_dataset3.parquet").rename({"rec_id": "unique_id"})
    more = [
        Comparison(
            column,
            "",
            (Level("equal", (column,), "same"), *_levels("edits", column, 1, 2)),
            Otherwise("other"),
        )
        for column in ("date_of_birth", "soc_sec_id")
    ]
    spoken = [named(name, 0.88) for name in ("given_name", "surname", "address_1", "suburb")]
    compare = (*spoken, exact("postcode"), *more)
    blocks = (
        Block(("soc_sec_id",)),
        Block(("date_of_birth", "postcode")),
        Block(("given_name", "surname")),
        Block(("surname", "date_of_birth")),
        Block(("given_name", "postcode")),
        Block(("address_1", "suburb")),
        Block(("given_name", "date_of_birth")),
    )
    say_people(
        "febrl 3",
        febrl,
        pl.col("unique_id").str.extract(r"rec-(\d+)-"),
        Model(
            "febrl",
            "",
            "",
            "none",
            1.0,
            blocks,
            compare,
            (Block(("date_of_birth",)), Block(("given_name", "surname"))),
        ),
    )


def named(column: str, least: float) -> Comparison:
    levels = (
        Level("equal", (column,), "same", frequent=True),
        Level("alike", (column,), "alike", least=least),
    )
    return Comparison(column, column, levels, Otherwise("other"))


def exact(column: str) -> Comparison:
    return Comparison(column, column, (Level("equal", (column,), "same", frequent=True),), Otherwise("other"))


def say_people(name: str, records: pl.DataFrame, cluster: pl.Expr, model: Model) -> None:
    print(f"\n{name}: {records.height:,} records")
    weighed = weigh(records, None, model, least_weight=-5.0)
    own = dict(records.select("unique_id", own=cluster).iter_rows())
    sizes = pl.Series(list(own.values())).value_counts()["count"]
    possible = int((sizes * (sizes - 1) // 2).sum())
    for linked_from in (0.95, 0.5):
        found = banded(
            weighed.pairs,
            lefts=records.height,
            rights=records.height,
            constraint="none",
            share=1.0,
            bands=Bands(linked_from, linked_from),
        )
        right = sum(own[one] == own[other] for one, other in found.select("left", "right").iter_rows())
        report(f"pairs from probability {linked_from}", (right / max(found.height, 1), right / possible))


if __name__ == "__main__":
    main()
