"""`gru-lab bench widgets`: from a key press to a changed picture, in a real JupyterLab, with a real kernel.

In one run and one browser: GRUCellExplorer (the maths in the browser), and the same interaction made of an ipywidgets
slider and a matplotlib figure that the kernel draws again. Then a slider of a cell with 16 units is dragged, and the
time between frames is taken. What else the machine is doing weighs on all alike: read them beside one another.

It drives the tests' browser, so it needs a checkout of the course with its test requirements.
"""

import importlib.util
import json
import random
import statistics
import sys
import tempfile
from pathlib import Path

__all__ = ["add_parser", "measure"]

NOTEBOOK = "bench.ipynb"
EXPLORER = "from gru_lab.widgets import GRUCellExplorer\nGRUCellExplorer(t=1)"
PLAIN = """
import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from gru_lab import trace_step
from gru_lab.story import ASPECTS, STORY, story_cell
%matplotlib inline
parameters = story_cell()
picture = ipywidgets.Output().add_class("bench-picture")
power = ipywidgets.FloatSlider(value=0.9, min=-1, max=1, step=0.05, description="Power")

def draw(_=None):
    trace = trace_step(np.array(STORY[1].x), np.array([power.value, 0, 0, 0]), parameters)
    with picture:
        picture.clear_output(wait=True)
        figure, axes = plt.subplots(1, 4, figsize=(10, 3), sharey=True)
        for one, name in zip(axes, ("r", "z", "candidate", "h")):
            one.barh(ASPECTS, getattr(trace, name))
            one.set(title=name, xlim=(-1, 1))
        plt.show()

power.observe(draw, "value")
display(power, picture)
draw()
"""
LARGE = """
from gru_lab import GRUParameters
GRUCellExplorer(GRUParameters.random(5, 16, seed=1), t=1)
"""

# A key press is timed from the event's own time stamp to the first message after the frame that shows the change.
WATCH = """
(changed) => {
    window.times = [];
    document.addEventListener("keydown", (event) => {
        const watcher = new MutationObserver(() => {
            if (changed === "image" && !document.querySelector(".bench-picture img")) return;
            watcher.disconnect();
            const image = changed === "image" ? document.querySelector(".bench-picture img") : null;
            const painted = () => requestAnimationFrame(() => {
                const after = new MessageChannel();
                after.port1.onmessage = () => window.times.push(performance.now() - event.timeStamp);
                after.port2.postMessage(null);
            });
            if (image && !image.complete) image.addEventListener("load", painted);
            else painted();
        });
        const image = changed === "image";
        const part = document.querySelector(image ? ".bench-picture" : ".bench-explorer .panel-h_t");
        watcher.observe(part, { childList: true, subtree: true, attributes: !image });
    }, true);
}
"""
FRAMES = """
() => {
    window.frames_ms = [];
    window.busy_ms = [];
    let before = null;
    const next = (time) => {
        if (before !== null) window.frames_ms.push(time - before);
        before = time;
        const start = performance.now();
        const after = new MessageChannel();
        after.port1.onmessage = () => window.busy_ms.push(performance.now() - start);
        after.port2.postMessage(null);
        if (!window.stop_frames) requestAnimationFrame(next);
    };
    window.stop_frames = false;
    requestAnimationFrame(next);
}
"""


def add_parser(subparsers):
    parser = subparsers.add_parser(
        "widgets",
        help="from a key press to a changed picture, in a real JupyterLab",
        description="Time GRUCellExplorer beside an ipywidgets slider with a matplotlib figure, in one JupyterLab and "
        "one browser; then drag at 16 units and time the frames. Needs a checkout with the test requirements and a "
        "Chromium.",
    )
    parser.add_argument("--presses", type=int, default=60, help="key presses for each (default: %(default)s)")
    parser.add_argument("--out", type=Path, help="also write the times to this .json file")
    parser.set_defaults(call=_widgets)


def _browser_tools():
    """The tests' harness, which is not installed with the package."""
    file = Path(__file__).parents[1] / "tests" / "browser" / "lab.py"
    if not file.is_file():
        raise FileNotFoundError(f"{file} is not there: `gru-lab bench widgets` runs in a checkout of the course")
    spec = importlib.util.spec_from_file_location("lab", file)
    assert spec and spec.loader, "a .py file has a loader"
    lab = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lab)
    return lab


