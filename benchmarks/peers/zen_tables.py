"""zen-engine on the subset of ``bench_counting_peers.py``; run by it, in the peers' own environment.

    python zen_tables.py answers|times SUBSET.json RUNS

Two decision tables in one graph, each run once for every victim of a report (``loop``). Of the two ways to
call zen the faster is used: a loader that holds the compiled graph. Nothing of Firstpoint is imported here.
"""

import json
import statistics
import sys
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import zen


def main() -> None:
    what, path, runs = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    subset = json.loads(path.read_text(encoding="utf-8"))
    names = {column: column.replace(".", "__") for column in subset["columns"]}
    contents = zen.ZenDecisionContent(json.dumps(graph(subset, names)))
    engine = zen.ZenEngine({"loader": lambda _key: contents})
    inputs = [
        {"victims": [{names[name]: value for name, value in facts.items()} for facts in report]}
        for report in subset["reports"]
    ]
    if what == "answers":
        json.dump([answer(engine, each, subset["counts"]) for each in inputs], sys.stdout)
    else:
        json.dump(times(engine, inputs, subset["counts"], runs), sys.stdout)


def graph(subset, names):
    nodes = [{"id": "in", "type": "inputNode", "name": "in"}]
    nodes += [table(name, rows, names) for name, rows in subset["tables"].items()]
    nodes.append({"id": "out", "type": "outputNode", "name": "out"})
    edges = [
        {"id": f"e{at}", "type": "edge", "sourceId": one["id"], "targetId": other["id"]}
        for at, (one, other) in enumerate(pairwise(nodes))
    ]
    return {"nodes": nodes, "edges": edges}


def table(name, rows, names):
    columns = sorted({column for row in rows for column in row["cells"]})
    rules = [
        {
            "_id": row["id"],
            **{names[c]: test_of(row["cells"].get(c, ())) for c in columns},
            "result": json.dumps(row["result"]),
        }
        for row in rows
    ]
    return {
        "id": name,
        "type": "decisionTableNode",
        "name": name,
        "content": {
            "hitPolicy": "first",
            "passThrough": True,
            "inputField": "victims",
            "outputPath": "victims",
            "executionMode": "loop",
            "inputs": [{"id": names[c], "name": names[c], "field": names[c]} for c in columns],
            "outputs": [{"id": "result", "name": name, "field": f"result_{name}"}],
            "rules": rules,
        },
    }


def test_of(cell):
    """Give a cell in zen's language of unary tests; empty for anything."""
    if isinstance(cell, dict):
        return f"[{cell['low']}..{cell['high']}]"
    return ",".join(json.dumps(value) for value in cell)


def answer(engine, report, counts, options=None):
    victims = engine.evaluate("subset", report, options or {})["result"]["victims"]
    classes = Counter(
        each["result_class"]
        for each in victims
        if counts[each["result_class"]] and each["result_test"] == "record"
    )
    return classes.total(), dict(sorted(classes.items()))


def times(engine, inputs, counts, runs):
    told = []
    for name, options in (("zen-engine, no trace", {}), ("zen-engine, with trace", {"trace": True})):
        best = min(
            timed(lambda o=options: [answer(engine, each, counts, o) for each in inputs]) for _ in range(runs)
        )
        singly = [timed(lambda e=each, o=options: answer(engine, e, counts, o)) for each in inputs[:5_000]]
        told.append(
            (name, len(inputs) / best, statistics.median(singly), statistics.quantiles(singly, n=100)[98])
        )
    return told


def timed(job):
    started = time.perf_counter()
    job()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
