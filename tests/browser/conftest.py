"""Fixtures for tests in a real JupyterLab: `lab` serves a copy of the chapters, `open_page` gives a browser's page.

Without a Chromium these tests are skipped, and say so.
"""

import shutil
from pathlib import Path

import pytest

from .lab import find_chromium, new_page, start_browser, start_lab

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium."""
    pytest.importorskip("playwright", reason="browser tests need playwright: pip install playwright")
    if find_chromium() is None:
        pytest.skip("no Chromium or Chrome found: install one, or name it in GRU_LAB_CHROMIUM")
    with start_browser() as chromium:
        yield chromium


@pytest.fixture(scope="session")
def copy_of_chapters(tmp_path_factory):
    """A folder with a copy of chapters/ in it, for tests to run and to save."""
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "chapters", root / "chapters", ignore=shutil.ignore_patterns(".*"))
    return root


@pytest.fixture(scope="session")
def lab(browser, copy_of_chapters):
    """A JupyterLab that serves the copy: `lab.open(page, "chapters/…")`, `lab.run_all(page)`, `lab.set_theme(…)`."""
    with start_lab(copy_of_chapters) as server:
        yield server


@pytest.fixture
def open_page(browser):
    """`open_page(width=1400, height=1000)` gives a new page; `page.errors` collects what its console calls an error."""
    pages = []

    def opened(width=1400, height=1000, **context):
        pages.append(new_page(browser, width, height, **context))
        return pages[-1]

    yield opened
    for page in pages:
        page.context.close()


@pytest.fixture
def page(open_page):
    """A page 1,400 pixels wide."""
    return open_page()
