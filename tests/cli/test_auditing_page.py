"""The page on auditing names every audit command, and none that is not there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from firstpoint.cli.audit import audit_command

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "auditing.md").read_text(encoding="utf-8")
LINES = [line for block in re.findall(r"```\n(.*?)```", PAGE, re.S) for line in block.strip().splitlines()]


def test_every_audit_command_is_on_the_page() -> None:
    named = set(re.findall(r"firstpoint audit (\w+)", PAGE))
    assert named == set(audit_command.commands)


@pytest.mark.parametrize("line", LINES)
def test_every_line_of_the_page_is_one_that_the_command_takes(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its files are not there, so they are made empty: what is tried is that its options exist."""
    monkeypatch.chdir(tmp_path)
    words = shlex.split(line)[2:]
    command = audit_command.commands[words[0]]
    for word in words:
        if re.fullmatch(r"[\w.-]+\.(csv|json|toml|parquet)", word):
            Path(word).touch()
    command.make_context(words[0], words[1:], parent=click.Context(audit_command))
