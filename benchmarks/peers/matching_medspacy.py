"""medSpaCy with the phrases and cues that a JSON file gives, as target and context rules beside its own.

The last line printed is the time and the finds.
"""

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

import medspacy
from matching_spacy import tokens
from medspacy.context import ConTextRule
from medspacy.ner import TargetRule

DIRECTIONS = {"before": "FORWARD", "after": "BACKWARD"}


def main():
    given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    language = medspacy.load()
    targets = [
        TargetRule(name, kind, pattern=row)
        for name, kind, elements in given["phrases"]
        for row in tokens(elements)
    ]
    language.get_pipe("medspacy_target_matcher").add(targets)
    cues = [
        ConTextRule(name, category, direction=DIRECTIONS.get(direction, "BIDIRECTIONAL"), pattern=row)
        for name, category, direction, elements in given["cues"]
        for row in tokens(elements)
    ]
    language.get_pipe("medspacy_context").add(cues)
    language("Warm it up.")
    begun = time.process_time()
    finds = sum(len(document.ents) for document in language.pipe(given["texts"]))
    seconds = time.process_time() - begun
    print(json.dumps({"version": version("medspacy"), "seconds": seconds, "finds": finds}))


if __name__ == "__main__":
    main()
