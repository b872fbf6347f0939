"""The workshop: a notebook is run the same way twice, and never half; what is generated is up to date."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest

from gru_lab import cli
from gru_lab.workshop import course, execute, normalise, toc

ROOT = Path(__file__).resolve().parents[1]
WIDGET_VIEW, WIDGET_STATE = normalise.WIDGET_VIEW, normalise.WIDGET_STATE


def save(path, *sources, **metadata):
    """A new notebook at `path` with the code cells `sources`; "raises:" at the start of one tags it."""
    cells = []
    for number, source in enumerate(sources):
        cell = nbformat.v4.new_code_cell(source.removeprefix("raises:"), id=f"cell-{number}")
        if source.startswith("raises:"):
            cell.metadata.tags = ["raises-exception"]
        cells.append(cell)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Title", id="head"), *cells])
    notebook.metadata.update(metadata)
    nbformat.write(notebook, path)
    return path


def outputs(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


# ---- running ----

VARIED = (
    "import os, sys, pathlib, warnings\nimport matplotlib.pyplot as plt\nfrom gru_lab.figures import show",
    "object()",
    "print(object())",
    "figure, axes = plt.subplots()\nline = axes.plot([0, 1])\nshow(figure, alt='A line that rises.', caption='Up.')",
    "raises:raise ValueError(f'no {object()}')",
    "import ipywidgets\nipywidgets.IntSlider(3)",
    "print(pathlib.Path.cwd().name, os.environ['OMP_NUM_THREADS'], plt.get_backend(), 'started' in globals())",
    "warnings.warn('look out')",
    "raises:from gru_lab import gru_step\ngru_step(None, None, None)",
)


@pytest.fixture(scope="module")
def varied(tmp_path_factory):
    """A folder with a notebook of all kinds of output, run twice in an unfriendly environment; widgets are kept."""
    folder = tmp_path_factory.mktemp("varied")
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "mine.py").write_text("started = True\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MPLBACKEND", "agg")
        patch.setenv("OMP_NUM_THREADS", "2")
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        path = save(folder / "varied.ipynb", *VARIED, authors=["Ada"], gru_lab={"widgets": "keep"})
        assert execute.run(path, ROOT)
        first = path.read_bytes()
        assert not execute.run(path, ROOT), "the second run changed it"
        assert path.read_bytes() == first
    return folder


def test_a_second_run_changes_no_byte(varied):
    """The fixture has compared the bytes; here: nothing of this run or this machine is among them."""
    text = (varied / "varied.ipynb").read_text(encoding="utf-8")
    assert text.endswith("}\n") and "\r" not in text
    assert not re.search(r"0x[0-9a-f]{6}|ipykernel_\d", text)
    assert str(ROOT) not in text and str(varied) not in text and str(Path.home()) + os.sep not in text
    assert [child.name for child in varied.glob(".*")] == []


def test_counts_ids_and_metadata(varied):
    notebook = nbformat.read(varied / "varied.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert [cell.id for cell in notebook.cells] == ["head", *(f"cell-{number}" for number in range(len(code)))]
    assert set(notebook.metadata) == {"gru_lab", "kernelspec", "language_info", "widgets"}
    assert notebook.metadata.kernelspec == normalise.KERNELSPEC
    assert notebook.metadata.language_info == {"name": "python"}
    results = [output for cell in code for output in cell.outputs if output.output_type == "execute_result"]
    assert results and all(isinstance(result.execution_count, int) for result in results)


def test_a_run_is_in_the_notebooks_folder_on_one_thread_with_figures_inline_and_no_start_up_files(varied):
    notebook = nbformat.read(varied / "varied.ipynb", as_version=4)
    [said] = [output.text for output in outputs(notebook) if output.get("text", "").endswith("False\n")]
    folder, threads, backend, started = said.split()
    assert (folder, threads, started) == (varied.name, "1", "False")
    assert "inline" in backend


def test_tracebacks_name_files_from_the_repository(varied):
    text = (varied / "varied.ipynb").read_text(encoding="utf-8")
    assert re.search(r"File[^\"]{0,60}gru_lab/cell\.py:\d+", text)
    assert "no <object object at 0xADDR>" in text
    assert "<cell>:1: UserWarning: look out" in text


def test_widgets_are_stripped_or_kept_under_names_that_do_not_change(varied):
    notebook = nbformat.read(varied / "varied.ipynb", as_version=4)
    state = notebook.metadata.widgets[WIDGET_STATE].state
    [slider] = [output for output in outputs(notebook) if "IntSlider" in str(output)]
    view = slider.data[WIDGET_VIEW]
    assert state[view.model_id].model_name == "IntSliderModel"
    layout = state[view.model_id].state.layout.removeprefix("IPY_MODEL_")
    assert state[layout].model_name == "LayoutModel"
    assert set(state) == {f"{number:032x}" for number in range(1, len(state) + 1)}

    del notebook.metadata["gru_lab"]
    stripped = normalise.normalise(notebook)
    assert "widgets" not in stripped.metadata
    [slider] = [output for output in outputs(stripped) if "IntSlider" in str(output)]
    assert slider.data == {"text/plain": "IntSlider(value=3)"}


def test_a_failing_cell_is_named_and_the_file_stays_as_it_was(tmp_path):
    path = save(tmp_path / "a.ipynb", "x = 1", "def f():\n    return x / 0\n\n\nf()", "print('never')")
    before = path.read_bytes()
    with pytest.raises(execute.CellFailed) as failed:
        execute.run(path)
    message = str(failed.value)
    assert message.startswith("code cell 2 of 3 (id cell-1: def f():) raised ZeroDivisionError")
    assert message.endswith("ZeroDivisionError: division by zero")
    assert "\x1b" not in message and len(message.splitlines()) <= execute.TRACEBACK_LINES + 1
    assert path.read_bytes() == before


def test_a_dead_kernel_is_named(tmp_path):
    path = save(tmp_path / "a.ipynb", "import os\nos._exit(3)")
    with pytest.raises(execute.CellFailed, match=r"code cell 1 of 1 .*the kernel died"):
        execute.run(path)


def test_a_run_that_hangs_once_is_tried_again_and_one_that_hangs_twice_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(execute, "CELL_SECONDS", 1)
    once = "import pathlib, time\nif not (seen := pathlib.Path('seen')).exists():\n    seen.touch()\n    time.sleep(60)"
    start = time.monotonic()
    assert execute.run(save(tmp_path / "once.ipynb", once))
    with pytest.raises(execute.CellFailed, match=r"code cell 2 of 2 .* ran longer than 1 s \(twice\)"):
        execute.run(save(tmp_path / "always.ipynb", "x = 1", "import time\ntime.sleep(60)"))
    assert time.monotonic() - start < 50


def test_a_notebook_that_hangs_between_cells_ends_too(tmp_path, monkeypatch):
    monkeypatch.setattr(execute, "NOTEBOOK_SECONDS", 0.01)
    with pytest.raises(execute.CellFailed, match=r"the notebook ran longer than 0.01 s"):
        execute.run(save(tmp_path / "a.ipynb", "x = 1"))


def test_a_kernel_that_does_not_start_is_named(tmp_path, monkeypatch):
    command = {**execute.get_kernel_dict(), "argv": [sys.executable, "-c", "raise SystemExit(3)", "{connection_file}"]}
    monkeypatch.setattr(execute, "get_kernel_dict", lambda: command)
    with pytest.raises(execute.CellFailed, match=r"the kernel did not start: .* \(twice\)"):
        execute.run(save(tmp_path / "a.ipynb", "x = 1"))


def test_a_file_is_replaced_in_one_piece_or_not_at_all(tmp_path, monkeypatch):
    path = save(tmp_path / "a.ipynb", "x = 1")
    path.chmod(0o640)
    before = path.read_bytes()
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source = "# Other"
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            normalise.write(notebook, path)
    assert path.read_bytes() == before
    assert [child.name for child in tmp_path.iterdir()] == ["a.ipynb"]
    assert normalise.write(notebook, path)
    assert not normalise.write(notebook, path)
    if os.name != "nt":
        assert path.stat().st_mode & 0o777 == 0o640


def test_an_invalid_notebook_is_not_written(tmp_path):
    path = save(tmp_path / "a.ipynb", "x = 1")
    before = path.read_bytes()
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].outputs = [nbformat.from_dict({"output_type": "stream", "name": "stdout"})]
    with pytest.raises(nbformat.ValidationError):
        normalise.write(notebook, path)
    assert path.read_bytes() == before


def test_metadata_of_editors_is_dropped_and_a_cell_never_run_has_no_count():
    cells = [
        nbformat.v4.new_markdown_cell("a", metadata={"collapsed": True, "tags": []}),
        nbformat.v4.new_code_cell("  ", execution_count=4),
        nbformat.v4.new_code_cell("1", metadata={"jupyter": {"source_hidden": True, "x": 1}, "trusted": True}),
        nbformat.v4.new_code_cell("2", metadata={"nbgrader": {"points": 2}, "jupyter": {"x": 1}}),
    ]
    notebook = normalise.normalise(nbformat.v4.new_notebook(cells=cells))
    assert [cell.metadata for cell in notebook.cells] == [
        {}, {}, {"jupyter": {"source_hidden": True}}, {"nbgrader": {"points": 2}},
    ]  # fmt: skip
    assert [cell.execution_count for cell in notebook.cells[1:]] == [None, 1, 2]


def test_the_command_runs_goes_on_after_a_failure_and_says_so(tmp_path, capsys):
    good, bad = save(tmp_path / "01_good.ipynb", "1 + 1"), save(tmp_path / "02_bad.ipynb", "1 / 0")
    assert cli.main(["notebooks", "run", str(bad), str(good), str(tmp_path / "03_none.ipynb")]) == 1
    said = capsys.readouterr().out
    assert re.search(r"02_bad\.ipynb  [\d.]+ s  failed, and is as it was: code cell 1 of 1 .*ZeroDivisionError", said)
    assert re.search(r"01_good\.ipynb  [\d.]+ s  written", said)
    assert re.search(r"03_none\.ipynb  [\d.]+ s  failed", said)
    assert cli.main(["notebooks", "run", str(good)]) == 0
    assert "unchanged" in capsys.readouterr().out


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT for one process on Windows")
def test_ctrl_c_ends_the_run_and_its_kernel_and_leaves_the_file(tmp_path):
    cell = "import os, pathlib, time\npathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(60)"
    path = save(tmp_path / "a.ipynb", cell)
    before, pid = path.read_bytes(), tmp_path / "pid"
    command = [sys.executable, "-m", "gru_lab.cli", "notebooks", "run", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert wait_until(lambda: pid.exists() and pid.read_text())
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=30)[0]
    assert (process.returncode, said) == (130, "stopped\n")
    assert path.read_bytes() == before
    assert wait_until(lambda: not is_alive(int(pid.read_text())))


def wait_until(true, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return False


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


# ---- the table of contents ----


def test_everything_generated_is_up_to_date():
    """If this fails: `gru-lab notebooks toc`."""
    assert toc.update(course.load(ROOT), write=False) == ([], [])


def test_the_table_has_all_chapters_in_order():
    table = course.load(ROOT)
    assert [chapter.number for chapter in table.chapters] == list(range(21))
    assert list(table.parts)[1:] == ["Hypothesis", "Machine", "Experiment", "Verdict"]
    for chapter in table.chapters:
        assert re.fullmatch(rf"{chapter.number:02}_[a-z0-9_]+\.ipynb", chapter.file)
        assert chapter.title and chapter.promise.endswith(".") and "\n" not in chapter.promise
        assert "|" not in chapter.title + chapter.promise, "a bar would break the table"


@pytest.fixture
def small_course(tmp_path):
    """A repository with the real table of contents, of which chapters 00, 03 and 05 are there."""
    (tmp_path / "chapters").mkdir()
    source = (ROOT / "chapters" / "course.toml").read_bytes()
    (tmp_path / "chapters" / "course.toml").write_bytes(source)
    (tmp_path / "README.md").write_text("# R\n<!-- toc:start -->\nstale\n<!-- toc:end -->\nend\n", encoding="utf-8")
    for chapter in course.load(tmp_path).chapters:
        if chapter.number in (0, 3, 5):
            tables = "".join(f"<!-- {name}:start -->\n<!-- {name}:end -->\n" for name in ("toc", "notation", "errata"))
            texts = [
                f"# {chapter.title}\n<!-- head:start -->\n<!-- head:end -->",
                f"## Mine\n\n{tables if chapter.number == 0 else ''}",
                "<!-- foot:start -->\n<!-- foot:end -->",
            ]
            notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text) for text in texts])
            notebook.metadata.gru_lab = {
                "section": None if chapter.number == 0 else f"({chapter.number}) Name",
                "minutes": 10 + chapter.number,
                "difficulty": 2,
                "prerequisites": {0: [], 3: ["02_what_is_a_gru.ipynb"], 5: ["03_components.ipynb"]}[chapter.number],
                "objectives": [{"id": f"{chapter.number}a", "text": "do it"}],
            }
            nbformat.write(notebook, chapter.path)
    return tmp_path


@pytest.fixture
def no_other_tables(monkeypatch):
    """Chapter 00's tables of errata and symbols have tests of their own."""
    monkeypatch.setattr(toc.errata, "table", lambda course: "errata")
    monkeypatch.setattr(toc.notation, "table", lambda course: "notation")


