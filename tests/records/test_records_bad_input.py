"""What happens to an extract that is not as it should be: a clear message, and nothing lost."""

from __future__ import annotations

import codecs
import random

import polars as pl
import pytest

from firstpoint.errors import BadMapping, InputError, UnreadableFile
from firstpoint.records import Extract, Fault, read_extract

HEAD = "incident_id,received_at,text\n"
GOOD = "I1,2026-04-01T09:00:00Z,He punched me\nI2,2026-04-01T10:00:00Z,Bike gone\n"


def rejects_of(extract: Extract) -> list[tuple[int, str | None, str | None]]:
    return extract.rejects.select("row", "column", "value").rows()


def only_fault(extract: Extract) -> Fault:
    assert len(extract.faults) == 1, extract.faults
    return extract.faults[0]


def assert_every_row_is_accounted_for(extract: Extract) -> None:
    assert extract.rows_read == (
        extract.frame.height + extract.rejected_rows + extract.identical_rows + extract.joined_rows
    )


# A file that is cut off


def test_a_file_cut_inside_a_quotation_loses_only_its_last_row(write):
    extract = read_extract(
        write("cut.csv", HEAD + GOOD + 'I3,2026-04-01T11:00:00Z,"She said he'), "incidents"
    )
    assert extract.frame["incident_id"].to_list() == ["I1", "I2"]
    assert extract.rejects["row"].to_list() == [4]
    assert extract.rejects["raw"].to_list() == ['I3,2026-04-01T11:00:00Z,"She said he']
    assert "never closed" in extract.rejects["reason"][0]
    assert any(fault.severity == "warning" and "cut off" in fault.message for fault in extract.faults)
    assert_every_row_is_accounted_for(extract)


def test_a_file_cut_inside_a_row_loses_only_that_row_and_says_so(write):
    extract = read_extract(write("cut.csv", HEAD + GOOD + "I3,2026-04"), "incidents")
    assert extract.frame.height == 2
    assert extract.rejects.select("row", "raw").rows() == [(4, "I3,2026-04")]
    assert "2 cells where the heading has 3" in extract.rejects["reason"][0]
    warning = next(fault for fault in extract.faults if "cut off" in fault.message)
    assert (warning.row, warning.severity) == (4, "warning")
    assert "Export it again" in warning.remedy


def test_a_last_line_without_a_line_ending_is_suspected(write):
    extract = read_extract(write("cut.csv", HEAD + GOOD.rstrip("\n")), "incidents")
    assert extract.frame.height == 2
    assert "no line ending" in only_fault(extract).message


def test_a_log_of_several_lines_cut_off_is_one_row(write):
    cut = 'I3,2026-04-01T11:00:00Z,"He said\nthat she\nhad'
    extract = read_extract(write("cut.csv", HEAD + GOOD + cut), "incidents")
    assert extract.rejects.select("row", "raw").rows() == [(4, cut)]
    assert "2 further lines stand inside it" in extract.rejects["reason"][0]


@pytest.mark.parametrize("later", ["words", '"quoted, words"'])
def test_a_quotation_never_closed_costs_its_own_row_and_no_other(write, later):
    rows = 'I3,2026-04-01T11:00:00Z,"He said\n' + "".join(
        f"J{n},2026-04-01T11:00:00Z,{later}\n" for n in range(5)
    )
    extract = read_extract(write("swallowed.csv", HEAD + GOOD + rows), "incidents")
    assert extract.frame["incident_id"].to_list() == ["I1", "I2", "J0", "J1", "J2", "J3", "J4"]
    assert extract.rejects.select("row", "raw").rows() == [(4, 'I3,2026-04-01T11:00:00Z,"He said')]
    assert "rows after it were read" in only_fault(extract).message
    assert_every_row_is_accounted_for(extract)


def test_a_torn_row_in_the_middle_leaves_the_rows_after_it(write):
    torn = (
        'I3,2026-04-01T11:00:00Z,"He" said\nI4,2026-04-01T12:00:00Z,one,two\nI5,2026-04-01T12:00:00Z,whole\n'
    )
    extract = read_extract(write("torn.csv", HEAD + GOOD + torn), "incidents")
    assert extract.frame["incident_id"].to_list() == ["I1", "I2", "I5"]
    assert extract.rejects["row"].to_list() == [4, 5]
    assert not any("cut off" in fault.message for fault in extract.faults)


