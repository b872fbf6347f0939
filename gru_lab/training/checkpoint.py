"""A run on disk: one safetensors file, replaced as a whole or not at all."""

import json
import os
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from gru_lab.models import LanguageModel
from gru_lab.models.language_model import State

__all__ = ["read_checkpoint", "write_atomically", "write_checkpoint"]


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` so that at every moment, even at a power cut, `path` is whole: the old file or the new one."""
    new = path.with_name(path.name + ".new")
    try:
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def write_checkpoint(
    path: Path,
    model: LanguageModel,
    optimiser: torch.optim.Optimizer,
    state: State,
    step: int,
    seconds: float,
    run: dict,
    rank: int = 0,
    processes: int = 1,
) -> None:
    """Everything that the next step depends on: weights, the optimiser's means, the streams' states, the step.

    Each process has rows of its own, and so states of its own: they go into files of their own, before the one file
    that says that the checkpoint is there.
    """
    states = state if isinstance(state, tuple) else (state,)
    own = {f"state.{number}": part.cpu().contiguous() for number, part in enumerate(states)}
    meta = {"step": str(step), "seconds": str(seconds), "run": json.dumps(run), "processes": str(processes)}
    if processes > 1:
        write_atomically(_own(path, rank, step), save(own, meta))
        torch.distributed.barrier()
        if rank > 0:
            return
        own = {}
    tensors = {f"model.{name}": tensor.cpu().contiguous() for name, tensor in model.state_dict().items()}
    for name, parameter in model.named_parameters():
        for key, value in optimiser.state[parameter].items():
            tensors[f"optimiser.{name}.{key}"] = value.cpu().contiguous()
    write_atomically(path, save(tensors | own, meta))
    for old in path.parent.glob(f"{path.stem}.*-*.part"):
        if not old.name.endswith(f"-{step}.part"):
            old.unlink(missing_ok=True)


def read_checkpoint(path, model, optimiser, run, rank=0, processes=1):
    """Fill model and optimiser from the file and return (step, state, seconds so far).

    Raises ValueError for a file that is damaged, or that comes from another run.
    """
    tensors, meta = _read(path)
    found = json.loads(meta["run"])
    differs = sorted(key for key in {*run, *found} if run.get(key) != found.get(key))
    if differs:
        raise ValueError(
            f"{path.parent} holds another run ({', '.join(f'{key} {found.get(key)}' for key in differs)}): "
            "give the same options to go on with it, or another --out"
        )
    if int(meta["processes"]) != processes:
        raise ValueError(f"the run was started with {meta['processes']} processes, this is {processes}")
    step = int(meta["step"])
    if processes > 1:
        tensors |= _read(_own(path, rank, step))[0]
    model.load_state_dict({k.removeprefix("model."): v for k, v in tensors.items() if k.startswith("model.")})
    all_on_device = bool(optimiser.defaults["fused"])  # else Adam counts its steps on the CPU, wherever the weights are
    for name, parameter in model.named_parameters():
        found = {key.rpartition(".")[2]: v for key, v in tensors.items() if key.startswith(f"optimiser.{name}.")}
        optimiser.state[parameter] = {
            key: tensor.to(parameter.device) if all_on_device or key != "step" else tensor
            for key, tensor in found.items()
        }
    device = next(model.parameters()).device
    states = tuple(tensors[key].to(device) for key in sorted(tensors) if key.startswith("state."))
    return step, states if len(states) > 1 else states[0], float(meta["seconds"])


def _own(path: Path, rank: int, step: int) -> Path:
    return path.with_name(f"{path.stem}.{rank}-{step}.part")


def _read(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    try:
        with safe_open(path, framework="pt") as file:
            return {key: file.get_tensor(key) for key in file.keys()}, file.metadata()  # noqa: SIM118 - it is no dict
    except (SafetensorError, OSError) as error:
        raise ValueError(f"{path.name} cannot be read ({error}). Delete it to begin again.") from error
