"""What was trained before you came: a GRU that has read 1.3 billion words of StoryWorld, its record, others' scores.

Made by `gru-lab train --preset gpu` and `python -m gru_lab.trained.collect`, on the card that the record names. Scores
that come with another record or command were made by that one.
"""

import csv
import json
from pathlib import Path

__all__ = [
    "gpu_speed", "laptop_record", "load_named_units", "load_storyworld_gru", "metrics", "named_units_record",
    "perplexities", "probe_seeds", "record", "storyworld_seeds",
]  # fmt: skip

HERE = Path(__file__).parent
LAPTOP_RECORD, GPU_SPEED = "laptop_run.json", "gpu_speed.json"
PERPLEXITIES, PROBES = "storyworld_seeds.json", "probe_seeds.json"
NAMED_MODEL, NAMED_RECORD = "named_units.safetensors", "named_units.json"
MODEL, RECORD, METRICS, TABLE = "storyworld_gru.safetensors", "storyworld_gru.json", "storyworld_gru.csv", "table.json"


def load_storyworld_gru():
    """(model, vocabulary): the LanguageModel with its trained weights, which are rounded to what float16 holds."""
    from gru_lab.models import load

    return load(HERE / MODEL)


def load_named_units():
    """(model, vocabulary): a GRU whose first four units were told to be the aspects; see gru_lab.probing.supervised."""
    from gru_lab.models import load

    return load(HERE / NAMED_MODEL)


def named_units_record() -> dict:
    """The record of the run that made that one."""
    return json.loads((HERE / NAMED_RECORD).read_text(encoding="utf-8"))


def record() -> dict:
    """Command, device, versions, seed, time, words a second and losses of the run that made the weights."""
    return json.loads((HERE / RECORD).read_text(encoding="utf-8"))


def laptop_record() -> dict:
    """The same of the best that one CPU core made in under half an hour; its weights are not shipped."""
    return json.loads((HERE / LAPTOP_RECORD).read_text(encoding="utf-8"))


def gpu_speed() -> dict:
    """{preset: what `gru-lab bench train` measured on that card}; see gru_lab.bench_training.Row and Limits."""
    return json.loads((HERE / GPU_SPEED).read_text(encoding="utf-8"))


def metrics() -> list[dict[str, float]]:
    """A row for every 2,000 steps of that run: step, words, losses in nats per word, rate, gradient norm."""
    with (HERE / METRICS).open(encoding="utf-8") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def perplexities() -> list[dict]:
    """Rows {model, words, parameters, perplexity} on the same held-out stories, worst first; the last is the floor."""
    return json.loads((HERE / TABLE).read_text(encoding="utf-8"))


def probe_seeds() -> list[dict]:
    """[{command, device, words, rows}] for each amount of reading, least first: for networks from five seeds, R² of the
    four aspects; see gru_lab.trained.seeds."""
    return json.loads((HERE / PROBES).read_text(encoding="utf-8"))


def storyworld_seeds() -> dict:
    """{command, device, words, rows}: test perplexity of GRU, LSTM and RNN of equal size, five seeds each."""
    return json.loads((HERE / PERPLEXITIES).read_text(encoding="utf-8"))
