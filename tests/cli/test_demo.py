"""The demo from one end to the other, and the commands of the workbench it leaves behind.

Each command runs as its own process, as it would at a terminal.
"""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import polars as pl
import pytest

from firstpoint.cli.demo import _first_day

pytestmark = pytest.mark.early

COMMAND = [sys.executable, "-c", "from firstpoint.cli import main; main()"]


def firstpoint(*words, typed=""):
    return subprocess.run(
        [*COMMAND, *map(str, words)], capture_output=True, text=True, input=typed, timeout=300, check=False
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    directory = tmp_path_factory.mktemp("demo") / "force"
    ran = firstpoint("demo", "--dir", directory, "--start", "2026-04-01", "--no-serve")
    assert ran.returncode == 0, ran.stderr + ran.stdout
    return directory


@pytest.fixture
def workbench(demo, tmp_path):
    """A copy of the demo's directory, to be changed at will."""
    return Path(shutil.copytree(demo, tmp_path / "copy"))


def test_demo_leaves_everything_that_its_help_promises(demo):
    left = {path.name for path in demo.iterdir()}
    assert {
        "incidents.csv", "log_entries.csv", "crimes.csv", "victims.csv", "truth", "screened.parquet",
        "sample.csv", "marks.csv", "estimate.json", "board-report.html", "board-report.pdf",
        "firstpoint.sqlite3",
    } <= left  # fmt: skip


def test_demo_estimate_holds_the_made_up_truth(demo):
    estimate = json.loads((demo / "estimate.json").read_text(encoding="utf-8"))["overall"]
    truth = pl.read_parquet(demo / "truth" / "incidents.parquet").filter(pl.col("stratum") != "")
    assert estimate["low"] <= truth["recorded"].sum() / truth["should_record"].sum() <= estimate["high"]


def test_demo_paper_says_of_how_many_reports_its_rate_says_nothing(demo):
    drawn = json.loads((demo / "sample.csv.json").read_text(encoding="utf-8"))
    in_frame, left_out = sum(drawn["in_frame"].values()), sum(drawn["left_out"].values())
    reports = pl.read_parquet(demo / "truth" / "incidents.parquet")
    assert in_frame + left_out == reports.height
    page = (demo / "board-report.html").read_text(encoding="utf-8")
    assert f"{in_frame:,} of the period&#x27;s {reports.height:,} reports" in page or (
        f"{in_frame:,} of the period's {reports.height:,} reports" in page
    )
    assert f"Of the other {left_out:,} it says nothing" in page
    assert "Whole force" not in page


def test_demo_crimes_unrecorded_a_year_hold_the_truth_of_the_frame(demo):
    year = json.loads((demo / "estimate.json").read_text(encoding="utf-8"))["unrecorded_a_year"]
    truth = pl.read_parquet(demo / "truth" / "incidents.parquet").filter(pl.col("stratum") != "")
    missed = (truth["should_record"] - truth["recorded"]).sum() * 365 / 14
    assert year["low"] <= missed <= year["high"]


def test_demo_says_on_its_paper_that_the_data_are_made_up(demo):
    assert "Made-up data" in (demo / "board-report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 11, 22), date(2026, 11, 8)),
        (date(2026, 1, 5), date(2026, 4, 1)),
        (date(2031, 1, 5), date(2027, 3, 18)),
    ],
)
def test_the_made_up_days_end_yesterday_where_a_rule_book_covers_them(today, first):
    assert _first_day(today, days=14) == first


