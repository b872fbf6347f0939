"""GRUCellExplorer in a real JupyterLab: what a reader does, and what the page and Python then say."""

import json
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from gru_lab import Convention
from gru_lab.story import STORY, tell
from gru_lab.widgets import GRUCellExplorer

from .lab import THEMES, new_page

NOTEBOOK = "explorer.ipynb"
CELLS = (
    "from gru_lab.widgets import GRUCellExplorer\nexplorer = GRUCellExplorer(t=1)\nexplorer",
    "import json\nprint(json.dumps({'x': explorer.x.tolist(), 'h': explorer.h.tolist(), 't': explorer.t,"
    " 'new': explorer.trace().h.tolist(), 'state': repr(explorer.weight_edits)}))",
)
WIDGET = '.gru-explorer[data-ready="true"]'
VECTORS = Path(__file__).parents[1] / "widgets" / "vectors.json"


def write_notebook(path, cells=CELLS):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def notebook(lab, browser):
    """One page for the whole file: opening JupyterLab takes longer than any test."""
    page = new_page(browser)
    write_notebook(lab.root / NOTEBOOK)
    lab.open(page, NOTEBOOK)
    lab.run_all(page)
    yield page
    page.context.close()


def run_cell(lab, page, index, source=None):
    """Run one cell, with another source if one is given."""
    page.evaluate(
        """([index, source]) => {
            const notebook = window.jupyterapp.shell.currentWidget.content;
            if (source !== null) notebook.model.cells.get(index).sharedModel.source = source;
            notebook.activeCellIndex = index;
            notebook.deselectAll();
            return window.jupyterapp.commands.execute("notebook:run-cell");
        }""",
        [index, source],
    )
    lab.wait_until_idle(page)


@pytest.fixture
def explorer(lab, notebook):
    """The page with a new explorer on screen, at sentence 2."""
    page = notebook
    page.emulate_media(reduced_motion="no-preference")
    page.evaluate("document.querySelector('.gru-explorer')?.removeAttribute('data-ready')")  # the last test's
    run_cell(lab, page, 0)
    page.locator(WIDGET).wait_for()
    del page.errors[:]
    yield page
    assert page.errors == []


def numbers(page, panel):
    """What the rows of a panel show."""
    texts = page.locator(f".panel-{panel} .number").all_text_contents()
    return [float(text.replace("\u2212", "-").replace("+", "")) for text in texts]


def states_in_story(page):
    columns = page.locator(".story-grid .column").all()
    values = [column.locator(".value").all_text_contents() for column in columns]
    return [[float(text.replace("\u2212", "-")) for text in column] for column in values]


def python_says(lab, page):
    """Run the second cell and read what it printed."""
    page.wait_for_timeout(500)  # the browser tells Python a moment after the last change
    run_cell(lab, page, 1, CELLS[1])
    return json.loads(lab.cells(page)[1]["outputs"][0]["text"])


def slider(page, name):
    return page.get_by_role("slider", name=name, exact=True)


def test_it_shows_what_the_cell_computes(explorer):
    expected = tell()[1]
    assert numbers(explorer, "h_t") == pytest.approx(expected.h, abs=0.0051)
    assert numbers(explorer, "z") == pytest.approx(expected.z, abs=0.0051)
    assert numbers(explorer, "r") == pytest.approx(expected.r, abs=0.0051)
    assert numbers(explorer, "candidate") == pytest.approx(expected.candidate, abs=0.0051)
    assert np.array(states_in_story(explorer)) == pytest.approx(np.array([trace.h for trace in tell()]), abs=0.0051)
    assert explorer.locator(".sentence").inner_text() == f"\u201c{STORY[1].text}\u201d"


