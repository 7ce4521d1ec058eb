"""How many logs a second the matching engine reads on one core, beside its peers, in one run.

The phrases of the lexicon are cut down to 400 and split to 2,000 that mean the same; cues, contexts, spans
and repair of spelling are always in. Logs have the length of ordinary ones: corpus A is joined from pieces of
the annotated banks where they lie beside the checkout, else from made-up filler; corpus B has misspelt words
and ten words of no language in each log besides. Equal finds of the plain reading are checked on some of the
logs first. Times are processor time of this process, medians of several runs.

Peers: RE2's set (which patterns stand, no spans) in this process where google-re2 is installed; spaCy's
Matcher and medSpaCy in environments of their own, whose Pythons are named::

    python benchmarks/bench_matching.py [--logs N] [--runs N] [--spacy PYTHON] [--medspacy PYTHON]

Peers are given the words of each element that stand alone; rows of several words inside longer patterns are
left out for them, so that they do less than the engine.
"""

from __future__ import annotations

import argparse
import csv
import heapq
import json
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from importlib import resources
from pathlib import Path

import polars as pl
from bench_screening import made_logs

from firstpoint.screening.context import contexts
from firstpoint.screening.engine import read_column, tables_of
from firstpoint.screening.lexicon import read_lexicon
from firstpoint.screening.matching import find
from firstpoint.screening.patterns import Parser

PEERS = Path(__file__).with_name("peers")
LEXICON = resources.files("firstpoint.screening") / "lexicon"
COMPARED = 60
LOGS_OF_PEERS = {"re2": 2_000, "spacy": 300, "medspacy": 60}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--logs", type=int, default=20_000)
    arguments.add_argument("--runs", type=int, default=7)
    arguments.add_argument("--spacy", help="the Python of an environment with spacy")
    arguments.add_argument("--medspacy", help="the Python of an environment with medspacy")
    chosen = arguments.parse_args()
    plain = made_logs(chosen.logs, seed=1)["text"]
    corpora = {"A": plain, "B": with_odd_words(plain, seed=2)}
    for name, texts in corpora.items():
        words = sum(len(text.split()) for text in texts.head(500)) / min(500, len(texts))
        size = texts.str.len_bytes().mean()
        print(f"corpus {name}: {len(texts):,} logs, {words:.0f} words, {size:,.0f} bytes")
    speeds = {}
    with tempfile.TemporaryDirectory() as folder:
        for count in (400, 2_000):
            lexicon = lexicon_of(phrases_split_to(count), Path(folder) / str(count))
            speeds[count] = measure(lexicon, corpora, chosen.runs)
            measure_re2(lexicon, plain.head(LOGS_OF_PEERS["re2"]), chosen.runs)
        slower = {name: 1 - speeds[2_000][name] / speeds[400][name] for name in corpora}
        print(
            "2,000 patterns beside 400:", ", ".join(f"{n} {share:+.0%} slower" for n, share in slower.items())
        )
        lexicon = lexicon_of(phrases_split_to(400), Path(folder) / "peers")
        for peer, python in (("spacy", chosen.spacy), ("medspacy", chosen.medspacy)):
            if python:
                measure_peer(peer, python, lexicon, plain, speeds[400]["A"], Path(folder))


