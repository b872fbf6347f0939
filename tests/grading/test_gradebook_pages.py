"""What Formgrader shows of a submission: all that can be read, nothing that acts, and not whose it is."""

import re
import time

import nbformat
import pytest
from gradebook_courses import FILE, WRITTEN, mark, opened, read_back, record, shown

from gru_lab.grading import gradebook
from gru_lab.grading.names import safe_name
from gru_lab.grading.record import MEANING

HOSTILE = (
    "</pre></div><script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>\n"
    "\x1b[31mred\x1b[0m \u202eltr\u202c {{ 7*7 }} <!-- ]]> & \ud800 \x00"
)


@pytest.mark.parametrize("student", ["../../x", "<img src=x onerror=alert(1)>", "CON", "a\x00\ud800\u202eb", ""])
def test_a_students_name_is_neither_a_path_nor_html(tmp_path, student):
    course = tmp_path / "course"
    gradebook.update(course, [record(student)])
    [folder] = (course / "autograded").iterdir()
    assert re.fullmatch(r"[a-z0-9_@.~-]+", folder.name) and not folder.name.startswith(".")
    assert [path.name for path in tmp_path.iterdir()] == ["course"]
    with opened(course) as book:
        [found] = book.students
        assert found.id == folder.name and not (found.first_name or found.last_name)  # pages do not escape these two
    assert "<img src=x" not in shown(course, student)


def test_hostile_text_is_shown_and_does_nothing(tmp_path):
    fields = dict.fromkeys(("says", "reason", "source", "diagnosis"), HOSTILE)
    fields |= {"remarks": (HOSTILE,), "notes": (HOSTILE,), "rows": ((HOSTILE, HOSTILE),)}
    changes = {"6.4": {"status": "raised", "share": 0.0, **fields}, "6.7": fields}
    gradebook.update(tmp_path, [record("ben", changes=changes, file=HOSTILE, problem=HOSTILE, notes=(HOSTILE,))])
    page, harmless = shown(tmp_path, "ben"), shown_without_answers(tmp_path)
    assert len(re.findall("<script", page)) == len(re.findall("<script", harmless))
    assert page.count("</pre>") == page.count("<pre>") and "<img src=x" not in page
    assert "window.hacked" in page  # it is there to be read
    assert not re.search("[\x00\x1b\u202e\ud800]", page) and r"\x1b[31m" in page and r"\u202e" in page
    assert "ansi-red" not in page and "49" not in re.findall(r"\{\{.*?\}\}", page)
    with opened(tmp_path) as book:
        said = book.find_comment("exercise-6-4", FILE, "06", "ben").auto_comment
        assert not re.search("[<>\x1b\u202e]", said) and "window.hacked" in said


def shown_without_answers(course):
    gradebook.update(course, [record("nobody")])
    return shown(course, "nobody")


def test_a_very_long_answer_is_cut(tmp_path):
    began = time.monotonic()
    gradebook.update(tmp_path, [record("ben", written="x = 1\n" * 170_000)])
    page = shown(tmp_path, "ben")
    assert "1,000,000 more characters are not shown here" in page
    assert len(page) < 2_000_000 and time.monotonic() - began < 30


def test_the_page_does_not_say_whose_it_is(tmp_path):
    """Formgrader hides names, for marks without regard to a person."""
    gradebook.update(tmp_path, [record("Anna Meier", file="Anna Meier_06.ipynb")])
    page = (tmp_path / "autograded" / safe_name("Anna Meier") / "06" / f"{FILE}.ipynb").read_text("utf-8")
    assert "Anna" not in page


def test_a_long_line_of_sentences_is_folded_and_stays_the_same_answer(tmp_path):
    long = f'my_reason = """{"The gate lets go of it. " * 30}{"x" * 300}"""'
    for _ in "12":
        gradebook.update(tmp_path, [record("ben", written=long)])
        page = tmp_path / "autograded" / "ben" / "06" / f"{FILE}.ipynb"
        [cell] = [one for one in nbformat.read(page, 4).cells if one.source.startswith("my_reason")]
        assert max(map(len, cell.source.splitlines())) <= 90 and "".join(cell.source.split()) == "".join(long.split())
        mark(tmp_path, "ben", WRITTEN, 3)
    assert read_back(tmp_path, record("ben", written=long)).marks == {"ben": {"6.7": 3}}


def test_nothing_is_said_twice(tmp_path):
    told = {"6.4": {"says": "Right. And in batches too."}, "6.6": {"says": MEANING["right"]}}
    gradebook.update(tmp_path, [record("ben", changes={**told, "6.7": {"says": MEANING["by hand"]}})])
    with opened(tmp_path) as book:
        said = [book.find_comment(f"exercise-6-{n}", FILE, "06", "ben").comment for n in (4, 6, 7)]
    assert said == ["Right. And in batches too.", "Right.", None]
    assert shown(tmp_path, "ben").count(MEANING["by hand"]) == 1
    raised = {"6.4": {"status": "raised", "share": 0.0, "says": "Its cell ends with an error."}}
    gradebook.update(tmp_path, [record("ben", changes=raised)])
    assert MEANING["raised"] not in shown(tmp_path, "ben")
    with opened(tmp_path) as book:
        assert book.find_comment("exercise-6-4", FILE, "06", "ben").comment == "Its cell ends with an error."


def test_what_came_in_is_a_list_with_one_label(tmp_path):
    rows = (("came in", "x = 1"), ("", "h = 2"))
    gradebook.update(tmp_path, [record("ben", changes={"6.4": {"status": "wrong", "share": 0.0, "rows": rows}})])
    assert "came in: x = 1\n    h = 2\n" in shown(tmp_path, "ben")
