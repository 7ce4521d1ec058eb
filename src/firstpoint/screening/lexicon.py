"""The lexicon as it stands in the CSV files, read, checked and compiled.

Files in ``lexicon/``:

* ``phrases_<family>.csv``: patterns that disclose an offence (:class:`Phrase`), with the sentences they must
  and must not hit;
* ``cues.csv``: patterns that change what a phrase means (:class:`Cue`);
* ``classes.csv``: word classes, one row a class;
* ``opening_codes.csv``, ``closing_codes.csv``: what a force's codes say (:class:`CodeRow`);
* ``ordinary_words.txt``: English words that are never taken for misspellings;
* ``languages.csv``: everyday words by which a language is known;
* ``weights.toml``: what each strength, context and code is worth, and the harm of each kind.

:func:`read_lexicon` reads a folder of such files, :func:`lexicon_of` their contents. The version of a lexicon
is a hash over all of them, so two results that carry the same version were read with the same words and
weights.
"""

from __future__ import annotations

import csv
import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from io import StringIO
from pathlib import Path
from typing import Any

from attrs import field, frozen

from firstpoint.errors import InputError
from firstpoint.screening.extensions import SEPARATOR, WHERE, Extension, read_extension, with_members
from firstpoint.screening.kinds import kind_rows
from firstpoint.screening.languages import Languages, languages_of
from firstpoint.screening.patterns import Compiler, Matcher, Parser
from firstpoint.screening.spelling import ENDINGS, Spelling, may_be_repaired
from firstpoint.screening.tokens import NUMBER, UNKNOWN, Alphabet, fold, tokens_of

STRENGTHS = ("certain", "likely", "weak", "detail")
DIRECTIONS = ("before", "after", "both", "entry", "earlier", "log")


@frozen
class Phrase:
    """A way of telling an offence.

    ``kind`` is a kind of the facts format; ``sets`` are the facts that the words settle (``injury: minor``);
    ``strength`` is ``certain``, ``likely``, ``weak`` or ``detail`` (the last adds facts to an allegation told
    elsewhere and alleges nothing itself). ``blocks`` are look-alikes near which it is no hit.
    """

    id: str
    kind: str
    pattern: str
    sets: Mapping[str, str]
    strength: str
    blocks: tuple[str, ...]
    cite: str
    hits: tuple[str, ...]
    misses: tuple[str, ...]
    matcher: Matcher = field(eq=False)
    block_matchers: tuple[Matcher, ...] = field(eq=False)


@frozen
class Cue:
    """Words that change what is disclosed near them.

    ``direction``: whether the cue stands ``before`` or ``after`` the words it governs, ``both``, or governs
    the whole ``entry``, its entry and the ``earlier`` ones, or the ``log``; ``reach``: how many tokens may
    lie between. ``kinds``: only phrases of these kinds (all when empty), or with ``but_kinds`` all others.
    """

    id: str
    category: str
    pattern: str
    direction: str
    reach: int
    kinds: frozenset[str]
    but_kinds: bool
    sets: Mapping[str, str]
    hits: tuple[str, ...]
    misses: tuple[str, ...]
    matcher: Matcher = field(eq=False)

    def governs(self, kind: str) -> bool:
        """Whether the cue has a say over phrases of this kind."""
        return not self.kinds or (kind in self.kinds) is not self.but_kinds


@frozen
class CodeRow:
    """What a word in an opening or closing code says: a ``kind`` with a ``strength``, or a ``standing``."""

    id: str
    pattern: str
    kind: str
    strength: str
    standing: str
    sets: Mapping[str, str]
    matcher: Matcher = field(eq=False)


@frozen
class Lexicon:
    """Everything a :class:`LexiconReader` knows, compiled."""

    phrases: tuple[Phrase, ...]
    cues: tuple[Cue, ...]
    opening_codes: tuple[CodeRow, ...]
    closing_codes: tuple[CodeRow, ...]
    weights: Mapping[str, Any]
    alphabet: Alphabet = field(eq=False)
    languages: Languages = field(eq=False, repr=False)
    common: frozenset[str] = field(eq=False)  # the token codes of everyday words
    terminators: frozenset[str] = field(eq=False)
    agents: frozenset[str] = field(eq=False)
    version: str
    phrases_by_code: Mapping[str, tuple[int, ...]] = field(eq=False)  # token code -> places in ``phrases``
    cues_by_code: Mapping[str, tuple[int, ...]] = field(eq=False)  # token code -> places in ``cues``


