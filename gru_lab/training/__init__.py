"""Training a language model: one loop for a CPU, a GPU, several GPUs or machines; stopped at any moment, it goes on.

A name is imported when it is first asked for: `gru-lab --help` needs no torch.
"""

import importlib

_PLACES = {
    "PRESETS": "configuration",
    "Configuration": "configuration",
    "Corpus": "corpus",
    "CorpusError": "corpus",
    "Device": "device",
    "DeviceError": "device",
    "Interrupted": "loop",
    "choose_device": "device",
    "evaluate": "loop",
    "storyworld_corpus": "corpus",
    "text_corpus": "corpus",
    "train": "loop",
}
__all__ = list(_PLACES)


def __getattr__(name):
    if name not in _PLACES:
        raise AttributeError(f"module 'gru_lab.training' has no attribute {name!r}")
    return getattr(importlib.import_module(f"gru_lab.training.{_PLACES[name]}"), name)


def __dir__():
    return sorted({*globals(), *_PLACES})