# Encodings


def test_a_windows_file_is_read_with_a_word_of_warning(write):
    extract = read_extract(
        write("old.csv", (HEAD + "I1,2026-04-01T09:00:00Z,“£50 taken”\n").encode("cp1252")), "incidents"
    )
    assert extract.frame["text"].to_list() == ["“£50 taken”"]
    assert "Windows-1252" in only_fault(extract).message


@pytest.mark.parametrize("words", ["She said “leave” and doesn’t", "doesn’t want café", "“£50 taken”"])
@pytest.mark.parametrize(
    ("encoding", "told"), [("cp1252", "Windows-1252"), ("mac_roman", "old Mac programs")]
)
def test_quotation_marks_tell_old_windows_and_old_mac_files_apart(write, words, encoding, told):
    path = write("old.csv", (HEAD + f"I1,2026-04-01T09:00:00Z,{words}\n").encode(encoding))
    extract = read_extract(path, "incidents")
    assert extract.frame["text"].to_list() == [words]
    assert told in only_fault(extract).message


def test_a_named_encoding_needs_no_warning(write, mapping):
    path = write("old.csv", (HEAD + "I1,2026-04-01T09:00:00Z,£50 taken\n").encode("cp1252"))
    extract = read_extract(path, "incidents", mapping('[incidents]\nencoding = "cp1252"\n'))
    assert extract.frame["text"].to_list() == ["£50 taken"]
    assert extract.faults == ()


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
    ],
)
def test_unicode_files_are_read_whatever_their_mark(write, mark, encoding):
    extract = read_extract(
        write("marked.csv", mark + (HEAD + "I1,2026-04-01T09:00:00Z,£50 — gone\n").encode(encoding)),
        "incidents",
    )
    assert extract.frame.select("incident_id", "text").rows() == [("I1", "£50 — gone")]
    assert extract.faults == ()


def test_two_encodings_in_one_file_set_the_odd_rows_aside_by_number(write):
    content = (HEAD + "I1,2026-04-01T09:00:00Z,café\n").encode() + b"I2,2026-04-01T09:00:00Z,caf\xe9\n"
    extract = read_extract(write("mixed.csv", content), "incidents")
    assert extract.frame["incident_id"].to_list() == ["I1"]
    assert rejects_of(extract) == [(3, "text", None)]
    assert "0xE9" in extract.rejects["reason"][0]
    assert extract.rejects["raw"][0].endswith("caf\\xe9")
    assert "UTF-8" in extract.rejects["remedy"][0]


def test_a_mapping_with_the_wrong_encoding_names_the_rows(write, mapping):
    content = (HEAD + GOOD).encode() + b"I3,2026-04-01T09:00:00Z,\xa350\n"
    extract = read_extract(
        write("wrong.csv", content), "incidents", mapping('[incidents]\nencoding = "utf-8"\n')
    )
    assert rejects_of(extract) == [(4, "text", None)]
    assert extract.frame.height == 2


def test_utf_16_cut_in_the_middle_of_a_character_is_refused(write):
    content = codecs.BOM_UTF16_LE + (HEAD + GOOD).encode("utf-16-le") + b"\x41"
    with pytest.raises(UnreadableFile, match="utf-16"):
        read_extract(write("half.csv", content), "incidents")


# Headings


def test_all_missing_columns_are_named_at_once_with_the_nearest_headings(write):
    path = write("renamed.csv", "incident_ref,recieved_at,text\nI1,2026-04-01,x\n")
    with pytest.raises(BadMapping) as caught:
        read_extract(path, "incidents")
    message = str(caught.value)
    assert "renamed.csv" in message
    assert "'incident_id', nearest heading 'incident_ref'" in message
    assert "'received_at', nearest heading 'recieved_at'" in message
    assert "[incidents.columns]" in message


