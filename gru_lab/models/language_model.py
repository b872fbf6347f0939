"""A language model around one recurrent layer: a word in, a guess at the next one out."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from gru_lab.models.min_gru import MinGRU
from gru_lab.models.own_gru import GRUTrace, OwnGRU, trace_gru

__all__ = ["CELLS", "LanguageModel", "load", "save"]


class BagOfWords(nn.Module):
    """What a model without an order knows: the mean of all words so far, through one tanh layer; and the last word.

    A control: whatever it can say needs no recurrent network. State: (2, B, D), the sum so far and how many.
    """

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        self.mix = nn.Linear(2 * input_size, hidden_size)

    def forward(self, x: torch.Tensor, state: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        state = x.new_zeros(2, x.shape[0], x.shape[2]) if state is None else state
        sums = state[0].unsqueeze(1) + x.cumsum(dim=1)
        counts = state[1].unsqueeze(1) + torch.ones_like(x).cumsum(dim=1)
        output = torch.tanh(self.mix(torch.cat([sums / counts, x], dim=-1)))
        return output, torch.stack([sums[:, -1], counts[:, -1]])


State = torch.Tensor | tuple[torch.Tensor, ...]  # h, or (h, c) of an LSTM

CELLS = {
    "rnn": lambda D, H: nn.RNN(D, H, batch_first=True),
    "gru": lambda D, H: nn.GRU(D, H, batch_first=True),
    "lstm": lambda D, H: nn.LSTM(D, H, batch_first=True),
    "own_gru": OwnGRU,
    "min_gru": MinGRU,
    "bag": BagOfWords,
}


class LanguageModel(nn.Module):
    """Embedding -> recurrent layer -> logits of the next word.

    cell: a key of CELLS. Raises ValueError for another, or a size below 1.
    """

    def __init__(self, cell: str, vocabulary_size: int, embedding_size: int = 64, hidden_size: int = 128):
        super().__init__()
        if cell not in CELLS:
            raise ValueError(f"cell is {cell!r}, needs one of {', '.join(CELLS)}")
        self.configuration: dict[str, Any] = {
            "cell": cell, "vocabulary_size": vocabulary_size,
            "embedding_size": embedding_size, "hidden_size": hidden_size,
        }  # fmt: skip
        for name, size in self.configuration.items():
            if name != "cell" and size < 1:
                raise ValueError(f"{name} is {size}, needs 1 or more")
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.recurrent = CELLS[cell](embedding_size, hidden_size)
        self.decoder = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens: torch.Tensor, state: State | None = None) -> tuple[torch.Tensor, State]:
        """tokens (B, T) of word numbers -> logits (B, T, V) of the word after each, and the state to go on from."""
        output, state = self.recurrent(self.embedding(tokens), state)
        return self.decoder(output), state

    def states(self, tokens: torch.Tensor, state: State | None = None) -> torch.Tensor:
        """The hidden state after each word, (B, T, H)."""
        return self.recurrent(self.embedding(tokens), state)[0]

    def trace(self, tokens: torch.Tensor, state: torch.Tensor | None = None) -> GRUTrace:
        """r, z, candidate and h after each word, each (B, T, H). Raises ValueError for a cell that is no GRU."""
        if self.configuration["cell"] not in ("gru", "own_gru"):
            raise ValueError(f"a {self.configuration['cell']} has no gates r and z; trace needs a gru or an own_gru")
        return trace_gru(self.recurrent, self.embedding(tokens), state)

    @property
    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())


def save(model: LanguageModel, path: str | Path, vocabulary: Sequence[str], dtype: torch.dtype | None = None) -> None:
    """Write the weights to a .safetensors file, with what is needed to build the model again in its metadata.

    dtype: what to round them to, such as torch.float16; None keeps them. ValueError where a weight does not fit there.
    """
    if len(vocabulary) != model.configuration["vocabulary_size"]:
        raise ValueError(
            f"vocabulary has {len(vocabulary)} words, the model has {model.configuration['vocabulary_size']}"
        )
    metadata = {"configuration": json.dumps(model.configuration), "vocabulary": json.dumps(list(vocabulary))}
    tensors = {name: tensor.detach().cpu().to(dtype).contiguous() for name, tensor in model.state_dict().items()}
    for name, tensor in tensors.items():
        if not tensor.isfinite().all():
            raise ValueError(f"{name} has numbers that {tensor.dtype} cannot hold")
    save_file(tensors, path, metadata)


def load(path: str | Path) -> tuple[LanguageModel, tuple[str, ...]]:
    """The model and the vocabulary that `save` wrote. Raises ValueError for a file that is something else."""
    try:
        with safe_open(path, framework="pt") as file:
            found = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dict
        model = LanguageModel(**json.loads(found["configuration"]))
        model.load_state_dict(tensors)
        return model, tuple(json.loads(found["vocabulary"]))
    except (SafetensorError, KeyError, RuntimeError) as error:
        raise ValueError(f"{Path(path).name} is no language model that gru_lab saved: {error}") from error
