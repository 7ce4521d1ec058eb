"""OpenFisca-core on the subset of ``bench_counting_peers.py``; run by it, in the peers' own environment.

    python openfisca_formulas.py answers|times SUBSET.json RUNS

A person is a victim, a group is a report. Facts are whole numbers (codes), the two tables are formulas made
from the rows: the first row whose conditions all hold. OpenFisca asks for a period, so one year stands for
all. Nothing of Firstpoint is imported here; this file is the only one that imports OpenFisca (AGPL), and it
is neither shipped nor imported by the product.
"""

import json
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

YEAR = "2026"

Victim = build_entity(key="victim", plural="victims", label="One victim of a report", is_person=True)
Report = build_entity(
    key="report", plural="reports", label="One report",
    roles=[{"key": "member", "plural": "members", "label": "Its victims"}],
)  # fmt: skip


def main() -> None:
    what, path, runs = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    subset = json.loads(path.read_text(encoding="utf-8"))
    codes = codes_of(subset)
    system = system_of(subset, codes)
    facts, owner = arrays(subset, codes)
    if what == "answers":
        json.dump(answers(system, facts, owner, subset), sys.stdout)
    else:
        json.dump(times(system, facts, owner, runs), sys.stdout)


def codes_of(subset):
    """Give for each column of words the whole number that stands for each; numbers stand for themselves."""
    values = {name: set() for name in subset["columns"]}
    for rows in subset["tables"].values():
        for row in rows:
            for name, accepted in row["cells"].items():
                values[name].update(() if isinstance(accepted, dict) else accepted)
    for report in subset["reports"]:
        for facts in report:
            for name, value in facts.items():
                values[name].update([value] if isinstance(value, str) else ())
    return {name: {value: at for at, value in enumerate(sorted(known))} for name, known in values.items()}


def arrays(subset, codes):
    """Give an array of codes for each column, and the report of each victim."""
    victims = [facts for report in subset["reports"] for facts in report]
    facts = {
        name: np.array([known.get(each[name], each[name]) for each in victims], dtype=np.int32)
        for name, known in codes.items()
    }
    owner = np.repeat(np.arange(len(subset["reports"])), [len(report) for report in subset["reports"]])
    return facts, owner


def python_name(column):
    return f"fact_{column.replace('.', '__')}"


def system_of(subset, codes):
    system = TaxBenefitSystem([Victim, Report])
    for column in subset["columns"]:
        system.add_variable(variable(python_name(column), Victim, None))
    for name, rows in subset["tables"].items():
        system.add_variable(variable(f"row_of_{name}", Victim, first_hit(rows, codes)))
    is_class = np.array([subset["counts"][row["result"]] for row in subset["tables"]["class"]])
    is_record = np.array([row["result"] == "record" for row in subset["tables"]["test"]])

    def crime(victim, period):
        return is_class[victim("row_of_class", period)] & is_record[victim("row_of_test", period)]

    def crimes(report, period):
        return report.sum(report.members("crime", period))

    system.add_variable(variable("crime", Victim, crime))
    system.add_variable(variable("crimes", Report, crimes))
    return system


def variable(name, entity, formula):
    parts = {
        "value_type": int, "entity": entity, "definition_period": DateUnit.YEAR, "label": name,
    }  # fmt: skip
    return type(name, (Variable,), parts | ({"formula": formula} if formula else {}))


def first_hit(rows, codes):
    """Give a formula that says which row applies to each victim, the rows standing in order of precedence."""
    tests = [[test_of(column, cell, codes) for column, cell in row["cells"].items()] for row in rows]

    def formula(victim, period):
        held = {name: victim(name, period) for row in tests for name, _ in row}
        hits = [
            np.logical_and.reduce([test(held[name]) for name, test in row])
            if row
            else np.ones(victim.count, dtype=bool)
            for row in tests
        ]
        return np.select(hits, np.arange(len(tests)), default=-1)

    return formula


def test_of(column, cell, codes):
    """Give the variable that a cell reads, and what says of its array where the cell is met."""
    if isinstance(cell, dict):
        low, high = cell["low"], cell["high"]
        return python_name(column), lambda held: (held >= low) & (held <= high)
    allowed = np.zeros(len(codes[column]), dtype=bool)
    allowed[[codes[column][value] for value in cell]] = True
    return python_name(column), lambda held: allowed[held]


def simulation_of(system, facts, owner, *, trace=False):
    builder = SimulationBuilder()
    builder.create_entities(system)
    builder.declare_person_entity("victim", np.arange(len(owner)))
    group = builder.declare_entity("report", np.arange(owner[-1] + 1))
    builder.join_with_persons(group, owner, roles=np.repeat("member", len(owner)))
    simulation = builder.build(system)
    simulation.trace = trace
    for column, values in facts.items():
        simulation.set_input(python_name(column), YEAR, values)
    return simulation


def answers(system, facts, owner, subset):
    simulation = simulation_of(system, facts, owner)
    numbers = simulation.calculate("crimes", YEAR)
    crime = simulation.calculate("crime", YEAR)
    rows = simulation.calculate("row_of_class", YEAR)
    classes = [Counter() for _ in numbers]
    for at in np.flatnonzero(crime):
        classes[owner[at]][subset["tables"]["class"][rows[at]]["result"]] += 1
    return [(int(number), dict(sorted(each.items()))) for number, each in zip(numbers, classes, strict=True)]


def times(system, facts, owner, runs):
    reports = int(owner[-1]) + 1
    many = {name: np.tile(values, 10) for name, values in facts.items()}
    owners = np.concatenate([owner + at * reports for at in range(10)])
    told = []
    for trace in (False, True):
        kind = "with trace" if trace else "no trace"
        for name, held, who in ((reports, facts, owner), (reports * 10, many, owners)):
            alone, whole = [], []
            for _ in range(runs):
                started = time.perf_counter()
                simulation = simulation_of(system, held, who, trace=trace)
                built = time.perf_counter()
                simulation.calculate("crimes", YEAR)
                done = time.perf_counter()
                alone.append(done - built)
                whole.append(done - started)
            told.append((f"OpenFisca-core, batch of {name}, {kind}", name / min(alone), None, None))
            told.append(
                (f"OpenFisca-core, batch of {name}, {kind}, with building", name / min(whole), None, None)
            )
    one = first_report(facts, owner)
    singly = []
    for _ in range(200):
        started = time.perf_counter()
        simulation_of(system, *one).calculate("crimes", YEAR)
        singly.append(time.perf_counter() - started)
    singly.sort()
    told.append(
        (
            "OpenFisca-core, one report a batch, with building",
            len(singly) / sum(singly),
            singly[100],
            singly[197],
        )
    )
    return told


def first_report(facts, owner):
    its = owner == owner[0]
    return {name: values[its] for name, values in facts.items()}, owner[its]


if __name__ == "__main__":
    main()
