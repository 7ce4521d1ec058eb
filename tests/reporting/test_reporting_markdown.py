"""A report as Markdown says what the page says, and no text is read as a mark."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from firstpoint import reporting


def report_of(*blocks, title="A report", strap=""):
    metadata = reporting.Metadata(force="Exampleshire", period="May 2026", prepared_on=date(2026, 6, 1))
    return reporting.Report(title=title, strap=strap, metadata=metadata, blocks=blocks)


def test_a_table_has_a_rule_under_its_head_and_numbers_to_the_right():
    columns = (reporting.Column("Unit", "name"), reporting.Column("Crimes", "count"))
    table = reporting.Table("By unit", columns, (("North", 1200), ("South", None)), note="Of a month.")
    told = reporting.to_markdown(report_of(table))
    assert (
        "**By unit**\n\n| Unit | Crimes |\n| --- | ---: |\n| North | 1,200 |\n| South | – |\n\nOf a month."
        in told
    )


def test_a_table_without_rows_says_so():
    table = reporting.Table("By unit", (reporting.Column("Unit"),), (), empty="No units.")
    assert "**By unit**\n\nNo units." in reporting.to_markdown(report_of(table))


def test_paragraphs_are_numbered_as_on_the_page():
    told = reporting.to_markdown(
        report_of(
            reporting.Heading("Position"),
            reporting.Paragraph("First.", numbered=True, lead="One."),
            reporting.Paragraph("Between."),
            reporting.Paragraph("Second.", numbered=True),
        )
    )
    assert "## Position\n\n1\\. **One.** First.\n\nBetween.\n\n2\\. Second.\n" in told


def test_every_block_has_its_form():
    chart = reporting.Chart(
        "Rates",
        "<svg/>",
        "A rising line",
        reporting.Table("Rates", (reporting.Column("Rate", "rate"),), ((92.5,),)),
    )
    told = reporting.to_markdown(
        report_of(
            reporting.BulletList(("one", "two")),
            reporting.KeyFigures((reporting.KeyFigure("92%", "recorded", "of 400"),)),
            reporting.Notice("warning", "Bear in mind", "Made up."),
            chart,
        )
    )
    assert "- one\n- two" in told
    assert "- **92%** recorded (of 400)" in told
    assert "> **Bear in mind**\n>\n> Made up." in told
    assert "**Rates**: A rising line" in told
    assert "| 92.5% |" in told


def test_text_is_never_read_as_a_mark():
    told = reporting.to_markdown(
        report_of(reporting.Paragraph("# <b>bold</b> *x* [y](z) | a_b"), title="*T*")
    )
    assert told.startswith("# \\*T\\*\n")
    assert "\\# \\<b\\>bold\\</b\\> \\*x\\* \\[y\\](z) \\| a\\_b" in told


def test_a_line_that_begins_like_a_list_is_none():
    told = reporting.to_markdown(
        report_of(reporting.Paragraph("12. January was cold"), reporting.Paragraph("- no"))
    )
    assert "12\\. January was cold" in told
    assert "\n\\- no" in told


@given(st.text(max_size=40))
def test_a_cell_never_breaks_its_row(text):
    table = reporting.Table("T", (reporting.Column("A"), reporting.Column("B")), ((text, "end"),))
    line = reporting.to_markdown(report_of(table)).splitlines()[-1]
    assert line.endswith("| end |")
    assert line.replace("\\\\", "").replace("\\|", "").count("|") == 3
