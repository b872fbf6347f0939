"""Names that students control: shown without harm, and a file name for each student that no other has."""

import os

from hypothesis import given
from hypothesis import strategies as some

from gru_lab.grading.names import clean, identifier, safe_name

students = some.text(some.characters(exclude_categories=()), max_size=200)


@given(students, students)
def test_two_students_never_share_a_file(one, other):
    assert (safe_name(one).lower() == safe_name(other).lower()) == (one == other)


@given(students)
def test_a_file_name_holds_nothing_that_a_system_minds(student):
    name = safe_name(student)
    assert name.isascii() and name == name.lower() and 0 < len(name) <= 105
    assert not set(name) & set('<>:"/\\|?* ') and name[0] not in ".-" and name[-1] != "."


def test_an_ordinary_id_stays_as_it_is():
    assert safe_name("s123456") == "s123456" and safe_name("anna@uni.example") == "anna@uni.example"


def test_windows_reserved_names_become_others():
    assert safe_name("a.") == "a_2e"  # Windows drops a dot at the end
    assert safe_name("con") == "_63on" and safe_name("lpt1.x") == "_6cpt1.x" and safe_name("control") == "control"


def test_students_near_to_each_other_keep_their_own_file():
    near = ["Anna", "anna", "", "_", "é", "e\u0301", "x" * 300, "x" * 301, "a/b", "a_2fb", "a.", "a_2e", ".."]
    assert len({safe_name(student) for student in near}) == len(near)


def test_control_characters_and_turned_text_are_taken_out():
    assert clean("bob\x00\u202eipynb\n<b>") == "bob ipynb <b>"
    assert clean(os.fsdecode(b"a\xff")) == "a\ufffd" and clean("\ud800") == "?"
    assert len(clean("x" * 500)) == 120


def test_ids_that_had_to_be_changed_stay_apart():
    assert identifier(" anna ") == "anna"
    assert "\x00" not in identifier("a\x00b") and len(identifier("x" * 300)) <= 120
    assert identifier("a\x00b") != identifier("a b") and identifier("x" * 300) != identifier("x" * 301)
