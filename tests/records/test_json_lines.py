import json

import pytest

from firstpoint import records
from firstpoint.errors import BadMapping, UnreadableFile


def write(path, *lines):
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def test_logs_with_only_a_reference_and_a_text_can_be_read_for_screening(tmp_path):
    log = {"incident_id": "K-1", "text": " He hit me.\nTwice. "}
    extract = records.read_extract(
        write(tmp_path / "logs.jsonl", json.dumps(log)), "incidents", needs=("incident_id", "text")
    )
    assert extract.frame.select("incident_id", "text").to_dicts() == [log]


def test_a_line_that_is_no_object_is_set_aside_with_its_number_and_words(tmp_path):
    path = write(tmp_path / "logs.jsonl", '{"incident_id": "K-1", "text": "x"}', "[1, 2]", '{"incident_id": ')
    extract = records.read_extract(path, "incidents", needs=("incident_id", "text"))
    assert extract.frame.height == 1
    assert extract.rejects.select("row", "raw").rows() == [(2, "[1, 2]"), (3, '{"incident_id": ')]
    assert extract.rows_read == extract.frame.height + extract.rejected_rows


def test_a_log_without_its_text_is_set_aside_when_the_job_needs_it(tmp_path):
    path = write(tmp_path / "logs.jsonl", '{"incident_id": "K-1"}', '{"incident_id": "K-2", "text": "y"}')
    extract = records.read_extract(path, "incidents", needs=("incident_id", "text"))
    assert extract.rejects["row"].to_list() == [1]
    assert extract.frame["incident_id"].to_list() == ["K-2"]


def test_a_bad_time_does_not_lose_a_log_that_only_needs_its_text(tmp_path):
    path = write(tmp_path / "logs.jsonl", '{"incident_id": "K-1", "text": "x", "received_at": "last week"}')
    extract = records.read_extract(path, "incidents", needs=("incident_id", "text"))
    assert extract.frame["received_at"].to_list() == [None]
    assert extract.warnings["column"].to_list() == ["received_at"]


def test_a_file_without_the_needed_heading_is_refused_by_name(tmp_path):
    path = write(tmp_path / "logs.jsonl", '{"id": "K-1", "text": "x"}')
    with pytest.raises(BadMapping, match="incident_id"):
        records.read_extract(path, "incidents", needs=("incident_id", "text"))


def test_json_in_another_encoding_is_refused_with_the_byte(tmp_path):
    path = tmp_path / "logs.jsonl"
    path.write_bytes(b'{"incident_id": "K-1", "text": "caf\xe9"}\n')
    with pytest.raises(UnreadableFile, match="UTF-8"):
        records.read_extract(path, "incidents", needs=("incident_id", "text"))
