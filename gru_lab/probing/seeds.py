"""The same probes for networks from several seeds: `python -m gru_lab.probing.seeds RUNS`.

RUNS has a folder seed_gru_N for each seed N from 1 to 5, made by `gru-lab train` with the options in OPTIONS and
`--seed N`. The scores go to gru_lab/trained/probe_seeds.json.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from gru_lab.models import LanguageModel, load
from gru_lab.probing.controls import bag_of_words
from gru_lab.probing.probes import best_axes, fit_probe, r_squared, random_rotation
from gru_lab.probing.states import read_stories
from gru_lab.story import StoryWorld

OPTIONS = "--preset laptop --steps 1250 --words 5000000 --threads 1"
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
    parser = argparse.ArgumentParser(prog="python -m gru_lab.probing.seeds", description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path)
    runs = parser.parse_args().runs
    rows = []
    for seed in tqdm(SEEDS, unit="network", file=sys.stderr):
        model, _ = load(runs / f"seed_gru_{seed}" / "model.safetensors")
        record = json.loads((runs / f"seed_gru_{seed}" / "record.json").read_text(encoding="utf-8"))
        rows.append({"seed": seed, "test_perplexity": record["test_perplexity"], **memory_scores(model, seed)})
    found = {"command": f"gru-lab train {OPTIONS} --seed N", "device": record["device"], "rows": rows}
    out = Path(__file__).parent.parent / "trained" / "probe_seeds.json"
    out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for name in list(rows[0])[2:]:
        print(f"{name:28}", np.mean([row[name] for row in rows], axis=0).round(2))


if __name__ == "__main__":
    main()
