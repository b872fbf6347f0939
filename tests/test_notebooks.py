"""Every notebook keeps the workshop's rules, and every rule is seen to find what it looks for."""

import copy
import re
from pathlib import Path

import nbformat
import pytest

from gru_lab import DEFAULT, cli
from gru_lab.workshop import course, glossary, hygiene, prose

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted(path for folder in ("chapters", "solutions") for path in (ROOT / folder).glob("[0-9]*.ipynb"))
ALL_RULES = hygiene.RULES + hygiene.CHAPTER_RULES


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_notebook_keeps_every_rule(path):
    assert list(hygiene.check(path, ROOT)) == []


def test_every_notebook_is_a_chapter_of_the_table_of_contents_or_the_glossary():
    listed = {chapter.file for chapter in course.load(ROOT).chapters} | {glossary.NOTEBOOK}
    assert {path.name for path in NOTEBOOKS} <= listed


def test_every_exception_is_of_a_chapter_and_a_rule_and_has_a_reason():
    files = {chapter.file for chapter in course.load(ROOT).chapters}
    for (file, rule), reason in hygiene.EXCEPTIONS.items():
        assert file in files
        assert rule in {known.__name__ for known in ALL_RULES}
        assert len(reason.split()) >= 4


# ---- a good chapter, and one way to break each rule ----

FILE = "04_the_four_steps.ipynb"
FIGURE = '<figure><img alt="A line that rises." src="data:image/png;base64,AAAA"><figcaption>Up.</figcaption></figure>'


