"""The canonical tables and the page that describes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from firstpoint import vocabulary
from firstpoint.errors import BadMapping
from firstpoint.records import TABLES, describe_tables

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_of_tables_is_the_tables():
    assert (DOCS / "tables.md").read_text("utf-8") == describe_tables()


def test_the_page_of_mappings_names_every_setting():
    from attrs import fields

    from firstpoint.records.mapping import Repeats, TableMapping
    from firstpoint.records.mapping_file import COLUMN_KEYS

    page = (DOCS / "mapping.md").read_text("utf-8")
    settings = [each.name for kind in (TableMapping, Repeats) for each in fields(kind)]
    for name in (*settings, *COLUMN_KEYS, "opening_codes", "closing_codes"):
        assert f"`{name}`" in page, name


def test_every_column_says_what_it_means_and_where_it_comes_from():
    for table in TABLES.values():
        for column in table.columns:
            assert column.meaning.endswith("."), column.name
            assert column.usual_source, column.name


def test_every_key_is_a_required_column():
    for table in TABLES.values():
        assert not table.key or table.column(table.key).required


def test_the_grounds_of_cancellation_are_those_of_the_vocabulary():
    assert set(TABLES["crimes"].column("cancellation").allowed) == set(vocabulary.cancellations())


def test_an_absent_protected_characteristic_has_a_lawful_reason_beside_it():
    names = [column.name for column in TABLES["victims"].columns]
    for characteristic in ("age", "sex", "ethnicity", "disability", "religion", "sexual_orientation"):
        assert f"{characteristic}_absent" in names


def test_an_unknown_column_names_the_nearest():
    with pytest.raises(BadMapping, match="Did you mean 'received_at'"):
        TABLES["incidents"].column("recieved_at")


def test_the_mapping_on_the_page_can_be_read(mapping):
    page = (DOCS / "mapping.md").read_text("utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    assert mapping(example).opening_codes == {"ASSAULT": "violence", "RAPE": "sexual", "THEFT": "other"}
