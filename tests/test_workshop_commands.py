"""`gru-lab notebooks`: which files it takes, what it says, and with which status it ends."""

import sys

import nbformat
import pytest

from gru_lab import cli
from gru_lab.workshop import commands, course, exercises, hygiene, toc


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A course with nothing in it but notebooks that are to be found, and others that are not."""
    for name in ("chapters/01_b.ipynb", "chapters/00_a.ipynb", "chapters/glossary.ipynb", "solutions/01_c.ipynb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        nbformat.write(nbformat.v4.new_notebook(), tmp_path / name)
    (tmp_path / "chapters" / "course.toml").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_files_all_chapters_and_masters_are_meant(root):
    found = [path.relative_to(root.resolve()).as_posix() for path in commands._notebooks([])]
    assert found == ["chapters/00_a.ipynb", "chapters/01_b.ipynb", "solutions/01_c.ipynb"]
    assert [path.name for path in commands._notebooks(["chapters/0*.ipynb"])] == ["00_a.ipynb", "01_b.ipynb"]
    assert [path.name for path in commands._notebooks(["none.ipynb"])] == ["none.ipynb"]


@pytest.mark.parametrize(
    ("findings", "last", "status"),
    [([], "nothing found", 0), (["a"], "1 finding", 1), (["a", "b"], "2 findings", 1)],
)
def test_the_check_counts_what_it_finds(root, monkeypatch, capsys, findings, last, status):
    asked = []
    monkeypatch.setattr(hygiene, "check", lambda path, at: asked.append(at) or iter(findings))
    assert cli.main(["notebooks", "check", "solutions/01_c.ipynb"]) == status
    said = capsys.readouterr().out.splitlines()
    assert said == [*(f"01_c.ipynb: {finding}" for finding in findings), last]
    assert asked == [root.resolve()]


def test_what_cannot_be_read_is_a_finding_also_outside_of_any_course(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(course, "__file__", str(tmp_path / "site-packages" / "gru_lab" / "workshop" / "course.py"))
    (tmp_path / "broken.ipynb").write_text("{", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert commands._root_of(tmp_path / "broken.ipynb") is None
    assert cli.main(["notebooks", "check", "broken.ipynb", "none.ipynb"]) == 1
    first, second, last = capsys.readouterr().out.splitlines()
    assert first.startswith("broken.ipynb: cannot be read: ") and second.startswith("none.ipynb: cannot be read: ")
    assert last == "2 findings"
    with pytest.raises(FileNotFoundError, match=r"no chapters/course\.toml here or above"):
        course.find_root()


@pytest.mark.parametrize(("command", "module", "name"), [("toc", toc, "update"), ("exercises", exercises, "generate")])
def test_what_is_out_of_date_is_named_and_problems_go_to_the_other_stream(
    root, monkeypatch, capsys, command, module, name
):
    path, gone = root.resolve() / "chapters" / "00_a.ipynb", root.resolve() / "exercises" / "09_x.ipynb"
    answer, writes = ([], []), []
    monkeypatch.setattr(course, "load", lambda: type("Table", (), {"root": root.resolve()}))
    monkeypatch.setattr(module, name, lambda table, write: writes.append(write) or answer)
    assert cli.main(["notebooks", command]) == 0
    assert capsys.readouterr().out == "nothing to change\n"
    answer = ([path], [])
    assert cli.main(["notebooks", command]) == 0
    assert capsys.readouterr().out == "chapters/00_a.ipynb  written\n"
    assert cli.main(["notebooks", command, "--check"]) == 1
    assert capsys.readouterr().out == "chapters/00_a.ipynb  out of date\n"
    assert writes == [True, True, False]
    answer = ([], ["00_a.ipynb lacks a region"])
    assert cli.main(["notebooks", command]) == 1
    assert capsys.readouterr() == ("", "00_a.ipynb lacks a region\n")
    if command == "exercises":
        answer = ([gone], [])
        assert cli.main(["notebooks", command]) == 0
        assert capsys.readouterr().out == "exercises/09_x.ipynb  removed\n"


def test_on_a_terminal_the_cell_that_runs_is_shown_and_written_over(root, monkeypatch, capsys):
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")]), root / "a.ipynb")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert cli.main(["notebooks", "run", "a.ipynb"]) == 0
    said = capsys.readouterr().out
    assert "\ra.ipynb  cell 1 of 1" in said and said.rpartition("\r\x1b[K")[2].startswith("a.ipynb  ")
    assert said.endswith("written\n")


def test_a_chapter_is_found_by_its_file():
    table = course.load()
    assert table.chapter("05_flow_diagram.ipynb").number == 5
    with pytest.raises(KeyError, match=r"99_none\.ipynb is not in chapters/course\.toml"):
        table.chapter("99_none.ipynb")


def test_a_chapter_without_text_has_no_place_for_what_is_generated():
    table = course.load()
    with pytest.raises(ValueError, match="has no Markdown cell"):
        toc.generate(table, table.chapters[1], nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]))


def test_a_file_that_is_no_page_has_no_anchors(tmp_path):
    (tmp_path / "a.py").write_text("# Heading\n", encoding="utf-8")
    (tmp_path / "a.md").write_text("# Heading\n", encoding="utf-8")
    assert hygiene._anchors_of(tmp_path / "a.py") == set() and hygiene._anchors_of(tmp_path / "a.md") == {"heading"}