def measure(presses=60):
    """-> {"explorer": ms, "plain": ms, "at_rest": ms, "frames": ms, "busy": ms}, each a list."""
    import nbformat

    tools = _browser_tools()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as root:
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source.strip()) for source in (EXPLORER, PLAIN, LARGE)]
        )
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, Path(root, NOTEBOOK))
        settings = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}
        with tools.start_lab(root, settings=settings) as lab, tools.start_browser() as browser:
            page = tools.new_page(browser)
            lab.open(page, NOTEBOOK)
            lab.run_all(page)
            page.wait_for_function("document.querySelectorAll('.gru-explorer[data-ready]').length === 2")
            page.locator(".bench-picture img").wait_for()
            page.evaluate(
                """() => {
                    const cells = document.querySelectorAll(".jp-CodeCell");
                    ["bench-explorer", "bench-plain", "bench-large"].forEach((name, i) => cells[i].classList.add(name));
                }"""
            )
            explorer = _time_keys(page, page.locator(".bench-explorer [data-row=h-0]"), "attributes", presses)
            plain = _time_keys(page, page.locator(".bench-plain .noUi-handle"), "image", max(10, presses // 3))
            at_rest, frames, busy = _time_drag(page)
    return {"explorer": explorer, "plain": plain, "at_rest": at_rest, "frames": frames, "busy": busy}


def _time_keys(page, control, changed, presses):
    control.scroll_into_view_if_needed()
    page.evaluate(WATCH, changed)
    control.focus()
    rng = random.Random(0)
    for k in range(presses + 3):
        page.keyboard.press("ArrowLeft" if k % 6 < 3 else "ArrowRight")
        page.wait_for_function("(n) => window.times.length > n", arg=k, timeout=20_000)
        page.wait_for_timeout(60 + 80 * rng.random())  # not in step with the screen
    return page.evaluate("window.times")[3:]  # the first few load and compile


def _time_drag(page):
    row = page.locator(".bench-large [data-row=h-0]")
    row.scroll_into_view_if_needed()
    track = row.locator(".track").bounding_box()
    y = track["y"] + track["height"] / 2
    page.mouse.move(track["x"] + track["width"] / 2, y)
    page.evaluate(FRAMES)
    page.wait_for_timeout(5000)
    page.evaluate("window.stop_frames = true")
    page.wait_for_timeout(300)
    at_rest = page.evaluate("window.frames_ms")
    page.mouse.down()
    page.wait_for_timeout(300)
    page.evaluate(FRAMES)
    for k in range(240):
        share = abs((k % 60) / 30 - 1)
        page.mouse.move(track["x"] + track["width"] * share, y)
    page.evaluate("window.stop_frames = true")
    page.mouse.up()
    return at_rest, *page.evaluate("[window.frames_ms, window.busy_ms]")


def _line(name, times):
    ordered = sorted(times)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return f"{name:44} {statistics.median(times):8.1f} {p95:8.1f} {ordered[-1]:8.1f} {len(times):6}"


def _widgets(options):
    try:
        found = measure(options.presses)
    except FileNotFoundError as missing:
        print(missing, file=sys.stderr)
        return 1
    print(f"{'milliseconds':44} {'median':>8} {'p95':>8} {'max':>8} {'n':>6}")
    print(_line("GRUCellExplorer, H = 4: key to paint", found["explorer"]))
    print(_line("ipywidgets + matplotlib inline: key to paint", found["plain"]))
    print(_line("H = 16, nobody touches it: between frames", found["at_rest"]))
    print(_line("H = 16, dragged: between frames", found["frames"]))
    print(_line("H = 16, dragged: work in a frame", found["busy"]))
    ratio = statistics.median(found["plain"]) / statistics.median(found["explorer"])
    print(f"The explorer's median is {ratio:.0f} times shorter.")
    slow = {name: sum(time > 50 for time in found[name]) / len(found[name]) for name in ("at_rest", "frames")}
    print(f"Frames over 50 ms: {slow['at_rest']:.1%} at rest, {slow['frames']:.1%} while dragging.")
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(found) + "\n", encoding="utf-8")
    return 0
