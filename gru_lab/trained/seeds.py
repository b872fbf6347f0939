"""Networks from five seeds: `python -m gru_lab.trained.seeds perplexities RUNS` scores, `… probes RUNS` probes them.

RUNS has a folder seed_CELL_N for each seed N, made by `gru-lab train` with OPTIONS["perplexities"] and
`--cell CELL --hidden-size H --seed N` for each cell of SIZES, or with one of the OPTIONS and `--cell gru --seed N`.
The scores go to storyworld_seeds.json and probe_seeds.json here; the latter keeps those after other amounts of reading.
"""

import argparse
import json
import sys
from pathlib import Path

import torch
from tqdm import tqdm

from gru_lab.models import LanguageModel, load
from gru_lab.probing import bag_of_words, best_axes, fit_probe, r_squared, random_rotation, read_stories
from gru_lab.story import StoryWorld
from gru_lab.trained import PERPLEXITIES, PROBES, probe_seeds
from gru_lab.trained.collect import write_json

SUMMARY = "Score or probe networks from five seeds."
OPTIONS = {
    "perplexities": "--preset laptop --steps 1250 --words 5000000 --every 625 --threads 1",
    "probes": "--preset laptop --precision bf16 --every 1000",
}
SIZES = {"gru": 256, "lstm": 222, "rnn": 410}  # hidden sizes that give equally many parameters
SEEDS = (1, 2, 3, 4, 5)
STORIES = {"train": 300, "validation": 80, "test": 150}


def memory_scores(model: LanguageModel, seed: int, stories: dict = STORIES) -> dict[str, list[float]]:
    """{what was asked: R² of the four aspects} on sentences of test stories that name no aspect.

    seed: of the random rotation and of the untrained network of the same sizes. stories: how many of each split.
    """
    told = {split: list(StoryWorld(0, split).stories(count)) for split, count in stories.items()}
    torch.manual_seed(seed)
    untrained = LanguageModel(**model.configuration)
    trained, control = ({s: read_stories(m, told[s]) for s in told} for m in (model, untrained))
    memory = {split: reading.where(reading.memory) for split, reading in trained.items()}
    truth = {split: reading.aspects for split, reading in memory.items()}
    turn, vocabulary = random_rotation(model.configuration["hidden_size"], seed), StoryWorld().vocabulary
    states = {split: reading.states for split, reading in memory.items()}

    def probed(inputs):
        probe = fit_probe(inputs["train"], truth["train"], inputs["validation"], truth["validation"])
        return r_squared(truth["test"], probe(inputs["test"]))

    def single(inputs):
        return best_axes(inputs["train"], truth["train"], inputs["test"], truth["test"])[1]

    scores = {
        "probe on all units": probed(states),
        "best single unit": single(states),
        "best axis after a rotation": single({split: array @ turn for split, array in states.items()}),
        "words of the sentence": probed({s: bag_of_words(r.sentence_words, vocabulary) for s, r in memory.items()}),
        "untrained network": probed({s: control[s].where(trained[s].memory).states for s in told}),
    }
    return {name: [round(float(value), 4) for value in values] for name, values in scores.items()}


def main():
    parser = argparse.ArgumentParser(prog="python -m gru_lab.trained.seeds", description=SUMMARY)
    parser.add_argument("what", choices=list(OPTIONS))
    parser.add_argument("runs", type=Path)
    options = parser.parse_args()
    (score if options.what == "perplexities" else probe)(options.runs)


def score(runs):
    records = [_record(runs, cell, seed) for cell in SIZES for seed in SEEDS]
    rows = [
        {"cell": r["configuration"]["cell"], "hidden_size": r["configuration"]["hidden_size"],
         "seed": r["configuration"]["seed"], "parameters": r["parameters"], "words": r["words"],
         "perplexity": r["test_perplexity"]}
        for r in records
    ]  # fmt: skip
    command = f"gru-lab train {OPTIONS['perplexities']} --cell CELL --hidden-size H --seed N"
    write_json(PERPLEXITIES, _found(command, records[0], rows))


def probe(runs):
    rows, first = [], _record(runs, "gru", SEEDS[0])
    for seed in tqdm(SEEDS, unit="network", file=sys.stderr):
        model, _ = load(runs / f"seed_gru_{seed}" / "model.safetensors")
        perplexity = _record(runs, "gru", seed)["test_perplexity"]
        rows.append({"seed": seed, "test_perplexity": perplexity, **memory_scores(model, seed)})
    options = OPTIONS["probes" if first["kind"] == "cuda" else "perplexities"]
    found = _found(f"gru-lab train {options} --cell gru --seed N", first, rows)
    others = [other for other in probe_seeds() if other["words"] != found["words"]]
    write_json(PROBES, sorted([*others, found], key=lambda one: one["words"]))


def _found(command, record, rows):
    return {"command": command, "device": record["device"], "words": record["words"], "rows": rows}


def _record(runs, cell, seed):
    return json.loads((runs / f"seed_{cell}_{seed}" / "record.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
