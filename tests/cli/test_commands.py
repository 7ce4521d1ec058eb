"""What each command does to the files it is given, and what it says when it cannot."""

import json
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from firstpoint import simulation
from firstpoint.cli import main
from firstpoint.records.linking import weighing

pytestmark = pytest.mark.early

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
LOG = {"incident_id": "K-1", "text": "10:04 Caller says her neighbour punched her in the face, lip cut."}
ASSAULT = {
    "schema_version": 1,
    "report_id": "R-1",
    "reported_at": "2026-05-04T18:20:00+01:00",
    "reporter": {"role": "victim"},
    "allegations": [{"id": "a1", "kind": "assault", "victims": ["v1"], "injury": "minor"}],
}


def firstpoint(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def json_lines(path, *values):
    path.write_text(
        "".join((v if isinstance(v, str) else json.dumps(v)) + "\n" for v in values), encoding="utf-8"
    )
    return path


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    """A made-up force on disk, with a sample drawn from it."""
    directory = tmp_path_factory.mktemp("force")
    force = simulation.make_force(seed=11, incidents=2_500, start=date(2026, 4, 1), days=14)
    simulation.write_force(force, directory)
    ran = run_on(directory, "--half-width", 6, "--seed", 5)
    return directory, force, ran


@pytest.fixture(scope="module")
def audited(made_up):
    """The same force once its sample is marked and the rate estimated."""
    directory, force, _ = made_up
    sample = pl.read_csv(directory / "out" / "sample.csv")
    marks = simulation.auditor_marks(force, sample, auditor="a", overlooks=0.0, over_calls=0.0, seed=1)
    marks.write_csv(directory / "marks.csv")
    with by_reference_alone():
        ran = run_on(
            directory, "--marks", directory / "marks.csv", "--frame", directory / "out" / "frame.csv"
        )
    return directory, force, ran


@contextmanager
def by_reference_alone():
    """As without the extra for linking by likeness: it takes most of a run, and no rate turns on it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weighing, "find_spec", lambda _: None)
        yield


def run_on(directory, *more):
    return firstpoint(
        "run", "--incidents", directory / "incidents.csv", "--crimes", directory / "crimes.csv",
        "--mapping", directory / "mapping.toml", "--force", "Fellshire", "--out", directory / "out", *more,
    )  # fmt: skip


def test_run_puts_the_strangulation_that_was_closed_as_verbal_only_first(tmp_path):
    ran = firstpoint(
        "run", "--incidents", EXAMPLES / "incidents.csv", "--crimes", EXAMPLES / "crimes.csv",
        "--mapping", EXAMPLES / "mapping.toml", "--out", tmp_path,
    )  # fmt: skip
    assert ran.exit_code == 0, ran.output
    first = pl.read_csv(tmp_path / "ranked.csv").row(0, named=True)
    assert (first["incident_id"], first["classes_due"]) == ("20260507-0412", "1 x 8N")
    assert "hands round her throat" in first["words"]
    assert "No sample: stratum violence" in ran.output, "one report is no stratum, and that must be said"
    assert not (tmp_path / "sample.csv").exists()


def test_run_without_marks_draws_a_sample_and_states_no_rate(made_up):
    directory, _, ran = made_up
    assert ran.exit_code == 0, ran.output
    assert "Until they are marked there is no rate" in ran.output
    assert "Recording rate" not in ran.output
    drawn = json.loads((directory / "out" / "sample.csv.json").read_text(encoding="utf-8"))
    assert drawn["seed"] == 5
    assert sum(drawn["sizes"].values()) == pl.read_csv(directory / "out" / "sample.csv").height
    frame = pl.read_csv(directory / "out" / "frame.csv")
    assert "control room" in frame["route"].to_list()
    assert frame["received_on"].str.to_date().is_between(*map(date.fromisoformat, drawn["window"])).all()


def test_the_same_seed_draws_the_same_sample_again(made_up, tmp_path):
    directory, _, _ = made_up
    again = firstpoint(
        "audit", "draw", directory / "out" / "frame.csv", "--seed", 5, "--half-width", 6,
        "--from", "2026-04-01", "--to", "2026-04-14", "--out", tmp_path / "again.csv",
    )  # fmt: skip
    assert again.exit_code == 0, again.output
    assert (tmp_path / "again.csv").read_bytes() == (directory / "out" / "sample.csv").read_bytes()


def test_run_with_marks_gives_a_rate_whose_interval_holds_the_made_up_truth(audited):
    directory, force, ran = audited
    assert ran.exit_code == 0, ran.output
    estimate = json.loads((directory / "out" / "estimate.json").read_text(encoding="utf-8"))
    truth = force.truth_incidents.filter(pl.col("stratum") != "").select("should_record", "recorded").sum()
    rate = truth["recorded"][0] / truth["should_record"][0]
    assert estimate["overall"]["low"] <= rate <= estimate["overall"]["high"]
    assert (directory / "out" / "board-report.pdf").read_bytes().startswith(b"%PDF")
    page = (directory / "out" / "board-report.html").read_text(encoding="utf-8")
    assert f"{100 * estimate['overall']['estimate']:.1f}%" in page


def test_marks_without_their_frame_are_refused(tmp_path):
    marks = tmp_path / "marks.csv"
    marks.write_text("stratum,incident_id,should_record,recorded\n", encoding="utf-8")
    ran = firstpoint(
        "run", "--incidents", EXAMPLES / "incidents.csv", "--marks", marks, "--out", tmp_path / "out"
    )
    assert ran.exit_code == 2
    assert "--marks and --frame go together" in ran.output


def test_audit_estimate_says_rates_for_people_and_for_machines(tmp_path):
    marks, frame = tmp_path / "marks.csv", tmp_path / "frame.csv"
    rows = [f"violence,V{n},1,{int(n % 10 > 0)}" for n in range(100)]
    marks.write_text(
        "stratum,incident_id,should_record,recorded\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )
    frame.write_text("stratum,incidents\nviolence,2000\n", encoding="utf-8")
    for_people = firstpoint("audit", "estimate", marks, "--frame", frame)
    for_machines = firstpoint("audit", "estimate", marks, "--frame", frame, "--json")
    assert "90.0%" in for_people.output
    assert json.loads(for_machines.output)["overall"]["estimate"] == pytest.approx(0.9)


def test_audit_design_says_how_many_to_mark(tmp_path):
    frame = tmp_path / "frame.csv"
    frame.write_text("stratum,incidents\nviolence,9000\nsexual,900\nother,9000\n", encoding="utf-8")
    plan = firstpoint("audit", "design", frame, "--half-width", 3, "--json")
    assert plan.exit_code == 0, plan.output
    assert {row["stratum"] for row in json.loads(plan.output)["plan"]} == {"violence", "sexual", "other"}


def test_audit_published_works_the_figures_of_2017_through_again():
    said = firstpoint("audit", "published").output
    for figure in ("199 of 216", "222 of 266", "223 of 235", "89.8%", "24,668", "21,411 to 28,072", "24,300"):
        assert figure in said
    assert "Intervals cannot be rebuilt" in said


def test_a_stratum_that_cannot_be_built_is_refused_by_name(tmp_path):
    frame = tmp_path / "frame.csv"
    frame.write_text("stratum,incidents\nviolence,9000\nother,9000\n", encoding="utf-8")
    refused = firstpoint("audit", "design", frame)
    assert refused.exit_code == 2
    assert "stratum sexual" in refused.output


def test_count_gives_one_verdict_a_report_in_order_and_sets_bad_ones_aside(tmp_path):
    too_early = {**ASSAULT, "report_id": "R-2", "reported_at": "2019-05-04T18:20:00+01:00"}
    misspelt = {**ASSAULT, "report_id": "R-3", "alegations": []}
    reports = json_lines(
        tmp_path / "r.jsonl", ASSAULT, too_early, misspelt, "not json", {**ASSAULT, "report_id": "R-5"}
    )
    ran = firstpoint("count", reports, "--out", tmp_path / "v.jsonl", "--explain")
    assert ran.exit_code == 3, ran.output
    verdicts = [json.loads(line) for line in (tmp_path / "v.jsonl").read_text("utf-8").splitlines()]
    assert [(v["report_id"], v["crimes"][0]["ho_class"]) for v in verdicts] == [("R-1", "8N"), ("R-5", "8N")]
    rejects = [json.loads(line) for line in (tmp_path / "v.jsonl.rejects").read_text("utf-8").splitlines()]
    assert [each["line"] for each in rejects] == [2, 3, 4]
    assert "firstpoint count --reconstructed" in rejects[0]["reason"]
    assert "allegations" in rejects[1]["reason"]
    assert "this force must record" in ran.output


def test_count_under_a_reconstructed_book_is_asked_for_and_warned_of(tmp_path):
    early = {**ASSAULT, "reported_at": "2019-05-04T18:20:00+01:00"}
    reports = json_lines(tmp_path / "r.jsonl", early)
    ran = firstpoint("count", reports, "--out", tmp_path / "v.jsonl", "--reconstructed")
    assert ran.exit_code == 0, ran.output
    verdict = json.loads((tmp_path / "v.jsonl").read_text("utf-8"))
    assert verdict["book"]["id"] == "2019-04-01"
    assert verdict["warnings"][0]["code"] == "reconstructed_book"


def test_count_in_parquet_says_the_same_as_in_json_lines(tmp_path):
    reports = [ASSAULT, "not json", {**ASSAULT, "report_id": "R-5"}]
    lines = json_lines(tmp_path / "r.jsonl", *reports)
    texts = [each if isinstance(each, str) else json.dumps(each) for each in reports]
    pl.DataFrame({"report": texts}).write_parquet(tmp_path / "r.parquet")
    assert firstpoint("count", lines, "--out", tmp_path / "v.jsonl").exit_code == 3
    options = ("--out", tmp_path / "v.parquet", "--full")
    assert firstpoint("count", tmp_path / "r.parquet", *options).exit_code == 3
    in_lines = [json.loads(line) for line in (tmp_path / "v.jsonl").read_text("utf-8").splitlines()]
    in_columns = [json.loads(text) for text in pl.read_parquet(tmp_path / "v.parquet")["verdict"]]
    assert in_lines == in_columns
    aside = [
        json.loads((tmp_path / f"v.{form}.rejects").read_text("utf-8"))["line"]
        for form in ("jsonl", "parquet")
    ]
    assert aside == [2, 2]


def test_parquet_without_a_report_column_is_refused(tmp_path):
    pl.DataFrame({"facts": ["{}"]}).write_parquet(tmp_path / "r.parquet")
    ran = firstpoint("count", tmp_path / "r.parquet", "--out", tmp_path / "v.parquet")
    assert ran.exit_code == 2
    assert "column named report" in ran.output
    assert not (tmp_path / "v.parquet").exists()


def test_count_of_good_reports_leaves_no_rejects_behind(tmp_path):
    reports = json_lines(tmp_path / "r.jsonl", ASSAULT)
    (tmp_path / "v.jsonl.rejects").write_text("left from before", encoding="utf-8")
    assert firstpoint("count", reports, "--out", tmp_path / "v.jsonl").exit_code == 0
    assert not (tmp_path / "v.jsonl.rejects").exists()


def test_screen_needs_only_a_reference_and_a_text(tmp_path):
    logs = json_lines(
        tmp_path / "logs.jsonl", LOG, {"incident_id": "K-2", "text": "Lost a glove on the bus."}
    )
    ran = firstpoint("screen", logs, "--out", tmp_path / "seen.jsonl")
    assert ran.exit_code == 0, ran.output
    seen = [json.loads(line) for line in (tmp_path / "seen.jsonl").read_text("utf-8").splitlines()]
    first = next(each for each in seen if each["rank"] == 1)
    assert first["incident_id"] == "K-1"
    for words in first["disclosures"][0]["evidence"]:
        assert LOG["text"][words["start"] : words["end"]] == words["text"]


def test_screen_as_parquet_says_the_same_as_json_lines(tmp_path):
    logs = json_lines(tmp_path / "logs.jsonl", LOG)
    firstpoint("screen", logs, "--out", tmp_path / "seen.jsonl")
    firstpoint("screen", logs, "--out", tmp_path / "seen.parquet")
    line = json.loads((tmp_path / "seen.jsonl").read_text("utf-8"))
    assert pl.read_parquet(tmp_path / "seen.parquet").to_dicts() == [line]


def test_check_names_the_row_the_column_and_the_remedy(tmp_path):
    extract = tmp_path / "incidents.csv"
    extract.write_text(
        "incident_id,received_at,text\nK-1,yesterday,x\nK-2,2026-05-04T10:00:00Z,y\n", encoding="utf-8"
    )
    ran = firstpoint("check", extract)
    assert ran.exit_code == 3
    assert "received_at" in ran.output
    assert "yesterday" in ran.output
    assert json.loads(firstpoint("check", extract, "--json").output)


def test_check_asks_for_the_table_where_the_name_tells_none(tmp_path):
    extract = tmp_path / "export7.csv"
    extract.write_text("incident_id\nK-1\n", encoding="utf-8")
    ran = firstpoint("check", extract)
    assert ran.exit_code == 2
    assert "--table" in ran.output


def test_run_says_when_nothing_tells_what_is_recorded_already(tmp_path):
    ran = firstpoint("run", "--incidents", EXAMPLES / "incidents.csv", "--out", tmp_path)
    assert ran.exit_code == 0, ran.output
    assert "Nothing here tells what is recorded already" in ran.output


def test_an_empty_file_does_nothing_and_says_why(tmp_path):
    extract = tmp_path / "incidents.csv"
    extract.touch()
    ran = firstpoint("run", "--incidents", extract, "--out", tmp_path / "out")
    assert ran.exit_code == 2
    assert "0 bytes" in ran.output
    assert not (tmp_path / "out").exists()


def test_a_mapping_that_does_not_exist_is_named_with_those_that_ship(tmp_path):
    ran = firstpoint("check", EXAMPLES / "incidents.csv", "--mapping", "us_campus_lgo")
    assert ran.exit_code == 2
    assert "us_campus_log" in ran.output


def test_books_are_listed_and_sound():
    listed = firstpoint("books", "list", "--json")
    books = json.loads(listed.output)
    assert [books[0]["id"], books[-1]["id"]] == ["2014-04-01", "2026-04-01"]
    asked_for = {book["id"] for book in books if book["reconstructed"]}
    assert asked_for == {book["id"] for book in books if book["id"] < "2023-05-01"}
    assert len({book["sha256"] for book in books}) == len(books)
    told = firstpoint("books", "list").output
    assert "2026/27" in told
    assert "used only where it is asked for" in told
    assert "sound" in firstpoint("books", "check").output


def test_report_trend_charts_recorded_crime_by_quarter(tmp_path):
    quarters = tmp_path / "quarters.csv"
    ends = ["03-31", "06-30", "09-30", "12-31"]
    rows = [
        f"{2020 + n // 4}-{ends[n % 4]},{1000 + 10 * (n % 3) + (900 if n > 13 else 0)}" for n in range(16)
    ]
    quarters.write_text("quarter_ending,offences_quarter\n" + "\n".join(rows) + "\n", encoding="utf-8")
    ran = firstpoint("report", "trend", quarters, "--force", "Fellshire", "--out", tmp_path / "trend")
    assert ran.exit_code == 0, ran.output
    page = (tmp_path / "trend.html").read_text("utf-8")
    assert "outside" in page
    assert "1,900" in page


def test_report_board_is_made_from_what_run_left(audited, tmp_path):
    directory, _, _ = audited
    plan = tmp_path / "plan.csv"
    plan.write_text(
        "recommendation,deadline,owner,status,progress\nRecord rape at once,2026-04-15,Registrar,open,x\n",
        "utf-8",
    )
    out = directory / "out"
    ran = firstpoint(
        "report", "board", "--estimate", out / "estimate.json", "--marks", directory / "marks.csv",
        "--draw", out / "sample.csv.json", "--plan", plan, "--force", "Fellshire", "--date", "2026-05-01",
        "--out", tmp_path / "board",
    )  # fmt: skip
    assert ran.exit_code == 0, ran.output
    page = (tmp_path / "board.html").read_text("utf-8")
    assert "Record rape at once" in page
    assert "Overdue" in page


def board_on(directory, marks, tmp_path, *more):
    out = directory / "out"
    return firstpoint(
        "report", "board", "--estimate", out / "estimate.json", "--marks", marks,
        "--draw", out / "sample.csv.json", "--force", "Fellshire", "--out", tmp_path / "board", *more,
    )  # fmt: skip


def without_the_errors_of_violence(directory, tmp_path):
    """The marks with every violence report that holds an unrecorded crime left unmarked."""
    marks = pl.read_csv(directory / "marks.csv")
    hidden = (pl.col("stratum") == "violence") & (pl.col("recorded") < pl.col("should_record"))
    kept = tmp_path / "kept.csv"
    marks.filter(~hidden).write_csv(kept)
    return kept


def test_leaving_the_errors_unmarked_is_refused_and_told_when_insisted_on(audited, tmp_path):
    directory, _, _ = audited
    kept = without_the_errors_of_violence(directory, tmp_path)
    asked = ("--marks", kept, "--frame", directory / "out" / "frame.csv")
    draw = ("--draw", directory / "out" / "sample.csv.json", "--out", tmp_path / "flattered")
    with by_reference_alone():
        refused = run_on(directory, *asked, *draw)
    assert refused.exit_code == 2
    assert "violence: only" in refused.output
    assert "flatter" in refused.output
    assert not (tmp_path / "flattered" / "board-report.html").exists()
    with by_reference_alone():
        insisted = run_on(directory, *asked, *draw, "--partial")
    assert insisted.exit_code == 0, insisted.output
    page = (tmp_path / "flattered" / "board-report.html").read_text(encoding="utf-8")
    assert "drawn reports are marked" in page


def test_an_estimate_from_a_part_of_the_sample_says_so(audited, tmp_path):
    directory, _, _ = audited
    kept = without_the_errors_of_violence(directory, tmp_path)
    said = firstpoint("audit", "estimate", kept, "--frame", directory / "out" / "frame.csv")
    assert "violence: only" in said.output


def test_second_readings_are_no_further_crimes_on_the_board(audited, tmp_path):
    directory, _, _ = audited
    assert board_on(directory, directory / "marks.csv", tmp_path, "--date", "2026-05-01").exit_code == 0
    once = (tmp_path / "board.html").read_text(encoding="utf-8")
    marks = pl.read_csv(directory / "marks.csv")
    second = marks.head(40).with_columns(reading=pl.lit("second"), auditor=pl.lit("b"))
    pl.concat([marks, second]).write_csv(tmp_path / "twice.csv")
    assert board_on(directory, tmp_path / "twice.csv", tmp_path, "--date", "2026-05-01").exit_code == 0
    assert (tmp_path / "board.html").read_text(encoding="utf-8") == once


def test_marks_of_reports_that_were_not_drawn_are_refused(audited, tmp_path):
    directory, _, _ = audited
    frame = pl.read_csv(directory / "out" / "frame.csv")
    drawn = pl.read_csv(directory / "out" / "sample.csv")
    chosen = frame.join(drawn, on="incident_id", how="anti").group_by("stratum").head(20)
    marks = chosen.select("stratum", "incident_id", should_record=1, recorded=1)
    marks.write_csv(tmp_path / "chosen.csv")
    refused = run_on(
        directory, "--marks", tmp_path / "chosen.csv", "--frame", directory / "out" / "frame.csv",
        "--draw", directory / "out" / "sample.csv.json", "--partial", "--out", tmp_path / "flattered",
    )  # fmt: skip
    assert refused.exit_code == 2
    assert "were not drawn" in refused.output


def test_another_frame_than_that_of_the_draw_is_refused(audited, tmp_path):
    directory, _, _ = audited
    frame = tmp_path / "frame.csv"
    pl.read_csv(directory / "out" / "frame.csv").head(-1).write_csv(frame)
    refused = run_on(
        directory, "--marks", directory / "marks.csv", "--frame", frame,
        "--draw", directory / "out" / "sample.csv.json", "--out", tmp_path / "other",
    )  # fmt: skip
    assert refused.exit_code == 2
    assert "fingerprint differs" in refused.output


def test_screen_refuses_an_ending_that_cannot_hold_its_answer(tmp_path):
    logs = json_lines(tmp_path / "logs.jsonl", LOG)
    refused = firstpoint("screen", logs, "--out", tmp_path / "seen.csv")
    assert refused.exit_code == 2
    assert ".parquet" in refused.output


def test_marks_of_another_audit_make_no_paper(audited, tmp_path):
    directory, _, _ = audited
    rows = [f"violence,K{n},1,1" for n in range(120)]
    foreign = tmp_path / "foreign.csv"
    foreign.write_text("stratum,incident_id,should_record,recorded\n" + "\n".join(rows) + "\n", "utf-8")
    refused = board_on(directory, foreign, tmp_path, "--partial")
    assert refused.exit_code == 2
    assert "do not belong together" in refused.output


def test_a_draw_of_its_own_is_enough_for_a_paper(audited, tmp_path):
    directory, _, _ = audited
    firstpoint(
        "audit", "draw", directory / "out" / "frame.csv", "--seed", 5, "--half-width", 6,
        "--from", "2026-04-01", "--to", "2026-04-14", "--out", tmp_path / "own.csv",
    )  # fmt: skip
    made = firstpoint(
        "report", "board", "--estimate", directory / "out" / "estimate.json",
        "--marks", directory / "marks.csv",
        "--draw", tmp_path / "own.csv.json", "--force", "Fellshire", "--out", tmp_path / "board",
    )  # fmt: skip
    assert made.exit_code == 0, made.output


def test_a_record_of_the_draw_that_lacks_something_names_it(audited, tmp_path):
    directory, _, _ = audited
    record = tmp_path / "draw.json"
    record.write_text('{"seed": 1, "window": ["2026-04-01", "2026-04-14"]}', encoding="utf-8")
    refused = firstpoint(
        "report", "board", "--estimate", directory / "out" / "estimate.json",
        "--marks", directory / "marks.csv",
        "--draw", record, "--force", "Fellshire", "--out", tmp_path / "board",
    )  # fmt: skip
    assert refused.exit_code == 2
    assert "in_frame" in refused.output


def test_a_plan_with_an_unknown_status_names_the_row(audited, tmp_path):
    directory, _, _ = audited
    plan = tmp_path / "plan.csv"
    plan.write_text(
        "recommendation,deadline,owner,status,progress\nX,2026-04-15,Registrar,nearly,Y\n", "utf-8"
    )
    out = directory / "out"
    ran = firstpoint(
        "report", "board", "--estimate", out / "estimate.json", "--marks", directory / "marks.csv",
        "--draw", out / "sample.csv.json", "--plan", plan, "--force", "F", "--out", tmp_path / "board",
    )  # fmt: skip
    assert ran.exit_code == 2
    assert "row 2" in ran.output


def test_an_unknown_command_is_an_error_with_the_list_in_reach():
    ran = firstpoint("recount")
    assert ran.exit_code == 2
    assert "No such command" in ran.output
