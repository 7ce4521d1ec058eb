"""An earlier book that does not fit the later one is refused with file, row and what to do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from firstpoint.counting.amendments import Wording, amended
from firstpoint.counting.shelf import Shelf
from firstpoint.errors import InputError, Refused

LATER = """id,clause,overrides,kind,colour,result,note
R1,one,R2,theft,red,x,
R2,two,R3,theft,red|blue,y,
R3,three,,theft|arson,-,z,
"""
CLASSES = "ho_class,ho_code,unit\n8N,-,victim\n8N,008/06,victim\n"


def amend(text: str, *, file: str = "class_things.csv", later: str = LATER) -> Wording:
    before = Wording({"class_things.csv": later, "classes.csv": CLASSES}, {})
    return amended(before, {file: text}, "2020-01-01")


def lines(wording: Wording, file: str = "class_things.csv") -> list[str]:
    return wording.tables[file].splitlines()[1:]


def refusal(text: str, *, file: str = "class_things.csv") -> str:
    with pytest.raises(InputError) as refused:
        amend(text, file=file)
    return str(refused.value)


def test_row_left_out_hands_on_what_it_overrode() -> None:
    assert lines(amend("change,id\nwithout,R2\n")) == [
        "R1,one,R3,theft,red,x,",
        "R3,three,,theft|arson,-,z,",
    ]


def test_row_put_instead_is_named_by_its_book_and_followed_by_overrides() -> None:
    assert lines(amend("change,id,clause,colour,result\ninstead,R2,other,=,w\n")) == [
        "R1,one,R2@2020-01-01,theft,red,x,",
        "R2@2020-01-01,other,R3,theft,red|blue,w,",
        "R3,three,,theft|arson,-,z,",
    ]


def test_added_row_may_go_before_all_others_and_takes_the_place_of_those_it_covers() -> None:
    assert lines(amend("change,id,clause,overrides,kind,colour,result\nalso,N1,new,*,theft,red,w\n")) == [
        "R2,two,R3,theft,red|blue,y,",
        "R3,three,,theft|arson,-,z,",
        "N1,new,R2|R3,theft,red,w,",
    ]


def test_added_row_may_stand_above_one_row_and_yield_to_those_before_it() -> None:
    assert lines(amend("change,id,clause,overrides,kind,result\nalso,N1,new,above:R3,arson,w\n")) == [
        "R1,one,R2,theft,red,x,",
        "R2,two,R3|N1,theft,red|blue,y,",
        "R3,three,,theft|arson,-,z,",
        "N1,new,R3,arson,-,w,",
    ]


def test_column_that_the_later_book_lacks_reads_as_anything_in_its_rows() -> None:
    wording = amend("change,id,clause,overrides,kind,size,result\nalso,N1,new,R3,arson,big,w\n")
    assert (
        wording.tables["class_things.csv"].splitlines()[0]
        == "id,clause,overrides,kind,colour,size,result,note"
    )
    assert lines(wording)[0] == "R1,one,R2,theft,red,-,x,"


def test_everything_about_one_kind_can_be_left_out() -> None:
    assert lines(amend("change,id,kind\nwithout,*,theft\n")) == ["R3,three,,arson,-,z,"]


def test_result_renamed_keeps_its_code_where_only_the_class_is_named() -> None:
    later = (
        "id,clause,overrides,kind,result,note\nR1,one,,theft,8T 008/06,\nR2,two,,arson,8T 005/01 attempt,\n"
    )
    wording = amend(
        "later,result,clause\n8T 005/01,5D 005/01,from 2020\n8T,8N,from 2020\n",
        file="results.csv",
        later=later,
    )
    assert lines(wording) == [
        "R1@2020-01-01,one; from 2020,,theft,8N 008/06,",
        "R2@2020-01-01,two; from 2020,,arson,5D 005/01 attempt,",
    ]


def test_class_that_becomes_a_decision_leaves_no_code_behind_it() -> None:
    later = "id,clause,overrides,kind,result,note\nR1,one,,rape,19J 019/16,\nR2,two,,theft,49 049/10,\n"
    renamed = amend("later,result,clause\n19J,not_decidable,list\n", file="results.csv", later=later)
    assert lines(renamed) == [
        "R1@2020-01-01,one; list,,rape,not_decidable,",
        "R2,two,,theft,49 049/10,",
    ]


def test_rows_of_a_list_are_known_by_their_key() -> None:
    wording = amend("change,ho_class,ho_code\nwithout,8N,008/06\n", file="classes.csv")
    assert lines(wording, "classes.csv") == ["8N,-,victim"]


def test_unknown_row_is_named_with_its_file() -> None:
    told = refusal("change,id\nwithout,R9\n")
    assert "2020-01-01/class_things.csv, row R9: the later book has no row of this id" in told
    assert "take the line out" in told


def test_added_row_may_not_take_an_id_that_is_in_use() -> None:
    told = refusal("change,id,clause,overrides,kind,result\nalso,R1,new,,arson,w\n")
    assert "2020-01-01/class_things.csv, row R1: the later book has, or had, this id" in told
    assert "Use instead" in told


def test_id_that_was_left_out_is_never_given_to_another_rule() -> None:
    once = amend("change,id\nwithout,R2\n")
    with pytest.raises(InputError, match="row R2: the later book has, or had, this id"):
        amended(
            once, {"class_things.csv": "change,id,clause,kind,result\nalso,R2,new,arson,w\n"}, "2019-01-01"
        )


def test_change_to_a_table_that_is_not_there_names_the_file() -> None:
    told = refusal("change,id\nwithout,R1\n", file="class_spells.csv")
    assert "2020-01-01/class_spells.csv: the later book has no such table" in told


def test_change_of_another_name_is_refused() -> None:
    assert "'delete' is not a change. Write one of without, instead, also" in refusal(
        "change,id\ndelete,R1\n"
    )


def test_value_that_no_row_names_cannot_be_left_out() -> None:
    assert "no row of the later book names 'fraud'" in refusal("change,id,kind\nwithout,*,fraud\n")
    assert "* needs one fact" in refusal("change,id,kind,colour\nwithout,*,theft,red\n")


def test_result_that_no_row_gives_cannot_be_renamed() -> None:
    told = refusal("later,result,clause\n8Z,8N,c\n", file="results.csv")
    assert "2020-01-01/results.csv: no row of the later book gives '8Z'" in told


ABOUT = 'title = "t"\nedition = "e"\n'
WHOLE = 'source = "s"\nstanding = "draft"\nlimit_hours = 24\ndeadline_clause = "c"\n'


def shelf_of(folder: Path, *books: tuple[str, str, str], days: str = "2018 2019 2020 2021") -> Shelf:
    """A shelf of books told by their first day, their last and what they amend, all on 1 January."""
    listed = "".join(f"{year}-01-01,day,change,source\n" for year in days.split())
    (folder / "editions.csv").write_text(f"date,precision,what,source\n{listed}", encoding="utf-8")
    for begins, ends, amends in books:
        (folder / begins).mkdir()
        says = f'amends = "{amends}"\n' if amends else WHOLE
        text = f'id = "{begins}"\nvalid_from = {begins}-01-01\nvalid_to = {ends}-01-01\n{ABOUT}{says}'
        (folder / begins / "book.toml").write_text(text, encoding="utf-8")
    return Shelf(folder)


def fault(shelf: Shelf) -> str:
    with pytest.raises(InputError) as refused:
        _ = shelf.listed
    return str(refused.value)


def test_listing_books_reads_no_table(tmp_path: Path) -> None:
    shelf = shelf_of(tmp_path, ("2020", "2021", ""), ("2019", "2020", "2020"))
    (tmp_path / "2020" / "class_things.csv").write_bytes(b"\xff\xfe not text")
    assert [book.id for book in shelf.listed] == ["2019", "2020"]
    assert shelf.listed[0].limit_hours == 24
    assert shelf.on(date(2019, 6, 1)).id == "2019"


def test_overlap_and_gap_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    overlap = shelf_of(tmp_path / "a", ("2020", "2021", ""), ("2018", "2021", "2020"))
    assert "book 2018 ends on 2021-01-01, 2020 begins on 2020-01-01" in fault(overlap)
    gap = shelf_of(tmp_path / "b", ("2020", "2021", ""), ("2018", "2019", "2020"))
    assert "Each day must lie in exactly one book" in fault(gap)


def test_books_that_amend_each_other_in_a_circle_are_refused(tmp_path: Path) -> None:
    circle = shelf_of(tmp_path, ("2020", "2021", "2019"), ("2019", "2020", "2020"))
    told = fault(circle)
    assert "2020/book.toml: amends '2019', and the next later book is none" in told
    assert "ends at a full text" in told


def test_book_may_amend_only_the_next_later_one(tmp_path: Path) -> None:
    skipping = shelf_of(tmp_path, ("2020", "2021", ""), ("2019", "2020", "2020"), ("2018", "2019", "2020"))
    assert "2018/book.toml: amends '2020', and the next later book is 2019" in fault(skipping)


def test_day_on_which_nothing_is_known_to_have_changed_is_refused(tmp_path: Path) -> None:
    told = fault(shelf_of(tmp_path, ("2020", "2021", ""), ("2019", "2020", "2020"), days="2020"))
    assert "2019/book.toml: 2019-01-01 is no day on which" in told
    assert "editions.csv" in told


def test_day_outside_every_book_is_refused_with_the_first_day(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Books cover 2020-01-01 up to but not including 2021-01-01"):
        shelf_of(tmp_path, ("2020", "2021", "")).on(date(2019, 12, 31))
