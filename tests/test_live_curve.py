"""The curve that grows while a cell runs: what it says, what it draws, and that it stops at a loss that is none."""

import re
import xml.etree.ElementTree as ET

import pytest

from gru_lab.figures import LiveCurve, live_curve


def points(svg):
    return [tuple(map(float, pair.split(","))) for pair in re.search(r'points="([^"]*)"', svg)[1].split()]


def test_it_says_the_last_loss_and_goes_down_as_the_loss_does():
    curve = LiveCurve(100, "Rings & <things>", floor=1 / 3, floor_name="who knows nothing", every=10)
    for step in range(60):
        curve.add(10.0 ** -(step // 20))  # 1, then 0.1, then 0.01
    svg = curve.svg()
    root = ET.fromstring(svg)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == "Rings & <things>: step 60 of 100, loss 0.01"
    xs, ys = zip(*points(svg), strict=True)
    assert len(xs) == 6 and list(xs) == sorted(xs) and ys[0] == ys[1] < ys[2] == ys[3] < ys[4] == ys[5]
    assert ys[2] - ys[0] == pytest.approx(ys[4] - ys[2], abs=0.2)  # a logarithmic axis: each tenth is as far
    assert "who knows nothing" in "".join(root.itertext())


def test_it_is_drawn_when_its_turn_has_come(monkeypatch):
    drawn = []

    class Handle:
        def update(self, picture):
            drawn.append(picture)

    monkeypatch.setattr(live_curve, "display", lambda picture, display_id: drawn.append(picture) or Handle())
    curve = LiveCurve(25, "x", every=10)
    for _ in range(25):
        curve.add(1.0)
    assert len(drawn) == 3 and "step 25 of 25" in drawn[-1].data


def test_what_is_no_number_is_refused():
    curve = LiveCurve(5, "x")
    with pytest.raises(ValueError, match="the loss is nan at step 1: try a smaller rate"):
        curve.add(float("nan"))
    with pytest.raises(ValueError, match="steps is 0 and every is 25"):
        LiveCurve(0, "x")
