"""Incidents and crimes linked, as a force would have them: by reference, by likeness, and neither."""

import random
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from firstpoint.errors import InputError, Refused
from firstpoint.records import TABLES
from firstpoint.records.linking import LinkSettings, link_records, matching, splink_is_there, weighing

needs_splink = pytest.mark.skipif(not splink_is_there(), reason="the extra firstpoint[link] is not installed")
START = datetime(2026, 4, 1, tzinfo=UTC)
KINDS = {
    "ASSAULT": ("8N", "Assault with injury"),
    "THEFT": ("49", "Other theft"),
    "BURGLARY": ("28E", "Burglary"),
}
STREETS = ["Mill", "Quarry", "Chapel", "Harbour", "Orchard", "Tannery", "Foundry", "Abbey"]
NAMES = [one + two for one in ("Bar", "Cor", "Del", "Fen", "Gar") for two in ("ley", "wick", "ton", "shaw")]


def table(name, rows):
    schema = TABLES[name].schema()
    given = pl.DataFrame(rows, schema={key: schema[key] for key in rows[0]}, orient="row")
    return pl.concat([TABLES[name].empty(), given], how="diagonal")


def force(number=400, seed=3):
    """Incidents, three in four with a crime; the reference of every third crime is missing."""
    chance = random.Random(seed)  # noqa: S311 - made-up records
    logs, crimes = [], []
    for at in range(number):
        received = START + timedelta(minutes=37 * at + chance.randrange(20))
        code = chance.choice(list(KINDS))
        east, north = 500_000.0 + chance.randrange(20_000), 150_000.0 + chance.randrange(20_000)
        who, street = chance.choice(NAMES), chance.choice(STREETS)
        logs.append(
            {
                "incident_id": f"I-{at:05}",
                "received_at": received,
                "opening_code": code,
                "closing_code": "Crimed" if at % 4 else "No crime",
                "unit": f"U{at % 3}",
                "easting": east,
                "northing": north,
                "text": f"caller {who} says in {street} street that it happened, ref {at * 7919 % 100_003}",
            }
        )
        if at % 4 == 0:
            continue
        ho_class, title = KINDS[code]
        reported = received + timedelta(minutes=chance.randrange(-5, 6))
        crimes.append(
            {
                "crime_id": f"C-{at:05}",
                "incident_id": None if at % 3 == 0 else f"I-{at:05}",
                "reported_at": reported,
                "recorded_at": reported + timedelta(hours=chance.randrange(1, 40)),
                "ho_class": ho_class,
                "title": title,
                "unit": f"U{at % 3}",
                "easting": east + chance.randrange(-20, 21),
                "northing": north + chance.randrange(-20, 21),
                "text": f"victim {who} of {street} street",
            }
        )
    return table("incidents", logs), table("crimes", crimes)


@pytest.fixture(scope="module")
def made():
    return force()


@pytest.fixture(scope="module")
def linked(made):
    if not splink_is_there():
        pytest.skip("the extra firstpoint[link] is not installed")
    return link_records(*made, by_likeness=True)


def ties(linkage):
    return set(linkage.links.select("crime_id", "incident_id").iter_rows())


@needs_splink
def test_crimes_without_a_reference_find_their_incident(linked, made):
    true = {(crime, "I" + crime[1:]) for crime in made[1]["crime_id"]}
    assert len(ties(linked) - true) <= 1
    assert len(ties(linked) & true) >= 0.97 * len(true)
    assert linked.links.filter(pl.col("how") == "likeness").height >= 80


@needs_splink
def test_every_link_by_likeness_carries_weight_probability_and_a_reason_in_plain_english(linked):
    near = linked.links.filter(pl.col("how") == "likeness")
    assert (near["weight"] > 10).all()
    assert near["probability"].is_between(0.95, 1).all()
    assert near["reason"].str.contains(r"reported .*50 metres.*; weight \d+\.\d$").mean() > 0.9


@needs_splink
def test_no_reason_tells_a_word_of_a_text(linked):
    told = " ".join(linked.links["reason"]) + " ".join(linked.pairs["reason"]) + " ".join(linked.notes)
    assert not any(name in told for name in (*NAMES, *STREETS))


def test_a_link_by_reference_needs_no_weight(made):
    by_reference = link_records(*made, by_likeness=False).links
    assert by_reference["weight"].null_count() == by_reference.height
    assert set(by_reference["probability"]) == {1.0}


@needs_splink
def test_every_crime_is_in_exactly_one_of_links_direct_and_dangling(linked, made):
    parts = [linked.links["crime_id"], linked.direct["crime_id"], linked.dangling["crime_id"]]
    assert sorted(pl.concat(parts)) == sorted(made[1]["crime_id"])
    unsure = linked.review.filter(pl.col("how") != "reference")
    assert not set(unsure["crime_id"]) & set(linked.links["crime_id"])


@needs_splink
def test_the_order_of_rows_changes_no_link_and_no_weight(linked, made):
    shuffled = [frame.sample(fraction=1.0, shuffle=True, seed=5) for frame in made]
    again = link_records(*shuffled, by_likeness=True)
    assert again.links.equals(linked.links)
    assert again.review.equals(linked.review)
    assert again.pairs.equals(linked.pairs)


@needs_splink
def test_other_references_for_the_same_records_change_no_strong_link(linked, made):
    incidents, crimes = made
    turned = lambda column: "X" + pl.col(column).str.reverse()  # noqa: E731
    again = link_records(
        incidents.with_columns(incident_id=turned("incident_id")),
        crimes.with_columns(crime_id=turned("crime_id"), incident_id=turned("incident_id")),
        by_likeness=True,
    )
    back = {(crime[:0:-1], incident[:0:-1]) for crime, incident in ties(again)}
    strong = linked.links.filter(pl.col("weight").fill_null(99) >= 20)
    assert set(strong.select("crime_id", "incident_id").iter_rows()) <= back


