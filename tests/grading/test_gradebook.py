"""Our results in nbgrader's gradebook, read back with nbgrader's own API and shown by Formgrader's own exporter."""

import contextlib
import os
import re
import sqlite3
import sysconfig
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import nbformat
import pytest
from gradebook_courses import FILE, WRITTEN, absent, grades, mark, marks_in, opened, read_back, record, resolve, shown
from nbgrader.api import Gradebook

from gru_lab.grading import gradebook, gradebook_file
from gru_lab.grading.assignments import UnknownAssignment
from gru_lab.grading.names import safe_name
from gru_lab.grading.record import Record
from gru_lab.grading.scores import Policy, score


def test_nbgrader_reads_what_was_written(tmp_path):
    half = {"6.4": {"status": "wrong", "share": 0.5, "says": "Two rows are right."}}
    waiting = gradebook.update(tmp_path, [record("Anna Meier"), record("ben", changes=half)])
    assert waiting == 2  # two written answers
    assert grades(tmp_path, "ben") == {
        "exercise-6-4-test": (1.5, None, None, False),
        "exercise-6-5-test": (3, None, None, False),
        "exercise-6-6-test": (2, None, None, False),
        WRITTEN: (None, None, None, True),
    }
    with opened(tmp_path) as book:
        anna = book.find_submission("06", safe_name("Anna Meier"))
        assert (anna.score, anna.max_score, anna.needs_manual_grade) == (8, 11, True)
        assert anna.timestamp.isoformat() == "2026-11-27T10:00:00"
        assert anna.student.email == "(Anna Meier)"
        assert book.find_student("ben").email is None  # the name of the folder says it
        said = book.find_comment("exercise-6-4", FILE, "06", "ben").comment
        assert said.endswith("Two rows are right.")
        assert book.find_comment(WRITTEN, FILE, "06", "ben").comment is None  # a person is to write one
    nbformat.validate(nbformat.read(tmp_path / "autograded" / "ben" / "06" / f"{FILE}.ipynb", as_version=4))


