"""``firstpoint link`` on files, and what ``firstpoint run`` makes of links."""

import json
from pathlib import Path

import polars as pl
from click.testing import CliRunner

from firstpoint.cli import main
from firstpoint.records.linking import matching, read_model

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
CRIMES = """crime_id,incident_id,reported_at,recorded_at,ho_class,title,unit
C1,20260507 437,2026-05-07T21:10:00+01:00,2026-05-07T23:00:00+01:00,8N,Assault,
C2,nowhere,2026-05-07T21:10:00+01:00,2026-05-07T23:00:00+01:00,8N,Assault,
"""


def link(tmp_path, *more, crimes=CRIMES):
    (tmp_path / "crimes.csv").write_text(crimes, encoding="utf-8")
    words = ["link", "--incidents", EXAMPLES / "incidents.csv", "--crimes", tmp_path / "crimes.csv"]
    out = ["--mapping", EXAMPLES / "mapping.toml", "--out", tmp_path / "links.csv"]
    return CliRunner().invoke(main, [str(word) for word in (*words, *out, *more)])


def test_link_writes_links_review_and_events_and_says_what_it_linked(tmp_path):
    ran = link(tmp_path, "--by-reference")
    assert ran.exit_code == 0, ran.output
    links = pl.read_csv(tmp_path / "links.csv")
    assert links.select("incident_id", "crime_id", "how").rows() == [("20260507-0437", "C1", "formatting")]
    assert "written differently" in links["reason"][0]
    assert "1 by reference written differently" in ran.output
    assert "1 name an incident that is not in the extract" in ran.output
    assert {"links.review.csv", "links.events.csv"} <= {path.name for path in tmp_path.iterdir()}


def test_link_gives_its_summary_to_machines_and_the_model_it_used(tmp_path):
    ran = link(tmp_path, "--json", "--save-model", tmp_path / "model.toml")
    assert ran.exit_code == 0, ran.output
    summary = json.loads(ran.stdout)
    assert summary["linked"]["formatting"] == 1
    assert summary["out"].endswith("links.csv")
    assert read_model(tmp_path / "model.toml").id == "incident-to-crime"


def test_link_refuses_thresholds_that_make_no_bands(tmp_path):
    ran = link(tmp_path, "--linked-from", "0.3", "--review-from", "0.6")
    assert ran.exit_code == 2
    assert "make no bands" in ran.output
    assert not (tmp_path / "links.csv").exists()


def test_link_sets_bad_rows_aside_and_says_so_by_its_exit_code(tmp_path):
    bad = CRIMES + "C3,,yesterday,2026-05-07T23:00:00+01:00,8N,Assault,\n"
    ran = link(tmp_path, "--by-reference", crimes=bad)
    assert ran.exit_code == 3
    assert (tmp_path / "links.csv.rejects.csv").exists()


def test_link_without_splink_says_that_it_is_by_reference_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(matching, "splink_is_there", lambda: False)
    ran = link(tmp_path)
    assert ran.exit_code == 0
    assert "Linked by reference alone" in ran.output


def test_run_takes_a_crime_whose_reference_is_written_differently_as_recorded(tmp_path):
    crimes = (EXAMPLES / "crimes.csv").read_text(encoding="utf-8")
    plain = ranked(tmp_path / "plain", crimes, tmp_path)
    written = ranked(tmp_path / "written", crimes.replace("20260507-0437", "log 20260507/437"), tmp_path)
    assert written == plain
    assert {"links.csv", "links_for_review.csv"} <= {path.name for path in (tmp_path / "plain").iterdir()}


def ranked(out, crimes, tmp_path):
    (tmp_path / "held.csv").write_text(crimes, encoding="utf-8")
    ran = CliRunner().invoke(
        main,
        [
            *("run", "--incidents", str(EXAMPLES / "incidents.csv"), "--crimes", str(tmp_path / "held.csv")),
            *("--mapping", str(EXAMPLES / "mapping.toml"), "--out", str(out)),
        ],
    )
    assert ran.exit_code == 0, ran.output
    return pl.read_csv(out / "ranked.csv").rows()