def test_a_heading_the_mapping_names_and_the_file_lacks_is_refused(write, mapping):
    path = write("renamed.csv", "Log No,Received,Remarks\nI1,2026-04-01,x\n")
    toml = '[incidents.columns]\nincident_id = "Log No"\nreceived_at = "Received"\ntext = "Remark text"\n'
    with pytest.raises(BadMapping, match=r"'Remark text' \(for text\), nearest heading 'Remarks'"):
        read_extract(path, "incidents", mapping(toml))


def test_case_and_spaces_of_a_heading_do_not_matter(write):
    extract = read_extract(write("spaced.csv", "Incident ID,Received-At\nI1,2026-04-01\n"), "incidents")
    assert extract.frame["incident_id"].to_list() == ["I1"]


def test_a_heading_that_stands_twice_is_refused(write):
    with pytest.raises(UnreadableFile, match="'text' stands twice"):
        read_extract(
            write("twice.csv", "incident_id,received_at,text,text\nI1,2026-04-01,a,b\n"), "incidents"
        )


# Empty and absent files


def test_an_empty_file_is_refused(write):
    with pytest.raises(UnreadableFile, match=r"0 bytes.*Export it again") as caught:
        read_extract(write("nothing.csv", ""), "incidents")
    assert "nothing.csv" in caught.value.where


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="no such file"):
        read_extract(tmp_path / "absent.csv", "incidents")


@pytest.mark.parametrize("name", ["not.parquet", "not.xlsx", "not.ods", "not.xls"])
def test_a_file_of_another_kind_than_its_name_says_is_refused_in_our_words(write, name):
    with pytest.raises(UnreadableFile, match="another kind of file under this name"):
        read_extract(write(name, HEAD + GOOD), "incidents")


