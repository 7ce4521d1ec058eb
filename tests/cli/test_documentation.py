import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
MAKE = [sys.executable, "-m", "firstpoint.cli.documentation"]


def test_the_commands_page_says_what_the_commands_say():
    # In a process of its own: a command keeps the help option of whoever called it first.
    made = subprocess.run(MAKE, capture_output=True, encoding="utf-8", check=True).stdout
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert page == made, "remake it: python -m firstpoint.cli.documentation > docs/commands.md"
