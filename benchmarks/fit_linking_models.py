"""The chances in the linking models that ship, counted on a made-up force whose links are known.

Prints both models as TOML; ``--write`` puts them in their place. The force is made from another seed than the
one that ``bench_linking.py`` measures on. Run it when a model's comparisons change::

    python benchmarks/fit_linking_models.py --write
"""

from __future__ import annotations

import argparse
from pathlib import Path

import polars as pl
from attrs import evolve
from linking_force import LinkingForce, linking_force

from firstpoint.records.linking.features import event_features, features
from firstpoint.records.linking.model import Comparison, Model, ready_model, write_model
from firstpoint.records.linking.weighing import KEY, weigh

SEED = 2026
INCIDENTS, CRIMES = 30_000, 15_000
LEAST_M = 0.005
MODELS = Path(__file__).parents[1] / "src/firstpoint/records/linking/models"
SOURCE = (
    f"Counted on the known links of a made-up force of {INCIDENTS:,} incidents (seed {SEED}), its records "
    "spoilt as benchmarks/linking_force.py says; not on any force's own records. "
    "benchmarks/fit_linking_models.py counts it again. No level is rarer than one in 200 among pairs that "
    "belong together: real records err in ways that no made-up force does."
)


def crime_model(force: LinkingForce) -> Model:
    """The model of crimes: once with the usual codes known, once with the strata that stand in for them."""
    known = force.truth.drop_nulls("incident_id")
    fitted = ready_model("incident-to-crime")
    for taught in (known.clear(), known):
        left, right = features(force.incidents, force.crimes, taught, force.opening_codes)
        examples = right.join(known.rename({"crime_id": KEY, "incident_id": "belongs_to"}), on=KEY)
        fitted = merged(fitted, weigh(left, right, fitted, known=examples).model)
    return evolve(fitted, source=SOURCE, share_linked=0.5)


def event_model(force: LinkingForce) -> Model:
    """The model of incidents: second calls against the first."""
    logs = event_features(force.incidents)
    again = force.second_calls.rename({"incident_id": KEY, "other_id": "belongs_to"})
    second = logs.join(again, on=KEY)
    model = ready_model("same-event")
    return evolve(
        merged(
            model,
            weigh(logs.filter(~pl.col(KEY).is_in(again[KEY].implode())), second, model, known=second).model,
        ),
        source=SOURCE,
    )


def merged(model: Model, fitted: Model) -> Model:
    """The model with the chances of those comparisons that were fitted with all their levels."""
    found = {each.id: each for each in fitted.compare}
    whole = [
        found[each.id] if each.id in found and len(found[each.id].levels) == len(each.levels) else each
        for each in model.compare
    ]
    return evolve(model, compare=tuple(map(rounded, whole)))


def rounded(comparison: Comparison) -> Comparison:
    """The comparison with no level rarer than one in 200 among pairs that belong together."""
    levels = comparison.all_levels
    if any(level.m is None for level in levels):
        return comparison
    m = [max(level.m, LEAST_M) for level in levels]
    return comparison.with_chances(
        [float(f"{each / sum(m):.3g}") for each in m], [float(f"{level.u:.3g}") for level in levels]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    force = linking_force(seed=SEED, incidents=INCIDENTS, crimes=CRIMES)
    write = parser.parse_args().write
    for model in (crime_model(force), event_model(force)):
        text = write_model(model)
        print(text)
        if write:
            (MODELS / f"{model.id}.toml").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
