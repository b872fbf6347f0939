"""Take what runs have made into the package: `python -m gru_lab.trained.collect RUNS`.

RUNS has a folder for each run of `gru-lab train`: gru, the one whose weights are shipped, made by `--preset gpu`;
laptop, made by `--preset laptop --threads 1`, of which the record is kept; and base_CELL for each of the others, made
by `--preset laptop --cell CELL --steps 2500 --words 10000000 --threads 1`: these have all read equally many words.
Where a folder is not there, what the package holds of that run stays. bench_gpu.json and bench_laptop.json in RUNS are
what `gru-lab bench train --preset P --device cuda --rounds 9 --steps 20` has measured on the card.
"""

import argparse
import json
import math
import re
import shutil
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from gru_lab.measuring.ngrams import ngram_loss
from gru_lab.models import LanguageModel, load, save
from gru_lab.story import Story, StoryWorld
from gru_lab.trained import GPU_SPEED, HERE, LAPTOP_RECORD, METRICS, MODEL, RECORD, TABLE, perplexities
from gru_lab.training.corpus import HELD_OUT
from gru_lab.training.loop import evaluate

SHIPPED, LAPTOP, FLOOR = "GRU, shipped", "GRU, the laptop's long run", "the world itself"
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
    rows = {row["model"]: row for row in perplexities()}
    records = {path.parent.name: _record(path) for path in runs.glob("*/record.json")}
    if "base_gru" in records:
        rows |= ngram_rows(records["base_gru"]["words"])
    for name, title in NAMES.items():
        if name in records:
            rows[title] = _row(title, records[name], records[name]["test_perplexity"])
    if "laptop" in records:
        rows[LAPTOP] = _row(LAPTOP, records["laptop"], records["laptop"]["test_perplexity"])
        write_json(LAPTOP_RECORD, records["laptop"])
    if "gru" in records:
        rows |= ship(runs / "gru", records["gru"])
    if (runs / "bench_gpu.json").exists():
        write_json(GPU_SPEED, {p: json.loads((runs / f"bench_{p}.json").read_text("utf-8")) for p in ("gpu", "laptop")})
    rows[FLOOR] = _row(FLOOR, {}, StoryWorld(0, "test").entropy(2000).perplexity)
    table = sorted(rows.values(), key=lambda row: -row["perplexity"])
    write_json(TABLE, table)
    for row in table:
        print(f"{row['model']:56}{row['perplexity']:8.3f}")


def ngram_rows(words):
    """Rows of the n-grams that have counted the first `words` words."""
    test, train, V = StoryWorld(0, "test").tokens(HELD_OUT), StoryWorld(0).tokens(words), len(StoryWorld().vocabulary)
    losses = {name: ngram_loss(train, test, n, V) for n, name in NGRAMS.items()}
    return {name: _row(name, {"words": words}, math.exp(loss)) for name, loss in losses.items()}


def ship(folder, record):
    """Take the weights of this run, rounded to float16, its metrics and its record; rows of what they score."""
    trained, vocabulary = load(folder / "model.safetensors")
    save(trained, HERE / MODEL, vocabulary, torch.float16)
    model, _ = load(HERE / MODEL)
    loss = evaluate(model, StoryWorld(0, "test").tokens(HELD_OUT))
    record = record | {"weights": "float16", "test_loss": round(loss, 4), "test_perplexity": round(math.exp(loss), 3)}
    write_json(RECORD, record)
    shutil.copyfile(folder / "metrics.csv", HERE / METRICS)
    rows = {SHIPPED: _row(SHIPPED, record, record["test_perplexity"])}
    stories = list(StoryWorld(0, "test").stories(500))
    for past, name in PASTS.items():
        title = f"{SHIPPED}, 15th sentences after a {name} past".replace("a no", "no")
        rows[title] = _row(title, record, math.exp(loss_after(model, stories, past)))
    return rows


def _record(path):
    """The record of a run; the folder that it was made in is nobody else's, and its bar is no part of it."""
    found = json.loads(path.read_text("utf-8"))
    return found | {"command": re.sub(r" --(out \S+|quiet)", "", found["command"])}


def write_json(name, content):
    """Write what is shipped under this name."""
    (HERE / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _row(model, record, perplexity):
    words, parameters = record.get("words"), record.get("parameters")
    return {"model": model, "words": words, "parameters": parameters, "perplexity": round(perplexity, 3)}


@torch.no_grad()
def loss_after(model: LanguageModel, stories: list[Story], past: str, at: int = 14, seed: int = 0) -> float:
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
