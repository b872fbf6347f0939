"""Record what Keras computes, in keras.json beside this file. Needs `pip install keras jax`; run by hand.

    python tests/vectors/make_keras.py

Keras 3.15 computes in float32 whatever dtype it is told, so these vectors agree to 1e-6, not to 1e-12.
"""

import json
import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_ENABLE_X64", "1")

import keras
import numpy as np

B, T, D, H = 2, 3, 3, 4
keras.config.set_floatx("float64")
rng = np.random.default_rng(2025)

cases = []
for reset_after in (True, False):
    layer = keras.layers.GRU(H, reset_after=reset_after, return_sequences=True, return_state=True, dtype="float64")
    layer.build((B, T, D))
    # Keras starts with zero biases, which would hide a bias in the wrong place: every number is drawn anew.
    weights = [rng.uniform(-1, 1, weight.shape).round(3) for weight in layer.get_weights()]
    layer.set_weights(weights)
    X, h0 = rng.standard_normal((B, T, D)).round(3), rng.uniform(-1, 1, (B, H)).round(3)
    output, h_n = (np.asarray(array) for array in layer(X, initial_state=h0))
    cases.append(
        {
            "reset_after": reset_after,
            "weights": {weight.name: array.tolist() for weight, array in zip(layer.weights, weights, strict=True)},
            "X": X.tolist(),
            "h0": h0.tolist(),
            "output": output.tolist(),
            "h_n": h_n.tolist(),
            "dtype": str(output.dtype),
        }
    )

record = {
    "made_with": {"keras": keras.__version__, "backend": keras.backend.backend(), "numpy": np.__version__},
    "cases": cases,
}
Path(__file__).with_name("keras.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
