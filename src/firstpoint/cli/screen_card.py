"""``firstpoint screen card``: the model card and the transparency record, as pages and as data."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import click

from firstpoint import reporting
from firstpoint.cli.console import say
from firstpoint.cli.tables import write_text
from firstpoint.errors import InputError
from firstpoint.screening import accountability
from firstpoint.screening.accountability import AtrsField, AtrsSection, Card, CardSection, CardTable

ENDINGS = (".html", ".md", ".json")
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
NOT_NAMED = "Not named"
_WHOLE_FINGERPRINT = re.compile(r"[0-9a-f]{64}\Z")
_FINGERPRINT = re.compile(r".{16}")


@click.command(name="card")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Result, as .html, .md or .json.",
)
@click.option("--atrs", is_flag=True, help="Write the transparency record in place of the card.")
@click.option(
    "--answers", type=EXISTING, help="What only the force can say (TOML with [owner] and [atrs] tables)."
)
@click.option("--measured", type=EXISTING, help="Figures measured, in place of those that ship.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Date of the card; today unless given.")
def card_command(
    out: Path, atrs: bool, answers: Path | None, measured: Path | None, day: datetime | None
) -> None:
    """Write the model card of the screen as it is installed.

    What it is and is not for, versions and fingerprints, what it was tested on and with what result, its
    limits, every weight, what it never uses, and recall by group. With --atrs, a draft record in the shape
    of the UK's Algorithmic Transparency Recording Standard (tiers 1 and 2), in which fields that only the
    force can fill are marked.
    """
    if out.suffix not in ENDINGS:
        raise InputError(
            f"a card is not written as {out.suffix or 'a file without an ending'}.",
            where=str(out),
            remedy=f"Use one of {', '.join(ENDINGS)}.",
        )
    given = accountability.read_answers(answers) if answers else accountability.Answers()
    figures = accountability.read_measured(measured) if measured else accountability.shipped_measured()
    installed = accountability.installed_screen()
    dated = (day or datetime.now(UTC)).date()
    force = given.owner.get("force", NOT_NAMED)
    # Both are made whatever is asked for, so that a wrong answer in either part is told.
    card = accountability.model_card(installed, figures, given)
    record = accountability.atrs_record(installed, figures, given)
    if atrs:
        write_text(_record_text(record, force, dated, out.suffix), out)
        counts = Counter(one.standing for section in record for one in section.fields)
        say(
            f"Transparency record: {counts['filled']} fields filled, {counts['to complete']} for the force "
            f"to complete, {counts['to fill']} to fill. Result: {out}"
        )
        return
    write_text(_card_text(card, force, dated, out.suffix), out)
    for section in card.sections:
        if section.warning:
            say(f"{section.title}: {section.warning}")
    empty = sum(not value for value in card.owner.values())
    say(f"Model card of {installed.reader}; {empty} fields for the force to fill. Result: {out}")


def _card_text(card: Card, force: str, day: date, ending: str) -> str:
    if ending == ".json":
        return _json({"dated": str(day), **card.as_dict()})
    return _page(card.title, card.strap, _card_blocks(card), force, day, ending)


def _record_text(record: Sequence[AtrsSection], force: str, day: date, ending: str) -> str:
    if ending == ".json":
        return _json({"dated": str(day), **accountability.atrs_as_dict(tuple(record))})
    strap = "Draft in the shape of the Algorithmic Transparency Recording Standard, version 3; not published"
    return _page("Transparency record of the screen", strap, _record_blocks(record), force, day, ending)


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _page(
    title: str, strap: str, blocks: Iterator[reporting.Block], force: str, day: date, ending: str
) -> str:
    report = reporting.Report(
        title=title,
        strap=strap,
        metadata=reporting.Metadata(force=force, period="As installed on the date", prepared_on=day),
        blocks=tuple(blocks),
    )
    return reporting.to_html(report) if ending == ".html" else reporting.to_markdown(report)


def _card_blocks(card: Card) -> Iterator[reporting.Block]:
    for section in card.sections:
        yield from _section_blocks(section)


def _section_blocks(section: CardSection) -> Iterator[reporting.Block]:
    yield reporting.Heading(section.title)
    if section.warning:
        yield reporting.Notice("warning", "Bear in mind", section.warning)
    for paragraph in section.paragraphs:
        yield reporting.Paragraph(paragraph)
    if section.points:
        yield reporting.BulletList(section.points)
    for table in section.tables:
        yield _table(table)


def _table(table: CardTable) -> reporting.Table:
    first, *others = table.columns
    columns = (reporting.Column(first, "name"), *(reporting.Column(other) for other in others))
    rows = tuple(tuple(_cell(value) for value in row) for row in table.rows)
    return reporting.Table(table.caption, columns, rows, note=table.note)


def _cell(value: str | int | float | None) -> str | None:
    if isinstance(value, int | float):
        return f"{value:g}"
    # A fingerprint in one piece is wider than a telephone.
    return " ".join(_FINGERPRINT.findall(value)) if value and _WHOLE_FINGERPRINT.match(value) else value


def _record_blocks(record: Sequence[AtrsSection]) -> Iterator[reporting.Block]:
    for section in record:
        yield reporting.Heading(f"{section.number} {section.title}")
        yield reporting.Table(
            f"{section.title} (tier {section.tier})",
            (
                reporting.Column("Field", "name", 2.0),
                reporting.Column("Answer", share=5.0),
                reporting.Column("Standing", "status", 1.2),
            ),
            tuple(_field_row(one) for one in section.fields),
        )


def _field_row(one: AtrsField) -> tuple[str, str, str]:
    return (f"{one.number} {one.title}", one.text or accountability.TO_FILL, one.standing)
