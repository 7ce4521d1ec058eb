from pathlib import Path

from firstpoint.cli.documentation import commands_page

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_commands_page_says_what_the_commands_say():
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert page == commands_page(), "remake it: python -m firstpoint.cli.documentation > docs/commands.md"
