"""A made-up force for trying audits on: every incident's truth, and what a screen would have said of it.

No words and no times, only what an audit's arithmetic sees: 200,000 incidents in the strata violence
(60,000), sexual (8,000) and other (132,000), with crimes that gather in few incidents and failures that take
whole incidents as well as single crimes. The shares are set in ``audited_force.toml`` so that the rates are
near 0.80, 0.90 and 0.95, the crimes an incident near 0.92, 1.15 and 1.00, and the design effects near 1.7,
4.2 and 1.6; none was counted on a real force.

Beside the truth stands what is known of *every* incident before an audit:

* ``linked``: crimes recorded and linked to it, one in some sixty wrongly linked or not at all;
* ``named``: offences that its log names, right but for noise of 50 % on its logarithm, and where no crime is
  due one or two all the same;
* a *screen*: the chance that at least one crime is missing, from a score with normal distributions of equal
  spread among incidents with and without a missing crime. Its ``auc`` says how well it tells them apart. The
  chances are calibrated unless told otherwise.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from statistics import NormalDist
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from firstpoint.simulation.chance import streams

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]


@frozen(eq=False)
class AuditedForce:
    """The incidents of the force, one value an incident in each array, strata one after another.

    ``strata`` holds places in ``names``; ``due``, ``recorded``, ``linked`` and ``named`` are float64 counts;
    ``luck`` is standard normal, the noise of a screen's score.
    """

    names: tuple[str, ...]
    strata: Codes
    due: Floats
    recorded: Floats
    linked: Floats
    named: Floats
    luck: Floats

    @property
    def missed(self) -> Floats:
        """Crimes due and not recorded, float64."""
        return self.due - self.recorded

    @property
    def rate(self) -> float:
        """The true rate of the whole force."""
        return float(self.recorded.sum() / self.due.sum())

    def screened(
        self, auc: float, *, blind_share: float = 0.0, stretched: float = 1.0, seed: int = 0
    ) -> Floats:
        """Give the screen's chance that a crime is missing from each incident, float64 in 0 to 1.

        ``auc`` is its area under the curve in every stratum, 0.5 (useless) to below 1; ``blind_share`` of
        the incidents with a missing crime, picked by ``seed``, look to it like any other; ``stretched``
        multiplies the calibrated chances.
        """
        shift = math.sqrt(2.0) * NormalDist().inv_cdf(auc)
        missing = self.missed > 0
        unseen = streams(seed, ["blind"])["blind"].random(len(missing)) < blind_share
        score = self.luck + shift * (missing & ~unseen)
        chances = np.empty_like(score)
        for code in range(len(self.names)):
            rows = self.strata == code
            share = float(missing[rows].mean())
            odds = share / (1.0 - share) * np.exp(shift * score[rows] - shift * shift / 2.0)
            chances[rows] = odds / (1.0 + odds)
        return np.minimum(stretched * chances, 0.999)

    def describe(self) -> dict[str, dict[str, float]]:
        """Give the true figures of each stratum: incidents, rate, crimes an incident, design effect."""
        return {name: self._figures(self.strata == code) for code, name in enumerate(self.names)}

    def _figures(self, rows: NDArray[np.bool_]) -> dict[str, float]:
        due, recorded = self.due[rows], self.recorded[rows]
        rate = float(recorded.sum() / due.sum())
        spread = float(np.mean((recorded - rate * due) ** 2))
        return {
            "incidents": len(due),
            "rate": rate,
            "crimes_per_incident": float(due.mean()),
            "design_effect": spread / (float(due.mean()) * rate * (1.0 - rate)),
            "without_crime": float(np.mean(due == 0)),
            "most_crimes": float(due.max()),
            "with_missed": float(np.mean(due > recorded)),
        }


def make_audited_force(seed: int, *, share: float = 1.0) -> AuditedForce:
    """Give the force, the same for the same seed; ``share`` makes a smaller one of the same kind."""
    chance = streams(seed, ["audited force"])["audited force"]
    parts = {
        name: _stratum(settings, max(int(settings["incidents"] * share), 2), chance)
        for name, settings in _settings()["strata"].items()
    }
    joined = [np.concatenate(columns) for columns in zip(*parts.values(), strict=True)]
    sizes = [len(columns[0]) for columns in parts.values()]
    return AuditedForce(tuple(parts), np.repeat(np.arange(len(sizes)), sizes), *joined)


def _stratum(
    settings: Mapping[str, Any], incidents: int, chance: np.random.Generator
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    crimes = np.asarray(settings["crimes"], dtype=np.float64)
    shares = np.asarray(settings["shares"], dtype=np.float64)
    due = crimes[_in_shares(shares / shares.sum(), incidents, chance)]
    due[chance.permutation(incidents)[: round(settings["without_crime"] * incidents)]] = 0.0
    whole = settings["whole_missed"] * np.where(due >= 3, settings["large_oftener"], 1.0)
    recorded = chance.binomial(due.astype(np.int64), 1.0 - settings["single_missed"]).astype(np.float64)
    recorded[chance.random(incidents) < whole] = 0.0
    linked = _linked(recorded, chance)
    return due, recorded, linked, _named(due, linked, chance), chance.standard_normal(incidents)


def _in_shares(shares: Floats, incidents: int, chance: np.random.Generator) -> Codes:
    """Give a place for each incident, each place as often as its share says, in an order of chance."""
    ends = np.round(np.cumsum(shares) * incidents).astype(np.intp)
    places: Codes = np.searchsorted(ends, np.arange(incidents), side="right").astype(np.intp)
    return chance.permutation(places)


def _linked(recorded: Floats, chance: np.random.Generator) -> Floats:
    """Give the crimes linked: some belong to another incident, some were not found."""
    settings = _settings()["known"]
    lost = chance.binomial(recorded.astype(np.int64), settings["link_lost"])
    strayed = chance.random(len(recorded)) < settings["link_strayed"]
    linked: Floats = recorded - lost + strayed
    return linked


def _named(due: Floats, linked: Floats, chance: np.random.Generator) -> Floats:
    """Give the offences that a log names: right but for noise, and some where no crime is due."""
    settings = _settings()["known"]
    noise = np.exp(settings["named_noise"] * chance.standard_normal(len(due)))
    named = np.maximum(np.rint(due * noise), 1.0)
    for_nothing = chance.choice(3, size=len(due), p=settings["named_without_crime"]).astype(np.float64)
    return np.where(due > 0, named, np.maximum(for_nothing, np.minimum(linked, 1.0)))


@cache
def _settings() -> Mapping[str, Any]:
    text = (resources.files("firstpoint.simulation") / "audited_force.toml").read_text(encoding="utf-8")
    settings: Mapping[str, Any] = tomllib.loads(text)
    return settings
