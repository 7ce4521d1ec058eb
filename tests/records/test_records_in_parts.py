"""A file read in parts gives what it gives whole, wherever one part ends and the next begins."""

from __future__ import annotations

import errno
import gc
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import mock

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstpoint.errors import InputError, NoRoom, UnreadableFile
from firstpoint.records import (
    SourceMapping,
    delimited,
    files,
    read_extract,
    read_mapping,
    reading,
    repeats,
    spool,
)

HEAD = "incident_id,received_at,qualifiers,text"
VERSIONS = '[incidents.repeats]\ntreat = "versions"\nkeys = "^[AB]"\nevent_at = { from = "received_at" }\n'
LAST_WINS = '[incidents.repeats]\ntreat = "versions"\n'

CELLS = st.sampled_from(
    ["A1", "A2", "B1", "B1/2", "C1", "", " ", "x", "2026-04-01", "2026-04-01T09:00:00Z", "soon", '"a,b"',
     '"two\nlines"', '"a ""word"""', '5" nail', '"torn', 'half"', '"quoted" more', "é£“", "\0", "a;b"]
)  # fmt: skip
LINES = st.lists(CELLS, min_size=1, max_size=6).map(",".join)
USUAL = st.tuples(
    st.sampled_from(["A1", "A2", "B1", "B1/2", "C1", "C2"]),
    st.sampled_from(["2026-04-01", "2026-04-02T09:00:00Z", "2026-04-01T01:30:00", "soon"]),
    st.sampled_from(["", "a", "a;b"]),
    st.sampled_from(["He hit me", '"He, too"', '"said ""no"""', '"two\nlines"', ""]),
).map(",".join)
FILES = st.tuples(
    st.lists(st.one_of(USUAL, USUAL, USUAL, LINES), max_size=10), st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(), st.sampled_from(["utf-8", "cp1252", "utf-16"]), st.sampled_from(["", ","]),
)  # fmt: skip


def as_bytes(drawn) -> bytes:
    lines, ending, whole, encoding, trailing = drawn
    text = "".join(line + trailing + ending for line in (HEAD, *lines))
    return (text if whole else text[:-2]).encode(encoding)


def everything(path: Path, mapping: SourceMapping | None) -> object:
    """All that reading a file says, to compare."""
    try:
        extract = read_extract(path, "incidents", mapping)
    except InputError as error:
        return str(error)
    return (
        extract.frame.rows(), extract.rejects.rows(), extract.warnings.rows(), extract.faults,
        extract.row_numbers.to_list(), extract.rows_read, extract.identical_rows, extract.joined_rows,
        extract.blank_rows, extract.rejected_rows, extract.rows_kept, extract.scan().collect().rows(),
    )  # fmt: skip


def in_parts(part: int, stretch: int, *, on_disk: bool, at_once: int = 50_000):
    """Patch the sizes of parts, so that small files are read as large ones are."""
    return [
        mock.patch.object(delimited, "PART_BYTES", part),
        mock.patch.object(delimited, "STRETCH_BYTES", stretch),
        mock.patch.object(files, "ROWS_OF_A_PART", 3),
        mock.patch.object(repeats, "ROWS_JOINED_AT_ONCE", at_once),
        mock.patch.object(reading, "MOST_IN_MEMORY_BYTES", 0 if on_disk else 1 << 40),
    ]


def read_with(patches, path: Path, mapping: SourceMapping | None) -> object:
    for each in patches:
        each.start()
    try:
        return everything(path, mapping)
    finally:
        for each in patches:
            each.stop()


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    FILES,
    st.sampled_from([None, VERSIONS, LAST_WINS]),
    st.integers(40, 400),
    st.integers(1, 200),
    st.booleans(),
)
def test_where_parts_end_makes_no_difference_to_anything_said(drawn, toml, part, stretch, on_disk):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "incidents.csv"
        path.write_bytes(as_bytes(drawn))
        mapping = None
        if toml:
            (Path(folder) / "m.toml").write_text(toml, "utf-8")
            mapping = read_mapping(Path(folder) / "m.toml")
        whole = everything(path, mapping)
        assert read_with(in_parts(part, stretch, on_disk=on_disk, at_once=2), path, mapping) == whole


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(FILES)
def test_the_fast_reader_and_the_strict_one_cut_alike(drawn):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "incidents.csv"
        path.write_bytes(as_bytes(drawn))
        fast = everything(path, None)
        none_is_plain = mock.patch.object(
            delimited, "plain_records", return_value=delimited.Plain(0, 0, follows=True)
        )
        assert read_with([none_is_plain], path, None) == fast


ROWS = "".join(f"A{n},2026-04-01T09:00:00Z,,He hit me {n}\n" for n in range(200))


@pytest.fixture
def large(write, monkeypatch) -> Path:
    """A small file that is read as a large one is: in many parts, by way of the disk."""
    for each in in_parts(500, 400, on_disk=True):
        monkeypatch.setattr(each.getter(), each.attribute, each.new)
    return write("incidents.csv", f"{HEAD}\n{ROWS}A7,2026-04-01,,again\nsoon\n")


@pytest.fixture
def room(tmp_path, monkeypatch) -> Path:
    """The folder for temporary files."""
    place = tmp_path / "room"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def test_a_row_of_an_earlier_part_still_stands_before_its_repetition(large, room):
    extract = read_extract(large, "incidents")
    assert (extract.rows_kept, extract.rejected_rows, extract.rows_read) == (200, 2, 202)
    assert extract.rejects.select("row", "raw").rows() == [(202, "A7,2026-04-01,,again"), (203, "soon")]
    assert extract.scan().select("incident_id").collect().height == 200