def test_a_cut_parquet_file_is_refused(write, tmp_path):
    pl.DataFrame({"incident_id": ["I1"], "received_at": ["2026-04-01"]}).write_parquet(tmp_path / "a.parquet")
    whole = (tmp_path / "a.parquet").read_bytes()
    with pytest.raises(UnreadableFile, match="not a whole Parquet file"):
        read_extract(write("cut.parquet", whole[: len(whole) // 2]), "incidents")


def test_a_damaged_parquet_file_is_refused_or_read_and_never_ends_the_process(write, tmp_path):
    frame = pl.DataFrame({"incident_id": [f"I{n}" for n in range(200)], "received_at": ["2026-04-01"] * 200})
    frame.write_parquet(tmp_path / "whole.parquet")
    whole = (tmp_path / "whole.parquet").read_bytes()
    chance = random.Random(9)  # noqa: S311
    refusals = []
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(chance.choice([1, 3, 20])):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            read_extract(write("damaged.parquet", bytes(damaged)), "incidents")
        except InputError as error:
            refusals.append(str(error))
    assert len(refusals) > 50
    assert all("damaged.parquet" in each for each in refusals)


def test_a_workbook_named_as_csv_is_refused(write):
    with pytest.raises(UnreadableFile):
        read_extract(write("book.csv", b"PK\x03\x04\x14\0\0\0\x08\0" + bytes(100)), "incidents")


def test_a_file_with_headings_alone_is_an_extract_without_rows(write):
    extract = read_extract(write("bare.csv", HEAD), "incidents")
    assert (extract.rows_read, extract.frame.height, extract.faults) == (0, 0, ())


# Dates


def test_dates_in_three_formats_are_read_only_when_the_mapping_names_them(write, mapping):
    rows = "I1,2026-04-13\nI2,13/04/2026 10:15\nI3,13-Apr-26\n"
    path = write("dates.csv", "incident_id,received_at\n" + rows)
    bare = read_extract(path, "incidents")
    assert rejects_of(bare) == [(3, "received_at", "13/04/2026 10:15"), (4, "received_at", "13-Apr-26")]
    assert "times = [" in bare.rejects["remedy"][0]
    named = read_extract(path, "incidents", mapping('[incidents]\ntimes = ["%d/%m/%Y %H:%M", "%d-%b-%y"]\n'))
    assert [str(each)[:16] for each in named.frame["received_at"]] == [
        "2026-04-12 23:00",
        "2026-04-13 09:15",
        "2026-04-12 23:00",
    ]
    assert named.faults == ()


def test_day_first_or_month_first_is_never_guessed(write, mapping):
    path = write("dates.csv", "incident_id,received_at\nI1,03/04/2026\nI2,25/12/2026\nI3,12/25/2026\n")
    bare = read_extract(path, "incidents")
    assert bare.rejected_rows == 3
    assert "nothing was guessed" in bare.rejects["reason"][0]
    both = read_extract(path, "incidents", mapping('[incidents]\ntimes = ["%d/%m/%Y", "%m/%d/%Y"]\n'))
    assert rejects_of(both) == [(2, "received_at", "03/04/2026")]
    assert "both fit" in both.rejects["reason"][0]


@pytest.mark.parametrize("value", ["31/02/2025", "00/00/0000", "1/1/20255", "yesterday", "45000"])
def test_a_day_that_never_was_is_set_aside(write, mapping, value):
    path = write("dates.csv", f"incident_id,received_at\nI1,{value}\n")
    extract = read_extract(path, "incidents", mapping('[incidents]\ntimes = ["%d/%m/%Y"]\n'))
    assert rejects_of(extract) == [(2, "received_at", value)]


def test_a_bad_time_of_closing_does_not_lose_the_incident(write):
    path = write("dates.csv", "incident_id,received_at,closed_at\nI1,2026-04-01,soon\n")
    extract = read_extract(path, "incidents")
    assert extract.frame.select("incident_id", "closed_at").rows() == [("I1", None)]
    assert extract.warnings.select("row", "column", "value").rows() == [(2, "closed_at", "soon")]
    assert "left empty" in only_fault(extract).message


# Keys


def test_an_incident_twice_with_other_text_keeps_the_first_and_lists_the_second(write):
    path = write("twice.csv", HEAD + GOOD + "I1,2026-04-01T09:00:00Z,He kicked me\n")
    extract = read_extract(path, "incidents")
    assert extract.frame["text"].to_list() == ["He punched me", "Bike gone"]
    assert extract.rejects.select("row", "column", "value", "raw").rows() == [
        (4, "incident_id", "I1", "I1,2026-04-01T09:00:00Z,He kicked me")
    ]
    assert 'treat = "versions"' in extract.rejects["remedy"][0]
    assert_every_row_is_accounted_for(extract)


def test_the_same_row_twice_is_one_row_and_is_counted(write):
    extract = read_extract(write("same.csv", HEAD + GOOD + GOOD), "incidents")
    assert (extract.frame.height, extract.identical_rows, extract.rejected_rows) == (2, 2, 0)
    assert_every_row_is_accounted_for(extract)


def test_an_incident_without_number_or_time_is_set_aside_for_both_in_one_pass(write):
    extract = read_extract(write("bare.csv", HEAD + ",,He punched me\n"), "incidents")
    assert rejects_of(extract) == [(2, "incident_id", None), (2, "received_at", None)]
    assert extract.rejected_rows == 1


def test_every_fault_of_a_file_is_found_in_one_pass(write):
    rows = (
        "C1,I1,2026-04-01,stolen\nC2,I1,never,recorded\n,I1,2026-04-01,recorded\nC4,I1,2026-04-01,Recorded\n"
    )
    extract = read_extract(write("crimes.csv", "crime_id,incident_id,recorded_at,status\n" + rows), "crimes")
    assert rejects_of(extract) == [
        (2, "status", "stolen"),
        (3, "recorded_at", "never"),
        (4, "crime_id", None),
    ]
    assert extract.frame.select("crime_id", "status").rows() == [("C4", "recorded")]
    assert {fault.row for fault in extract.faults} == {2, 3, 4}


def test_many_rows_with_one_fault_are_one_sentence_and_many_rejects(write):
    rows = "".join(f"I{n},soon,x\n" for n in range(500))
    extract = read_extract(write("many.csv", HEAD + rows), "incidents")
    assert extract.rejects.height == 500
    fault = only_fault(extract)
    assert (fault.row, fault.rows) == (2, 500)
    assert "500 rows: 2, 3, 4" in fault.message


def test_a_message_never_repeats_the_words_of_a_log(write):
    extract = read_extract(write("words.csv", HEAD + "I1,2026-04-01,=cmd words of a victim\n"), "incidents")
    assert "words of a victim" not in " ".join(str(fault) + str(fault.value) for fault in extract.faults)


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_a_formula_given_as_text_stays_text_with_a_warning(write, tmp_path, name):
    evil = "=cmd|'/c calc'!A1"
    if name == "a.csv":
        path = write(name, HEAD + f"I1,2026-04-01,{evil}\n")
    else:
        path = tmp_path / name
        pl.DataFrame({"incident_id": ["I1"], "received_at": ["2026-04-01"], "text": [evil]}).write_parquet(
            path
        )
    extract = read_extract(path, "incidents")
    assert extract.frame["text"].to_list() == [evil]
    fault = only_fault(extract)
    assert (fault.severity, fault.row, fault.column, fault.value) == ("warning", 2, "text", None)


def test_day_first_and_month_first_mixed_under_one_format_loses_no_day_silently(write, mapping):
    rows = "".join(f"I{day},{day}/04/2026\n" for day in range(1, 21)) + "J1,04/25/2026\n"
    path = write("mixed.csv", "incident_id,received_at\n" + rows)
    extract = read_extract(path, "incidents", mapping('[incidents]\ntimes = ["%d/%m/%Y"]\n'))
    assert rejects_of(extract) == [(22, "received_at", "04/25/2026")]
    assert "there is no such day" in extract.rejects["remedy"][0]


# Blank rows and cells


def test_blank_rows_are_passed_over_and_counted(write):
    extract = read_extract(write("gaps.csv", HEAD + GOOD + ",,\n\n , ,\n"), "incidents")
    assert (extract.frame.height, extract.blank_rows, extract.rejected_rows) == (2, 3, 0)


def test_a_log_of_several_lines_is_one_row(write):
    extract = read_extract(
        write("lines.csv", HEAD + 'I1,2026-04-01,"one\ntwo, ""three""\n"\nI2,soon,x\n'), "incidents"
    )
    assert extract.frame["text"].to_list() == ['one\ntwo, "three"\n']
    assert extract.rejects["row"].to_list() == [3]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters_are_found_out(write, delimiter):
    extract = read_extract(write("other.csv", (HEAD + GOOD).replace(",", delimiter)), "incidents")
    assert extract.frame.height == 2


def test_a_crime_without_a_status_is_taken_as_recorded(write):
    head = "crime_id,recorded_at"
    bare = read_extract(write("a.csv", head + "\nC1,2026-04-01\n"), "crimes")
    empty = read_extract(write("b.csv", head + ",status\nC1,2026-04-01,\n"), "crimes")
    assert bare.frame["status"].to_list() == empty.frame["status"].to_list() == ["recorded"]


def test_a_folder_is_no_extract(tmp_path):
    with pytest.raises(UnreadableFile, match="cannot be read"):
        read_extract(tmp_path, "incidents")


def test_a_heading_below_other_lines_is_found_with_its_delimiter(write, mapping):
    path = write("low.csv", "Nightly export, all divisions\n" + (HEAD + GOOD).replace(",", "|"))
    extract = read_extract(path, "incidents", mapping("[incidents]\nheading_row = 2\n"))
    assert extract.frame.height == 2


def test_nul_characters_are_taken_out_with_a_warning(write):
    extract = read_extract(write("nul.csv", HEAD + "I1,2026-04-01,He \0punched me\n"), "incidents")
    assert extract.frame["text"].to_list() == ["He punched me"]
    assert (only_fault(extract).row, only_fault(extract).severity) == (2, "warning")


def test_a_cell_longer_than_any_log_is_set_aside_and_the_rest_is_read(write):
    huge = "I3,2026-04-01," + "x" * 17_000_000 + "\n"
    extract = read_extract(write("huge.csv", HEAD + GOOD + huge + "I4,2026-04-01,whole\n"), "incidents")
    assert extract.frame["incident_id"].to_list() == ["I1", "I2", "I4"]
    assert "longer than 16,000,000" in extract.rejects["reason"][0]
