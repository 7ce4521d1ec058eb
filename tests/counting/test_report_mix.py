"""The mix of random reports is what it says it is: well formed, repeatable, and of every kind."""

import json
from datetime import date

from report_mix import FAMILIES, PRIOR_RECORDS, json_lines, reports

from firstpoint.counting import KINDS, count_report
from firstpoint.counting.facts import report_faults


def test_every_report_is_well_formed():
    assert {fault for report in reports(2000, 11) for fault in report_faults(report)} == set()


def test_fewer_reports_are_a_beginning_of_more_and_the_text_is_the_same():
    lines = json_lines(3000, 7).splitlines()
    assert [json.loads(line) for line in lines[:40]] == list(reports(40, 7))
    assert lines[:40] != json_lines(40, 8).splitlines()


def test_every_kind_of_offence_is_alleged_sometimes():
    told = {allegation["kind"] for report in reports(40_000, 5) for allegation in report["allegations"]}
    assert set(KINDS) - told == set()


def test_shares_are_those_stated():
    found = list(reports(20_000, 3))
    allegations = [allegation for report in found for allegation in report["allegations"]]
    assert 1.3 < len(allegations) / len(found) < 1.5
    assert 1.2 < sum(len(report["victims"]) for report in found) / len(found) < 1.4
    assert abs(sum("prior_records" in report for report in found) / len(found) - PRIOR_RECORDS) < 0.02
    assert sum("ask" in report for report in found) / len(found) < 0.005
    burgled = sum(report["allegations"][:1] != [] and report["allegations"][0]["kind"] == "burglary"
                  for report in found)  # fmt: skip
    assert abs(burgled / len(found) - FAMILIES["burglary"][0] / sum(f[0] for f in FAMILIES.values())) < 0.01


def test_reports_of_another_day_reach_the_book_of_that_day():
    told = [count_report(report) for report in reports(200, 2, book_day=date(2024, 5, 1))]
    assert {
        verdict["book"] if isinstance(verdict["book"], str) else verdict["book"]["id"] for verdict in told
    } == {"2024-04-01"}