def sources(root, file):
    notebook = nbformat.read(root / "chapters" / file, as_version=4)
    return [cell.source for cell in notebook.cells]


def test_toc_links_what_is_there_and_names_what_is_not(small_course, no_other_tables):
    table = course.load(small_course)
    changed, problems = toc.update(table)
    assert problems == []
    assert {path.name for path in changed} == {
        "README.md", "00_start_here.ipynb", "03_components.ipynb", "05_flow_diagram.ipynb", "glossary.ipynb",
    }  # fmt: skip
    assert toc.update(table) == ([], [])

    readme = (small_course / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# R\n<!-- toc:start -->\n") and readme.endswith("<!-- toc:end -->\nend\n")
    assert "stale" not in readme
    assert re.search(r"\| 3 \| \[Components\]\(chapters/03_components\.ipynb\) \| .* \| 13 \| 2 ●●○○○ \|", readme)
    assert "02_what_is_a_gru" not in readme
    assert "Not there yet: 1 Disadvantages of LSTM networks; 2 What is a GRU" in readme
    assert "**Machine**" not in readme, "a part without chapters has no row"

    head, mine, foot = sources(small_course, "03_components.ipynb")
    assert head.startswith("# Components\n<!-- head:start -->\n\n[← Start here](00_start_here.ipynb) · ")
    assert "[5 · The flow diagram →](05_flow_diagram.ipynb)" in head and "04_" not in head + foot
    assert "the article's section (3) Name · 13 minutes · difficulty 2 of 5 ●●○○○" in head
    assert "**Know first:** 2 · What is a GRU, and why do we need one?" in head, "a missing chapter is not linked"
    assert "- **3a** do it" in head and table.chapter("03_components.ipynb").promise in head
    assert mine.strip() == "## Mine"
    assert "[← Start here](00_start_here.ipynb)" in foot and "exercises" not in foot
    assert "**Know first:** [3 · Components](03_components.ipynb)" in sources(small_course, "05_flow_diagram.ipynb")[0]
    assert "[Components](03_components.ipynb)" in sources(small_course, "00_start_here.ipynb")[1]


def test_toc_links_exercises_once_they_are_there(small_course, no_other_tables):
    (small_course / "exercises").mkdir()
    (small_course / "exercises" / "03_components.ipynb").write_text("{}", encoding="utf-8")
    toc.update(course.load(small_course))
    foot = sources(small_course, "03_components.ipynb")[-1]
    assert "(../exercises/03_components.ipynb)" in foot and "the folder `work`" in foot
    assert foot.index("`check.exercises(3)`") < foot.index("`python course.py start 03`") < foot.index("[original]")
    assert "exercises" not in sources(small_course, "05_flow_diagram.ipynb")[-1]


def test_toc_check_writes_nothing_and_sees_what_is_out_of_date(small_course, no_other_tables, monkeypatch, capsys):
    monkeypatch.chdir(small_course)
    assert cli.main(["notebooks", "toc"]) == 0
    assert cli.main(["notebooks", "toc", "--check"]) == 0
    path = small_course / "chapters" / "05_flow_diagram.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("15 minutes", "16 minutes"), encoding="utf-8")
    before = path.read_bytes()
    capsys.readouterr()
    assert cli.main(["notebooks", "toc", "--check"]) == 1
    assert capsys.readouterr().out == "chapters/05_flow_diagram.ipynb  out of date\n"
    assert path.read_bytes() == before


def test_toc_names_a_file_without_markers_and_goes_on_with_the_others(small_course, no_other_tables):
    (small_course / "README.md").write_text("# R\n", encoding="utf-8")
    welcome = small_course / "chapters" / "00_start_here.ipynb"
    welcome.write_text(welcome.read_text(encoding="utf-8").replace("errata:start", "errors:start"), encoding="utf-8")
    changed, problems = toc.update(course.load(small_course))
    assert {path.name for path in changed} == {"03_components.ipynb", "05_flow_diagram.ipynb", "glossary.ipynb"}
    assert [problem.partition(":")[0] for problem in problems] == ["README.md", "chapters/00_start_here.ipynb"]
    assert "<!-- toc:start -->" in problems[0] and "<!-- errata:start -->" in problems[1]


def test_toc_names_a_chapter_without_its_facts(small_course, no_other_tables):
    path = small_course / "chapters" / "05_flow_diagram.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    del content["metadata"]["gru_lab"]["minutes"]
    path.write_text(json.dumps(content), encoding="utf-8")
    _, problems = toc.update(course.load(small_course))
    assert any("05_flow_diagram.ipynb" in problem and "lacks minutes" in problem for problem in problems)


def test_the_root_is_found_from_below_and_by_the_package(small_course, monkeypatch):
    monkeypatch.chdir(small_course / "chapters")
    assert course.find_root() == small_course.resolve()
    monkeypatch.chdir(small_course.parent)
    assert course.find_root() == ROOT


def test_a_notebook_runs_where_a_loop_is_already_running(tmp_path):
    """In a notebook, or after a browser test in the same process."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("6 * 7")])

    async def within():
        return execute.execute(notebook, tmp_path)

    with ThreadPoolExecutor(max_workers=1) as thread:  # a browser test may have left a loop running in this one
        done = thread.submit(asyncio.run, within()).result()
    assert done.cells[0].outputs[0].data["text/plain"] == "42"