def test_demo_touches_no_folder_that_holds_something_else(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    ran = firstpoint("demo", "--dir", tmp_path, "--no-serve")
    assert ran.returncode == 2
    assert "--dir" in ran.stderr
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "years of work"


def test_a_demo_on_a_taken_port_touches_nothing(tmp_path):
    (tmp_path / "truth").mkdir()
    (tmp_path / "incidents.csv").write_text("of the demo that runs", encoding="utf-8")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = firstpoint("demo", "--dir", tmp_path, "--port", port)
    assert ran.returncode == 2
    assert f"--port {port + 1}" in ran.stderr
    assert (tmp_path / "incidents.csv").read_text(encoding="utf-8") == "of the demo that runs"


def test_ledger_of_the_demo_is_whole_here_and_in_an_export(workbench, tmp_path):
    assert firstpoint("ledger", "checkpoint", tmp_path / "points", "--dir", workbench).returncode == 0
    here = firstpoint("ledger", "verify", "--dir", workbench, "--checkpoint", tmp_path / "points", "--json")
    assert firstpoint("ledger", "export", tmp_path / "ledger.jsonl", "--dir", workbench).returncode == 0
    there = firstpoint("ledger", "verify", "--export", tmp_path / "ledger.jsonl", "--json")
    assert json.loads(here.stdout)["head"] == json.loads(there.stdout)["head"]
    assert json.loads(here.stdout)["uncovered"] == 0
    assert json.loads(there.stdout)["uncovered"] == json.loads(there.stdout)["entries"] > 0


def test_a_changed_entry_of_the_export_is_named(workbench, tmp_path):
    export = tmp_path / "ledger.jsonl"
    firstpoint("ledger", "export", export, "--dir", workbench)
    lines = export.read_text(encoding="utf-8").splitlines()
    entry = json.loads(lines[2])
    lines[2] = json.dumps(entry | {"actor": "user:99"})
    export.write_text("\n".join(lines) + "\n", encoding="utf-8")
    verified = firstpoint("ledger", "verify", "--export", export)
    assert verified.returncode == 2
    assert str(entry["sequence"]) in verified.stderr


def test_ledger_keeps_references_and_never_the_words_of_a_log(workbench, tmp_path):
    export = tmp_path / "ledger.jsonl"
    firstpoint("ledger", "export", export, "--dir", workbench)
    kept = export.read_text(encoding="utf-8")
    texts = pl.read_csv(workbench / "incidents.csv", infer_schema=False)["text"].drop_nulls().head(200)
    assert [text for text in texts if text[6:40] in kept] == []


def test_importing_the_same_extract_again_changes_nothing(workbench):
    again = firstpoint(
        "import", workbench / "incidents.csv", "--mapping", workbench / "mapping.toml", "--dir", workbench
    )
    assert again.returncode == 0, again.stderr
    assert "loaded before, nothing to do" in again.stdout


def test_importing_with_all_or_nothing_loads_nothing_where_a_row_is_bad(tmp_path):
    extract = tmp_path / "incidents.csv"
    extract.write_text(
        "incident_id,received_at,text\nK-1,2026-05-04T10:00:00Z,x\nK-2,never,y\n", encoding="utf-8"
    )
    refused = firstpoint("import", extract, "--all-or-nothing", "--dir", tmp_path / "bench")
    assert refused.returncode == 2
    assert "nothing would be loaded" in refused.stderr
    kept = firstpoint("import", extract, "--dir", tmp_path / "bench")
    assert kept.returncode == 3
    assert "1 incidents added" in kept.stdout
    rejects = sorted((tmp_path / "bench" / "rejects").iterdir())
    assert "never" in rejects[-1].read_text(encoding="utf-8")


def test_a_person_can_be_added_and_not_twice(workbench):
    asked = ("user", "add", "jo", "--role", "team_leader", "--dir", workbench)
    typed = "a-long-enough-secret-7\na-long-enough-secret-7\n"
    added = firstpoint(*asked, typed=typed)
    assert added.returncode == 0, added.stderr
    again = firstpoint(*asked, typed=typed)
    assert again.returncode == 2
    assert "taken" in again.stderr


def test_serve_answers_with_the_sign_in_page(workbench):
    server = subprocess.Popen(
        [*COMMAND, "serve", "--dir", str(workbench), "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        address = re.search(r"http://[\d.:]+/", line)
        assert address, line
        with urlopen(address.group(), timeout=20) as answer:  # noqa: S310 - our own server on this machine
            page = answer.read().decode()
        assert "Sign in" in page
        assert "Made-up data" in page
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=20)
        server.stdout.close()


def test_importing_with_link_finds_the_report_of_a_crime_that_names_it_otherwise(tmp_path):
    at = f"{datetime.now(UTC) - timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}"
    rows = {
        "incidents": f"incident_id,received_at,text\nMK-7,{at},He punched me in the face.\n",
        "crimes": f"crime_id,incident_id,recorded_at\nCR-1,mk 7,{at}\n",
    }
    for table, content in rows.items():
        (tmp_path / f"{table}.csv").write_text(content, encoding="utf-8")
    files = [tmp_path / f"{table}.csv" for table in rows]
    ran = firstpoint("import", *files, "--link", "--dir", tmp_path / "bench")
    assert ran.returncode == 0, ran.stderr + ran.stdout
    assert "1 crime linked to a report not named" in ran.stdout
    assert "1 incidents screened; 0 put on the recording list" in ran.stdout
