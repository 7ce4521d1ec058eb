"""The whole lexicon of the screen as one page that a registrar can read, search, print and point into.

The page is filled with plain values by whoever knows the lexicon; this module only writes them. Every row
has its id as an anchor (``#VIOL-001``), every word class too (``#class-BODY``), and an index leads from each
word to the rows that name it. Rows can be chosen by strength with buttons that are nothing but style, so that
the page runs nothing and fetches nothing, like the others.
"""

from __future__ import annotations

from importlib import resources

from attrs import frozen

from firstpoint.reporting.html_page import POLICY
from firstpoint.reporting.rule_book_page import anchor

STRENGTHS = ("certain", "likely", "weak", "detail")


@frozen
class ReadableChoice:
    """A choice of a step: its words, or what the word class of this name means."""

    words: str
    word_class: str = ""


@frozen
class ReadableStep:
    """A step of a pattern: what may stand there, whether it may be missing, how many words before it."""

    choices: tuple[ReadableChoice, ...]
    optional: bool
    within: int


@frozen
class AuditedFigure:
    """What audits found of a row: hits and how many were confirmed, the precision with its interval."""

    hits: int
    confirmed: int
    precision: str
    interval: str


@frozen
class LexiconRow:
    """A row that tells an offence or a fact of one: its words, look-alikes, clause and sentences."""

    id: str
    strength: str
    steps: tuple[ReadableStep, ...]
    facts: tuple[str, ...]
    blocks: tuple[tuple[ReadableStep, ...], ...]
    clause: str
    hits: tuple[str, ...]
    misses: tuple[str, ...]
    audited: AuditedFigure | None


@frozen
class LexiconTable:
    """The rows of one kind of allegation: what it is called, whom it is against, its harm."""

    kind: str
    title: str
    note: str
    rows: tuple[LexiconRow, ...]


@frozen
class CueRow:
    """A cue: the words, where they work, on which kinds, the facts they settle, their sentences."""

    id: str
    steps: tuple[ReadableStep, ...]
    works: str
    kinds: str
    facts: tuple[str, ...]
    hits: tuple[str, ...]
    misses: tuple[str, ...]


@frozen
class CueTable:
    """The cues of one category: what they say, and what that does to an allegation."""

    category: str
    title: str
    does: str
    rows: tuple[CueRow, ...]


@frozen
class WordClass:
    """A word class: its name, what it means, its members, and the rows that use it."""

    name: str
    meaning: str
    members: tuple[str, ...]
    used_by: tuple[str, ...]


@frozen
class CodeLine:
    """What a word in an opening or closing code says."""

    id: str
    steps: tuple[ReadableStep, ...]
    says: str


@frozen
class LexiconPage:
    """All that the page tells; ``index`` is each word with the rows that name it, in the order of the words.

    ``audited_note`` says where the audited figures come from, or that there are none.
    """

    title: str
    particulars: tuple[tuple[str, str], ...]
    audited_note: str
    strengths: tuple[tuple[str, str], ...]
    tables: tuple[LexiconTable, ...]
    cues: tuple[CueTable, ...]
    classes: tuple[WordClass, ...]
    opening_codes: tuple[CodeLine, ...]
    closing_codes: tuple[CodeLine, ...]
    index: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def index_by_letter(self) -> tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...]:
        """The index cut up by first letter; what begins with none comes first, under ``0-9``."""
        letters: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for word, rows in self.index:
            first = word[:1].upper()
            letters.setdefault(first if first.isalpha() else "0-9", []).append((word, rows))
        return tuple((letter, tuple(words)) for letter, words in letters.items())


def lexicon_html(page: LexiconPage) -> str:
    """Give the page as HTML (a ``str`` to be written as UTF-8)."""
    # Here, so that the room opens without a template engine.
    from jinja2 import Environment, StrictUndefined

    room = resources.files("firstpoint.reporting")
    sheets = ("page.css", "rule_book.css", "lexicon.css")
    style = "".join(room.joinpath(name).read_text(encoding="utf-8") for name in sheets)
    engine = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    engine.globals.update(anchor=anchor, STRENGTHS=STRENGTHS)
    template = engine.from_string(room.joinpath("lexicon.html").read_text(encoding="utf-8"))
    return template.render(page=page, style=style, policy=POLICY) + "\n"
