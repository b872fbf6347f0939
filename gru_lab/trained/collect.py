"""Take what runs have made into the package: `python -m gru_lab.trained.collect RUNS`.

RUNS has a folder for each run of `gru-lab train`: gru, the one whose weights are shipped, and base_CELL for each of
the others, made by `gru-lab train --preset laptop --cell CELL --steps 2500 --words 10000000 --threads 1`: these have
all read equally many words.
"""

import argparse
import json
import math
import shutil
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from gru_lab.measuring.ngrams import ngram_loss
from gru_lab.models import load
from gru_lab.story import StoryWorld
from gru_lab.trained import HERE, METRICS, MODEL, RECORD, TABLE
from gru_lab.training.corpus import HELD_OUT

SHIPPED_COMMAND = "gru-lab train --preset laptop --threads 1 --out work/storyworld"
NAMES = {
    "base_bag": "bag of words and last word", "base_rnn": "RNN", "base_min_gru": "minGRU", "base_lstm": "LSTM",
    "base_gru": "GRU",
}  # fmt: skip
NGRAMS = {1: "unigram", 2: "bigram", 5: "5-gram"}
PASTS = {"true": "true", "shuffled": "shuffled", "none": "no"}  # past -> what the table calls it


def main():
    parser = argparse.ArgumentParser(prog="python -m gru_lab.trained.collect", description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path)
    runs = parser.parse_args().runs
    test, vocabulary = StoryWorld(0, "test").tokens(HELD_OUT), StoryWorld().vocabulary
    records = {name: json.loads((runs / name / "record.json").read_text("utf-8")) for name in ("gru", *NAMES)}
    train = StoryWorld(0).tokens(records["base_gru"]["words"])
    rows = [
        _row(name, len(train), None, math.exp(ngram_loss(train, test, n, len(vocabulary))))
        for n, name in NGRAMS.items()
    ]
    for name, title in NAMES.items():
        rows.append(_row(title, records[name]["words"], records[name]["parameters"], records[name]["test_perplexity"]))
    shipped = records["gru"]
    rows.append(_row("GRU, shipped", shipped["words"], shipped["parameters"], shipped["test_perplexity"]))
    model, _ = load(runs / "gru" / "model.safetensors")
    stories = list(StoryWorld(0, "test").stories(500))
    for past, name in PASTS.items():
        score = math.exp(loss_after(model, stories, past))
        title = f"GRU, shipped, 15th sentences after a {name} past".replace("a no", "no")
        rows.append(_row(title, shipped["words"], shipped["parameters"], score))
    rows.sort(key=lambda row: -row["perplexity"])
    rows.append(_row("the world itself", None, None, StoryWorld(0, "test").entropy(2000).perplexity))
    (HERE / TABLE).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    record = shipped | {"command": SHIPPED_COMMAND}  # the folder of this one run is nobody else's
    (HERE / RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    shutil.copyfile(runs / "gru" / "metrics.csv", HERE / METRICS)
    shutil.copyfile(runs / "gru" / "model.safetensors", HERE / MODEL)
    for row in rows:
        print(f"{row['model']:56}{row['perplexity']:8.2f}")


def _row(model, words, parameters, perplexity):
    return {"model": model, "words": words, "parameters": parameters, "perplexity": round(perplexity, 3)}


@torch.no_grad()
def loss_after(model, stories, past: str, at: int = 14, seed: int = 0) -> float:
    """Nats per word of each story's sentence number `at`, after its past: "true", "shuffled" (its words in any order,
    the last stop excepted) or "none" (the stop alone)."""
    numbers = {word: number for number, word in enumerate(StoryWorld().vocabulary)}
    rng, total, count = np.random.default_rng(seed), 0.0, 0
    for story in stories:
        before = [0, *(numbers[word] for sentence in story.sentences[:at] for word in sentence.words)]
        if past == "shuffled":
            before = [0, *rng.permutation(before[1:-1]), before[-1]]
        elif past == "none":
            before = before[-1:]
        asked = [numbers[word] for word in story.sentences[at].words]
        logits, _ = model(torch.tensor([[*before, *asked[:-1]]]))
        total += float(F.cross_entropy(logits[0, -len(asked) :], torch.tensor(asked), reduction="sum"))
        count += len(asked)
    return total / count


if __name__ == "__main__":
    main()