def test_rows_put_by_are_their_owners_alone_and_go_with_the_extract(large, room):
    extract = read_extract(large, "incidents")
    (folder,) = room.iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    assert len(list(folder.glob("*.parquet"))) > 10
    del extract
    gc.collect()
    assert not list(room.iterdir())


def test_a_full_disk_is_said_to_be_full_and_nothing_stays(large, room, monkeypatch):
    def full(self, file, **_):
        if "rows-00007" in file.name:
            raise OSError(errno.ENOSPC, "No space left on device")
        file.write(b"half")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    with pytest.raises(NoRoom, match=r"The disk is full.*Make room"):
        read_extract(large, "incidents")
    gc.collect()
    assert not list(room.iterdir())


def test_a_disk_that_takes_no_more_bytes_is_said_to_be_full(large, room, tmp_path):
    script = (
        "import resource, signal, sys\n"
        "from firstpoint.records import delimited, read_extract, reading\n"
        "from firstpoint.errors import NoRoom\n"
        "reading.MOST_IN_MEMORY_BYTES, delimited.PART_BYTES = 0, 2000\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n    read_extract(sys.argv[1], 'incidents')\n"
        "except NoRoom as refusal:\n    print(refusal)\n"
    )
    environment = os.environ | {"TMPDIR": str(room), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script, str(large)],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert "The disk is full" in done.stdout
    assert not list(room.iterdir())


def test_what_a_killed_process_left_is_swept_by_the_next(large, room):
    script = (
        "import os, signal, sys\n"
        "from firstpoint.records import read_extract, reading\n"
        "reading.MOST_IN_MEMORY_BYTES = 0\n"
        "extract = read_extract(sys.argv[1], 'incidents')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environment = os.environ | {"TMPDIR": str(room)}
    subprocess.run([sys.executable, "-c", script, str(large)], env=environment, check=False)
    (left,) = room.iterdir()
    os.utime(left / spool.IN_USE, (0, 0))
    held = read_extract(large, "incidents")
    assert left not in list(room.iterdir())
    os.utime(next(room.iterdir()) / spool.IN_USE, (0, 0))
    other = read_extract(large, "incidents")
    assert held.frame.equals(other.frame)


@pytest.mark.parametrize("change", ["grows", "is rewritten in place", "is replaced"])
def test_a_file_that_changes_while_it_is_read_is_refused(large, room, monkeypatch, change):
    whole = large.read_bytes()
    settled = reading.settle_repeats
    read_part = reading._read_part

    def meanwhile(*args):
        if change == "grows":
            large.write_bytes(whole + b"A900,2026-04-01,,late\n")
        elif change == "is rewritten in place":
            large.write_bytes(whole)
            os.utime(large, ns=(1, 1))
        else:
            other = large.with_suffix(".new")
            other.write_bytes(whole)
            other.replace(large)
        return read_part(*args)

    monkeypatch.setattr(reading, "_read_part", meanwhile)
    monkeypatch.setattr(reading, "settle_repeats", lambda *args: pytest.fail("it went on") or settled(*args))
    with pytest.raises(
        UnreadableFile, match=r"changed while it was read.*Wait until the export has finished"
    ):
        read_extract(large, "incidents")
    gc.collect()
    assert not list(room.iterdir())


def test_a_parquet_file_is_read_in_parts_with_the_numbers_of_its_rows(large, room, tmp_path):
    rows = pl.DataFrame(
        {"incident_id": ["I1", "I2", "I3", "I4", "I1"], "received_at": ["2026-04-01"] * 4 + ["x"]}
    )
    rows.write_parquet(tmp_path / "incidents.parquet")
    extract = read_extract(tmp_path / "incidents.parquet", "incidents")
    assert extract.frame["incident_id"].to_list() == ["I1", "I2", "I3", "I4"]
    assert extract.rejects.select("row", "value").rows() == [(6, "x")]


def test_a_field_of_two_hundred_million_characters_costs_its_own_row_and_little_memory(tmp_path):
    script = (
        "import re, sys\n"
        "from pathlib import Path\n"
        "from firstpoint.records import read_extract\n"
        "extract = read_extract(sys.argv[1], 'incidents')\n"
        "raw = extract.rejects['raw'][0]\n"
        # Not ru_maxrss, which begins with the size of the process that started this one.
        "most = int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])\n"
        "print(extract.frame['incident_id'].to_list(), extract.rejects['row'].to_list())\n"
        "print(len(raw) < 2_000_000, 'more characters in the file' in raw, most < 1_500_000)\n"
    )
    path = tmp_path / "incidents.csv"
    with path.open("w") as file:
        file.write(f"{HEAD}\nI1,2026-04-01,,x\n")
        file.write('I2,2026-04-01,,"' + "word " * 40_000_000 + '"\nI3,2026-04-01,,x\n')
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['I1', 'I3'] [3]\nTrue True True"


def test_a_quoted_cell_without_end_of_many_lines_costs_its_own_row(write):
    endless = 'I2,2026-04-01,,"' + ("word " * 200 + "\n") * 17_000 + '"\nI3,2026-04-01,,x\n'
    extract = read_extract(write("incidents.csv", f"{HEAD}\nI1,2026-04-01,,x\n{endless}"), "incidents")
    assert extract.frame["incident_id"].to_list() == ["I1", "I3"]
    assert extract.rejects["row"].to_list() == [3]
