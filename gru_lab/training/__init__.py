"""Training a language model: one loop for a CPU, a GPU, several GPUs or machines; stopped at any moment, it goes on."""

from gru_lab.training.configuration import PRESETS, Configuration
from gru_lab.training.corpus import Corpus, CorpusError, storyworld_corpus, text_corpus
from gru_lab.training.device import Device, DeviceError, choose_device
from gru_lab.training.loop import Interrupted, evaluate, train

__all__ = [
    "PRESETS", "Configuration", "Corpus", "CorpusError", "Device", "DeviceError", "Interrupted",
    "choose_device", "evaluate", "storyworld_corpus", "text_corpus", "train",
]  # fmt: skip
