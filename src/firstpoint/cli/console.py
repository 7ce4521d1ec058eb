"""How a command speaks to the person at the terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

Progress = Callable[[int, int], None]

ROWS_SET_ASIDE = 3


@contextmanager
def progress_bar(label: str) -> Iterator[Progress]:
    """Give a callback ``(done, total)`` that draws a bar on a terminal and is silent elsewhere."""
    bar: Any = None

    def step(done: int, total: int) -> None:
        nonlocal bar
        if not sys.stderr.isatty():
            return
        if bar is None:
            bar = click.progressbar(length=total, label=label, file=sys.stderr)
            bar.__enter__()
        bar.update(done - bar.pos)

    try:
        yield step
    finally:
        if bar is not None:
            bar.__exit__(None, None, None)


def say(text: str = "") -> None:
    """Print a line for people."""
    click.echo(text)


def heading(text: str) -> None:
    """Print a line that opens a stage of a longer job."""
    click.secho(text, bold=True)


def warn(text: str) -> None:
    """Print a warning to standard error."""
    click.secho(text, err=True, fg="yellow")


def print_json(value: Any) -> None:
    """Print a value as JSON for machines."""
    click.echo(json.dumps(value, indent=1, default=str, ensure_ascii=False))


def finish(*, rows_set_aside: int) -> None:
    """End the command with the exit code that tells whether rows were set aside."""
    if rows_set_aside:
        sys.exit(ROWS_SET_ASIDE)
