"""Where to compute: chosen openly, never silently."""

import os
import shutil
from dataclasses import dataclass

import torch

from gru_lab._machine import cpu_name

__all__ = ["Device", "DeviceError", "choose_device"]

KINDS = ("auto", "cpu", "cuda", "mps")


class DeviceError(RuntimeError):
    """The device that was asked for is not to be had; the message says why, and what to do."""


@dataclass(frozen=True)
class Device:
    """kind: "cpu", "cuda" or "mps". name: of the card or the processor. why: a sentence to print before training."""

    kind: str
    name: str
    why: str


def choose_device(wanted: str = "auto") -> Device:
    """The device that is wanted; "auto" is an NVIDIA card where torch can use one, else the CPU.

    Apple's GPU is taken only when asked for by name ("mps"): for networks of this size it is no faster than the CPU as
    a rule. Raises DeviceError for a device that cannot be used, ValueError for another word.
    """
    if wanted not in KINDS:
        raise ValueError(f"device is {wanted!r}, needs one of {', '.join(KINDS)}")
    if wanted in ("auto", "cuda"):
        trouble = cuda_trouble()
        if not trouble:
            name = torch.cuda.get_device_name(int(os.environ.get("LOCAL_RANK", 0)))
            return Device("cuda", name, f"Training on the GPU: {name}.")
        if wanted == "cuda":
            raise DeviceError(f"{trouble} Without a GPU: --device cpu.")
        return Device("cpu", cpu_name(), f"Training on the CPU ({cpu_name()}, {threads()}). {trouble}")
    if wanted == "mps":
        if not torch.backends.mps.is_available():
            raise DeviceError("This torch finds no Apple GPU (mps). Use --device cpu.")
        return Device("mps", "Apple GPU", "Training on Apple's GPU (mps), as asked.")
    return Device("cpu", cpu_name(), f"Training on the CPU ({cpu_name()}, {threads()}), as asked.")


def cuda_trouble() -> str:
    """Why torch cannot use an NVIDIA card here; "" when it can."""
    if torch.cuda.is_available():
        return ""
    driver = shutil.which("nvidia-smi") is not None
    if torch.version.cuda is None:
        built = "This torch is a build without CUDA"
        return (
            f"{built}: see --torch-index in the README." if driver else f"{built}, and no NVIDIA driver is installed."
        )
    if driver:
        return (
            f"There is an NVIDIA driver, but torch cannot use it: it needs one for CUDA {torch.version.cuda} or newer. "
            "Update the driver, or install a torch for your CUDA: see --torch-index in the README."
        )
    return "No NVIDIA card with a driver was found."


def threads() -> str:
    count = torch.get_num_threads()
    return f"{count} thread" + "s" * (count > 1)


def check_memory(needed: int, device: Device) -> None:
    """Raise DeviceError when `needed` bytes are more than a card has free, or the machine has at all."""
    if device.kind == "cuda":
        free = torch.cuda.mem_get_info()[0]
    elif hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        free = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    else:
        return
    if needed > free:
        raise DeviceError(
            f"The run needs about {needed / 1e9:.1f} GB, {free / 1e9:.1f} GB are there. "
            "Use a smaller --batch-size, --length or --hidden-size, or a smaller preset."
        )