def test_keys_and_dragging_move_a_slider_and_python_is_told(lab, explorer):
    power = slider(explorer, "Memory before, Power")
    power.focus()
    for key in ("Home", "ArrowRight", "ArrowRight", "PageUp", "Shift+ArrowLeft"):
        explorer.keyboard.press(key)
    assert float(power.get_attribute("aria-valuenow")) == pytest.approx(-1 + 0.05 + 0.05 + 0.25 - 0.01)
    assert re.match(r"Power minus 0\.66, keeps \d+ per cent", power.get_attribute("aria-valuetext"))

    quarrel = slider(explorer, "Input, quarrel")
    quarrel.scroll_into_view_if_needed()
    box = quarrel.locator(".track").bounding_box()
    explorer.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2)
    explorer.mouse.down()
    explorer.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2, steps=6)
    explorer.mouse.up()
    explorer.wait_for_timeout(100)
    assert float(quarrel.get_attribute("aria-valuenow")) == pytest.approx(0.8, abs=0.06)

    said = python_says(lab, explorer)
    assert said["h"][0] == pytest.approx(-0.66)
    assert said["x"][1] == pytest.approx(float(quarrel.get_attribute("aria-valuenow")), abs=0.006)
    assert numbers(explorer, "h_t") == pytest.approx(said["new"], abs=0.0051)
    # the rest of the story follows, and the ghost stays where the unedited run was
    assert states_in_story(explorer)[4][1] != pytest.approx(tell()[4].h[1], abs=0.01)
    assert explorer.locator(".story-grid .cell.differs").count() > 4


def test_undo_and_reset(explorer):
    before = states_in_story(explorer)
    conflict = slider(explorer, "Memory before, Conflict")
    conflict.focus()
    explorer.keyboard.press("End")
    slider(explorer, "Input, death").focus()
    explorer.keyboard.press("End")
    edited = states_in_story(explorer)
    assert edited != before
    explorer.keyboard.press("Control+z")
    assert states_in_story(explorer) not in (before, edited)
    explorer.get_by_role("button", name="Undo").click()
    assert states_in_story(explorer) == before
    conflict.focus()
    explorer.keyboard.press("Home")
    explorer.get_by_role("button", name="Reset", exact=True).click()
    assert states_in_story(explorer) == before


def test_jupyterlab_shortcuts_do_not_fire_inside(explorer):
    cells = explorer.locator(".jp-Cell").count()
    slider(explorer, "Memory before, Power").focus()
    for key in ["ArrowDown", "d", "d", "x", "m", "a", "b", "y", "ArrowUp"]:
        explorer.keyboard.press(key)
    explorer.wait_for_timeout(300)
    assert explorer.locator(".jp-Cell").count() == cells
    assert explorer.evaluate("document.activeElement.getAttribute('role')") == "slider"
    # Notebook 7 looks for this mark on the focused element itself
    assert explorer.evaluate("document.activeElement.dataset.lmSuppressShortcuts") == "true"


def test_a_finger_drags_a_slider(lab, open_page):
    write_notebook(lab.root / "touch.ipynb")
    page = open_page(1100, 1000, has_touch=True)
    lab.open(page, "touch.ipynb")
    lab.run_all(page)
    page.locator(WIDGET).wait_for()
    power = slider(page, "Memory before, Power")
    power.scroll_into_view_if_needed()
    box = power.locator(".track").bounding_box()
    y = box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)

    def send(kind, *xs):
        points = [{"x": x, "y": y} for x in xs]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", box["x"] + box["width"] * 0.9)
    for share in (0.8, 0.6, 0.4, 0.2):
        send("touchMove", box["x"] + box["width"] * share)
    send("touchEnd")
    page.wait_for_timeout(200)
    assert float(power.get_attribute("aria-valuenow")) == pytest.approx(-0.6, abs=0.1)
    assert page.errors == []


@pytest.mark.parametrize("update", ["keeps", "takes"])
@pytest.mark.parametrize("reset", ["before", "after"])
def test_conventions_change_picture_arithmetic_and_equation_together(explorer, update, reset):
    explorer.locator(".experiment summary").click()
    choice = explorer.get_by_role("group", name="z near 1")
    choice.get_by_role("button", name=re.compile(f"^{update}")).click()
    explorer.get_by_role("group", name="r acts").get_by_role("button", name=re.compile(f"^{reset}")).click()
    python = GRUCellExplorer(t=1, convention=(update, reset))
    assert numbers(explorer, "h_t") == pytest.approx(python.trace().h, abs=0.0051)
    assert np.array(states_in_story(explorer)) == pytest.approx(np.array([t.h for t in python.traces()]), abs=0.0051)
    valve = explorer.locator(".valve-keep text").text_content()
    assert valve == ("\u00d7 z" if update == "keeps" else "\u00d7 (1\u2212z)")
    equation = explorer.locator(".equation").text_content().replace(" ", "")
    plain = (
        "ht=zt\u2299ht\u22121+(1\u2212zt)\u2299h~t"
        if update == "keeps"
        else "ht=(1\u2212zt)\u2299ht\u22121+zt\u2299h~t"
    )
    assert equation == plain
    shown = explorer.locator(".numbers .result").text_content().replace("\u2212", "-")
    assert float(shown) == pytest.approx(python.trace().h[0], abs=0.0051)
    if update == "takes":
        explorer.get_by_role("button", name=re.compile("^Negate z")).click()
        same = GRUCellExplorer(t=1, convention=("keeps", reset))
        assert np.array(states_in_story(explorer)) == pytest.approx(np.array([t.h for t in same.traces()]), abs=0.0051)
    assert Convention(update, reset).equations["h"]


