"""A saved notebook with nobody behind it: an HTML page, opened from a disk and from a server, with no network."""

import functools
import http.server
import threading

import nbformat
import pytest
from nbclient import NotebookClient

from gru_lab.widgets.export import export_html, with_live_widgets

from .lab import new_page

SOURCE = (
    "from gru_lab.widgets import *\nfrom IPython.display import display\ndisplay(GRUCellExplorer(t=2), Crossfader())"
)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A folder with page.html, exported from a notebook that shows two widgets."""
    folder = tmp_path_factory.mktemp("saved")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SOURCE)])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "notebook.ipynb")
    export_html(folder / "notebook.ipynb", folder / "page.html")
    return folder


@pytest.fixture
def address(saved, request):
    """Where page.html is: a file, or a server on this machine."""
    if request.param == "file":
        yield (saved / "page.html").as_uri()
        return
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=saved)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/page.html"
        server.shutdown()


@pytest.mark.parametrize("address", ["file", "http"], indirect=True)
def test_widgets_live_in_a_saved_page_without_network(browser, address):
    page = new_page(browser)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.locator('.gru-explorer[data-ready="true"]').wait_for()
    page.locator('.crossfader[data-ready="true"]').wait_for()
    before = page.locator(".panel-h_t .number").all_text_contents()
    page.get_by_role("slider", name="Input, death").focus()
    page.keyboard.press("Home")
    assert page.locator(".panel-h_t .number").all_text_contents() != before
    page.get_by_role("slider", name="z of Power").focus()
    page.keyboard.press("Home")
    assert page.locator(".crossfader .vector").inner_text().endswith("[0.80, 0.50, 0.60, 0.20]")
    outside = [url for url in asked if not url.startswith((address.rpartition("/")[0], "blob:", "data:"))]
    assert outside == [] or all(url.endswith("favicon.ico") for url in outside)
    assert page.errors == []
    page.context.close()


def test_a_trusted_notebook_shows_its_saved_widget_before_anything_runs(lab, page):
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("from gru_lab.widgets import *\nCrossfader()")]
    )
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    NotebookClient(notebook, store_widget_state=True).execute()
    nbformat.write(notebook, lab.root / "trusted.ipynb")
    lab.api("api/contents/trusted.ipynb/trust", "POST")
    lab.open(page, "trusted.ipynb")
    page.locator('.crossfader[data-ready="true"]').wait_for()
    page.get_by_role("slider", name="z of Power").focus()
    page.keyboard.press("End")
    assert page.locator(".crossfader .result").first.text_content() == "+0.50"


def test_a_page_without_a_body_is_refused():
    with pytest.raises(ValueError, match="no </body>"):
        with_live_widgets("<p>half a page</p>")