@needs_splink
def test_records_of_another_year_change_no_strong_link(linked, made):
    incidents, crimes = made
    other_logs, other_crimes = force(120, seed=8)
    year = timedelta(days=365)
    more_logs = other_logs.with_columns(
        incident_id="Z" + pl.col("incident_id"), received_at=pl.col("received_at") + year
    )
    more_crimes = other_crimes.with_columns(
        crime_id="Z" + pl.col("crime_id"),
        incident_id="Z" + pl.col("incident_id"),
        reported_at=pl.col("reported_at") + year,
        recorded_at=pl.col("recorded_at") + year,
    )
    again = link_records(
        pl.concat([incidents, more_logs]), pl.concat([crimes, more_crimes]), by_likeness=True
    )
    strong = linked.links.filter(pl.col("weight").fill_null(99) >= 20)
    assert set(strong.select("crime_id", "incident_id").iter_rows()) <= ties(again)


@needs_splink
def test_a_second_call_shares_the_event_and_the_crime_covers_both(made):
    incidents, crimes = made
    first = incidents[9:10]
    again = first.with_columns(
        incident_id=pl.lit("SECOND"),
        received_at=pl.col("received_at") + timedelta(minutes=4),
        closing_code=pl.lit("Duplicate"),
        text=pl.lit("another call, ") + pl.col("text"),
    )
    linkage = link_records(pl.concat([incidents, again]), crimes, by_likeness=True)
    assert set(linkage.events["incident_id"]) == {"SECOND", "I-00009"}
    covered = linkage.crimes_of_events(crimes)
    assert set(covered.filter(pl.col("crime_id") == "C-00009")["incident_id"]) == {"SECOND", "I-00009"}
    assert covered.columns == crimes.columns
    assert linkage.links["crime_id"].is_unique().all(), "the crime is still linked once"


def test_a_secondary_incident_is_tied_to_the_first_but_is_not_the_same_event(made):
    incidents, crimes = made
    named = incidents.with_columns(
        secondary_to=pl.when(pl.col("incident_id") == "I-00008").then(pl.lit("i 9"))
    )
    linkage = link_records(named, crimes, by_likeness=False)
    assert linkage.pairs.select("incident_id", "other_id", "relation", "how").rows() == [
        ("I-00009", "I-00008", "secondary", "formatting")
    ]
    assert linkage.events.is_empty()


def test_a_reference_to_an_incident_of_another_week_is_believed_and_put_up_for_review(made):
    incidents, crimes = made
    named = crimes.with_columns(
        incident_id=pl.when(pl.col("crime_id") == "C-00001").then(pl.lit("I-00399")).otherwise("incident_id")
    )
    linkage = link_records(incidents, named, by_likeness=False)
    assert ("C-00001", "I-00399") in ties(linkage)
    doubtful = linkage.review.to_dicts()
    assert [(row["crime_id"], row["how"]) for row in doubtful] == [("C-00001", "reference")]
    assert "10 days apart: mistyped?" in doubtful[0]["reason"]


def test_without_splink_linking_is_by_reference_alone_and_says_so(made, monkeypatch):
    monkeypatch.setattr(matching, "splink_is_there", lambda: False)
    linkage = link_records(*made)
    assert set(linkage.links["how"]) == {"reference"}
    assert "by reference alone: Splink is not installed" in linkage.notes[0]


def test_likeness_asked_for_without_splink_is_refused_with_the_remedy(made, monkeypatch):
    monkeypatch.setattr(weighing, "splink_is_there", lambda: False)
    with pytest.raises(Refused, match=r"firstpoint\[link\]"):
        link_records(*made, by_likeness=True)


@needs_splink
def test_too_many_pairs_are_a_note_beside_the_links_by_reference_unless_likeness_was_asked_for(made):
    settings = LinkSettings(most_pairs=10)
    linkage = link_records(*made, settings=settings)
    assert set(linkage.links["how"]) == {"reference"}
    assert any("more than the 10 allowed" in note for note in linkage.notes)
    with pytest.raises(Refused, match="more than the 10 allowed"):
        link_records(*made, settings=settings, by_likeness=True)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda logs, crimes: (logs.drop("received_at"), crimes), "no column received_at"),
        (lambda logs, crimes: (logs, crimes.drop("crime_id")), "no column crime_id"),
        (
            lambda logs, crimes: (pl.concat([logs, logs[:2]]), crimes),
            "repeat a reference, the first being 'I-00000'",
        ),
        (lambda logs, crimes: (logs, pl.concat([crimes, crimes[:1]])), "repeat a reference"),
    ],
)
def test_tables_that_cannot_be_linked_are_refused_in_words_of_the_domain(made, spoil, words):
    with pytest.raises(InputError, match=words):
        link_records(*spoil(*made), by_likeness=False)


@needs_splink
@pytest.mark.parametrize("rows", [(0, 0), (0, 5), (5, 0), (1, 1)])
def test_few_or_no_records_are_linked_without_a_fault(made, rows):
    linkage = link_records(made[0][: rows[0]], made[1][: rows[1]])
    assert linkage.links.height + linkage.direct.height + linkage.dangling.height == rows[1]


@needs_splink
def test_columns_that_are_not_there_or_empty_are_done_without(made):
    incidents, crimes = made
    bare_logs = incidents.select("incident_id", "received_at")
    bare_crimes = crimes.select("crime_id", "recorded_at").with_columns(reported_at=crimes["reported_at"])
    linkage = link_records(bare_logs, bare_crimes)
    assert any(note.startswith("Not compared") for note in linkage.notes)
