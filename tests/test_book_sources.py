"""The book's sources: widgets' states are collected once and again after a change, and failures are said."""

import subprocess
from pathlib import Path

import nbformat
import pytest

from gru_lab.workshop import book, book_api, book_pages


@pytest.fixture
def root(tmp_path):
    """A course of a package with one file and one notebook, which shows a widget and a number."""
    (tmp_path / "gru_lab").mkdir()
    (tmp_path / "gru_lab" / "cell.py").write_text("x = 1\n", encoding="utf-8")
    path = tmp_path / "chapters" / "01_a.ipynb"
    path.parent.mkdir()
    outputs = [nbformat.v4.new_output("execute_result", {"text/plain": text}) for text in ("GRUCellExplorer(t=1)", "3")]
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=outputs)]), path)
    return tmp_path


def enlivened(root, runs, monkeypatch):
    """The notebook as `enliven` leaves it; `runs` gets the folder of each run that this takes."""

    def run(notebook, folder):
        runs.append(folder)
        return {"views": [{"model_id": f"m{len(runs)}"}], "state": {f"m{len(runs)}": {}}}

    monkeypatch.setattr(book, "_run", run)
    path = root / "chapters" / "01_a.ipynb"
    notebook = nbformat.read(path, as_version=4)
    text_only = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x"), nbformat.v4.new_markdown_cell("y")])
    book.enliven(root, root / "states", {path: notebook, root / "chapters" / "02_b.ipynb": text_only})
    assert "widgets" not in text_only.metadata
    return notebook


def test_a_widgets_state_is_collected_once_and_anew_when_the_package_changes(root, monkeypatch):
    runs = []
    first, again = (enlivened(root, runs, monkeypatch) for _ in range(2))
    assert runs == [root / "chapters"]
    for notebook in (first, again):
        widget, number = notebook.cells[0].outputs
        assert widget.data[book.VIEW] == {"model_id": "m1"} and book.VIEW not in number.data
        assert notebook.metadata.widgets[book.STATE] == {"m1": {}}
    (root / "gru_lab" / "cell.py").write_text("x = 2\n", encoding="utf-8")
    changed = enlivened(root, runs, monkeypatch)
    assert len(runs) == 2 and changed.cells[0].outputs[0].data[book.VIEW] == {"model_id": "m2"}
    assert len(list((root / "states").iterdir())) == 1  # what was collected before is gone


def test_sphinx_gets_the_address_only_where_one_is_given(tmp_path, monkeypatch):
    ran = []
    monkeypatch.setattr(book, "prepare", lambda root, folder: folder / "source")
    monkeypatch.setattr(book.subprocess, "run", lambda command, **options: ran.append((command, options)))
    monkeypatch.delenv("GRU_LAB_REPOSITORY", raising=False)
    assert book.build(tmp_path) == tmp_path / "build" / "book" / "html" / "index.html"
    assert book.build(tmp_path, tmp_path / "out", "") == tmp_path / "out" / "index.html"
    (plain, first), (_, second) = ran
    assert "-W" in plain and first["check"] and "GRU_LAB_REPOSITORY" not in first["env"]
    assert second["env"]["GRU_LAB_REPOSITORY"] == ""


def test_the_command_says_where_the_book_is_or_that_sphinx_stopped(monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(book, "build", lambda *given: asked.append(given) or Path("html/index.html"))
    assert book.main(["--out", "pages", "--repository", "https://example.org/c"]) == 0
    assert asked[0][1:] == (Path("pages"), "https://example.org/c", False)
    assert capsys.readouterr().out.rstrip().endswith(f"Open {Path('html/index.html')}")

    def stop(*given):
        raise subprocess.CalledProcessError(2, "sphinx")

    monkeypatch.setattr(book, "build", stop)
    assert book.main([]) == 1
    assert "Sphinx stopped with exit code 2" in capsys.readouterr().err


def test_the_map_comes_from_the_welcome_and_is_missed_where_it_is_not(tmp_path):
    path = tmp_path / "chapters" / book_pages.WELCOME
    path.parent.mkdir()
    figure = nbformat.v4.new_output("display_data", {"text/html": '<figure><img alt="a"></figure>'})
    text = nbformat.v4.new_output("stream", text="a line")
    code = nbformat.v4.new_code_cell("show(course_map())", outputs=[text, figure])
    others = [nbformat.v4.new_markdown_cell("course_map("), nbformat.v4.new_code_cell("1", outputs=[figure])]
    nbformat.write(nbformat.v4.new_notebook(cells=[*others, code]), path)
    assert book_pages.course_map(tmp_path) == '```{raw} html\n<figure><img alt="a"></figure>\n```'
    code.outputs = [text]
    nbformat.write(nbformat.v4.new_notebook(cells=[*others, code]), path)
    with pytest.raises(ValueError, match=f"{book_pages.WELCOME} shows no course_map"):
        book_pages.course_map(tmp_path)


def test_a_link_to_the_readme_leads_to_the_first_page():
    assert book_pages.local_links("[a](../README.md#b)", "chapters/x.ipynb") == "[a](../index.md)"
    assert book_pages.local_links("[a](../README.md)", "contributing.md") == "[a](../README.md)"


def test_the_page_of_the_package_has_a_room_s_public_names_alone(monkeypatch):
    monkeypatch.setattr(book_api, "ROOMS", {"There": ("start",)})
    page = book_api.api_page()
    assert "## There" in page and "### gru_lab.start" in page and ".. automodule:: gru_lab.start" in page
    assert "   :members: StartError, copy_exercise, tell" in page  # not what only the command asks for
    monkeypatch.setattr(book_api, "ROOMS", {"Nowhere": ("cellar",)})
    with pytest.raises(ModuleNotFoundError, match="cellar"):
        book_api.api_page()
