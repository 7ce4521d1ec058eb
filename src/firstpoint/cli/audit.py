"""``firstpoint audit``: how large a sample, which reports, what their marks say, and can they be trusted."""

from __future__ import annotations

import click

from firstpoint.cli.audit_compare import compare_command
from firstpoint.cli.audit_draw import draw_command, write_draw
from firstpoint.cli.audit_plan import design_command
from firstpoint.cli.audit_rates import combine_command, estimate_command, published_command
from firstpoint.cli.audit_readers import agree_command, flattery_command, reread_command
from firstpoint.cli.audit_watch import effort_command, watch_command
from firstpoint.cli.audit_words import say_estimate

__all__ = ["audit_command", "say_estimate", "write_draw"]


@click.group(name="audit")
def audit_command() -> None:
    """Measure how accurate the force's crime recording is."""


for _command in (
    design_command,
    draw_command,
    estimate_command,
    agree_command,
    compare_command,
    combine_command,
    reread_command,
    flattery_command,
    watch_command,
    effort_command,
    published_command,
):
    audit_command.add_command(_command)
