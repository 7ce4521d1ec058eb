"""The page that documents every command, made from the commands themselves.

    python -m firstpoint.cli.documentation > docs/commands.md

A test fails while ``docs/commands.md`` says anything else.
"""

from __future__ import annotations

from collections.abc import Iterator

import click

from firstpoint.cli import COMMANDS, main

PREFACE = """# Commands

Made from the commands themselves; `firstpoint COMMAND --help` says the same.

Exit codes: 0 all done; 3 done, with rows set aside and listed; 2 nothing done, the message names the file,
row, field and remedy; 1 a fault of ours.
"""


def commands_page() -> str:
    """Give the whole page as Markdown."""
    return PREFACE + "".join(_section(command, path) for command, path in _commands())


def _commands() -> Iterator[tuple[click.Command, str]]:
    top = click.Context(main, info_name="firstpoint")
    for name in COMMANDS:
        command = main.get_command(top, name)
        assert command is not None
        yield command, f"firstpoint {name}"
        if isinstance(command, click.Group):
            for inner in command.commands.values():
                yield inner, f"firstpoint {name} {inner.name}"


def _section(command: click.Command, path: str) -> str:
    context = click.Context(
        command,
        info_name=path,
        max_content_width=100,
        terminal_width=100,
        help_option_names=main.context_settings["help_option_names"],
    )
    return f"\n## `{path}`\n\n```\n{command.get_help(context)}\n```\n"


if __name__ == "__main__":
    click.echo(commands_page(), nl=False)
