"""GRU or LSTM? Copying, adding, counting: RNN, GRU and LSTM with equally many parameters, five seeds, three rates.

`python -m gru_lab.measuring.memory_tasks --out FILE` makes the stored runs. FILE grows by one network
kind at a time; the same command goes on where it was stopped.
"""

import argparse
import json
import platform
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from gru_lab._machine import cpu_name
from gru_lab.measuring.counts import hidden_size_for
from gru_lab.measuring.lessons import Adam
from gru_lab.measuring.networks import start
from gru_lab.measuring.problems import PROBLEMS

SUMMARY = "Train RNN, GRU and LSTM on copying, adding and counting, and store how well they do."
STORED = Path(__file__).with_name("memory_tasks.json")
COMMAND = "python -m gru_lab.measuring.memory_tasks --out memory_tasks.json"

# name -> (cell, what is added to the forget gate's bias at the start)
KINDS = {"RNN": ("RNN", 0.0), "GRU": ("GRU", 0.0), "LSTM": ("LSTM", 0.0), "LSTM, forget bias 1": ("LSTM", 1.0)}
RATES = (0.003, 0.01, 0.03)
SEEDS = 5
STEPS = {"copying": 2500, "adding": 2000, "counting": 1500}
BATCH = 20
CLIP = 1.0
LOOKS = 20  # points of a stored loss curve


def run(problem, kind, rates=RATES, seeds=SEEDS, steps=None, tick=None):
    """Train len(rates) · seeds networks at once on fresh examples -> (record, networks in the order of the axes).

    record: hidden_size, parameters (of the recurrent layer and its readout), seconds of CPU, score (rates, seeds) and
    loss (rates, seeds, LOOKS), each point the mean of its stretch of steps. The rate falls in a straight line to zero.
    Seed number s reads the same examples whatever the rate and the kind of network.
    """
    p, (cell, forget_bias) = PROBLEMS[problem], KINDS[kind]
    steps = steps or STEPS[problem]
    H = hidden_size_for(cell, p.input_size, p.parameters)
    networks = start(cell, p.input_size, H, p.output_size, [s for _ in rates for s in range(seeds)])
    networks.b[..., H : 2 * H] += forget_bias
    rate = torch.tensor(rates).repeat_interleave(seeds)
    optimiser = Adam(networks, rate, torch.full_like(rate, CLIP), p.loss)
    began, losses = time.process_time(), []
    for step in range(steps):
        optimiser.rate = rate * (1 - step / steps)
        examples = [p.batch(np.random.default_rng([seed, step]), BATCH) for seed in range(seeds)]
        batch = (
            torch.as_tensor(np.concatenate([part] * len(rates))) for part in map(np.stack, zip(*examples, strict=True))
        )
        losses.append(optimiser.step(*batch)[0])
        if tick:
            tick()
    stretches = [part.mean(0) for part in torch.stack(losses).tensor_split(min(LOOKS, steps))]
    record = {
        "problem": problem,
        "kind": kind,
        "hidden_size": H,
        "parameters": sum(weight[0].numel() for weight in networks.weights),
        "steps": steps,
        "seconds": round(time.process_time() - began),
        "score": _rounded(p.score(networks).reshape(len(rates), seeds)),
        "loss": _rounded(torch.stack(stretches, dim=-1).reshape(len(rates), seeds, -1)),
    }
    return record, networks


def best_rate(record):
    """The index of the rate with the best mean score: each kind of network is shown at the rate that suits it."""
    means = np.mean(record["score"], axis=1)
    return int(means.argmax() if PROBLEMS[record["problem"]].more else means.argmin())


def stored(path=STORED):
    """The runs of a file: {"command", "versions", …, "runs": [record, …]}; by default the shipped ones."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m gru_lab.measuring.memory_tasks", description=SUMMARY)
    parser.add_argument("--out", type=Path, required=True, help="the JSON file to write, or to go on with")
    parser.add_argument("--steps", type=int, help="fewer steps than the stored runs, for a try")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    command = COMMAND + (f" --steps {options.steps}" if options.steps else "")
    whole: dict[str, Any] = {
        "command": command,
        "device": cpu_name(),
        "versions": {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__},
        "rates": RATES, "seeds": SEEDS, "batch": BATCH, "clip": CLIP, "runs": [],
    }  # fmt: skip
    if options.out.exists():
        whole = stored(options.out)
        if whole["command"] != command:
            parser.error(f"{options.out} was made by another command: {whole['command']}")
    done = {(record["problem"], record["kind"]) for record in whole["runs"]}
    left = [(problem, kind) for problem in PROBLEMS for kind in KINDS if (problem, kind) not in done]
    with tqdm(total=sum(options.steps or STEPS[problem] for problem, _ in left), unit="step", file=sys.stderr) as bar:
        for problem, kind in left:
            bar.set_description(f"{problem}, {kind}")
            record, _ = run(problem, kind, steps=options.steps, tick=bar.update)
            whole["runs"].append(record)
            _write(whole, options.out)


def _write(whole, path):
    """All at once, one line for each run."""
    head = json.dumps(whole | {"runs": []}, indent=1)
    runs = ",\n".join(json.dumps(record, separators=(",", ":")) for record in whole["runs"])
    new = path.with_name(path.name + ".new")
    new.write_text(head.replace('"runs": []', f'"runs": [\n{runs}\n ]') + "\n", encoding="utf-8")
    new.replace(path)


def _rounded(numbers):
    """Four significant digits: what a curve and a table can show."""
    return [_rounded(part) for part in numbers] if numbers.ndim else float(f"{numbers.item():.4g}")


if __name__ == "__main__":
    main()