@cache
def ready_lexicon() -> Lexicon:
    """The lexicon that comes with the product."""
    return lexicon_of(shipped_files())


def read_lexicon(folder: Traversable, extensions: Sequence[Path] = ()) -> Lexicon:
    """The lexicon in ``folder``, with what a force's files add (:mod:`~firstpoint.screening.extensions`).

    Raises :class:`InputError` naming the row and what is wrong with it.
    """
    return lexicon_of(files_in(folder), [read_extension(path) for path in extensions])


def files_in(folder: Traversable) -> dict[str, bytes]:
    """The files of a lexicon by name, in the order of their names."""
    return {
        f.name: f.read_bytes()
        for f in sorted(folder.iterdir(), key=lambda f: f.name)
        if f.name.endswith((".csv", ".toml", ".txt"))
    }


def shipped_files() -> dict[str, bytes]:
    """The files of the lexicon that comes with the product."""
    return files_in(resources.files("firstpoint.screening") / "lexicon")


def lexicon_of(files: Mapping[str, bytes], added: Sequence[Extension] = ()) -> Lexicon:
    """The lexicon that these files make, by name; raises :class:`InputError` as :func:`read_lexicon` does."""
    tables = {name: list(_rows(name, data)) for name, data in files.items() if name.endswith(".csv")}
    classes = {row["name"]: row["members"].split("|") for row in tables["classes.csv"]}
    classes = with_members(classes, added)
    phrase_rows = [row for name, rows in tables.items() if name.startswith("phrases_") for row in rows]
    phrase_rows += [dict(row) for extension in added for row in extension.phrases]
    cue_rows = [*tables["cues.csv"], *(dict(row) for extension in added for row in extension.cues)]
    coded = (*phrase_rows, *cue_rows, *tables["opening_codes.csv"], *tables["closing_codes.csv"])
    parser = Parser(classes)
    alphabet = _alphabet(coded, classes, parser)
    everyday = frozenset(alphabet.code(word) for word in classes["COMMON"] if word in alphabet.literals)
    values = _Values(Compiler(parser, alphabet, everyday))
    phrases = tuple(values.phrase(row) for row in phrase_rows)
    cues = tuple(values.cue(row) for row in cue_rows)
    ids = [p.id for p in phrases] + [c.id for c in cues]
    _refuse_repeats([*ids, *(row["id"] for extension in added for row in extension.members)])
    alphabet.spelling = _spelling(alphabet, (*phrases, *cues), files["ordinary_words.txt"].decode())
    return Lexicon(
        phrases=phrases,
        cues=cues,
        opening_codes=tuple(values.code(row) for row in tables["opening_codes.csv"]),
        closing_codes=tuple(values.code(row) for row in tables["closing_codes.csv"]),
        weights=tomllib.loads(files["weights.toml"].decode()),
        alphabet=alphabet,
        languages=languages_of(tables["languages.csv"], alphabet.literals),
        common=everyday,
        terminators=frozenset(alphabet.code(word) for word in classes["TERMINATOR"]),
        agents=frozenset(alphabet.code(word) for word in classes["AGENT"]),
        version=_hash({**files, **{f"{at} {e.name}": e.data for at, e in enumerate(added)}}),
        phrases_by_code=_by_rarest_code([phrase.matcher for phrase in phrases]),
        cues_by_code=_by_rarest_code([cue.matcher for cue in cues]),
    )


def _by_rarest_code(matchers: Sequence[Matcher]) -> dict[str, tuple[int, ...]]:
    """For each token code, the places of the patterns that can only match a log which holds one such."""
    places: dict[str, list[int]] = {}
    for place, matcher in enumerate(matchers):
        for code in matcher.rarest:
            places.setdefault(code, []).append(place)
    return {code: tuple(each) for code, each in places.items()}


