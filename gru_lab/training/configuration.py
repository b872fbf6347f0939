"""What a training run is: sizes, steps, rates. A preset names one; a record says which one made it."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

__all__ = ["PRESETS", "Configuration"]


@dataclass(frozen=True)
class Configuration:
    """cell, embedding_size, hidden_size: of the model. words: of StoryWorld to train on (one pass or several).

    batch_size: streams side by side; length: words of each stream in one step, over which the gradient reaches back
    (the state goes on). steps; warmup of them in which the rate rises to `rate`, from where it falls as a cosine to a
    tenth. clip: largest gradient norm. every: steps between two looks at the validation text, and two checkpoints.
    Raises ValueError for what cannot be.
    """

    cell: str = "gru"
    embedding_size: int = 64
    hidden_size: int = 128
    words: int = 200_000
    batch_size: int = 32
    length: int = 32
    steps: int = 150
    rate: float = 4e-3
    warmup: int = 20
    weight_decay: float = 0.01
    clip: float = 1.0
    every: int = 50
    seed: int = 0
    precision: str = "float32"

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type in (int, float) and field.name not in ("seed", "weight_decay", "warmup") and not value > 0:
                raise ValueError(f"{field.name} is {value}, needs more than 0")
        if self.precision not in ("float32", "bf16"):
            raise ValueError(f"precision is {self.precision!r}, needs float32 or bf16")
        if self.warmup >= self.steps:
            raise ValueError(f"warmup is {self.warmup} of {self.steps} steps, needs fewer than all")

    def with_changes(self, **changes: Any) -> "Configuration":
        """The same with the changes that are not None."""
        return replace(self, **{name: value for name, value in changes.items() if value is not None})

    def as_dict(self) -> dict:
        return asdict(self)


PRESETS = {
    "ci": Configuration(),
    "laptop": Configuration(
        embedding_size=128, hidden_size=256, words=20_000_000, batch_size=64, length=64, steps=10_000, warmup=200,
        every=500,
    ),
    "gpu": Configuration(
        embedding_size=128, hidden_size=512, words=200_000_000, batch_size=256, length=64, steps=80_000, rate=4e-3,
        warmup=1000, every=2000, precision="bf16",
    ),
}  # fmt: skip
