"""The GRU cell as a still picture: each box, pipe and valve stands where the explorer has it.

Their places come from gru_lab/widgets/cell_layout.json, which the explorer's layout function writes: pixels, y down.
"""

import json
from importlib import resources
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Polygon, Rectangle

from gru_lab.cell import trace_step
from gru_lab.conventions import DEFAULT
from gru_lab.palette import INPUT_LIGHT, LIGHT, SIGNED_LIGHT

WIDTH = 9  # inches
TEXT = 10  # points
COLOURS = {**LIGHT, "h_t": LIGHT["h"], "x": INPUT_LIGHT}
RULE, SHADE = "#8a8a94", "#ececf0"
BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}  # keeps a label readable on a pipe

#  panel: its title, and what the second line says
TITLES = {
    "h": ("$h_{t-1}$  memory before", "what it remembers"),
    "x": ("$x_t$  this sentence", "what is said"),
    "r": ("$r_t$  reset gate", "0 hide · 1 show"),
    "z": ("$z_t$  update gate", "0 take · 1 keep"),
    "candidate": ("$\\tilde{h}_t$  candidate", "the new idea"),
    "h_t": ("$h_t$  new memory", "what it remembers now"),
}
VALVES = {"reset": "$\\times\\, r$", "keep": "$\\times\\, z$", "take": "$\\times\\, (1-z)$"}
OPENING = {"reset": lambda r: r, "keep": lambda z: z, "take": lambda z: 1 - z}


def load_layout():
    """The explorer's layout for the story cell: H = 4, D = 5, z keeps, reset before."""
    return json.loads(resources.files("gru_lab.widgets").joinpath("cell_layout.json").read_text(encoding="utf-8"))


def cell_diagram(x=None, h=None, parameters=None, layout=None):
    """The GRU cell of the story. Returns a matplotlib Figure.

    Without arguments: what each part is called, and the equations. With x (5,), h (4,) and parameters: that step in
    numbers; a pipe is then as wide as its number is far from 0, and a valve is as open as its gate says.
    """
    layout = layout or load_layout()
    numbers = None if x is None else quantities(x, h, parameters)
    inches_per_pixel = WIDTH / layout["width"]
    figure = plt.figure(figsize=(WIDTH, layout["height"] * inches_per_pixel))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-4, layout["width"] + 4), ylim=(layout["height"] + 4, -4))
    axes.axis("off")

    lane = layout["lane"] * inches_per_pixel * 72  # from here on in points
    for pipe in layout["pipes"]:
        value = 0.2 if numbers is None else numbers[pipe["quantity"]][pipe["unit"]]
        draw_pipe(axes, pipe, value, lane)
    for wire in layout["wires"]:
        draw_wire(axes, wire)
    for name, matrix in layout["matrices"].items():
        draw_matrix(axes, matrix, None if numbers is None else getattr(parameters, name))
    for box in layout["boxes"].values():
        axes.add_patch(Rectangle((box["x"], box["y"]), box["w"], box["h"], facecolor="white", edgecolor=RULE, zorder=3))
        label(axes, box["x"] + box["w"] / 2, box["y"] + box["h"] / 2, box["label"], rotation=90)
    for name, valve in layout["valves"].items():
        draw_valve(axes, name, valve, None if numbers is None else numbers[valve["gate"]])
    for pipe in layout["pipes"]:
        if pipe["quantity"] == "taken":  # it ends on the belt
            x, y = pipe["points"][-1]
            axes.add_patch(Circle((x, y), 8, facecolor="white", edgecolor=LIGHT["h"], zorder=5))
            label(axes, x, y, "+")
    for name, panel in layout["panels"].items():
        if numbers is None:  # room for the whole names
            panel = panel | {"labels": layout["panels"]["x" if name == "x" else "h"]["labels"]}
        draw_panel(axes, name, panel, None if numbers is None else numbers[name])
    if numbers is None:
        draw_equations(axes, layout)
    return figure


def quantities(x, h, parameters):
    """{what a pipe or a panel shows: its numbers}, by the names that the layout uses."""
    step = trace_step(x, h, parameters)
    return {
        "x": x, "h": h, "r": step.r, "z": step.z,
        "reset_memory": step.reset_memory, "mixed": step.reset_memory @ parameters.U_h.T,
        "a_candidate": step.a_candidate, "candidate": step.candidate,
        "kept": step.z * h, "taken": (1 - step.z) * step.candidate, "new": step.h, "h_t": step.h,
    }  # fmt: skip


def label(axes, x, y, text, **style):
    style = {"ha": "center", "va": "center_baseline", "fontsize": TEXT, "zorder": 6} | style
    axes.text(x, y, text, **style)


def draw_pipe(axes, pipe, value, lane):
    """As wide as the value is far from 0; hollow when it is negative."""
    xs, ys = zip(*pipe["points"], strict=True)
    width = 0.6 + 0.6 * lane * min(abs(value), 1)
    axes.plot(xs, ys, color=COLOURS[pipe["tint"]], linewidth=width, alpha=0.75, solid_capstyle="butt", zorder=1)
    if value < 0 and width > 2.4:
        axes.plot(xs, ys, color="white", linewidth=width - 2, solid_capstyle="butt", zorder=1)


