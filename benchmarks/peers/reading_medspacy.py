"""What medSpaCy makes of logs with the phrases and cues that a JSON file gives, beside its own cues.

A phrase is worth what its strength says, times what the cues leave that medSpaCy says bear on it; phrases are
put together as if each were right or wrong by itself. The last line printed is the chance of each log.
"""

import json
import sys
from importlib.metadata import version
from math import prod
from pathlib import Path

import medspacy
from matching_medspacy import DIRECTIONS
from matching_spacy import tokens
from medspacy.context import ConTextRule
from medspacy.ner import TargetRule

# What medSpaCy's own cues leave: those of people other than the patient mean nothing here.
OWN = {"NEGATED_EXISTENCE": 0.05, "HYPOTHETICAL": 0.3, "POSSIBLE_EXISTENCE": 0.8}


def main():
    given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    language = medspacy.load()
    language.get_pipe("medspacy_target_matcher").add(
        [
            TargetRule(name, kind, pattern=row)
            for name, kind, elements in given["phrases"]
            for row in tokens(elements)
        ]
    )
    language.get_pipe("medspacy_context").add(
        [
            ConTextRule(name, category, direction=DIRECTIONS.get(direction, "BIDIRECTIONAL"), pattern=row)
            for name, category, direction, elements in given["cues"]
            for row in tokens(elements)
        ]
    )
    factor = OWN | given["factor"]
    chances = []
    for document in language.pipe(given["texts"]):
        left = 1.0
        for found in document.ents:
            bearing = {modifier.category for modifier in found._.modifiers}
            worth = given["worth"][found._.target_rule.literal]
            left *= 1.0 - worth * prod(factor.get(category, 1.0) for category in bearing)
        chances.append(1.0 - left)
    print(json.dumps({"version": version("medspacy"), "chances": chances}))


if __name__ == "__main__":
    main()
