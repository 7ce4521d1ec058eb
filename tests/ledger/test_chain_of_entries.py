"""Whatever is done to a ledger afterwards is found, by its export alone."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstpoint.errors import InputError, LedgerBroken, UnreadableFile
from firstpoint.ledger import (
    FIRST_PREVIOUS,
    Entry,
    chain,
    checkpoint,
    digest,
    entry_hash,
    read_checkpoint,
    read_entries,
    verify,
    write_checkpoint,
    write_entries,
)

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
references = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=30)
details = st.dictionaries(
    references,
    st.one_of(
        references, st.integers(-(10**12), 10**12), st.booleans(), st.none(), st.lists(references, max_size=3)
    ),
    max_size=3,
)


def build(contents: list[tuple[str, str, str, dict]]) -> list[Entry]:
    entries: list[Entry] = []
    for step, (actor, action, subject, detail) in enumerate(contents):
        last = entries[-1] if entries else None
        at = NOON + timedelta(seconds=step)
        entries.append(chain(last, at=at, actor=actor, action=action, subject=subject, detail=detail))
    return entries


ledgers = st.lists(st.tuples(references, references, references, details), min_size=2, max_size=8).map(build)


@given(ledgers)
def test_an_untouched_ledger_verifies(entries):
    result = verify(entries)
    assert result.entries == len(entries)
    assert result.head == entries[-1].hash
    assert result.uncovered == len(entries)


@given(ledgers, st.data())
def test_a_changed_field_is_found_at_its_entry(entries, data):
    at = data.draw(st.integers(0, len(entries) - 1))
    field = data.draw(st.sampled_from(["actor", "action", "subject"]))
    changed = evolve(entries[at], **{field: getattr(entries[at], field) + "x"})
    with pytest.raises(LedgerBroken, match=f"entry {at + 1}:"):
        verify([*entries[:at], changed, *entries[at + 1 :]])


@given(ledgers, st.data())
def test_a_changed_entry_with_a_new_hash_breaks_the_next(entries, data):
    at = data.draw(st.integers(0, len(entries) - 2))
    changed = evolve(entries[at], at=entries[at].at + timedelta(microseconds=1))
    changed = evolve(changed, hash=entry_hash(changed))
    with pytest.raises(LedgerBroken, match=f"entry {at + 2}:"):
        verify([*entries[:at], changed, *entries[at + 1 :]])


@given(ledgers, st.data())
def test_a_dropped_entry_is_found(entries, data):
    at = data.draw(st.integers(0, len(entries) - 2))
    with pytest.raises(LedgerBroken):
        verify([*entries[:at], *entries[at + 1 :]])


@given(ledgers, st.data())
def test_two_swapped_entries_are_found(entries, data):
    first = data.draw(st.integers(0, len(entries) - 2))
    second = data.draw(st.integers(first + 1, len(entries) - 1))
    swapped = list(entries)
    swapped[first], swapped[second] = swapped[second], swapped[first]
    with pytest.raises(LedgerBroken, match=f"entry {second + 1}:"):
        verify(swapped)


@given(ledgers, st.data())
def test_an_entry_slipped_in_is_found_even_with_a_fitting_hash(entries, data):
    at = data.draw(st.integers(1, len(entries) - 1))
    extra = chain(entries[at - 1], at=NOON, actor="user:9", action="incident.read", subject="incident:1")
    with pytest.raises(LedgerBroken):
        verify([*entries[:at], extra, *entries[at:]])


@given(ledgers)
def test_cutting_off_the_end_is_found_by_a_checkpoint_alone(entries):
    point = checkpoint(entries[-1], at=NOON)
    assert verify(entries[:-1]).entries == len(entries) - 1
    with pytest.raises(LedgerBroken, match="cut off"):
        verify(entries[:-1], [point])


@given(ledgers)
def test_a_ledger_written_anew_is_found_by_a_checkpoint(entries):
    point = checkpoint(entries[-1], at=NOON)
    anew = build([("forger", each.action, each.subject, dict(each.detail)) for each in entries])
    if anew[-1].hash != point.head:
        with pytest.raises(LedgerBroken, match="written anew"):
            verify(anew, [point])


@given(ledgers)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_export_read_back_is_the_same_ledger(tmp_path, entries):
    path = tmp_path / "ledger.jsonl"
    assert write_entries(entries, path) == len(entries)
    assert list(read_entries(path)) == entries
    assert verify(read_entries(path)).head == entries[-1].hash


@given(ledgers, st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_changed_byte_of_an_export_is_found(tmp_path, entries, data):
    path = tmp_path / "ledger.jsonl"
    write_entries(entries, path)
    text = path.read_text(encoding="utf-8")
    at = data.draw(st.integers(0, len(text) - 2))
    other = data.draw(st.sampled_from([each for each in 'a0"},x' if each != text[at]]))
    path.write_text(text[:at] + other + text[at + 1 :], encoding="utf-8")
    with pytest.raises((LedgerBroken, UnreadableFile)):
        verify(read_entries(path))


def test_an_export_that_breaks_off_leaves_no_file_that_could_pass_for_a_shorter_ledger(tmp_path):
    def broken_off():
        yield from build([("user:1", "incident.read", "incident:1", {})])
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_entries(broken_off(), tmp_path / "ledger.jsonl")
    assert not (tmp_path / "ledger.jsonl").exists()


def test_checkpoints_say_how_many_entries_nothing_outside_vouches_for(tmp_path):
    entries = build([("user:1", "incident.read", f"incident:{n}", {}) for n in range(5)])
    path = tmp_path / "checkpoints.jsonl"
    write_checkpoint(checkpoint(entries[1], at=NOON), path)
    write_checkpoint(checkpoint(entries[2], at=NOON), path)
    result = verify(entries, read_checkpoint(path))
    assert (result.checkpoints, result.uncovered) == (2, 2)


def test_two_checkpoints_of_one_length_must_agree():
    entries = build([("user:1", "a", "b", {}), ("user:1", "a", "c", {})])
    honest = checkpoint(entries[0], at=NOON)
    with pytest.raises(LedgerBroken, match="another ledger"):
        verify(entries, [honest, evolve(honest, head="f" * 64)])


def test_an_empty_ledger_verifies_and_is_covered_by_nothing():
    result = verify([])
    assert (result.entries, result.head, result.uncovered) == (0, FIRST_PREVIOUS, 0)


@pytest.mark.parametrize("text", ["Jane Doe", "line\nbreak", "", "x" * 201, "nul\x00", 1.5])
def test_text_is_kept_out_of_the_ledger(text):
    with pytest.raises(InputError, match="never text"):
        chain(None, at=NOON, actor="user:1", action="a", subject="b", detail={"reason": text})


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(InputError, match="time zone"):
        chain(None, at=NOON.replace(tzinfo=None), actor="user:1", action="a", subject="b")


def test_the_zone_of_the_writer_makes_no_difference():
    elsewhere = NOON.astimezone(timezone(timedelta(hours=1)))
    assert chain(None, at=NOON, actor="a", action="b", subject="c") == chain(
        None, at=elsewhere, actor="a", action="b", subject="c"
    )


def test_a_digest_proves_a_text_only_with_the_key():
    assert digest("not a crime", b"k1") == digest("not a crime", b"k1")
    assert digest("not a crime", b"k1") != digest("not a crime", b"k2")


@pytest.mark.parametrize(
    "line", ["", "{}", "[]", '{"sequence": 1', '{"sequence":1,"sequence":1}', json.dumps({"count": 1})]
)
def test_a_line_that_is_no_entry_is_named(tmp_path, line):
    path = tmp_path / "ledger.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(LedgerBroken, match="line 1"):
        list(read_entries(path))


def test_an_export_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(UnreadableFile, match="no such file"):
        list(read_entries(tmp_path / "none.jsonl"))


def test_three_thousand_entries_verify_in_well_under_a_second():
    entries = build([("user:1", "incident.read", f"incident:{n}", {"page": n}) for n in range(3000)])
    assert verify(entries).entries == 3000
