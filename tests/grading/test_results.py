"""Everything that is made from records: what each part is told."""

import pytest

from gru_lab.grading import results
from gru_lab.grading.assignments import assignment
from gru_lab.grading.record import Record, Result
from gru_lab.grading.roster import Person, Roster
from gru_lab.grading.scores import Policy

WRITTEN = next(item for item in assignment("06").items if item.by_hand)
OWN = "Nobody but these two has put it like this, with so many words in just this order and no other one."


def made(folder, text, roster=None, **more):
    """report.html of two students who wrote the same text."""
    one = Result("6.7", "by hand", 3, source=f'{WRITTEN.answer} = """{text}"""')
    records = {name: Record(name, "06", results=(one,), **more) for name in ("ada", "bob")}
    results.write_all(results.Paths(folder), records, Policy(), roster, gradebook=False)
    return (folder / "report.html").read_text("utf-8")


def test_who_quotes_the_question_or_its_guide_has_copied_from_nobody(tmp_path):
    asked = next(cell["source"] for cell in assignment("06").cells if "The update gate can already" in cell["source"])
    for text in (asked.partition("\n\n")[2], " ".join(WRITTEN.question.guide)):
        assert len(text.split()) > 20 and "No two answers stand out." in made(tmp_path, text)
    assert "No two answers stand out." not in made(tmp_path, OWN)


@pytest.mark.parametrize(("roster", "name"), [(None, "Ada of the LMS"), (Roster({"ada": Person("Ada L")}), "Ada L")])
def test_a_name_is_the_rosters_or_else_the_submissions(tmp_path, roster, name):
    made(tmp_path, OWN, roster, name="Ada of the LMS")
    assert f"<bdi>{name}</bdi>" in (tmp_path / "feedback" / "ada.html").read_text("utf-8")
    assert "<bdi>Ada of the LMS</bdi>" in (tmp_path / "feedback" / "bob.html").read_text("utf-8")


def test_the_guides_own_words_are_hinted_at(tmp_path):
    html = made(tmp_path, f"I think so. {WRITTEN.question.guide[0]}")
    assert "Has the guide" in html and html.count("% of the answer") == 2
    assert "Has the guide" not in made(tmp_path, OWN)


def test_a_class_that_handed_in_another_notebook_has_no_noughts(tmp_path, capsys):
    lost, right = (Result(name, status, 3) for name, status in (("6.4", "not found"), ("6.5", "right")))
    records = {name: Record(name, "06", results=(lost,)) for name in ("ada", "bob")}
    given = results.write_all(results.Paths(tmp_path / "a"), records, Policy(), gradebook=False)
    assert [(one.state, one.mark) for one in given] == [("to mark", None)] * 2
    html = (tmp_path / "a" / "report.html").read_text("utf-8")
    assert html.index("Was it another assignment") < html.index("<main>") and "by rule" not in html
    records |= {"cyd": Record("cyd", "06", results=(right, right, right))}
    given = results.write_all(results.Paths(tmp_path / "b"), records, Policy(), gradebook=False)
    assert [one.mark for one in given] == [0, 0, 3]
    assert "Was it another assignment" not in (tmp_path / "b" / "report.html").read_text("utf-8")


def test_each_step_of_the_writing_is_named(tmp_path, capsys):
    one = Record("ada", "06", results=(Result("6.4", "right", 3),))
    results.write_all(results.Paths(tmp_path), {"ada": one}, Policy())
    said = capsys.readouterr().err
    names = ("the gradebook", "the tables", "the students' pages", "the report")
    steps = [said.index(f"writing {name} …") for name in names]
    assert steps == sorted(steps)


def test_a_seed_that_is_none_is_refused(tmp_path):
    for data, why in ((b"\xff\xfe", "cannot be read"), (b"secret\n", "too short for a secret")):
        (tmp_path / "seed.txt").write_bytes(data)
        with pytest.raises(results.ResultsError, match=why):
            results.read_seed(tmp_path / "seed.txt")
        assert (tmp_path / "seed.txt").read_bytes() == data
    with pytest.raises(results.ResultsError, match="cannot be read"):
        results.read_seed(tmp_path)


def test_where_the_gradebook_cannot_be_written_all_else_is(tmp_path):
    (tmp_path / "nbgrader").write_text("a file, where a folder is needed", encoding="utf-8")
    one = Record("ada", "06", results=(Result("6.4", "right", 3, 1.0),))
    with pytest.raises(results.ResultsError, match=r"nbgrader.*All else is written"):
        results.write_all(results.Paths(tmp_path), {"ada": one}, Policy())
    assert (tmp_path / "grades.csv").is_file() and (tmp_path / "report.html").is_file()
