"""Asking the network of one log."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from firstpoint.screening.network.belief import Belief, Said
from firstpoint.screening.network.plain import plain_log
from firstpoint.screening.network.tokens import WordPieces, kept

onnxruntime.disable_telemetry_events()  # nothing of a log or of its reading leaves this machine
_SPELT = 8_000  # characters of a huge log that are looked at, at its beginning and at its end


class Network:
    """The network of one folder; threads may share it.

    ``belief`` is what stands in the folder unless another is given; ``known`` are the words that it is
    given, ``kinds`` those that it tells.
    """

    def __init__(self, folder: Path, belief: Belief | None = None) -> None:
        options = onnxruntime.SessionOptions()
        # One log keeps one processor busy: many are read side by side.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        model = folder / "network.onnx"
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._pieces = WordPieces(folder / "network_tokens.txt")
        self.known = frozenset((folder / "network_words.txt").read_text("utf-8").split())
        self.kinds = tuple((folder / "network_kinds.txt").read_text("utf-8").split())
        self.belief = belief or Belief.load(folder / "network.toml")

    def read(self, incident: Mapping[str, Any]) -> Said | None:
        """What the network by itself says of an incident (``text``, ``opening_code``, ``closing_code``); None
        where there is no text.

        It depends on that incident alone, however many are read.
        """
        text = incident.get("text") or ""
        if not text.strip():
            return None
        told = plain_log(
            text if len(text) <= 2 * _SPELT else f"{text[:_SPELT]}\n{text[-_SPELT:]}",
            incident.get("opening_code"),
            incident.get("closing_code"),
            self.known,
        )
        tokens, _ = self._pieces.tokens(told.words)
        given = np.array([kept(tokens)], dtype=np.int64)
        due, of_kinds = self._session.run(["due", "kinds"], {"tokens": given})
        return Said(float(due[0]), dict(zip(self.kinds, of_kinds.tolist(), strict=True)))


@cache
def ready_network() -> Network:
    """The network that ships, read once."""
    return Network(Path(str(resources.files("firstpoint.screening") / "weights")))