def test_a_gate_held_a_weight_typed_a_sentence_added(lab, explorer):
    explorer.locator(".experiment summary").click()
    explorer.get_by_role("group", name="gate z").get_by_role("button", name="all 1").click()
    assert numbers(explorer, "z") == [1, 1, 1, 1]
    assert states_in_story(explorer)[7] == [0, 0, 0, 0]
    explorer.get_by_role("group", name="gate z").get_by_role("button", name="as computed").click()

    cell = explorer.get_by_role("gridcell", name=re.compile("^Tragedy to Revenge"))
    cell.focus()
    explorer.keyboard.press("Enter")
    explorer.keyboard.type("-1.5")
    explorer.keyboard.press("Enter")
    assert cell.inner_text() == "\u22121.50"
    explorer.keyboard.press("ArrowLeft")  # on to the next weight, without changing it
    explorer.keyboard.press("+")

    explorer.get_by_role("textbox", name="Your sentence").fill("Edda forgives.")
    explorer.keyboard.press("Enter")
    assert explorer.locator(".sentence").inner_text() == "\u201cEdda forgives.\u201d"
    assert explorer.locator(".story-grid .column").count() == 9
    snippet = explorer.locator(".snippet").text_content()
    restored = eval(snippet, {"GRUCellExplorer": GRUCellExplorer})
    assert restored.weight_edits == {"U_h[3,2]": -1.5, "U_h[3,1]": 0.1}
    assert np.array(states_in_story(explorer)) == pytest.approx(np.array([t.h for t in restored.traces()]), abs=0.0051)
    said = python_says(lab, explorer)
    assert said["t"] == 8
    assert said["state"] == repr(restored.weight_edits)


def test_predict_then_reveal(explorer):
    explorer.get_by_role("button", name="Predict first").click()
    assert "?" in explorer.locator(".panel-h_t .number").all_text_contents()
    assert explorer.locator(".story-grid .column").nth(1).locator(".value").first.text_content() == "?"
    explorer.get_by_role("slider", name="Your prediction").fill("0.55")
    explorer.get_by_role("button", name="Reveal").click()
    assert explorer.locator(".verdict").inner_text().startswith("You said +0.55, it is +0.60. Well seen.")
    assert numbers(explorer, "h_t") == pytest.approx(tell()[1].h, abs=0.0051)


def test_play_the_step_and_the_story(explorer):
    explorer.emulate_media(reduced_motion="reduce")
    explorer.get_by_role("button", name="Play the step").click()
    for stage in (1, 2, 3, 4):
        explorer.locator(f'.stage[aria-label^="Stage {stage}"][aria-current="step"]').wait_for(timeout=5000)
        for panel, first in {"r": 2, "candidate": 3, "z": 4}.items():  # not to be read, or heard, before its stage
            shown = explorer.locator(f".panel-{panel} .number").all_text_contents()
            assert all(shown) if stage >= first else not any(shown), (stage, panel, shown)
            heard = explorer.locator(f".panel-{panel} [data-row]").first.get_attribute("aria-label")
            assert (f"comes in stage {first}" in heard) == (stage < first)
    explorer.locator(".prediction").wait_for(timeout=5000)  # it asks before it shows
    explorer.get_by_role("button", name="Not now").click()
    explorer.get_by_role("button", name="Play the whole story").click()
    explorer.locator('.column[data-sentence="3"][aria-current="step"]').wait_for(timeout=8000)
    columns = [column.locator(".value").all_text_contents() for column in explorer.locator(".story-grid .column").all()]
    assert all(map(all, columns[:4])) and not any(map(any, columns[4:])), "a column filled before its sentence was read"
    explorer.get_by_role("button", name="Pause").click()
    at = explorer.locator(".count").inner_text()
    explorer.wait_for_timeout(1800)
    assert explorer.locator(".count").inner_text() == at
    assert all(explorer.locator(".story-grid .value").all_text_contents()), "paused, the whole story is there again"