def good_notebook():
    new_markdown, new_code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    stream = nbformat.v4.new_output("stream", name="stdout", text="0.70\n")
    figure = nbformat.v4.new_output("display_data", {"text/html": FIGURE, "text/plain": "<HTML>"})
    raised = nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=["ValueError: no"])
    cells = [
        new_markdown("# 4 · The four steps\n<!-- head:start -->\n<!-- head:end -->", id="head"),
        new_markdown("## Predict first\n\nA guess. See [the maths](#The-maths:-four-lines).", id="predict"),
        new_code("import numpy as np", id="imports", execution_count=1),
        new_markdown("## The story\n\n" + "Each word is one of many words here. " * 200, id="story"),
        new_markdown(f"## The maths: four lines\n\n$${DEFAULT.equations['h']} \\tag{{4}}$$\n\n$a_t = 1$", id="maths"),
        new_code("np.testing.assert_allclose(0.7, 0.7)\nprint('0.70')", id="code", execution_count=2, outputs=[stream]),
        new_markdown("## The code", id="code-text"),
        new_markdown("## See it\n\n![a drawing of a gate](gate.png)", id="see"),
        new_code("show(figure, alt='A line')", id="see-figure", execution_count=3, outputs=[figure]),
        new_markdown('## Where the article is loose\n\n<div class="alert">\n\n**here**\n\n</div>', id="loose"),
        new_markdown("## A common wrong idea", id="wrong"),
        new_code("raise ValueError('no')", id="wrong-code", execution_count=4, outputs=[raised]),
        new_markdown("## Your turn", id="turn"),
        new_code("np.random.rand()", id="turn-code", execution_count=5),
        new_markdown("## What you can do now\n\n- **4a** one\n- **4b** two\n- **4c** three", id="can-do"),
        new_markdown("## Further reading\n\n[a page](https://example.org/x#y)", id="reading"),
        new_markdown("<!-- foot:start -->\n<!-- foot:end -->", id="foot"),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    cell(notebook, "wrong-code").metadata.tags = ["raises-exception"]
    cell(notebook, "turn-code").metadata.tags = ["nbval-ignore-output"]
    notebook.metadata = nbformat.from_dict(
        {
            "gru_lab": {
                "section": "(4) Steps",
                "minutes": 30,
                "difficulty": 2,
                "prerequisites": ["03_components.ipynb"],
                "objectives": [{"id": f"4{letter}", "text": "compute r"} for letter in "abc"],
            },
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    return notebook


def cell(notebook, name):
    return next(found for found in notebook.cells if found.id == name)


def set_source(name, text):
    return lambda notebook: setattr(cell(notebook, name), "source", text)


def add_source(name, text):
    return lambda notebook: setattr(cell(notebook, name), "source", cell(notebook, name).source + text)


def set_output(cell_id, **entries):
    return lambda notebook: cell(notebook, cell_id).outputs[0].update(nbformat.from_dict(entries))


def set_fact(key, value):
    return lambda notebook: notebook.metadata.gru_lab.__setitem__(key, value)


def swap(one, other):
    def change(notebook):
        names = [found.id for found in notebook.cells]
        a, b = names.index(one), names.index(other)
        notebook.cells[a], notebook.cells[b] = notebook.cells[b], notebook.cells[a]

    return change


def remove(name):
    return lambda notebook: notebook.cells.remove(cell(notebook, name))


# rule: [(how to break it, a piece of what must be said)]
BREAKS = {
    "counts": [
        (lambda notebook: setattr(cell(notebook, "code"), "execution_count", None), "None"),
        (lambda notebook: setattr(cell(notebook, "code"), "execution_count", 7), "[1, 7, 3, 4, 5]"),
    ],
    "metadata": [
        (lambda notebook: notebook.metadata.update(widgets_2={}), "widgets_2"),
        (lambda notebook: notebook.metadata.language_info.update(version="3.11.7"), "language_info"),
        (lambda notebook: cell(notebook, "story").metadata.update(collapsed=True), "collapsed"),
        (lambda notebook: cell(notebook, "story").metadata.update(jupyter={"x": 1}), "jupyter.x"),
    ],
    "valid": [
        (lambda notebook: setattr(cell(notebook, "story"), "id", "maths"), "2 cells have the id maths"),
        (lambda notebook: cell(notebook, "story").update(outputs=[]), "outputs"),
    ],
    "tags": [(lambda notebook: setattr(cell(notebook, "code").metadata, "tags", ["skip-me"]), "'skip-me'")],
    "ignored": [
        (lambda notebook: setattr(cell(notebook, "code").metadata, "tags", ["nbval-ignore-output"]), "2 of 5"),
    ],
    "traps": [
        (set_source("turn-code", "\n"), "code cell 5 is empty"),
        (add_source("turn-code", ";"), "semicolon"),
        (add_source("turn-code", "\n# NBVAL_IGNORE_OUTPUT"), "comment"),
    ],
    "errors": [
        (lambda notebook: cell(notebook, "wrong-code").metadata.pop("tags"), "is not tagged"),
        (lambda notebook: setattr(cell(notebook, "wrong-code"), "outputs", []), "raised nothing"),
    ],
    "stderr": [(set_output("code", name="stderr", text="a.py:1: UserWarning: hm\n"), "UserWarning: hm")],
    "alternatives": [
        (set_source("see", "## See it\n\n![](gate.png)"), "gate.png"),
        (set_source("see", '## See it\n\n<img src="gate.png" alt=" ">'), "gate.png"),
        (set_source("see", '## See it\n\ntext <svg width="9"><path d="M0 0"/></svg>'), "svg"),
        (set_output("see-figure", data={"text/html": "<img src='data:image/png;base64,AAAA'>"}), "in its output"),
        (set_output("see-figure", data={"image/png": "AAAA"}), "bare image/png"),
    ],
    "figures": [
        (add_source("see-figure", "\nplt.show()"), "plt.show"),
        (add_source("see-figure", "\nfigure.savefig('a.png')"), "figure.savefig"),
    ],
    "links": [
        (add_source("story", "\n\n[x](99_nowhere.ipynb)"), "99_nowhere.ipynb leads nowhere"),
        (add_source("story", "\n\n[x](#The-sums)"), "#The-sums names a heading"),
        (add_source("story", "\n\n[x](#the-maths:-four-lines)"), "names a heading"),
        (add_source("story", "\n\n[x](05_flow_diagram.ipynb#Nowhere)"), "names a heading"),
        (add_source("story", "\n\n[x](../README.md#nowhere)"), "names a heading"),
        (add_source("story", "\n\n[x](../../outside.txt)"), "out of the repository"),
        (add_source("story", '\n\n<a href="gone.html">x</a>'), "gone.html"),
        (add_source("story", "\n\n![a picture](gone.png)"), "gone.png"),
        (set_output("see-figure", data={"text/html": '<a href="lost.html">x</a>'}), "lost.html"),
    ],
    "paths": [
        (add_source("turn-code", "\nopen('/home/ada/x.txt')"), "/home/ada/x.txt"),
        (add_source("story", r"\n\nLook in C:\Users\ada."), r"C:\Users\ada"),
        (set_output("code", text="saved to /tmp/abc/model\n"), "/tmp/abc/model"),
        (set_output("wrong-code", traceback=["File /usr/lib/python3/x.py:3"]), "/usr/lib/python3/x.py"),
        (set_output("see-figure", data={"text/html": "<b>file:///a/b</b>"}), "file:///a/b"),
    ],
    "noise": [
        (set_output("code", text="0.30000000000000004\n"), "0.3000000000"),
        (set_output("see-figure", data={"text/plain": "[0.1234567890123]"}), "0.1234567890"),
    ],
    "title": [
        (set_source("head", "# The four steps"), "# 4 · The four steps"),
        (set_source("head", "intro\n\n# 4 · The four steps"), "at the very top"),
        (add_source("story", "\n\n# Another"), "Another"),
    ],
    "facts": [
        (lambda notebook: notebook.metadata.gru_lab.pop("section"), "section is missing"),
        (set_fact("minutes", "30"), "minutes"),
        (set_fact("minutes", 0), "minutes"),
        (set_fact("difficulty", 6), "difficulty"),
        (set_fact("prerequisites", ["05_flow_diagram.ipynb"]), "05_flow_diagram.ipynb is no earlier chapter"),
        (lambda notebook: notebook.metadata.gru_lab.pop("prerequisites"), "prerequisites is missing"),
        (lambda notebook: notebook.metadata.gru_lab.objectives.pop(), "2 objectives"),
        (lambda notebook: notebook.metadata.gru_lab.objectives[0].update(text=" "), "has no text"),
        (lambda notebook: notebook.metadata.gru_lab.objectives[0].update(id="4x"), "ids are not 4a, 4b, 4c"),
    ],
    "length": [
        (set_source("story", "## The story\n\nShort."), "words"),
        (add_source("story", "more words " * 400), "words"),
    ],
    "cells": [
        (set_source("turn-code", "np.e\n" * 26), "code cell 5 has 26 lines"),
        (
            lambda notebook: notebook.cells.extend(
                nbformat.v4.new_code_cell("1", execution_count=number) for number in range(6, 22)
            ),
            "21 code cells",
        ),
    ],
    "imports": [(add_source("turn-code", "\nimport math"), "import math")],
    "asserts": [(set_source("code", "print('0.70')"), "asserts")],
    "printed": [(set_output("code", text="x\n" * 13), "13 lines")],
    "template": [
        (remove("wrong"), "## A common wrong idea is missing"),
        (remove("loose"), "Where the article is loose or Where other books differ is missing"),
        (add_source("turn", "\n\n## An aside"), "## An aside is not in the template"),
        (swap("code-text", "see"), "in the order"),
        (add_source("turn", "\n\n## Your turn: again"), "2 times"),
    ],
    "answers": [(set_source("can-do", "## What you can do now\n\n- **4a** one\n- **4c** three"), "objective 4b")],
    "equations": [
        (add_source("maths", "\n\n$$h_t = z_t \\odot \\tilde{h}_t + (1 - z_t) \\odot h_t$$"), "none of Convention's"),
        (add_source("maths", "\n\n$$\nr_t = \\sigma(W_r x_t)\n$$"), "none of Convention's"),
        (add_source("maths", "\n\n\\begin{aligned}z_t &= \\sigma(0)\\end{aligned}"), "no Convention's latex"),
    ],
    "hurried": [
        (add_source("story", "\n\nThis is simply a sum."), "'simply'"),
        (add_source("wrong", "\n\nJust do it."), "'Just'"),
    ],
}


@pytest.fixture
def repository(tmp_path):
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "course.toml").write_bytes((ROOT / "chapters" / "course.toml").read_bytes())
    (tmp_path / "chapters" / "gate.png").write_bytes(b"")
    (tmp_path / "README.md").write_text("# Read me\n\n## How it goes, in *short*\n", encoding="utf-8")
    other = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 5 · The flow diagram")])
    nbformat.write(other, tmp_path / "chapters" / "05_flow_diagram.ipynb")
    return tmp_path


def findings(notebook, root):
    """The findings by rule, as `check` would name them."""
    page = hygiene.Page(root / "chapters" / FILE, notebook, root)
    found = {rule.__name__: list(rule(page)) for rule in ALL_RULES}
    return {rule: said for rule, said in found.items() if said}


def test_a_good_chapter_passes_every_rule(repository):
    assert findings(good_notebook(), repository) == {}


def test_every_rule_is_broken_below():
    assert set(BREAKS) == {rule.__name__ for rule in ALL_RULES}


@pytest.mark.parametrize(
    ("rule", "change", "said"),
    [
        pytest.param(rule, change, said, id=f"{rule}-{number}")
        for rule, breaks in BREAKS.items()
        for number, (change, said) in enumerate(breaks, start=1)
    ],
)
def test_a_rule_finds_what_it_looks_for(repository, rule, change, said):
    notebook = copy.deepcopy(good_notebook())
    change(notebook)
    found = findings(notebook, repository)
    assert rule in found
    assert any(said in finding for finding in found[rule]), found


@pytest.mark.parametrize(
    "link",
    [
        "05_flow_diagram.ipynb#5-·-The-flow-diagram",
        "05_flow_diagram.ipynb#5-%C2%B7-The-flow-diagram",
        "../README.md#how-it-goes-in-short",
        "#Predict-first",
        "../chapters/",
        "mailto:a@example.org",
    ],
)
def test_links_that_lead_somewhere_are_left_alone(repository, link):
    notebook = good_notebook()
    add_source("story", f"\n\n[x]({link})")(notebook)
    assert "links" not in findings(notebook, repository)


@pytest.mark.parametrize(
    "text",
    [
        "`a/usr/x` and </usr/y>, 3/4, and/or, https://example.org/home/ada/x",
        "the fraction $W/var/x$ is none, data:image/png;base64,AA/tmp/AA==",
    ],
)
def test_paths_leaves_alone_what_is_no_path(repository, text):
    notebook = good_notebook()
    add_source("story", "\n\n" + text)(notebook)
    assert "paths" not in findings(notebook, repository)


def test_check_names_the_rule_and_leaves_out_the_exceptions(repository):
    notebook = good_notebook()
    set_source("wrong", "## Something else")(notebook)
    for file, template in ((FILE, True), ("00_start_here.ipynb", False)):
        path = repository / "chapters" / file
        nbformat.write(notebook, path)
        rules = {finding.partition(":")[0] for finding in hygiene.check(path, repository)}
        assert ("template" in rules) == template


def test_check_asks_less_of_a_notebook_that_is_no_chapter(repository):
    path = repository / "solutions" / FILE
    path.parent.mkdir()
    notebook = good_notebook()
    set_source("story", "## The story\n\nShort, of course.")(notebook)
    nbformat.write(notebook, path)
    rules = {finding.partition(":")[0] for finding in hygiene.check(path, repository)}
    assert rules <= {"links"}  # gate.png is not beside it


def test_the_command_prints_each_finding_and_fails(repository, capsys):
    chapters = repository / "chapters"
    nbformat.write(good_notebook(), chapters / FILE)
    pattern = str(chapters / "04_*.ipynb")
    assert cli.main(["notebooks", "check", pattern]) == 0
    assert capsys.readouterr().out == "nothing found\n"
    notebook = good_notebook()
    set_output("code", name="stderr", text="look out\n")(notebook)
    nbformat.write(notebook, chapters / FILE)
    (chapters / "04_x.ipynb").write_text("{", encoding="utf-8")
    assert cli.main(["notebooks", "check", pattern, "none.ipynb"]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{FILE}: stderr: code cell 2 wrote to stderr: look out"
    assert said[1].startswith("04_x.ipynb: cannot be read") and said[2].startswith("none.ipynb: cannot be read")
    assert said[3] == "3 findings"


def test_check_says_when_a_chapter_is_not_in_the_table(repository):
    nbformat.write(good_notebook(), repository / "chapters" / "04_another.ipynb")
    found = list(hygiene.check(repository / "chapters" / "04_another.ipynb", repository))
    assert found == ["contents: it is not in chapters/course.toml"]


def test_words_are_counted_as_read():
    text = (
        "# One two\n\nThree *four* `five` [six](https://example.org/a/b), don't. $a + b + c$ <b>eight</b>\n\n"
        "$$x = y + z$$\n\n```python\nnot = counted\n```\n\n| a | b |\n|--|--|\n| c | d |\n\n- e\n- f\n"
        "<!-- head:start -->\n\nmade by a machine\n\n<!-- head:end -->\n"
    )
    # one two three four five six don't formula eight · formula · a b c d · e f
    assert prose.read([text], generated=False).words == 9 + 1 + 4 + 2
    assert prose.read([text]).words == 9 + 1 + 4 + 2 + 4


def test_dollars_and_brackets_in_code_and_maths_are_no_markdown():
    read = prose.read(["`$x` [a](b.md) `y$` and $[c](d.md)$ and \\$5 or \\$6\n\n```\n[e](f.md) $$r_t = 1$$\n```"])
    assert read.links == ["b.md"]
    assert read.displays == []


def test_sections_hold_their_own_text():
    read = prose.read(["## One\n\nfirst", "second\n\n## Two: more\n\nthird\n\n### Three\n\nfourth"])
    assert {name: re.findall(r"\w+", text) for name, text in read.sections.items()} == {
        "One": ["One", "first", "second"],
        "Two: more": ["Two", "more", "third", "Three", "fourth"],
    }
