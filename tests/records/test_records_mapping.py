"""A force's own headings, codes and habits, said in a mapping file."""

from __future__ import annotations

import pytest

from firstpoint.errors import BadMapping, UnreadableFile
from firstpoint.records import TABLES, read_extract, read_mapping, ready_mapping, ready_mappings

FORCE = """
name = "our-system"

[incidents]
delimiter = "|"
times = ["%d/%m/%Y %H:%M"]
yes = ["Ja"]
no = ["Nein"]
unknown = ["N/K"]
decimal = ","

[incidents.columns]
incident_id = "Log No"
received_at = "Received"
text = { join = ["Remarks", "Result text"], with = "\\n" }
channel = { from = "Source", codes = { "999" = "telephone", "WEB" = "online" } }
force = { constant = "Our force" }
domestic = "DA"
easting = "X"
qualifiers = "Quals"

[opening_codes]
"ASSAULT" = "violence"

[recorded]
closing_codes = ["CRIME"]
"""

EXPORT = """Log No|Received|Remarks|Result text|Source|DA|X|Quals|Spare
I1|01/07/2026 09:00|He hit me|Crimed|999|Ja|561.234,5|A; B|x
I2|01/07/2026 10:00|N/K||WEB|nein|N/K||
I3|01/07/2026 11:00||Only this|Desk|perhaps|here||
"""


@pytest.fixture
def export(write):
    return write("export.txt", EXPORT)


def test_headings_codes_constants_and_joined_columns_are_mapped(export, mapping):
    extract = read_extract(export, "incidents", mapping(FORCE))
    assert extract.frame.columns == [column.name for column in TABLES["incidents"].columns]
    assert extract.frame.select("incident_id", "text", "channel", "force", "domestic", "easting").rows() == [
        ("I1", "He hit me\nCrimed", "telephone", "Our force", True, 561234.5),
        ("I2", None, "online", "Our force", False, None),
        ("I3", "Only this", "Desk", "Our force", None, None),
    ]
    assert extract.frame["qualifiers"].to_list() == [["A", "B"], None, None]
    assert extract.unused_headings == ("Spare",)
    assert extract.warnings.select("row", "column", "value").rows() == [
        (4, "domestic", "perhaps"),
        (4, "easting", "here"),
    ]


def test_the_mapping_keeps_what_codes_mean(mapping):
    read = mapping(FORCE)
    assert read.opening_codes == {"ASSAULT": "violence"}
    assert read.closing_codes == ("CRIME",)


def test_every_fault_of_a_mapping_is_named_at_once_with_the_nearest(mapping):
    with pytest.raises(BadMapping) as caught:
        mapping(
            """
[incident]
[incidents]
delimeter = "|"
time_zone = "Europe/Londn"
yes = "Y"
[incidents.columns]
recieved_at = "Received"
text = { form = "Remarks" }
[opening_codes]
"ASSAULT" = "violent"
"""
        )
    message = str(caught.value)
    for part in (
        "no 'incident'. Did you mean 'incidents'?",
        "no 'delimeter'. Did you mean 'delimiter'?",
        "'Europe/Londn', which is no time zone",
        "yes of [incidents] must be a list",
        "no 'recieved_at'. Did you mean 'received_at'?",
        "no 'form'. Did you mean 'from'?",
        "exactly one of from, join, constant",
        "'violent', which is none of violence, sexual, other",
        "mapping.toml",
    ):
        assert part in message


def test_a_mapping_that_is_not_toml_names_the_line(mapping):
    with pytest.raises(UnreadableFile, match="line 2"):
        mapping("[incidents]\nthis is not a setting\n")


def test_a_mapping_that_is_not_there_names_the_ready_ones(tmp_path):
    with pytest.raises(UnreadableFile, match="us_campus_log"):
        read_mapping(tmp_path / "none.toml")


def test_every_ready_mapping_is_sound():
    assert {"canonical", "us_campus_log"} <= set(ready_mappings())
    for name in ready_mappings():
        assert ready_mapping(name).name == name
        assert ready_mapping(name).title


def test_an_unknown_ready_mapping_names_the_nearest():
    with pytest.raises(BadMapping, match="Did you mean 'canonical'"):
        ready_mapping("cannonical")


def test_an_unknown_table_names_the_nearest(incidents):
    with pytest.raises(BadMapping, match="Did you mean 'incidents'"):
        read_extract(incidents, "incident")


@pytest.mark.parametrize("form", ["dd/mm/yyyy", "%d/%m/%Y %H", "%d/%m/%Y %I:%M", "%Q", ""])
def test_a_format_that_can_read_nothing_is_refused(mapping, form):
    with pytest.raises(BadMapping, match="which reads no time"):
        mapping(f'[incidents]\ntimes = ["{form}"]\n')


def test_a_pattern_that_is_none_is_refused(mapping):
    with pytest.raises(BadMapping, match="not a regular expression"):
        mapping('[incidents.repeats]\nkeys = "("\n')


@pytest.mark.parametrize(
    "toml",
    [
        "incidents = 3",
        "recorded = 3",
        "opening_codes = 3",
        "[incidents]\ncolumns = 3",
        "[incidents]\nrepeats = 3",
        "[incidents]\nheading_row = 0",
        "[incidents]\ndelimiter = 3",
        "[incidents.columns]\ntext = 3",
        '[incidents]\ndelimiter = "||"',
        '[incidents]\nlist_separator = ""',
        "[incidents.columns]\ntext = { from = 3 }",
        '[incidents.columns]\ntext = { from = "a", codes = 3 }',
        "[recorded]\nclosing_codes = [3]",
    ],
)
def test_a_setting_of_the_wrong_kind_is_refused_in_our_words(mapping, toml):
    with pytest.raises(BadMapping, match="must be"):
        mapping(toml)


def test_one_heading_may_feed_two_columns_however_it_is_spelt(write, mapping):
    path = write("a.csv", "Log No,Received\nI1,2026-04-01\n")
    toml = '[incidents.columns]\nincident_id = "LOG_NO"\nreceived_at = "received"\nsecondary_to = "Log No"\n'
    extract = read_extract(path, "incidents", mapping(toml))
    assert extract.frame.select("incident_id", "secondary_to").rows() == [("I1", "I1")]
    assert extract.unused_headings == ()


def test_a_heading_that_two_spellings_of_the_file_fit_is_not_guessed(write):
    path = write("a.csv", "Incident ID,incident-id,received_at\nI1,I2,2026-04-01\n")
    with pytest.raises(BadMapping, match="no heading 'incident_id'"):
        read_extract(path, "incidents")