class _Values:
    """Rows of the files turned into values by one compiler of patterns."""

    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler

    def matcher(self, pattern: str, row: Mapping[str, str], column: str = "pattern") -> Matcher:
        with _told_where(row, column):
            return self._compiler.matcher(pattern)

    def phrase(self, row: dict[str, str]) -> Phrase:
        _one_of(row, "kind", kind_rows())
        _one_of(row, "strength", STRENGTHS)
        blocks = _split(row["blocks"])
        return Phrase(
            id=row["id"],
            kind=row["kind"],
            pattern=row["pattern"],
            sets=_sets(row),
            strength=row["strength"],
            blocks=blocks,
            cite=row["cite"],
            hits=_split(row["hits"]),
            misses=_split(row["misses"]),
            matcher=self.matcher(row["pattern"], row),
            block_matchers=tuple(self.matcher(b, row, "blocks") for b in blocks),
        )

    def cue(self, row: dict[str, str]) -> Cue:
        _one_of(row, "direction", DIRECTIONS)
        return Cue(
            id=row["id"],
            category=row["category"],
            pattern=row["pattern"],
            direction=row["direction"],
            reach=int(row["reach"] or 0),
            kinds=frozenset(row["kinds"].lstrip("!").split()),
            but_kinds=row["kinds"].startswith("!"),
            sets=_sets(row),
            hits=_split(row["hits"]),
            misses=_split(row["misses"]),
            matcher=self.matcher(row["pattern"], row),
        )

    def code(self, row: dict[str, str]) -> CodeRow:
        return CodeRow(
            id=row["id"],
            pattern=row["pattern"],
            kind=row["kind"],
            strength=row["strength"],
            standing=row["standing"],
            sets=_sets(row),
            matcher=self.matcher(row["pattern"], row),
        )


def _rows(name: str, data: bytes) -> Iterator[dict[str, str]]:
    for row in csv.DictReader(StringIO(data.decode())):
        if None in row or None in row.values():
            raise InputError(
                "a row has more or fewer cells than the heading", where=f"{name}: {row.get('id') or row}"
            )
        yield row


def _alphabet(
    rows: tuple[dict[str, str], ...], classes: Mapping[str, Sequence[str]], parser: Parser
) -> Alphabet:
    atoms = {atom for row in rows for atom in _atoms(row, parser)} - {"#", "?"}
    read_by_code = {*classes["NUMERAL"], *classes["TERMINATOR"], *classes["AGENT"]}
    return Alphabet(
        {a for a in atoms if not a.endswith("*")} | read_by_code, {a[:-1] for a in atoms if a.endswith("*")}
    )


def _atoms(row: Mapping[str, str], parser: Parser) -> Iterator[str]:
    cells = [("pattern", row["pattern"]), *(("blocks", block) for block in _split(row.get("blocks", "")))]
    for column, pattern in cells:
        with _told_where(row, column):
            yield from parser.atoms(pattern)


@contextmanager
def _told_where(row: Mapping[str, str], column: str) -> Iterator[None]:
    """Adds to a fault of a pattern in which row and field it stands."""
    try:
        yield
    except InputError as fault:
        place = f"{_where(row)}, field {column}, {fault.where}"
        raise InputError(fault.message, where=place, remedy=fault.remedy) from fault


def _spelling(alphabet: Alphabet, rows: Iterable[Phrase | Cue], listed: str) -> Spelling:
    """What unknown words may be misspellings of: words, forms in sentences, ordinary forms of prefixes."""
    ordinary = frozenset(line for line in listed.splitlines() if not line.startswith("#"))
    endings = {start + ending for start in alphabet.prefixes for ending in ENDINGS} & ordinary
    told = (fold(word) for row in rows for sentence in row.hits for word in tokens_of(sentence))
    forms = {form for form in (*alphabet.literals, *endings, *told) if may_be_repaired(form)}
    codes = {form: alphabet.code(form) for form in sorted(forms)}
    known = {form: code for form, code in codes.items() if code not in (UNKNOWN, NUMBER)}
    return Spelling(known, ordinary)


def _sets(row: dict[str, str]) -> dict[str, str]:
    pairs = (part.partition("=") for part in row["sets"].split(";") if part)
    return {name: value for name, _, value in pairs}


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split(SEPARATOR) if part)


def _one_of(row: dict[str, str], column: str, allowed: Iterable[str]) -> None:
    if row[column] not in allowed:
        raise InputError(
            f"{column} is {row[column]!r}",
            where=f"{_where(row)}, field {column}",
            remedy=f"Use one of {', '.join(allowed)}.",
        )


def _where(row: Mapping[str, str]) -> str:
    return f"{row[WHERE]}, {row['id']}" if WHERE in row else row["id"]


def _refuse_repeats(ids: list[str]) -> None:
    if repeated := sorted({i for i in ids if ids.count(i) > 1}):
        raise InputError(f"ids stand twice in the lexicon: {', '.join(repeated)}")


def _hash(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, data in files.items():
        digest.update(name.encode() + b"\0" + data + b"\0")
    return digest.hexdigest()[:12]
