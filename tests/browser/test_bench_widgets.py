"""The widgets' benchmark takes as many times as it was asked for, and says what it has taken."""

import json
import re
import statistics
import subprocess
import sys

import pytest

from gru_lab import bench_widgets, cli

from .lab import find_chromium

LINES = {
    "explorer": "GRUCellExplorer, H = 4: key to paint",
    "plain": "ipywidgets + matplotlib inline: key to paint",
    "at_rest": "H = 16, nobody touches it: between frames",
    "frames": "H = 16, dragged: between frames",
    "busy": "H = 16, dragged: work in a frame",
}


@pytest.mark.skipif(find_chromium() is None, reason="no Chromium or Chrome found")
def test_every_press_is_timed_and_the_table_says_what_the_file_does(tmp_path):
    pytest.importorskip("playwright", reason="browser tests need playwright: pip install playwright")
    out = tmp_path / "new" / "times.json"
    command = [sys.executable, "-m", "gru_lab.cli", "bench", "widgets", "--presses", "4", "--out", out]
    said = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout  # it has its own browser
    found = json.loads(out.read_text("utf-8"))
    assert found.keys() == LINES.keys()
    assert len(found["explorer"]) == 4 and len(found["plain"]) == 10
    busy = found["busy"]  # may be less than a step of the browser's clock, 0.1 ms
    assert all(0 <= time < 60_000 for time in busy) and max(busy) > 0
    assert all(0 < time < 60_000 for name in found.keys() - {"busy"} for time in found[name])
    assert sum(found["at_rest"]) == pytest.approx(5000, rel=0.3)  # milliseconds, a frame after another
    for name, text in LINES.items():
        median, _, largest, count = re.search(re.escape(text) + r" +([\d.]+) +([\d.]+) +([\d.]+) +(\d+)", said).groups()
        times = found[name]
        assert (float(median), float(largest), int(count)) == (
            pytest.approx(statistics.median(times), abs=0.051), pytest.approx(max(times), abs=0.051), len(times),
        )  # fmt: skip
    ratio = statistics.median(found["plain"]) / statistics.median(found["explorer"])
    assert f"{ratio:.0f} times shorter" in said and ratio > 1  # no way to the kernel and back


def test_without_a_checkout_it_says_what_it_needs(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(bench_widgets, "__file__", str(tmp_path / "gru_lab" / "bench_widgets.py"))
    assert cli.main(["bench", "widgets"]) == 1
    assert "runs in a checkout of the course" in capsys.readouterr().err


def test_a_line_of_the_table_has_the_median_and_the_slowest_of_twenty():
    numbers = bench_widgets._line("name", list(range(1, 101))).split()
    assert numbers == ["name", "50.5", "96.0", "100.0", "100"]
