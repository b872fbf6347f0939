"""Networks of equal size from five seeds, scored and probed: `python -m gru_lab.trained.seeds RUNS`.

RUNS has a folder seed_CELL_N for each cell of SIZES and each seed N, made by `gru-lab train` with the options in
OPTIONS, `--cell CELL --hidden-size H --seed N`. The scores go to storyworld_seeds.json and probe_seeds.json here.
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
from gru_lab.trained import HERE, PERPLEXITIES, PROBES

SUMMARY = "Score and probe networks of equal size from five seeds."
OPTIONS = "--preset laptop --steps 1250 --words 5000000 --every 625 --threads 1"
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
    parser.add_argument("runs", type=Path)
    runs = parser.parse_args().runs
    records = {
        (cell, seed): json.loads((runs / f"seed_{cell}_{seed}" / "record.json").read_text(encoding="utf-8"))
        for cell in SIZES
        for seed in SEEDS
    }
    rows = [
        {"cell": cell, "hidden_size": r["configuration"]["hidden_size"], "seed": seed, "parameters": r["parameters"],
         "words": r["words"], "perplexity": r["test_perplexity"]}
        for (cell, seed), r in records.items()
    ]  # fmt: skip
    device = records["gru", 1]["device"]
    _write(PERPLEXITIES, f"gru-lab train {OPTIONS} --cell CELL --hidden-size H --seed N", device, rows)
    rows = []
    for seed in tqdm(SEEDS, unit="network", file=sys.stderr):
        model, _ = load(runs / f"seed_gru_{seed}" / "model.safetensors")
        perplexity = records["gru", seed]["test_perplexity"]
        rows.append({"seed": seed, "test_perplexity": perplexity, **memory_scores(model, seed)})
    _write(PROBES, f"gru-lab train {OPTIONS} --cell gru --seed N", device, rows)


def _write(name, command, device, rows):
    found = {"command": command, "device": device, "rows": rows}
    (HERE / name).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
