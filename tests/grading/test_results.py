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
