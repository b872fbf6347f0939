"""Recurrent networks in torch: a language model around any cell, our own GRU beside torch.nn.GRU, and minGRU."""

from gru_lab.models.language_model import CELLS, LanguageModel, load, save
from gru_lab.models.min_gru import MinGRU, min_gru_by_loop, min_gru_by_scan
from gru_lab.models.own_gru import OwnGRU, trace_gru

__all__ = [
    "CELLS", "LanguageModel", "MinGRU", "OwnGRU",
    "load", "min_gru_by_loop", "min_gru_by_scan", "save", "trace_gru",
]  # fmt: skip
