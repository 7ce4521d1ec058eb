"""spaCy's Matcher with the phrases that a JSON file gives: the last line is time and finds."""

import json
import sys
import time
from pathlib import Path

import spacy
from spacy.matcher import Matcher


def token(word):
    if word == "#":
        return {"IS_DIGIT": True}
    if word == "?":
        return {"IS_ALPHA": True}
    return {"LOWER": {"REGEX": "^" + word[:-1]}} if word.endswith("*") else {"LOWER": word}


def tokens(elements):
    """The rows of tokens that a pattern becomes; words with a star become one expression with the others."""
    if "rows" in elements[0]:
        return [[token(word) for word in row] for row in elements[0]["rows"]]
    made = []
    for element in elements:
        if "gap" in element:
            made.append({"OP": f"{{0,{element['gap']}}}"})
            continue
        if not element["words"]:
            return []
        either = "|".join(
            word[:-1] + ".*" if word.endswith("*") else {"#": r"\d+", "?": r"\w+"}.get(word, word)
            for word in element["words"]
        )
        one = {"LOWER": {"REGEX": f"^(?:{either})$"}}
        made.append(one | {"OP": "?"} if element["optional"] else one)
    return [made]


def main():
    given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    language = spacy.blank("en")
    matcher = Matcher(language.vocab)
    for name, _, elements in given["phrases"]:
        if rows := tokens(elements):
            matcher.add(name, rows)
    matcher(language("warm it up"))
    begun = time.process_time()
    finds = sum(len(matcher(document)) for document in language.pipe(given["texts"]))
    print(json.dumps({"version": spacy.__version__, "seconds": time.process_time() - begun, "finds": finds}))


if __name__ == "__main__":
    main()
