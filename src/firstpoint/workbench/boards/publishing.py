"""Publishing a board paper: what its readers will see from then on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from attrs import asdict
from django.db import transaction
from django.utils import timezone

from firstpoint.ledger import canonical
from firstpoint.reporting import BoardPaper, board_report
from firstpoint.reporting.tree import Block, Chart, Column, Paragraph, Points, Report, Table, in_words
from firstpoint.workbench.accounts.people import THE_COMMAND
from firstpoint.workbench.boards.models import PublishedPaper
from firstpoint.workbench.ledger.keeping import keep


def publish(paper: BoardPaper, *, pdf: bytes | None = None, by: str = THE_COMMAND) -> PublishedPaper:
    """The paper as published. ``reporting`` has held back what a board may not see, so nothing is added here.

    ``pdf`` is the same paper as a file, offered beside the page.
    """
    report = board_report(paper)
    blocks = _blocks(report)
    digest = hashlib.sha256(canonical({"title": report.title, "blocks": blocks})).hexdigest()
    with transaction.atomic():
        published = PublishedPaper.objects.create(
            title=report.title,
            strap=report.strap,
            force=report.metadata.force,
            period=report.metadata.period,
            prepared_on=report.metadata.prepared_on,
            marking=report.metadata.marking,
            standing=report.metadata.standing,
            published_at=timezone.now(),
            published_by=by,
            blocks=blocks,
            sha256=digest,
            pdf=pdf,
        )
        keep(by, "paper.published", f"paper:{published.pk}", {"sha256": digest})
    return published


def _blocks(report: Report) -> list[dict[str, Any]]:
    number = 0
    blocks = []
    for block in report.blocks:
        values = _values(block)
        if isinstance(block, Paragraph) and block.numbered:
            number += 1
            values["number"] = number
        blocks.append(values)
    return blocks


def _values(block: Block) -> dict[str, Any]:
    kind = {"block": type(block).__name__}
    if isinstance(block, Table):
        return {**kind, **_table(block)}
    if isinstance(block, Chart):
        words = {"caption": block.caption, "alternative": block.alternative, "note": block.note}
        return {**kind, **words, "svg": block.svg, "data": _table(block.data)}
    return {**kind, **asdict(block)}


def _table(table: Table) -> dict[str, Any]:
    return {
        "caption": table.caption,
        "note": table.note,
        "empty": table.empty,
        "total": table.total,
        "columns": [{"heading": c.heading, "kind": c.kind, "numeric": c.is_numeric} for c in table.columns],
        "rows": [
            [_cell(cell, column) for cell, column in zip(row, table.columns, strict=True)]
            for row in table.rows
        ],
    }


def _cell(cell: Any, column: Column) -> str | Mapping[str, Any]:
    if isinstance(cell, Points):
        return {"lead": cell.lead, "points": list(cell.points)}
    return in_words(cell, column.kind)