def with_odd_words(texts: pl.Series, *, seed: int) -> pl.Series:
    """The logs with every fortieth word misspelt and ten words of no language in each."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    odd = []
    for text in texts:
        words = text.split(" ")
        for at in range(chance.randrange(40), len(words), 40):
            cut = chance.randrange(len(words[at]) + 1)
            words[at] = words[at][:cut] + words[at][cut + 1 :]
        for _ in range(10):
            made = "".join(chance.choices("abdefgiklmnoprstuvz", k=chance.randint(5, 9)))
            words.insert(chance.randrange(len(words)), made)
        odd.append(" ".join(words))
    return pl.Series(odd)


def phrases_split_to(count: int) -> list[dict[str, str]]:
    """Some 400 of the lexicon's phrases, their widest elements halved until there are so many."""
    classes = {row["name"]: row["members"].split("|") for row in rows_of("classes.csv")}
    files = sorted(file.name for file in LEXICON.iterdir() if file.name.startswith("phrases_"))
    phrases = [row for name in files for row in rows_of(name)]
    step = max(1, len(phrases) // 400)
    phrases = phrases[::step][:400]
    heap = [(*widest(row["pattern"], classes), row["id"], row) for row in phrases]
    heapq.heapify(heap)
    while len(heap) < count:
        width, at, alternatives, name, row = heapq.heappop(heap)
        if width > -2:
            break
        for half, part in (("a", alternatives[: -width // 2]), ("b", alternatives[-width // 2 :])):
            parts = row["pattern"].split()
            parts[at] = "|".join(part)
            split = row | {"id": name + half, "pattern": " ".join(parts)}
            heapq.heappush(heap, (*widest(split["pattern"], classes), split["id"], split))
    return [row for *_, row in heap]


def widest(pattern: str, classes: dict[str, list[str]]) -> tuple[int, int, list[str]]:
    """The element of most alternatives: how many (below nought, for the heap), its place, and they."""
    best: tuple[int, int, list[str]] = (-1, 0, [])
    for at, part in enumerate(pattern.split()):
        if part[0] not in "<[":
            each = [
                word.replace(" ", "_")
                for alternative in part.split("|")
                for word in (classes[alternative[1:]] if alternative[0] == "@" else [alternative])
            ]
            best = min(best, (-len(each), at, each))
    return best


def rows_of(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((LEXICON / name).read_text("utf-8").splitlines()))


def lexicon_of(phrases, folder):
    """The lexicon with these phrases instead of its own."""
    with resources.as_file(LEXICON) as held:
        shutil.copytree(held, folder)
    for file in folder.glob("phrases_*.csv"):
        file.unlink()
    with (folder / "phrases_all.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(phrases[0]))
        writer.writeheader()
        writer.writerows(sorted(phrases, key=lambda row: row["id"]))
    return read_lexicon(folder)


def measure(lexicon, corpora, runs):
    """Logs a second of the engine on each corpus, after its finds were held against the plain reading's."""
    tables = tables_of(lexicon)
    print(f"engine, {len(lexicon.phrases):,} phrases, {len(lexicon.cues)} cues:")
    speeds = {}
    for name, texts in corpora.items():
        assert_equal(lexicon, read_column(texts.head(COMPARED), tables))
        processor, clock = [], []
        for _ in range(runs):
            begun, at = time.process_time(), time.perf_counter()
            reading = read_column(texts, tables)
            processor.append(time.process_time() - begun)
            clock.append(time.perf_counter() - at)
        speeds[name] = len(texts) / statistics.median(processor)
        best, by_clock = len(texts) / min(processor), len(texts) / statistics.median(clock)
        print(
            f"  {name}: {speeds[name]:,.0f} logs/s of processor time (best {best:,.0f}; by the clock "
            f"{by_clock:,.0f}), {len(reading.phrase):,} hits, {len(reading.cue):,} cues, "
            f"{len(reading.bearing):,} bearings"
        )
    return speeds


def assert_equal(lexicon, reading) -> None:
    for found in reading:
        plain = find(found.text, lexicon)
        assert [(h.phrase.id, h.start, h.end) for h in found.hits] == [
            (h.phrase.id, h.start, h.end) for h in plain.hits
        ]
        assert [[c.cue.id for c in cues] for cues in found.bearing] == [
            [c.cue.id for c in cues] for cues in contexts(plain, lexicon)
        ]


def measure_re2(lexicon, texts, runs) -> None:
    """Logs a second of RE2's set over the texts themselves: which patterns stand, without spans or cues."""
    try:
        import re2
    except ImportError:
        print("RE2: google-re2 is not installed")
        return
    options = re2.Options()
    options.max_mem, options.case_sensitive, options.log_errors = 4 << 30, False, False
    expressions = re2.Set.SearchSet(options)
    classes = {row["name"]: row["members"].split("|") for row in rows_of("classes.csv")}
    for phrase in lexicon.phrases:
        expressions.Add(as_text(phrase.pattern, classes))
    try:
        expressions.Compile()
    except re2.error:
        print("  RE2 set: cannot compile them within 4 GB")
        return
    taken = []
    for _ in range(max(2, runs // 2)):
        begun = time.process_time()
        found = sum(len(expressions.Match(text) or ()) for text in texts)
        taken.append(time.process_time() - begun)
    speeds = f"first pass {len(texts) / taken[0]:,.0f}, then {len(texts) / min(taken):,.0f} logs/s"
    print(f"  RE2 set, which patterns only: {speeds} of processor time, {found:,} found")


def as_text(pattern: str, classes) -> str:
    """A pattern as an expression over the text itself."""
    source = ""
    for at, element in enumerate(Parser(classes).elements(pattern)):
        if element.gap is not None:
            source += rf"(?:\W+\w+){{0,{element.gap}}}"
            continue
        rows = ("\\W+".join(map(word_as_text, sequence)) for sequence in element.sequences)
        part = rf"{'' if not at else chr(92) + 'W+'}(?:{'|'.join(rows)})\b"
        source += f"(?:{part})?" if element.optional else part
    return r"\b" + source


def word_as_text(atom: str) -> str:
    return {"#": r"\d+", "?": r"\w+"}.get(atom) or (atom[:-1] + r"\w*" if atom.endswith("*") else atom)


def measure_peer(peer, python, lexicon, texts, ours, folder) -> None:
    """Logs a second of a peer in its own environment, with the same patterns and cues."""
    classes = {row["name"]: row["members"].split("|") for row in rows_of("classes.csv")}
    given = {
        "texts": texts.head(LOGS_OF_PEERS[peer]).to_list(),
        "phrases": [[p.id, p.kind, plain_elements(p.pattern, classes)] for p in lexicon.phrases],
        "cues": [[c.id, c.category, c.direction, plain_elements(c.pattern, classes)] for c in lexicon.cues],
    }
    path = folder / f"{peer}.json"
    path.write_text(json.dumps(given), "utf-8")
    answer = subprocess.run(
        [python, str(PEERS / f"matching_{peer}.py"), str(path)], capture_output=True, text=True, check=False
    )
    if answer.returncode:
        print(f"{peer} failed: {answer.stderr.strip().splitlines()[-1]}")
        return
    told = json.loads(answer.stdout.splitlines()[-1])
    speed = len(given["texts"]) / told["seconds"]
    print(
        f"{peer} {told['version']}: {speed:,.1f} logs/s of processor time, {told['finds']:,} finds in "
        f"{len(given['texts'])} logs; the engine is {ours / speed:,.0f} times as quick"
    )


def plain_elements(pattern: str, classes):
    """The elements of a pattern for a peer: gaps, and words that stand alone (rows of words where all do)."""
    elements = Parser(classes).elements(pattern)
    if len(elements) == 1:
        return [{"rows": elements[0].sequences}]
    return [
        {"gap": element.gap}
        if element.gap is not None
        else {"words": [s[0] for s in element.sequences if len(s) == 1], "optional": element.optional}
        for element in elements
    ]


if __name__ == "__main__":
    main()