def draw_wire(axes, wire):
    *way, (x0, y0), (x1, y1) = wire["points"]
    colour = COLOURS[wire["tint"]]
    xs, ys = zip(*way, (x0, y0), strict=True)
    axes.plot(xs, ys, color=colour, linewidth=1.4, zorder=2)
    arrow = FancyArrowPatch((x0, y0), (x1, y1), arrowstyle="-|>", mutation_scale=11, shrinkA=0, shrinkB=0)
    arrow.set(color=colour, linewidth=1.4, zorder=2)
    axes.add_patch(arrow)


def draw_matrix(axes, matrix, weights):
    """A crossbar: a column for each number that comes in, a row for each unit that goes out.

    With weights: a square as large as the weight, filled when it is positive, hollow when it is negative.
    """
    x, y, lane, row = (matrix[key] for key in ("x", "y", "lane", "row"))
    frame: dict[str, Any] = {"edgecolor": LIGHT["candidate"], "linewidth": 1.6, "zorder": 5}
    axes.add_patch(Rectangle((x, y), matrix["w"], matrix["h"], facecolor="white", zorder=3))
    axes.add_patch(Rectangle((x, y), matrix["w"], matrix["h"], facecolor="none", **frame))
    for i in range(matrix["rows"]):
        for j in range(matrix["columns"]):
            corner = (x + j * lane, y + i * row)
            axes.add_patch(Rectangle(corner, lane, row, facecolor="none", edgecolor=SHADE, zorder=4))
            if weights is None or weights[i, j] == 0:
                continue
            half = lane * (0.16 + 0.2 * min(abs(weights[i, j]) / 2, 1))
            square = Rectangle((corner[0] + lane / 2 - half, corner[1] + row / 2 - half), 2 * half, 2 * half)
            colour = SIGNED_LIGHT["positive" if weights[i, j] > 0 else "negative"]
            square.set(facecolor=colour if weights[i, j] > 0 else "white", edgecolor=colour, linewidth=1.4, zorder=5)
            axes.add_patch(square)
    name = f"${matrix['id']}$"
    label(axes, x + matrix["w"] / 2, y - 14, name, color=LIGHT["candidate"], fontsize=TEXT + 1, bbox=BEHIND)


def draw_valve(axes, name, valve, gate):
    """A box across the pipes; with numbers, two jaws on each pipe that leave the gate's share of it open."""
    colour = COLOURS[valve["gate"]]
    box = FancyBboxPatch((valve["x"], valve["y"]), valve["w"], valve["h"], boxstyle="round,pad=0,rounding_size=6")
    box.set(facecolor="white", edgecolor=colour, linewidth=1.6, zorder=3)
    axes.add_patch(box)
    if gate is None:
        across = valve["axis"] == "horizontal" and valve["w"] < 40
        middle = (valve["x"] + valve["w"] / 2, valve["y"] + valve["h"] / 2)
        label(axes, *middle, VALVES[name], color=colour, fontsize=TEXT + 1, rotation=90 if across else 0)
        return
    for lane, value in zip(valve["lanes"], gate, strict=True):
        shut = (1 - OPENING[name](value)) * valve["pitch"] / 2
        for side in (-1, 1):
            edge = lane + side * valve["pitch"] / 2
            corners = [(edge, -1), (edge, 1), (edge - side * shut, 0)]  # (across the lanes, along them)
            if valve["axis"] == "vertical":
                points = [(a, valve["y"] + valve["h"] * (b + 1) / 2) for a, b in corners]
            else:
                points = [(valve["x"] + valve["w"] * (b + 1) / 2, a) for a, b in corners]
            axes.add_patch(Polygon(points, facecolor=colour, edgecolor=colour, zorder=4))


def draw_panel(axes, name, panel, numbers):
    x, y, colour = panel["x"], panel["y"], COLOURS[name]
    box = FancyBboxPatch((x, y), panel["w"], panel["h"], boxstyle="round,pad=0,rounding_size=7")
    box.set(facecolor="white", edgecolor=colour, linewidth=1.8, zorder=4)
    axes.add_patch(box)
    title, says = TITLES[name]
    label(axes, x + 10, y + 13, title, ha="left", color=colour, weight="bold")
    label(axes, x + 10, y + 32, says, ha="left", color="#5a5a64")
    track = panel["track"]
    if panel["signed"] and numbers is not None:
        ends = (panel["rows"][0] - 10, panel["rows"][-1] + 10)
        axes.plot([track["zero"]] * 2, ends, color=RULE, linewidth=0.8, zorder=5)
    for i, row in enumerate(panel["rows"]):
        label(axes, x + 10, row, panel["labels"][i], ha="left")
        if numbers is None:
            continue
        bar = Rectangle((track["zero"], row - 6), track["unit"] * numbers[i], 12, facecolor=colour, zorder=5)
        axes.add_patch(bar)
        label(axes, x + panel["w"] - 8, row, f"{numbers[i]:.2f}".replace("-0.00", "0.00").replace("-", "−"), ha="right")


def draw_equations(axes, layout):
    """The four lines, in the free corner under the candidate, each in the colour of its box."""
    candidate = layout["panels"]["candidate"]
    top = candidate["y"] + candidate["h"]
    pitch = (layout["height"] - top) / (len(DEFAULT.equations) + 0.5)
    for place, (name, equation) in enumerate(DEFAULT.equations.items(), start=1):
        style = {"ha": "left", "color": COLOURS[name], "fontsize": TEXT + 2}
        label(axes, candidate["x"], top + place * pitch, f"${equation}$", **style)
