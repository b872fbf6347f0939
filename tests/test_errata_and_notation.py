"""The errata and the symbols: the data, the tables made of it, and what the chapters must hold for it."""

import re
from dataclasses import fields
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest

from gru_lab import CONVENTIONS, GRUParameters, StepTrace
from gru_lab.workshop import course as course_module
from gru_lab.workshop import errata, notation

COURSE = course_module.load()
ERRATA = errata.load()
SYMBOLS = notation.load()
WRITTEN = {latex.strip(): symbol for symbol in SYMBOLS for latex in symbol.latex.split(",")}
SECTIONS = {"Contents", *(str(number) for number in range(1, 14))}


def notebook_with(*cells):
    return nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell(text) if kind == "md" else nbformat.v4.new_code_cell(text)
            for kind, text in cells
        ]
    )


def box_problem(notebook):
    """What is wrong with a chapter's box "Where the article is loose", or None."""
    for cell, follower in zip(notebook.cells, notebook.cells[1:], strict=False):
        if cell.cell_type == "markdown" and errata.BOX_HEADING.search(cell.source):
            if not re.search(r"^> ", cell.source, re.MULTILINE):
                return "no box"
            if not re.search(r"\*\*Sections? [\d, and]+", cell.source):
                return "the box names no section"
            if follower.cell_type != "code":
                return "no cell follows that proves it"
            if "assert" not in follower.source:
                return "the cell that follows asserts nothing"
            return None
    return "no heading"


def test_every_erratum_says_something_and_names_real_sections_and_chapters():
    numbers = {chapter.number for chapter in COURSE.chapters}
    assert len(ERRATA) >= 11
    for erratum in ERRATA:
        assert set(erratum.section.split(", ")) <= SECTIONS, erratum.section
        assert erratum.chapters and set(erratum.chapters) <= numbers, erratum.section
        assert len(erratum.article) > 20 and len(erratum.truth) > 20, erratum.section
        assert "|" not in erratum.article + erratum.truth, "a bar would break the table"


@pytest.mark.parametrize("number", sorted({number for erratum in ERRATA for number in erratum.chapters}))
def test_a_chapter_that_an_erratum_names_proves_it_in_a_box(number):
    chapter = next(chapter for chapter in COURSE.chapters if chapter.number == number)
    if not chapter.exists:
        pytest.skip("the chapter is not there yet")
    assert box_problem(nbformat.read(chapter.path, as_version=4)) is None


BOX = "## Where the article is loose\n\n> **Section 4** gives …"


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ([("md", BOX), ("code", "assert 1 + 1 == 2")], None),
        ([("md", "## Something else"), ("code", "assert 1 + 1 == 2")], "no heading"),
        ([("md", "## Where the article is loose\n\n**Section 4**"), ("code", "assert True")], "no box"),
        ([("md", BOX.replace("**Section 4**", "It")), ("code", "assert 1 + 1 == 2")], "the box names no section"),
        ([("md", BOX), ("md", "and so on")], "no cell follows that proves it"),
        ([("md", BOX), ("code", "print(1)")], "the cell that follows asserts nothing"),
    ],
)
def test_the_test_of_a_box_sees_what_is_missing(cells, problem):
    assert box_problem(notebook_with(*cells)) == problem


def fake_course(tmp_path, *present):
    chapters = []
    for number in (4, 5):
        file = f"{number:02}_x.ipynb"
        path = tmp_path / file
        if number in present:
            heading = "## Where the article is loose: one order" if number == 4 else "## See it"
            nbformat.write(notebook_with(("md", heading)), path)
        chapters.append(SimpleNamespace(number=number, file=file, path=path, exists=number in present))
    there = [chapter for chapter in chapters if chapter.exists]
    return SimpleNamespace(chapters=chapters, present=there)


def test_errata_table_links_to_the_box_itself(tmp_path):
    erratum = errata.Erratum("4", "one order", "three orders", (4, 5))
    table = errata.table(fake_course(tmp_path, 4), [erratum])
    assert table.splitlines()[2] == (
        "| 4 | one order | three orders | [chapter 4](04_x.ipynb#Where-the-article-is-loose:-one-order), "
        "chapter 5 (not there yet) |"
    )


def test_errata_table_refuses_a_chapter_without_a_box_and_an_unknown_chapter(tmp_path):
    with pytest.raises(ValueError, match=r"05_x\.ipynb has no"):
        errata.table(fake_course(tmp_path, 5), [errata.Erratum("5", "a", "b", (5,))])
    with pytest.raises(ValueError, match="chapter 99"):
        errata.table(fake_course(tmp_path), [errata.Erratum("5", "a", "b", (99,))])


def test_entries_with_a_wrong_key_are_refused(tmp_path):
    file = tmp_path / "errata.toml"
    file.write_text('[[erratum]]\nsection = "1"\narticle = "a"\ntruht = "b"\nchapters = [1]\n', encoding="utf-8")
    with pytest.raises(TypeError, match="truht"):
        errata.load(file)


def test_every_symbol_of_the_equations_is_in_the_notation():
    token = re.compile(r"\\tilde\{h\}_t|\\(?:sigma|tanh|odot)|[WUbhxrz]_\{?[A-Za-z0-9-]+\}?")
    for convention in CONVENTIONS.values():
        for equation in convention.equations.values():
            for symbol in token.findall(equation):
                assert symbol in WRITTEN, symbol
            left = re.sub(r"[\s()=+,1&-]", "", token.sub("", equation))
            assert not left, f"{left!r} in {equation} was not looked at"


def test_every_parameter_is_in_the_notation_with_its_shape():
    named = {name.strip(): symbol for symbol in SYMBOLS for name in symbol.code.split(",")}
    parameters = GRUParameters.random(3, 2, convention=CONVENTIONS["PYTORCH"])
    for name, array in parameters.arrays().items():
        shape = eval(named[name].shape, {"H": 2, "D": 3})
        assert array.shape == shape, name
    assert {"r", "z", "candidate", "h"} <= set(StepTrace._fields) & set(named)
    assert {field.name for field in fields(GRUParameters)} <= set(named)


def test_the_example_of_the_pointwise_product_is_right():
    a, b, product = re.search(r"(\[.*?\]) \\odot (\[.*?\]) = (\[.*?\])", WRITTEN[r"\odot"].meaning).groups()
    np.testing.assert_array_equal(np.multiply(eval(a), eval(b)), eval(product))


def test_notation_table_has_a_row_for_each_symbol_and_links_only_to_what_is_there(tmp_path):
    rows = notation.table(fake_course(tmp_path, 4), SYMBOLS[:2]).splitlines()
    assert len(rows) == 2 + 2
    assert rows[2].startswith("| $x_t$ | `x` | **[input](04_x.ipynb)**: ")
    assert "](" not in notation.table(fake_course(tmp_path), SYMBOLS)


def test_chapter_00_shows_both_tables_as_generated():
    if not COURSE.chapters[0].exists:
        pytest.skip("chapter 00 is not there yet")
    text = "\n".join(cell.source for cell in nbformat.read(COURSE.chapters[0].path, as_version=4).cells)
    for name, table in (("notation", notation.table(COURSE)), ("errata", errata.table(COURSE))):
        start, end = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
        assert text.count(start) == text.count(end) == 1
        assert text.partition(start)[2].partition(end)[0].strip() == table, "run `gru-lab notebooks toc`"
