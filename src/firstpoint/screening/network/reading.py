"""Asking the network of one log."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from firstpoint.screening.network.belief import Belief, Said
from firstpoint.screening.network.plain import NOWHERE, plain_log
from firstpoint.screening.network.tokens import WordPieces, kept
from firstpoint.screening.words.labels import kind_of

onnxruntime.disable_telemetry_events()  # nothing of a log or of its reading leaves this machine
_SPELT = 8_000  # characters of a huge log that are looked at, at its beginning and at its end
_REMEMBERED = 32  # logs whose answer is kept: who explains one asks for it time and again


class Network:
    """The network of one folder; threads may share it.

    ``belief`` is what stands in the folder unless another is given; ``known`` are the words that it is
    given, ``labels`` those that it tells.
    """

    def __init__(self, folder: Path, belief: Belief | None = None) -> None:
        options = onnxruntime.SessionOptions()
        # One log keeps one processor busy: many are read side by side.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        model = folder / "network.onnx"
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._pieces = WordPieces(folder / "network_tokens.txt")
        self.known = frozenset((folder / "network_words.txt").read_text("utf-8").split())
        self.labels = tuple((folder / "network_labels.txt").read_text("utf-8").splitlines())
        self.belief = belief or Belief.load(folder / "network.toml")
        self._said = lru_cache(_REMEMBERED)(self._say)

    def read(self, incident: Mapping[str, Any]) -> Said | None:
        """What the network by itself says of an incident (``text``, ``opening_code``, ``closing_code``); None
        where there is no text.

        It depends on that incident alone, however many are read.
        """
        text = incident.get("text") or ""
        if not text.strip():
            return None
        return self._said(text, incident.get("opening_code"), incident.get("closing_code"))

    def _say(self, text: str, opening: str | None, closing: str | None) -> Said:
        left_out = max(0, len(text) - 2 * _SPELT)
        looked_at = f"{text[:_SPELT]}\n{text[_SPELT + left_out :]}" if left_out else text
        told = plain_log(looked_at, opening, closing, self.known)
        tokens, places = map(kept, self._pieces.tokens(told.words))
        given = np.array([tokens], dtype=np.int64)
        due, of_labels, of_tokens = self._session.run(["due", "labels", "telling"], {"tokens": given})
        odds = dict(zip(self.labels, of_labels.tolist(), strict=True))
        kinds = {label: value for label, value in odds.items() if label == kind_of(label)}
        marked = {place for place, value in zip(places, of_tokens.tolist(), strict=True) if value >= 0}
        spans = [told.places[place] for place in sorted(marked - {-1})]
        telling = [_of_whole(span, left_out) for span in spans if span != NOWHERE]
        return Said(float(due[0]), kinds, _likeliest(odds), tuple(telling))


def _of_whole(span: tuple[int, int], left_out: int) -> tuple[int, int]:
    """Where words stand in a text of which so many characters were left out in the middle, a line break in
    their place."""
    moved = left_out - 1 if left_out and span[0] > _SPELT else 0
    return span[0] + moved, span[1] + moved


def _likeliest(odds: Mapping[str, float]) -> dict[str, str]:
    """Of each kind that has several labels the likeliest."""
    found: dict[str, str] = {}
    for label, value in odds.items():
        kind = kind_of(label)
        if label != kind and (kind not in found or value > odds[found[kind]]):
            found[kind] = label
    return found


@cache
def ready_network() -> Network:
    """The network that ships, read once."""
    return Network(Path(str(resources.files("firstpoint.screening") / "weights")))
