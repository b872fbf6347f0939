"""`import gru_lab` costs what NumPy costs, and brings no torch, Jupyter or matplotlib."""

import statistics
import subprocess
import sys

HEAVY = (
    "torch",
    "matplotlib",
    "IPython",
    "jupyter_core",
    "ipykernel",
    "ipywidgets",
    "anywidget",
    "traitlets",
    "pandas",
)


def python(code):
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert result.returncode == 0, result.stderr
    return result.stdout


def seconds_to_import(module):
    """In a fresh process, without Python's own start."""
    return float(python(f"from time import perf_counter as now; t = now(); import {module}; print(now() - t)"))


def test_nothing_heavy_is_imported():
    code = (
        "import sys, gru_lab, gru_lab.story, gru_lab.sequence, gru_lab.sequence_fast, gru_lab.interop\n"
        "gru_lab.gru_step([0.0], [0.0], gru_lab.GRUParameters.random(1, 1))\n"
        "print(*sys.modules)"
    )
    loaded = {name.partition(".")[0] for name in python(code).split()}
    assert "numpy" in loaded
    assert not loaded & set(HEAVY)


def test_importing_costs_less_than_a_third_more_than_numpy():
    seconds_to_import("gru_lab")  # once, so that bytecode is written
    ratios = []
    for _ in range(4):  # a busy machine can spoil one series of measurements, hardly four of them
        pairs = [(seconds_to_import("numpy"), seconds_to_import("gru_lab")) for _ in range(7)]
        ratios.append(statistics.median(ours for _, ours in pairs) / statistics.median(numpys for numpys, _ in pairs))
        if ratios[-1] < 1.3:
            return
    raise AssertionError(f"import gru_lab takes {min(ratios):.2f} times what import numpy takes, needs less than 1.3")
