"""TF-IDF with logistic regression, and MiniLM embeddings with the same, on the corpus: trained on all banks
but those for test alone, tested on those. Runs in an environment of its own (scikit-learn; for MiniLM also
torch, transformers and the folder of a MiniLM model) and prints a line a bank.

Run: ``PYTHON benchmarks/peers/reading_peers.py corpus/banks [--minilm FOLDER]``.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_auc_score

TEST_ALONE = "fghs"
PIECES = 256  # word pieces of a log that MiniLM reads


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("banks", type=Path)
    parser.add_argument("--minilm", type=Path)
    chosen = parser.parse_args()
    banks = {
        file.stem.removeprefix("bank_"): [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        for file in sorted(chosen.banks.glob("bank_*.jsonl"))
    }
    learnt = [log for letter, logs in banks.items() if letter not in TEST_ALONE for log in logs]
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    rows = words.fit_transform(map(told, learnt))
    report("TF-IDF + logistic", banks, rows, learnt, words.transform, told)
    if chosen.minilm:
        embed = embedder(chosen.minilm)
        report("MiniLM + logistic", banks, embed([told(log) for log in learnt]), learnt, embed, told)


def told(log):
    return f"{log['opening_code']}. {log['closing_code']}. {log['text']}"


def report(name, banks, rows, learnt, transform, told):
    model = LogisticRegression(C=10, max_iter=1000).fit(rows, list(map(due, learnt)))
    for letter in TEST_ALONE:
        logs = banks[letter]
        chances = model.predict_proba(transform([told(log) for log in logs]))[:, 1]
        answers = list(map(due, logs))
        print(
            f"{name}, bank {letter.upper()}: AUC {roc_auc_score(answers, chances):.3f}, "
            f"F1 {f1_score(answers, chances >= 0.5):.3f}, "
            f"pairs both right {pairs(logs, answers, chances):.3f}",
            flush=True,
        )


def due(log):
    return log["expected_crimes_total"] > 0


def pairs(logs, answers, chances):
    scenes = {}
    for log, answer, chance in zip(logs, answers, chances, strict=True):
        if "pair" in log:
            scenes.setdefault(log["pair"], []).append((chance >= 0.5) == answer)
    return float(np.mean([all(scene) for scene in scenes.values()])) if len(scenes) > 5 else float("nan")


def embedder(folder):
    import torch
    from transformers import AutoModel, AutoTokenizer

    pieces, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()

    def embed(texts):
        found = []
        with torch.no_grad():
            for first in range(0, len(texts), 16):
                part = pieces(
                    texts[first : first + 16],
                    padding=True,
                    truncation=True,
                    max_length=PIECES,
                    return_tensors="pt",
                )
                mask = part["attention_mask"].unsqueeze(-1)
                told = (model(**part).last_hidden_state * mask).sum(1) / mask.sum(1)
                found.append(torch.nn.functional.normalize(told, dim=1).numpy())
        return np.vstack(found)

    return embed


if __name__ == "__main__":
    main()
