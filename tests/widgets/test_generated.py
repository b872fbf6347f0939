"""What is generated is up to date: the JavaScript is held to the cell as it is now, figures to today's layout."""

import json
import shutil

import numpy as np
import pytest

from . import generate


def close(found, wanted):
    """Equal structure; numbers within 1e-14, for NumPy builds differ in the last bit of tanh."""
    if isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(close(found[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list | tuple):
        return len(found) == len(wanted) and all(map(close, found, wanted))
    if isinstance(wanted, float):
        return bool(np.isclose(found, wanted, rtol=1e-14, atol=1e-14))
    return found == wanted


def test_vectors_are_up_to_date():
    saved = json.loads(generate.VECTORS.read_text(encoding="utf-8"))
    assert close(saved, json.loads(generate.vectors_text())), "run: python tests/widgets/generate.py"


def test_cell_layout_is_up_to_date():
    if shutil.which("node") is None:
        pytest.skip("node is not installed: the layout cannot be computed")
    saved = generate.LAYOUT.read_text(encoding="utf-8")
    assert saved == generate.layout_text(), "run: python tests/widgets/generate.py"