def test_what_is_pressed_first_is_in_view(lab, open_page):
    page = open_page(1300, 900)
    write_notebook(lab.root / "in_view.ipynb")
    lab.open(page, "in_view.ipynb")
    lab.run_all(page)
    widget = page.locator(WIDGET)
    widget.wait_for()
    widget.scroll_into_view_if_needed()
    top = widget.bounding_box()["y"]
    for name in ("Play the step", re.compile("Play the( whole)? story")):
        box = page.get_by_role("button", name=name).bounding_box()
        assert box["y"] + box["height"] - top < 260, f"{name} is {box['y'] - top:.0f} pixels below the widget's head"


def test_python_changes_are_followed(lab, explorer):
    run_cell(lab, explorer, 1, "explorer.t = 6; explorer.force = {'r': 0}; explorer.stage = 4")
    explorer.wait_for_function("document.querySelector('.gru-explorer .count').textContent.startsWith('Sentence 7')")
    assert numbers(explorer, "r") == [0, 0, 0, 0]


def test_without_a_kernel_it_lives_on(lab, page):
    write_notebook(lab.root / "no_kernel.ipynb")
    lab.open(page, "no_kernel.ipynb")
    lab.run_all(page)
    page.locator(WIDGET).wait_for()
    lab.close_kernels("no_kernel.ipynb")
    page.wait_for_timeout(500)
    before = numbers(page, "h_t")
    slider(page, "Memory before, Power").focus()
    page.keyboard.press("Home")
    assert numbers(page, "h_t") != before
    page.wait_for_timeout(400)  # it would have told Python by now
    assert not [error for error in page.errors if error.startswith("thrown")]


TEN_VIEWS = """
from gru_lab.widgets import GRUCellExplorer
from IPython.display import display
one = GRUCellExplorer()
display(one, one)
for _ in range(8):
    display(GRUCellExplorer())
"""
COUNT_OBSERVERS = """
window.kept = 0;
for (const name of ["ResizeObserver", "MutationObserver", "IntersectionObserver"]) {
    window[name] = class extends window[name] {
        constructor(callback) {
            super(callback);
            this.ours = new Error().stack.includes("blob:"); // a widget's module, not JupyterLab's
            if (this.ours) window.kept += 1;
        }
        disconnect() {
            super.disconnect();
            if (this.ours) window.kept -= 1;
            this.ours = false;
        }
    };
}
"""


def test_two_views_ten_widgets_and_none_left_behind(lab, page):
    write_notebook(lab.root / "ten.ipynb", (TEN_VIEWS,))
    page.add_init_script(COUNT_OBSERVERS)
    lab.open(page, "ten.ipynb")
    lab.run_all(page)
    page.wait_for_function(f"document.querySelectorAll({WIDGET!r}).length === 10")
    first = page.locator(WIDGET).nth(0)
    first.get_by_role("button", name="Next sentence").click()
    assert page.locator(WIDGET).nth(1).locator(".count").inner_text() == "Sentence 2 of 8"
    assert page.locator(WIDGET).nth(2).locator(".count").inner_text() == "Sentence 1 of 8"
    held = page.evaluate("window.kept")
    assert held >= 30  # else the count is blind
    page.evaluate("window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    page.wait_for_function("window.kept === 0", timeout=10_000)
    assert page.errors == []


def test_the_browser_computes_like_the_cell(explorer):
    """gru.js in this browser, against the vectors of gru_lab.cell: |Δ| <= 1e-12."""
    source = (Path(GRUCellExplorer.__init__.__code__.co_filename).parent / "js" / "gru.js").read_text(encoding="utf-8")
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))
    largest = explorer.evaluate(
        """async ([source, cases]) => {
            const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
            const { traceStep } = await import(url);
            let largest = 0;
            for (const { x, h, parameters, convention, force, trace } of cases) {
                const found = traceStep(x, h, parameters, convention, force);
                for (const [name, wanted] of Object.entries(trace)) {
                    wanted.forEach((value, i) => {
                        const miss = Math.abs(found[name][i] - value) / Math.max(1, Math.abs(value));
                        if (!(miss <= largest)) largest = miss;
                    });
                }
            }
            return largest;
        }""",
        [source, vectors["cases"]],
    )
    assert largest <= 1e-12


