"""The smaller widgets in a real JupyterLab: a reader's hand, what the page says, and axe, light and dark."""

import re

import nbformat
import pytest

from gru_lab.story import tell
from gru_lab.widgets import TimeLine

from .contrast import contrast
from .lab import THEMES, new_page

NAMES = ["ShapesChooser", "StoryMeter", "Crossfader", "ConventionFlip", "GateCurves", "MemoryLength", "TimeLine"]
CLASSES = {name: re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower() for name in NAMES}
SETTINGS_CELL = "from gru_lab.widgets import *"


@pytest.fixture(scope="module")
def page(lab, browser):
    """All of them in one notebook, in a page that the whole file uses."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in [SETTINGS_CELL, *(f"{name}()" for name in NAMES)]]
    )
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, lab.root / "small.ipynb")
    page = new_page(browser, 1400, 4200)  # tall enough for JupyterLab to keep every cell in the page
    lab.open(page, "small.ipynb")
    lab.run_all(page)
    for name in NAMES:
        page.locator(f".{CLASSES[name]}[data-ready]").wait_for()
    yield page
    assert page.errors == []
    page.context.close()


def widget(page, name):
    return page.locator(f".{CLASSES[name]}")


def press(slider, *keys):
    slider.focus()
    for key in keys:
        slider.page.keyboard.press(key)


def test_shapes_chooser(page):
    chooser = widget(page, "ShapesChooser")
    press(chooser.get_by_role("slider", name="D, numbers in each input"), "ArrowRight", "ArrowRight")
    press(chooser.get_by_role("slider", name="H, units"), "ArrowLeft")
    assert chooser.locator(".count-row b").all_text_contents() == ["33", "99", "108", "132"]  # D = 7, H = 3
    assert "(H, D) = (3, 7)" in chooser.locator(".shapes").inner_text()
    chooser.get_by_role("button", name="joined").click()
    assert "3 by 10" in chooser.get_by_role("img").get_attribute("aria-label")


def test_story_meter(page):
    meter = widget(page, "StoryMeter")
    meter.get_by_role("button", name="Next sentence").click()
    meter.get_by_role("button", name="Next sentence").click()
    shown = [float(one.get_attribute("aria-valuenow")) for one in meter.get_by_role("meter").all()]
    assert shown == pytest.approx(tell()[2].h, abs=0.0051)
    assert meter.locator(".lead").inner_text() == "Tragedy rises from 0.00 to 0.91; Power falls from 0.90 to 0.26."
    columns = [one.inner_text() for one in meter.locator(".story-grid .column").all()]
    assert [bool(re.search(r"\d\.\d\d", one)) for one in columns] == [True] * 3 + [False] * 5  # as far as it was read
    meter.get_by_role("button", name="random").click()
    assert meter.get_by_role("meter").first.get_attribute("aria-label") == "h[0]"
    meter.get_by_role("button", name="Read the story").click()
    meter.locator(".count", has_text="Sentence 5").wait_for(timeout=8000)
    meter.get_by_role("button", name="Pause").click()


def test_arrow_keys_read_on_in_the_story_meter(page):
    meter = widget(page, "StoryMeter")
    count = meter.locator(".sentence-box .count")
    press(meter.get_by_role("button", name="Next sentence"), "Home", "ArrowRight", "ArrowRight")
    assert count.inner_text() == "Sentence 3 of 8"
    press(meter.get_by_role("button", name="Read the story"), "ArrowLeft")
    assert count.inner_text() == "Sentence 2 of 8"
    press(meter.locator("[data-sentence='1']"), "ArrowRight")  # in the grid the focus comes along
    assert count.inner_text() == "Sentence 3 of 8"
    assert page.evaluate("document.activeElement.dataset.sentence") == "2"
    press(meter.locator("[data-sentence='6']"), "ArrowRight")  # from the sentence that is read, not from the focus
    assert count.inner_text() == "Sentence 4 of 8"
    assert page.evaluate("document.activeElement.dataset.sentence") == "3"
    press(meter.get_by_role("button", name="Next sentence"), "End")
    assert count.inner_text() == "Sentence 8 of 8"
    press(meter.get_by_role("button", name="Previous sentence"), "Home")  # it is disabled now: the focus has moved on
    assert count.inner_text() == "Sentence 1 of 8"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Next sentence"
    assert meter.locator(".sentence-box").get_attribute("role") == "status"  # it is said


def test_crossfader(page):
    fader = widget(page, "Crossfader")
    assert fader.locator(".vector").inner_text().endswith("[0.65, 0.50, 0.60, 0.20]")
    press(fader.get_by_role("slider", name="z of Power"), "End")
    press(fader.get_by_role("slider", name="Conflict, candidate"), "Home")
    assert fader.locator(".result").all_text_contents()[:2] == ["+0.50", "\u22120.20"]
    mark = fader.get_by_role("slider", name="Revenge, old value")
    box = mark.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    page.wait_for_timeout(100)
    assert float(mark.get_attribute("aria-valuenow")) > 0.4


def test_convention_flip(page):
    flip = widget(page, "ConventionFlip")
    assert "+0.77 in one book, \u22120.27 in the other" in flip.locator(".lead").inner_text()
    flip.get_by_role("button", name="instead").click()
    assert "The same new state, +0.77" in flip.locator(".lead").inner_text()
    press(flip.get_by_role("slider", name="z keeps, old value"), "Home")
    assert "The same new state" in flip.locator(".lead").inner_text()


def test_gate_curves(page):
    curves = widget(page, "GateCurves")
    press(curves.get_by_role("slider", name="b, bias"), "End")
    assert "Saturated: the slope is 0.0006, 0.2 %" in curves.locator(".lead").inner_text()
    press(curves.get_by_role("slider", name="w, weight"), "End", "ArrowLeft")
    assert "7.95 \u00b7 0.50 + 6.00 = 9.975" in curves.locator(".sum").inner_text()
    assert "less than 0.0001" in curves.locator(".lead").inner_text()
    curves.get_by_role("button", name="tanh").click()
    assert "tanh(a) = 1.000" in curves.locator(".sum").inner_text()


def test_saturation_begins_where_the_chapter_says(page):
    curves = widget(page, "GateCurves")
    said = curves.locator(".lead")
    press(curves.get_by_role("slider", name="x, input"), "End")
    for name, edge in [("\u03c3, for the gates", 4), ("tanh", 2)]:
        curves.get_by_role("button", name=name).click()
        press(curves.get_by_role("slider", name="b, bias"), "Home")
        press(curves.get_by_role("slider", name="w, weight"), "Home")  # a = -8 - 6
        assert "Saturated" in said.inner_text()
        press(curves.get_by_role("slider", name="w, weight"), "End")
        curves.get_by_role("slider", name="b, bias").fill(str(edge - 8))  # a = 8 + edge - 8
        assert f"= {edge}.00 " in curves.locator(".sum").inner_text()
        assert "Saturated: the slope" in said.inner_text() and "7.1 %" in said.inner_text()
        press(curves.get_by_role("slider", name="w, weight"), "ArrowLeft")
        assert said.inner_text().startswith("The slope is")


def test_memory_length(page):
    memory = widget(page, "MemoryLength")
    assert memory.locator(".facts b").all_text_contents() == ["0.8808", "5.46", "8\u202f%"]
    press(memory.get_by_role("slider", name="a, what sigma is given"), "End")
    assert memory.locator(".facts b").nth(1).text_content() == "2,067"


def test_time_line(page):
    line = widget(page, "TimeLine")
    assert line.locator(".scroll").evaluate("box => box.scrollWidth - box.clientWidth") == 0
    assert line.locator(".head[tabindex='0']").all_inner_texts()[0].startswith("8")  # the chosen one, the last
    line.get_by_role("button", name="Revenge", exact=True).click()
    line.get_by_role("button", name="Sentence 7").click()
    press(line.get_by_role("slider", name="added to the update gate's bias"), "End")
    reach = TimeLine(unit=3, target=6, shift=6).reach
    assert len(reach) == 7
    for t, value in enumerate(reach):
        said = line.get_by_role("button", name=f"Sentence {t + 1}:").get_attribute("aria-label")
        assert float(said.rpartition("gradient ")[2]) == pytest.approx(value, rel=0.05)
    assert "gradient" not in line.get_by_role("button", name="Sentence 8:").get_attribute("aria-label")


def test_a_chosen_button_can_be_read_under_the_mouse(page):
    """Its letters against its ground, at least 4.5:1; and a plain one keeps its colours."""
    look = """button => {
        const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
        const rgb = (colour) => {
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
            return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255);
        };
        const style = getComputedStyle(button);
        return [rgb(style.color), rgb(style.backgroundColor)];
    }"""
    chosen = page.locator(".gru-widget button[aria-pressed=true]")
    assert chosen.count() >= 3
    for button in chosen.all():
        page.mouse.move(0, 0)
        before = button.evaluate(look)
        button.hover()
        letters, ground = button.evaluate(look)
        assert contrast(letters, ground) >= 4.5, button.inner_text()
        assert [letters, ground] == before or "primary" in button.get_attribute("class"), button.inner_text()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing(page, theme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    page.evaluate(f"window.jupyterapp.commands.execute('apputils:change-theme', {{theme: {THEMES[theme]!r}}})")
    page.wait_for_function(f"[...document.querySelectorAll('.gru-widget')].every(e => e.dataset.theme === {theme!r})")
    page.wait_for_timeout(400)
    found = axe.run(page, ".gru-widget").response
    assert len(found["passes"]) > 10
    assert [(rule["id"], [node["html"][:100] for node in rule["nodes"]]) for rule in found["violations"]] == []


def test_they_fit_a_narrow_page(page):
    page.set_viewport_size({"width": 600, "height": 5200})
    page.evaluate("window.jupyterapp.shell.collapseLeft()")
    page.wait_for_timeout(600)
    outside = page.evaluate(
        """[...document.querySelectorAll(".gru-widget")].flatMap((root) => {
            const edge = root.getBoundingClientRect().right + 1;
            const scrolls = (part) => part.closest(".story-host, .picture, .scroll");
            const parts = [...root.querySelectorAll("*")].filter((part) => !scrolls(part));
            const right = (part) => part.getBoundingClientRect().width && part.getBoundingClientRect().right;
            const cut = parts.filter((part) => right(part) > edge);
            return cut.map((part) => part.outerHTML.slice(0, 90));
        })"""
    )
    page.set_viewport_size({"width": 1400, "height": 4200})
    assert outside == []
