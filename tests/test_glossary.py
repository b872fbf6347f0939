"""The glossary: in order, current, and linked from the chapter that explains each word first."""

from pathlib import Path

import nbformat
import pytest

from gru_lab.conventions import CHO_2014, CHUNG_2014
from gru_lab.workshop import course as course_module
from gru_lab.workshop import glossary, hygiene

ROOT = Path(__file__).resolve().parents[1]
COURSE = course_module.load(ROOT)
TERMS = glossary.load()
FILES = {chapter.number: chapter for chapter in COURSE.present}


def links_to(term, notebook):
    """Does some Markdown cell link to this term?"""
    return any(f"]({glossary.anchor(term)})" in cell.source for cell in notebook.cells if cell.cell_type == "markdown")


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.term)
def test_the_chapter_that_explains_a_word_links_to_it(term):
    if term.chapter not in FILES:
        pytest.skip("the chapter is not there yet")
    assert links_to(term, nbformat.read(FILES[term.chapter].path, as_version=4))


def test_a_missing_link_is_seen():
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("a [gate](glossary.ipynb#Gate) and a half-life")]
    )
    by_name = {term.term: term for term in TERMS}
    assert links_to(by_name["gate"], notebook)
    assert not links_to(by_name["half-life"], notebook)


def test_the_glossary_is_current_and_its_links_lead_somewhere():
    path = ROOT / "chapters" / glossary.NOTEBOOK
    notebook = nbformat.read(path, as_version=4)
    assert notebook == glossary.build(COURSE), "run `gru-lab notebooks toc`"
    assert list(hygiene.links(hygiene.Page(path, notebook))) == []


def test_the_equations_in_it_are_those_of_the_conventions():
    meanings = {term.term: term.meaning for term in TERMS}
    assert f"${CHO_2014.equations['h']}$" in meanings["z keeps"]
    assert f"${CHUNG_2014.equations['h']}$" in meanings["z takes"]


def test_every_word_has_a_heading_to_link_to_and_is_explained_in_a_chapter_of_the_course():
    text = "\n".join(cell.source for cell in glossary.build(COURSE).cells)
    numbers = {chapter.number for chapter in COURSE.chapters}
    for term in TERMS:
        assert f"### {term.heading}\n" in text
        assert term.chapter in numbers


def test_words_out_of_order_and_entries_with_a_wrong_key_are_refused(tmp_path):
    file = tmp_path / "glossary.toml"
    entry = '[[term]]\nterm = "{}"\nmeaning = "m"\nchapter = 4\n'
    file.write_text(entry.format("gate") + entry.format("batch"), encoding="utf-8")
    with pytest.raises(ValueError, match='"batch" stands after "gate"'):
        glossary.load(file)
    file.write_text(entry.format("gate").replace("meaning", "meanings"), encoding="utf-8")
    with pytest.raises(TypeError, match="meanings"):
        glossary.load(file)
