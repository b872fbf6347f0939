"""StoryReader in JupyterLab and in a saved page: typing, keys, what is said, torch's numbers, axe, 800 pixels."""

import re

import nbformat
import numpy as np
import pytest

from gru_lab.probing import fit_probe, read_every_word
from gru_lab.story import ASPECTS, StoryWorld
from gru_lab.trained import load_storyworld_gru
from gru_lab.widgets import StoryReader
from gru_lab.widgets.export import export_html

from .lab import THEMES, new_page

SOURCE = """
from gru_lab.probing import fit_probe, read_every_word
from gru_lab.story import StoryWorld
from gru_lab.trained import load_storyworld_gru
from gru_lab.widgets import StoryReader
model, vocabulary = load_storyworld_gru()
read = [read_every_word(model, list(StoryWorld(0, split).stories(30))) for split in ("train", "validation")]
reader = StoryReader(model, vocabulary, fit_probe(*(part for one in read for part in (one.states, one.aspects))))
reader
"""
TOLERANCE = 1e-4


def write_notebook(path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SOURCE.strip())])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def reader():
    """The same widget here: torch's numbers."""
    model, vocabulary = load_storyworld_gru()
    read = [read_every_word(model, list(StoryWorld(0, split).stories(30))) for split in ("train", "validation")]
    return StoryReader(model, vocabulary, fit_probe(*(part for one in read for part in (one.states, one.aspects))))


@pytest.fixture(scope="module")
def page(lab, browser):
    write_notebook(lab.root / "reader.ipynb")
    page = new_page(browser, 1400, 2400)
    lab.open(page, "reader.ipynb")
    lab.run_all(page)
    page.locator(".story-reader[data-ready]").wait_for()
    yield page
    assert page.errors == []
    page.context.close()


def type_story(page, text):
    page.get_by_role("textbox", name="Your story").fill(text)


def assert_as_torch_reads(page, reader, text):
    """Type `text` and compare every word's four meters and three guesses with torch's."""
    type_story(page, text)
    reader.text = text
    readings = reader.readings
    words = page.locator(".strip button")
    assert words.count() == len(readings.words)
    compared = 0
    words.first.click()
    for t in range(len(readings.words)):
        meters = page.locator(".story-reader .meter").all()
        shown = [float(meter.get_attribute("aria-valuenow")) for meter in meters]
        np.testing.assert_allclose(shown, np.clip(readings.aspects[t], -0.25, 1.25), rtol=0, atol=TOLERANCE)
        compared += int(((readings.aspects[t] > -0.25) & (readings.aspects[t] < 1.25)).sum())
        best = np.sort(readings.probabilities[t])[:-4:-1]
        said = [guess.get_attribute("aria-label") for guess in page.locator(".guess").all()]
        assert [int(one.partition(", ")[2].partition(" per")[0]) for one in said] == pytest.approx(100 * best, abs=0.51)
        page.keyboard.press("ArrowRight")
    assert compared > 3 * len(readings.words)  # and not the ends of the scale


def test_the_meters_show_what_torch_reads(page, reader):
    assert_as_torch_reads(page, reader, "In Crowford rules Leif of house Lund, the king of the valley. Leif dies.")


def test_keys_move_and_the_word_is_said(page):
    type_story(page, "Larks rise over the fields.")
    lead = page.locator(".story-reader .lead")
    assert lead.get_attribute("role") == "status" and lead.inner_text().startswith("Word 6 of 6, “.”: ")
    page.locator('.strip [aria-current="step"]').focus()
    page.keyboard.press("Home")
    assert lead.inner_text().startswith("The start, before any word. Next, most likely ")
    page.keyboard.press("ArrowRight")
    assert lead.inner_text().startswith("Word 1 of 6, “larks”: ")
    assert page.evaluate("document.activeElement.textContent") == "Larks"
    assert page.locator('.strip [tabindex="0"]').count() == 1


