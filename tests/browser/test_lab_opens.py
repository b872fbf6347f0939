"""The first thing a reader does: `python course.py lab` opens chapter 00, and it runs."""

import importlib.util
import sys
from pathlib import Path

import pytest

from .lab import THEMES, start_lab
from .shots import PANE_HEIGHT, screenshot_notebooks

ROOT = Path(__file__).resolve().parents[2]
FIRST = "chapters/00_start_here.ipynb"


def command_of_course(monkeypatch, root):
    """The command line that `python course.py lab` would run, with this Python and the folder `root`."""
    spec = importlib.util.spec_from_file_location("course", ROOT / "course.py")
    course = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(course)
    commands = []
    monkeypatch.setattr(course, "ROOT", root)
    monkeypatch.setattr(course, "PYTHON", sys.executable)
    monkeypatch.setattr(course, "set_up", lambda *_: None)
    monkeypatch.setattr(course, "run", lambda *command: commands.append(command) or 0)
    course.main(["lab"])
    [command] = commands
    return command


def test_course_lab_opens_chapter_00_which_runs_without_errors(page, copy_of_chapters, monkeypatch):
    with start_lab(copy_of_chapters, command_of_course(monkeypatch, copy_of_chapters)) as lab:
        page.goto(f"{lab.url}/?token={lab.token}")
        lab.wait_until_attached(page, FIRST)
        assert page.url.startswith(f"{lab.url}/lab/tree/{FIRST}")
        lab.run_all(page)
        outputs = [output for cell in lab.cells(page) for output in cell.get("outputs", [])]
        assert [output for output in outputs if output["output_type"] == "error"] == []
        assert page.locator(".jp-Dialog").count() == 0
        assert page.errors == []


@pytest.mark.parametrize("theme", THEMES)
def test_the_theme_that_is_asked_for_is_shown(lab, page, theme):
    lab.set_theme(theme)
    lab.open(page, FIRST)
    assert page.locator("body").get_attribute("data-jp-theme-light") == str(theme == "light").lower()


def test_a_picture_shows_a_notebook_from_top_to_bottom(browser, tmp_path):
    """The authors' tool, on a page longer than what a browser paints at once."""
    image = pytest.importorskip("PIL.Image")
    lines = "\n\n".join(f"line {number}" for number in range(200))
    path = tmp_path / "long.ipynb"
    path.write_text(
        _notebook(f"# Long\n\n{lines}\n\n<div style='background:#ff0000;height:60px'></div>"), encoding="utf-8"
    )
    [(out, errors)] = screenshot_notebooks([path], lambda _: tmp_path / "long.png", "dark", 700, browser=browser)
    picture = image.open(out).convert("RGB")
    assert errors == []
    assert picture.width == pytest.approx(700, abs=20)
    assert picture.height > 2 * PANE_HEIGHT
    assert max(picture.getpixel((picture.width - 5, picture.height // 2))) < 60, "a dark page"
    red = [y for y in range(picture.height) if picture.getpixel((picture.width // 2, y)) == (255, 0, 0)]
    assert len(red) == 60, "the last lines are there, once"


def test_a_heading_answers_to_the_address_that_links_are_checked_against(lab, page):
    """`gru_lab.workshop.hygiene` says what a heading's address is in JupyterLab; here JupyterLab itself says it."""
    from gru_lab.workshop.hygiene import heading_anchors

    text = "# 4 · The four steps\n\n## Two *odd* `words`, a colon: and z's h̃ (12) — “so”\n"
    copy = lab.root / "anchors.ipynb"
    copy.write_text(_notebook(text), encoding="utf-8")
    lab.open(page, "anchors.ipynb")
    anchors = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) :is(h1, h2) a.jp-InternalAnchorLink")
    addresses = [anchors.nth(place).get_attribute("href") for place in range(2)]
    assert addresses == ["#" + anchor for anchor in heading_anchors(text)]


def _notebook(text):
    import nbformat

    return nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)]))
