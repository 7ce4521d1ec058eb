"""One command, ``firstpoint``: a thin face over the rooms.

Each subcommand lives in the module named for its job and is imported only when it is called, so that
``firstpoint --help`` answers at once. A command prints a short summary for people; ``--out`` or ``--json``
gives the same for machines. The exit code says what happened:

    0   all done
    3   done, with rows set aside and listed
    2   nothing done: the message names the file, row, field and remedy
    1   a fault of ours
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from firstpoint import __version__
from firstpoint.errors import FirstpointError

COMMANDS = {
    "demo": "firstpoint.cli.demo",
    "simulate": "firstpoint.cli.simulate",
    "check": "firstpoint.cli.extracts",
    "link": "firstpoint.cli.link",
    "run": "firstpoint.cli.run",
    "count": "firstpoint.cli.count",
    "books": "firstpoint.cli.books",
    "screen": "firstpoint.cli.screen",
    "review": "firstpoint.cli.review",
    "lexicon": "firstpoint.cli.lexicon",
    "audit": "firstpoint.cli.audit",
    "report": "firstpoint.cli.report",
    "import": "firstpoint.cli.site",
    "serve": "firstpoint.cli.site",
    "worker": "firstpoint.cli.site",
    "daily": "firstpoint.cli.site",
    "user": "firstpoint.cli.site",
    "ledger": "firstpoint.cli.site",
}
"""Each subcommand and the module that holds it, in the order of the main job."""


class Commands(click.Group):
    """The subcommands, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Give the names in the order of the main job."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - so too
        """Give the subcommand, or None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(COMMANDS[cmd_name]), f"{cmd_name}_command")
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a subcommand; an error made on purpose becomes a message and exit code 2."""
        try:
            return super().invoke(ctx)
        except FirstpointError as error:
            click.secho(f"Nothing was done. {error}", err=True, fg="red")
            sys.exit(2)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="firstpoint")
def main() -> None:
    """Crime data integrity for police forces in England and Wales.

    What should have been recorded, what was missed, and how accurate the force really is.
    """
