"""Record what Flax computes, in flax.json beside this file. Needs `pip install flax`; run by hand.

python tests/vectors/make_flax.py
"""

import json
from pathlib import Path

import flax
import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
B, T, D, H = 2, 3, 3, 4

rng = np.random.default_rng(2024)
cell = nn.GRUCell(H, dtype=jnp.float64, param_dtype=jnp.float64)
X, h0 = rng.standard_normal((B, T, D)).round(3), rng.uniform(-1, 1, (B, H)).round(3)
# Flax starts with zero biases, which would hide a bias in the wrong place: every number is drawn anew.
shapes = cell.init(jax.random.key(0), h0, X[:, 0])
variables = jax.tree.map(lambda array: rng.uniform(-1, 1, array.shape).round(3), shapes)
h, output = jnp.asarray(h0), []
for t in range(T):
    h, y = cell.apply(variables, h, X[:, t])
    output.append(np.asarray(y))

record = {
    "made_with": {"flax": flax.__version__, "jax": jax.__version__, "numpy": np.__version__},
    "X": X.tolist(),
    "h0": h0.tolist(),
    "variables": jax.tree.map(lambda array: array.tolist(), variables),
    "output": np.stack(output, 1).tolist(),
}
Path(__file__).with_name("flax.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
