"""Writes what the tests in JavaScript compare with, and the layout that figures draw from.

    python tests/widgets/generate.py

vectors.json: steps computed by gru_lab.cell for every convention, and its equations. cell_layout.json: the answer of
widgets/js/layout.js for the story cell (needs node). A test says when either is out of date.
"""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np

from gru_lab import Convention, GRUParameters, trace_step
from gru_lab.sequence import backward, forward
from gru_lab.story import ASPECTS, FEATURES, STORY, story_cell, tell
from gru_lab.widgets.gru_cell_explorer import forced_step

HERE = Path(__file__).parent
WIDGETS = HERE.parents[1] / "gru_lab" / "widgets"
VECTORS = HERE / "vectors.json"
LAYOUT = WIDGETS / "cell_layout.json"
LAYOUT_WIDTH = 1000

CONVENTIONS = [Convention(update, reset) for update in ("keeps", "takes") for reset in ("before", "after")]
SIZES = [(3, 2), (5, 4), (2, 6), (1, 1)]  # D, H: never equal where it would hide a transposed matrix
SCALES = [1, 40]  # 40: gates shut to the last bit


def lists(arrays):
    return {name: np.asarray(array).tolist() for name, array in arrays.items()}


def case(D, H, seed, scale, convention, force):
    rng = np.random.default_rng(seed)
    p = GRUParameters.random(D, H, rng, convention=convention)
    p = GRUParameters(**{name: scale * array for name, array in p.arrays().items()})
    x, h = rng.normal(size=D), rng.uniform(-1, 1, size=H)
    trace = forced_step(x, h, p, convention, force) if force else trace_step(x, h, p, convention)
    return {
        "convention": {"update": convention.update, "reset": convention.reset},
        "x": x.tolist(), "h": h.tolist(), "parameters": lists(p.arrays()), "force": force,
        "trace": lists(trace._asdict()),
    }  # fmt: skip


def dependence_case(convention):
    """dh_target[unit] / dX, by gru_lab.sequence.backward."""
    rng = np.random.default_rng(11)
    T, D, H, target, unit = 5, 2, 3, 3, 1
    p = GRUParameters.random(D, H, rng, convention=convention)
    X = rng.normal(size=(T, D))
    trace = forward(X, None, p, convention=convention)
    d_output = np.zeros((T, H))
    d_output[target, unit] = 1
    return {
        "convention": {"update": convention.update, "reset": convention.reset}, "parameters": lists(p.arrays()),
        "X": X.tolist(), "target": target, "unit": unit, "d_X": backward(trace, d_output).X.tolist(),
    }  # fmt: skip


def vectors():
    cases = [
        case(D, H, 100 * D + 10 * H + scale, scale, convention, {})
        for D, H in SIZES
        for scale in SCALES
        for convention in CONVENTIONS
    ]
    cases += [case(3, 2, 7, 1, convention, {"r": [0, None], "z": [None, 1]}) for convention in CONVENTIONS]
    return {
        "cases": cases,
        "story": {
            "units": ASPECTS, "features": FEATURES, "sentences": [{"text": s.text, "x": s.x} for s in STORY],
            "parameters": lists(story_cell().arrays()), "states": [trace.h.tolist() for trace in tell()],
        },
        "dependence": [dependence_case(convention) for convention in CONVENTIONS],
        "equations": {f"{c.update} {c.reset}": c.equations for c in CONVENTIONS},
    }  # fmt: skip


def vectors_text():
    return json.dumps(vectors(), ensure_ascii=False, separators=(",", ":")) + "\n"


def layout_text():
    """What layout.js answers, to a hundredth of a pixel. Raises RuntimeError without node."""
    node = shutil.which("node")
    if node is None:
        raise RuntimeError("node is not installed: cell_layout.json cannot be computed")
    code = f"""
        import {{ cellLayout }} from {json.dumps((WIDGETS / "js" / "layout.js").as_uri())};
        const layout = cellLayout({LAYOUT_WIDTH}, {json.dumps(ASPECTS)}, {json.dumps(FEATURES)}, "before");
        const short = (_, value) => (typeof value === "number" ? Math.round(value * 100) / 100 : value);
        console.log(JSON.stringify(layout, short, 1));
    """
    done = subprocess.run(
        [node, "--input-type=module", "-e", code], capture_output=True, text=True, encoding="utf-8", check=True
    )
    return done.stdout


if __name__ == "__main__":
    VECTORS.write_text(vectors_text(), encoding="utf-8")
    LAYOUT.write_text(layout_text(), encoding="utf-8")
    print(f"wrote {VECTORS.name} and {LAYOUT.name}")
