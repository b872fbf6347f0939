"""A notebook exported from the command line: run anew, whole, and with what keeps its widgets alive."""

import nbformat
import pytest

from gru_lab.widgets import export


def test_the_command_runs_the_notebook_and_writes_its_page(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "a folder"
    folder.mkdir()
    (folder / "word.txt").write_text("besides", encoding="utf-8")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print(open('word.txt').read() * 2)")])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "a.ipynb")
    before, page = (folder / "a.ipynb").read_bytes(), tmp_path / "page.html"
    monkeypatch.setattr("sys.argv", ["-m", str(folder / "a.ipynb"), str(page)])
    export.main()
    text = page.read_text("utf-8")
    assert "besidesbesides" in text and (folder / "a.ipynb").read_bytes() == before
    assert text.count(export.HOST.read_text("utf-8")) == 1 and text.rstrip().endswith("</html>")
    assert 'src="http' not in text
    assert capsys.readouterr().out == f"wrote {page}\n"


def test_a_page_without_a_body_is_refused():
    assert export.with_live_widgets("<body>a</body>b").endswith("</script>\n</body>b")
    with pytest.raises(ValueError, match="page has no </body>"):
        export.with_live_widgets("<p>a</p>")