def tables(path):
    """{table: (columns, foreign keys, what is unique)} of a database."""
    found = {}
    with contextlib.closing(sqlite3.connect(path)) as book:
        names = [name for (name,) in book.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            columns = {row[1:4] + row[5:] for row in book.execute(f"PRAGMA table_info({name})")}
            references = {row[2:5] for row in book.execute(f"PRAGMA foreign_key_list({name})")}
            indices = [row[1] for row in book.execute(f"PRAGMA index_list({name})") if row[2]]
            unique = {frozenset(row[2] for row in book.execute(f"PRAGMA index_info({index})")) for index in indices}
            found[name] = columns, references, unique
        found["revision"] = book.execute("SELECT version_num FROM alembic_version").fetchall()
    return found


def test_the_tables_are_those_that_nbgrader_makes(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", sysconfig.get_path("scripts"), prepend=os.pathsep)  # nbgrader calls alembic
    gradebook.update(tmp_path, [record("ben")])
    Gradebook(f"sqlite:///{tmp_path}/theirs.db").close()
    ours, theirs = tables(tmp_path / "gradebook.db"), tables(tmp_path / "theirs.db")
    assert len(ours) > 12 and ours == theirs


def test_tables_of_another_version_are_named(tmp_path):
    gradebook.update(tmp_path, [record("ben")])
    with contextlib.closing(sqlite3.connect(tmp_path / "gradebook.db")) as book:
        book.execute("ALTER TABLE grade DROP COLUMN extra_credit")
    for act in (lambda: gradebook.update(tmp_path, [record("ben")]), lambda: read_back(tmp_path, record("ben"))):
        with pytest.raises(gradebook.GradebookProblem, match=r"no such column: extra_credit.*nbgrader db upgrade"):
            act()


def test_points_come_from_scores_where_there_are_some(tmp_path):
    score = SimpleNamespace(points={"6.4": 0.25, "6.5": None})
    assert gradebook.update(tmp_path, [record("ben")], [score]) == 2
    assert grades(tmp_path, "ben")["exercise-6-4-test"] == (0.25, None, None, False)
    assert grades(tmp_path, "ben")["exercise-6-5-test"] == (None, None, None, True)


def test_what_no_program_has_judged_waits_for_a_person(tmp_path):
    missing = {"6.4": {"status": "not found", "share": 0.0}, "6.7": {"status": "not attempted"}}
    unread = Record("cleo", "06", problem="The file is no notebook.")
    assert gradebook.update(tmp_path, [record("ben", changes=missing), unread]) == 4
    assert grades(tmp_path, "ben")["exercise-6-4-test"] == (0, None, None, False)  # by rule: the report lists it
    assert grades(tmp_path, "ben")[WRITTEN] == (0, None, None, False)
    assert re.search(r"NOTHING TO SHOW[^<]*<.*The file is no notebook\.", shown(tmp_path, "cleo"), re.DOTALL)
    assert "NOTHING TO SHOW" not in shown(tmp_path, "ben")
    with opened(tmp_path) as book:
        assert book.find_comment("exercise-6-4", FILE, "06", "cleo").comment.endswith("The file is no notebook.")


def test_a_second_update_keeps_what_a_person_did_and_brings_the_rest_up_to_date(tmp_path):
    raised = {"6.5": {"status": "raised", "share": 0.0}}
    gradebook.update(tmp_path, [record("ben", changes=raised), record("cleo")])
    mark(tmp_path, "ben", WRITTEN, 2.5, comment="Nearly.\n<b>Which</b> gate?")
    mark(tmp_path, "ben", "exercise-6-4-test", extra_credit=1.0)
    assert gradebook.update(tmp_path, [record("ben"), record("cleo")]) == 1  # only Cleo's written answer
    assert grades(tmp_path, "ben") == {
        "exercise-6-4-test": (3, None, 1.0, False),
        "exercise-6-5-test": (3, None, None, False),
        "exercise-6-6-test": (2, None, None, False),
        WRITTEN: (None, 2.5, None, False),
    }
    with opened(tmp_path) as book:
        assert book.find_comment(WRITTEN, FILE, "06", "ben").comment.startswith("Nearly.")
        assert "error" not in book.find_comment("exercise-6-5", FILE, "06", "ben").auto_comment
        assert len(book.students) == len(book.assignment_submissions("06")) == 2


WRONG, RAISED = ({"6.4": {"status": status, "share": 0.0, "says": "No."}} for status in ("wrong", "raised"))


def marked_class(course):
    """Ben and Cleo, right; a person gave each 1 for the code and 3 for the text, with a comment on both."""
    gradebook.update(course, [record("ben"), record("cleo")])
    for student in ("ben", "cleo"):
        mark(course, student, WRITTEN, 3, comment="Well said.")
        mark(course, student, "exercise-6-4-test", 1, comment="Too long.")


@pytest.mark.parametrize("updated", [False, True])  # as with --no-gradebook; and for good, however often it is asked
def test_a_mark_for_an_answer_that_has_changed_counts_no_more(tmp_path, updated):
    marked_class(tmp_path)
    again = [record("ben", written="Another one."), record("cleo", changes=WRONG)]
    if updated:
        assert [gradebook.update(tmp_path, again) for _ in "12"] == [2, 2]
        assert grades(tmp_path, "ben")[WRITTEN] == (None, 3, None, True)
        assert grades(tmp_path, "ben")["exercise-6-4-test"] == (3, 1, None, False)
        assert grades(tmp_path, "cleo")["exercise-6-4-test"] == (0, 1, None, True)
        for student in ("ben", "cleo"):
            assert shown(tmp_path, student).count("MARKED BY HAND BEFORE") == 1
    found = read_back(tmp_path, *again)
    assert found.marks == {"ben": {"6.4": 1}, "cleo": {"6.7": 3}}
    assert found.comments == {"ben": {"6.4": "Too long."}, "cleo": {"6.7": "Well said."}}
    assert found.outdated == {"ben": ("6.7",), "cleo": ("6.4",)}


def test_marked_again_it_counts_and_resolve_keeps_mark_and_comment(tmp_path):
    marked_class(tmp_path)
    again = [record("ben", written="Another one."), record("cleo", changes=WRONG)]
    gradebook.update(tmp_path, again)
    mark(tmp_path, "ben", WRITTEN, 2, comment="Now it is.")
    resolve(tmp_path, "cleo", "exercise-6-4-test")
    for _ in "12":
        found = read_back(tmp_path, *again)
        assert found.marks == {"ben": {"6.4": 1, "6.7": 2}, "cleo": {"6.4": 1, "6.7": 3}} and found.outdated == {}
        assert found.comments["ben"]["6.7"] == "Now it is." and found.comments["cleo"]["6.4"] == "Too long."
        assert gradebook.update(tmp_path, again) == 0
    assert "MARKED BY HAND BEFORE" not in shown(tmp_path, "ben") + shown(tmp_path, "cleo")


def test_another_policy_takes_nothing_from_what_a_person_said(tmp_path):
    half = record("ben", changes={"6.4": {"status": "wrong", "share": 0.5}})
    share, none = (score(half, Policy(partial=partial)) for partial in ("share", "none"))
    gradebook.update(tmp_path, [half], [share])
    mark(tmp_path, "ben", "exercise-6-4-test", 2)
    assert gradebook.by_hand(tmp_path, "06", [none], [half]).marks == {"ben": {"6.4": 2}}
    gradebook.update(tmp_path, [half], [none])
    assert grades(tmp_path, "ben")["exercise-6-4-test"] == (0, 2, None, False)


def test_a_comment_or_extra_credit_alone_is_about_its_answer_too(tmp_path):
    before = record("ben", changes=RAISED)
    gradebook.update(tmp_path, [before])
    mark(tmp_path, "ben", WRITTEN, comment="Which gate?")
    mark(tmp_path, "ben", "exercise-6-4-test", extra_credit=1)
    assert read_back(tmp_path, before).comments == {"ben": {"6.7": "Which gate?"}}
    now = record("ben", written="The update gate.")
    gradebook.update(tmp_path, [now])
    for _ in "12":
        found = read_back(tmp_path, now)
        assert (found.marks, found.comments, found.outdated) == ({}, {}, {"ben": ("6.4", "6.7")})
        gradebook.update(tmp_path, [now])
    mark(tmp_path, "ben", WRITTEN, comment="Better.")
    resolve(tmp_path, "ben", "exercise-6-4-test")
    found = read_back(tmp_path, now)
    assert (found.marks, found.comments) == ({"ben": {"6.4": 4}}, {"ben": {"6.7": "Better."}}) and not found.outdated


def test_marks_and_comments_are_read_back_under_the_students_own_names(tmp_path):
    names = ["Anna Meier", "../../x", "x" * 300]
    assert marks_in(tmp_path, "06", names) == {}
    assert not list(tmp_path.iterdir())  # reading makes nothing
    gradebook.update(tmp_path, [record(name) for name in names])
    mark(tmp_path, "Anna Meier", WRITTEN, 2.5, extra_credit=1, comment="good <i>")
    mark(tmp_path, "../../x", "exercise-6-4-test", 0, comment="")
    mark(tmp_path, "x" * 300, "exercise-6-4-test", extra_credit=0.5)
    mark(tmp_path, "x" * 300, WRITTEN, extra_credit=0.5)  # no points yet: nbgrader counts nothing, and it still waits
    assert marks_in(tmp_path, "6", names) == {
        "Anna Meier": {"6.7": 3.5},
        "../../x": {"6.4": 0.0},
        "x" * 300: {"6.4": 3.5},
    }
    assert read_back(tmp_path, *map(record, names)).comments == {"Anna Meier": {"6.7": "good <i>"}}
    assert marks_in(tmp_path, "06", ["../../x"]) == {"../../x": {"6.4": 0.0}}
    assert marks_in(tmp_path, "07", names) == {}
    # extra credit is added to what the program gives now, whatever it gave when the gradebook was written
    assert marks_in(tmp_path, "06", names, **{"6_4": 1})["x" * 300] == {"6.4": 1.5}
    assert marks_in(tmp_path, "06", names, **{"6_7": 0})["x" * 300] == {"6.4": 3.5, "6.7": 0.5}


def test_who_handed_in_nothing_is_not_there(tmp_path):
    assert gradebook.update(tmp_path, [record("ben"), absent("cleo")]) == 1
    with opened(tmp_path) as book:
        assert [student.id for student in book.students] == ["ben"]
    assert not (tmp_path / "autograded" / "cleo").exists()


def test_a_submission_that_is_gone_is_taken_out_unless_somebody_marked_it(tmp_path):
    everybody = ("ada", "ben", "cleo", "dan")
    gradebook.update(tmp_path, [record(name) for name in everybody])
    mark(tmp_path, "ben", WRITTEN, 2)
    mark(tmp_path, "cleo", WRITTEN, comment="Where is it?")
    assert gradebook.update(tmp_path, [record("dan"), *map(absent, ("ada", "ben", "cleo"))]) == 1
    with opened(tmp_path) as book:
        left = {one.student.id for one in book.assignment_submissions("06")}
        assert left == {"ben", "cleo", "dan"}
        assert len(book.find_assignment("06").notebooks[0].submissions) == 3
    assert marks_in(tmp_path, "06", everybody) == {"ben": {"6.7": 2}}
    assert gradebook.update(tmp_path, [record("ada")]) == 1  # and it may come back


def test_several_assignments_share_a_course_folder(tmp_path):
    gradebook.update(tmp_path, [record("ben"), record("ben", "07"), record("cleo", "01")])
    (tmp_path / "nbgrader_config.py").write_text("# somebody's own", "utf-8")
    gradebook.update(tmp_path, [record("ben", "01")])
    assert (tmp_path / "nbgrader_config.py").read_text("utf-8") == "# somebody's own"
    with opened(tmp_path) as book:
        assert [one.name for one in book.assignments] == ["01", "06", "07"]
        assert {one.assignment.name for one in book.student_submissions("ben")} == {"01", "06", "07"}
        assert {one.assignment.name for one in book.student_submissions("cleo")} == {"01"}
    assert sorted(path.name for path in (tmp_path / "source").iterdir()) == ["01", "06", "07"]


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own
def test_a_persons_other_assignments_are_left_alone(tmp_path):
    gradebook.update(tmp_path, [record("ben")])
    with opened(tmp_path) as book:
        book.add_assignment("own")
        book.add_notebook("own", "own")
        book.add_grade_cell(WRITTEN, "own", "own", max_score=5, cell_type="code")
        book.add_submission("own", "ben")
        book.find_grade(WRITTEN, "own", "own", "ben").manual_score = 5
        book.db.commit()
    gradebook.update(tmp_path, [record("ben")])
    assert marks_in(tmp_path, "06", ["ben"]) == {}
    with opened(tmp_path) as book:
        assert book.find_grade(WRITTEN, "own", "own", "ben").score == 5


def test_of_two_records_the_last_one_counts(tmp_path):
    gradebook.update(tmp_path, [record("ben", written="first"), record("ben", written="last")])
    assert "last" in shown(tmp_path, "ben") and "first" not in shown(tmp_path, "ben")


def test_a_gradebook_in_use_is_left_as_it_is_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(gradebook_file, "WAIT_S", 0.1)
    gradebook.update(tmp_path, [record("ben")])
    mark(tmp_path, "ben", WRITTEN, 2)
    page = shown(tmp_path, "ben")
    other = sqlite3.connect(tmp_path / "gradebook.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(gradebook.GradebookProblem, match=r"gradebook\.db: another program is writing .* again"):
        gradebook.update(tmp_path, [record("ben", written="new"), record("cleo")])
    assert marks_in(tmp_path, "06", ["ben"]) == {"ben": {"6.7": 2}}  # reading goes on
    other.close()
    assert shown(tmp_path, "ben") == page and not (tmp_path / "autograded" / "cleo").exists()
    assert gradebook.update(tmp_path, [record("ben"), record("cleo")]) == 1
    assert grades(tmp_path, "ben")[WRITTEN] == (None, 2, None, False)


def test_of_two_updates_at_once_one_waits(tmp_path, monkeypatch):
    make = gradebook_file._make_tables

    def slowly(connection):
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        time.sleep(0.3)
        make(connection)

    monkeypatch.setattr(gradebook_file, "_make_tables", slowly)
    with ThreadPoolExecutor(2) as pool:
        updates = [pool.submit(gradebook.update, tmp_path, [record(student)]) for student in ("ben", "cleo")]
        assert [update.result() for update in updates] == [1, 1]
    with opened(tmp_path) as book:
        assert {student.id for student in book.students} == {"ben", "cleo"}


def test_an_update_that_breaks_off_changes_nothing_and_can_be_repeated(tmp_path, monkeypatch):
    gradebook.update(tmp_path, [record("ben")])
    before = grades(tmp_path, "ben")
    real = gradebook.Rows.enter

    def stop_at_cleo(rows, folder, *rest):
        if folder == "cleo":
            raise KeyboardInterrupt
        return real(rows, folder, *rest)

    monkeypatch.setattr(gradebook.Rows, "enter", stop_at_cleo)
    wrong = {"6.4": {"status": "wrong", "share": 0.0}}
    with pytest.raises(KeyboardInterrupt):
        gradebook.update(tmp_path, [record("ben", changes=wrong), record("cleo")])
    assert grades(tmp_path, "ben") == before


def test_what_is_no_gradebook_is_said(tmp_path):
    (tmp_path / "gradebook.db").write_text("not a database, but long enough to be read as one" * 40, "utf-8")
    for act in (gradebook.update, lambda *_: marks_in(tmp_path, "06", ["ben"])):
        with pytest.raises(gradebook.GradebookProblem, match=r"gradebook\.db: file is not a database"):
            act(tmp_path, [record("ben")])
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(gradebook.GradebookProblem, match="cannot write"):
        gradebook.update(tmp_path / "file", [record("ben")])
    with pytest.raises(UnknownAssignment):
        gradebook.update(tmp_path, [Record("ben", "99")])


def test_a_class_takes_seconds(tmp_path):
    students = [f"student{number}" for number in range(1000)]
    for _ in range(2):  # a new gradebook, and one that is there
        began = time.monotonic()
        assert gradebook.update(tmp_path, [record(student) for student in students]) == 1000
        print(f"1,000 records: {time.monotonic() - began:.1f} s")
        assert time.monotonic() - began < 60
    assert marks_in(tmp_path, "06", students) == {}