def test_an_unknown_word_is_said_and_the_nearest_put_in_its_place(page):
    type_story(page, "The dragom sits on the throme.")
    said = page.locator(".unknown").inner_text()
    assert "“throme” is no word that this model knows: it is left out." in said and "“dragom”" in said
    page.locator(".unknown").get_by_role("button", name="throne", exact=True).click()
    assert page.get_by_role("textbox", name="Your story").input_value() == "The dragom sits on the throne."
    assert page.locator(".strip s").all_text_contents() == ["dragom"]


def test_a_word_that_is_being_written_is_completed(page):
    area = page.get_by_role("textbox", name="Your story")
    type_story(page, "")
    area.press_sequentially("Lei")
    page.locator(".unknown").get_by_role("button", name="Leif").click()
    assert area.input_value() == "Leif" and page.locator(".unknown").inner_text() == ""
    page.locator(".guess").first.click()
    assert page.locator(".strip button").count() == 3


def test_stories_sentences_and_reading_aloud(page):
    page.get_by_role("button", name="A war").click()
    assert page.locator(".story-reader .lead").inner_text().startswith("The start")
    before = page.locator(".strip button").count()
    page.get_by_text("Add a sentence").click()
    page.get_by_role("button", name="The sun stands high above Oxley.").click()
    assert page.locator(".strip button").count() == before + 7
    page.get_by_role("button", name="Tragedy", exact=True).click()
    assert "move Tragedy most" in page.locator(".units caption").inner_text()
    page.get_by_role("button", name="Read the story").click()
    page.locator(".lead", has_text=re.compile(r"Word ([3-9]|\d\d) of")).wait_for(
        timeout=8000
    )  # asked every half second
    page.get_by_role("button", name="Pause").click()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing(page, theme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    type_story(
        page, "The dragom dies. " + "Larks rise over the fields. " * 40
    )  # unknown words, and a chart that scrolls
    page.evaluate(f"window.jupyterapp.commands.execute('apputils:change-theme', {{theme: {THEMES[theme]!r}}})")
    page.locator(f'.story-reader[data-theme="{theme}"]').wait_for()
    page.wait_for_timeout(400)
    found = axe.run(page, ".gru-widget").response
    assert len(found["passes"]) > 10
    assert [(rule["id"], [node["html"][:100] for node in rule["nodes"]]) for rule in found["violations"]] == []


@pytest.mark.parametrize("width", [800, 600])
def test_it_fits_a_narrow_page(page, width):
    page.set_viewport_size({"width": width, "height": 3200})
    page.evaluate("window.jupyterapp.shell.collapseLeft()")
    page.wait_for_timeout(600)
    outside = page.locator(".story-reader").evaluate(
        """(root) => {
            const edge = root.getBoundingClientRect().right + 1;
            const parts = [...root.querySelectorAll("*")].filter((part) => !part.parentElement.closest(".scroll"));
            const cut = parts.filter((part) => part.getBoundingClientRect().right > edge);
            return cut.map((part) => part.outerHTML.slice(0, 90));
        }"""
    )
    page.set_viewport_size({"width": 1400, "height": 2400})
    assert outside == []


def test_a_saved_page_reads_new_stories_without_kernel_or_network(browser, reader, tmp_path):
    write_notebook(tmp_path / "reader.ipynb")
    export_html(tmp_path / "reader.ipynb", tmp_path / "page.html")
    assert (tmp_path / "page.html").stat().st_size < 4_100_000  # 3.5 MB of it are the weights, in base64
    page = new_page(browser)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "page.html").as_uri())
    page.locator(".story-reader[data-ready]").wait_for()
    assert_as_torch_reads(page, reader, "An army of Norwold crosses the border.")
    assert [meter.get_attribute("aria-label") for meter in page.locator(".meter").all()] == list(ASPECTS)
    assert [url for url in asked if not url.startswith(("file:", "blob:", "data:"))] == []
    assert page.errors == []
    page.context.close()