MEASURE = """
() => {
    const root = document.querySelector(".gru-explorer");
    const edge = root.getBoundingClientRect();
    const outside = [...root.querySelectorAll("text, button, p, .cell, svg rect")].filter((element) => {
        const box = element.getBoundingClientRect();
        const scrolls = element.closest(".story-host, .block");
        return box.width && !scrolls && (box.right > edge.right + 1 || box.left < edge.left - 1);
    });
    const scale = (element) => {
        if (!element.ownerSVGElement) return 1;
        const { a, b } = element.getScreenCTM();
        return Math.hypot(a, b);
    };
    const sizes = [...root.querySelectorAll("text, tspan, p, span, button, b, label, h4, code")]
        .filter((element) => element.textContent.trim() && element.getClientRects().length)
        .map((element) => parseFloat(getComputedStyle(element).fontSize) * scale(element));
    for (const panel of root.querySelectorAll(".panel")) {
        const card = panel.querySelector(".card").getBoundingClientRect();
        const texts = [...panel.querySelectorAll("text")];
        outside.push(...texts.filter((text) => text.getBoundingClientRect().right > card.right + 1));
    }
    const named = outside.map((element) => element.outerHTML.slice(0, 80));
    return { theme: root.dataset.theme, width: edge.width, outside: named, smallest: Math.min(...sizes) };
}
"""


@pytest.fixture
def themed(explorer):
    """themed("dark") changes the theme of the open page; light again afterwards."""

    def change(theme):
        explorer.evaluate(f"window.jupyterapp.commands.execute('apputils:change-theme', {{theme: {THEMES[theme]!r}}})")
        explorer.wait_for_function(f"document.querySelector('.gru-explorer').dataset.theme === {theme!r}")
        explorer.wait_for_timeout(300)

    yield change
    change("light")


@pytest.mark.parametrize("width", [600, 800, 1100, 1400])
def test_it_fits_and_is_readable(explorer, width):
    """width: of the window. Under 1,000 pixels the file browser is closed, as a reader would."""
    explorer.set_viewport_size({"width": width, "height": 1000})
    explorer.evaluate(f"window.jupyterapp.shell.{'collapse' if width < 1000 else 'expand'}Left()")
    explorer.locator(".experiment summary").click()
    explorer.wait_for_timeout(500)
    found = explorer.evaluate(MEASURE)
    explorer.set_viewport_size({"width": 1400, "height": 1000})
    explorer.evaluate("window.jupyterapp.shell.expandLeft()")
    assert found["width"] > 0.6 * width
    assert found["outside"] == []
    assert found["smallest"] >= 11.9


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("stage", [1, 5])
def test_axe_finds_nothing(explorer, themed, theme, stage):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    themed(theme)
    explorer.get_by_role("button", name=f"Stage {stage}").click()
    explorer.locator(".experiment summary").click()
    explorer.wait_for_timeout(1200)  # nothing half faded in
    found = axe.run(explorer, ".gru-explorer").response
    assert len(found["passes"]) > 10  # else it looked at nothing
    report = [(rule["id"], [node["html"][:90] for node in rule["nodes"]]) for rule in found["violations"]]
    assert report == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_svg_text_has_contrast(explorer, themed, theme):
    """axe does not measure text in SVG: every label's colour against the card or page behind it, at least 4.5:1."""
    themed(theme)
    lowest = explorer.evaluate(
        """() => {
            const root = document.querySelector(".gru-explorer");
            const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
            const rgb = (colour) => {
                canvas.fillStyle = colour;
                canvas.fillRect(0, 0, 1, 1);
                return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
            };
            const light = (colour) => {
                const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                const [r, g, b] = rgb(colour).map((value) => linear(value / 255));
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const page = getComputedStyle(root).backgroundColor;
            return [...root.querySelectorAll("svg text")].map((text) => {
                const card = text.closest(".panel")?.querySelector(".card");
                const [a, b] = [light(getComputedStyle(text).fill), light(card ? getComputedStyle(card).fill : page)];
                return { ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), text: text.textContent };
            }).sort((a, b) => a.ratio - b.ratio)[0];
        }"""
    )
    assert lowest["ratio"] >= 4.5, lowest
