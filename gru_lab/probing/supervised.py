"""A network whose first four units are told to be the aspects, beside one that was not: same text, same recipe.

    python -m gru_lab.probing.supervised --out work/named_units

The loss is the language model's, plus the mean squared distance of the first four units from the four aspects at the
end of each sentence. Nothing else changes.
"""

import argparse
import json
import math
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F
from tqdm import tqdm

from gru_lab._machine import cpu_name
from gru_lab.models import LanguageModel, save
from gru_lab.story import StoryWorld
from gru_lab.training import PRESETS, Configuration, evaluate
from gru_lab.training.loop import learning_rate, optimiser_of

__all__ = ["told_stories", "train_named_units"]

NAMED = 4  # units: Power, Conflict, Tragedy, Revenge


def told_stories(words: int, seed: int = 0, split: str = "train") -> tuple[np.ndarray, np.ndarray]:
    """(tokens (N,), aspects (N, 4)): the words; at the last word of each sentence what is true, elsewhere NaN."""
    world = StoryWorld(seed, split)
    numbers = {word: number for number, word in enumerate(world.vocabulary)}
    tokens, aspects = [], []
    for story in world.stories():
        tokens.append(0)
        aspects.append((math.nan,) * NAMED)
        for sentence in story.sentences:
            tokens.extend(numbers[word] for word in sentence.words)
            aspects.extend([(math.nan,) * NAMED] * (len(sentence.words) - 1))
            aspects.append(sentence.aspects)
        if len(tokens) >= words:
            break
    return np.array(tokens[:words], dtype=np.int32), np.array(aspects[:words], dtype=np.float32)


def train_named_units(c: Configuration, weight: float = 1.0, progress: bool = True) -> tuple[LanguageModel, dict]:
    """(model, record). weight: of the distance from the aspects beside the language model's loss."""
    torch.manual_seed(c.seed)
    tokens, aspects = told_stories(c.words, c.seed)
    columns = len(tokens) // c.batch_size
    words = torch.from_numpy(tokens[: columns * c.batch_size]).view(c.batch_size, columns).long()
    truth = torch.from_numpy(aspects[: columns * c.batch_size]).view(c.batch_size, columns, NAMED)
    model = LanguageModel(c.cell, len(StoryWorld().vocabulary), c.embedding_size, c.hidden_size)
    optimiser = optimiser_of(model, c)
    state, began, distance = None, time.perf_counter(), math.nan
    in_a_pass = (columns - 1) // c.length
    for step in tqdm(range(c.steps), disable=not progress, unit="step", file=sys.stderr):
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(step, c)
        at = step % in_a_pass * c.length
        state = None if at == 0 else state
        h, state = model.recurrent(model.embedding(words[:, at : at + c.length]), state)
        state = state.detach()
        loss = F.cross_entropy(model.decoder(h).flatten(0, 1), words[:, at + 1 : at + c.length + 1].flatten())
        told = truth[:, at : at + c.length]
        ends = ~told[..., 0].isnan()
        away = (h[..., :NAMED][ends] - told[ends]).square().mean()
        optimiser.zero_grad(set_to_none=True)
        (loss + weight * away).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), c.clip)
        optimiser.step()
        distance = float(away.detach())
    seconds = time.perf_counter() - began
    test_loss = evaluate(model, StoryWorld(c.seed, "test").tokens(50_000))
    read = c.steps * c.batch_size * c.length
    return model, {
        "configuration": c.as_dict(), "weight": weight, "device": cpu_name(), "threads": torch.get_num_threads(),
        "torch": torch.__version__, "words": read, "seconds": round(seconds),
        "words_per_second": round(read / seconds), "distance": round(distance, 4),
        "test_loss": round(test_loss, 4), "test_perplexity": round(math.exp(test_loss), 3),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m gru_lab.probing.supervised", description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--words", type=int, default=10_000_000)
    parser.add_argument("--out", type=Path, default=Path("work/named_units"))
    options = parser.parse_args()
    c = PRESETS["laptop"].with_changes(steps=options.steps, words=options.words)
    model, record = train_named_units(c)
    options.out.mkdir(parents=True, exist_ok=True)
    save(model, options.out / "model.safetensors", StoryWorld().vocabulary)
    record["command"] = f"python -m gru_lab.probing.supervised --steps {options.steps} --words {options.words}"
    (options.out / "record.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(f"Test perplexity {record['test_perplexity']}; mean squared distance from the aspects {record['distance']}.")


if __name__ == "__main__":
    main()
