"""What the network says of a log, and how far it is believed beside the ranker."""

from __future__ import annotations

import tomllib
from pathlib import Path

from attrs import asdict, field, frozen

#: The files of a network: its weights, the words that it is given, its pieces of words,
#: the labels that it tells, and how far it is believed.
FILES = ("network.onnx", "network_words.txt", "network_tokens.txt", "network_labels.txt", "network.toml")
LIKELY = -1.0  # log-odds from which a kind is looked at because of the network


@frozen
class Together:
    """Log-odds that follow from those of ranker and network: a logistic regression on both."""

    ranker: float
    network: float
    constant: float

    def of(self, of_ranker: float, of_network: float) -> float:
        """The log-odds of both together."""
        return self.ranker * of_ranker + self.network * of_network + self.constant


@frozen
class Belief:
    """How far the network is believed (``network.toml``): on whether a crime is ``due``, and on whether, if
    one is, it is of a ``kind``. Fitted to banks that neither ranker nor network had met."""

    due: Together
    kind: Together

    @classmethod
    def load(cls, path: Path) -> Belief:
        """Read what :meth:`save` wrote."""
        held = tomllib.loads(path.read_text("utf-8"))
        return cls(Together(**held["due"]), Together(**held["kind"]))

    def save(self, path: Path) -> None:
        """Write the coefficients to a file that can be read."""
        lines = []
        for name, told in asdict(self).items():
            lines += [f"[{name}]", *(f"{each} = {value:.4f}" for each, value in told.items()), ""]
        path.write_text("\n".join(lines), "utf-8")


@frozen
class Said:
    """What the network says of a log: the log-odds that a crime is ``due``, and that one of each of the
    ``kinds`` is; of a kind that has several the likeliest of its ``labels``
    (:mod:`~firstpoint.screening.words.labels`); and which words tell it, as start and end in characters."""

    due: float
    kinds: dict[str, float]
    labels: dict[str, str] = field(factory=dict)
    telling: tuple[tuple[int, int], ...] = ()

    def likely(self) -> set[str]:
        """The kinds that are likely, and the likeliest where it tells any; of several the first."""
        if not self.kinds:
            return set()
        likeliest = max(self.kinds, key=self.kinds.__getitem__)
        return {likeliest, *(kind for kind, odds in self.kinds.items() if odds >= LIKELY)}
