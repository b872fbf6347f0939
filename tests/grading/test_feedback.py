"""Pages for students: everything that happened stands there, and nothing they wrote acts or hides."""

import base64
import hashlib
import re
from html import unescape

import pytest

from gru_lab.grading import feedback
from gru_lab.grading.names import safe_name
from gru_lab.grading.pages import LONGEST_CODE, time_words, visible
from gru_lab.grading.record import MEANING, NOTHING, Record, Result
from gru_lab.grading.roster import Person
from gru_lab.grading.scores import MISSING, Policy, score
from gru_lab.grading.writing import NotWritten

NASTY = "</pre></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ 7*7 }}\u202e\x00\ud800"


def made(*results, manual=None, name="", comments=None, policy=None, **more):
    record = Record(more.pop("student", "ada"), more.pop("assignment", "06"), results=results, **more)
    return feedback.page(record, score(record, policy or Policy(), manual=manual), name, comments)


def test_what_was_said_stands_there():
    html = made(
        Result("6.4", "wrong", 3, 0.5, "Says it.", "Reasons it.", (("came in", "x = 3"),), ("Remarks.",), "z",
               "def f(): pass", ("Found by its name.",)),
        handed_in="2026-11-20T12:00:00+00:00", notes=("A note.",),
    )  # fmt: skip
    for text in ("Says it.", "Reasons it.", "came in", "x = 3", "Remarks.", "def f(): pass", "Found by its name.",
                 "A note.", "1.5 of 3 points", "partly right", "Whom does a shutter hide?", "20 November"):  # fmt: skip
        assert text in html, text


@pytest.mark.parametrize("status", MEANING)
def test_every_status_is_said_in_words(status):
    html = made(Result("6.4", status, 3))
    assert feedback.STATUS_WORDS[status][1] in html and MEANING[status] in html


def test_nothing_a_student_writes_acts_or_hides():
    result = Result(NASTY, "wrong", 3, 0.5, NASTY, NASTY, ((NASTY, NASTY),), (NASTY,), NASTY, NASTY, (NASTY,))
    waiting = Result(NASTY + "2", "by hand", 3)
    html = made(
        result, waiting, student=NASTY, file=NASTY, handed_in=NASTY, problem=NASTY, notes=(NASTY,), assignment=NASTY
    )
    assert not re.search(r"<(script|img|iframe|form|link|object)", html)
    assert html.count("</style>") == 1 and "49" not in re.findall(r"\{\{.*?\}\}|49", html)
    assert "\u202e" not in html and "\x00" not in html and "⟨U+202E⟩" in html and "⟨U+0000⟩" in html
    html.encode("utf-8")


def test_no_script_and_nothing_from_elsewhere():
    html = made(Result("6.4", "right", 3, 1))
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    allowed = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert f'http-equiv="Content-Security-Policy" content="{allowed}"' in unescape(html)
    assert "http://" not in html and "https://" not in html and "script" not in html and "style=" not in html
    assert '<html lang="en">' in html and 'name="viewport" content="width=device-width' in html


def test_long_answers_are_cut_with_a_sentence():
    html = made(Result("6.4", "wrong", 3, source="x" * 10**6, says="y" * 10**6, rows=(("a", "b"),) * 10**4))
    assert len(html) < 2 * LONGEST_CODE + 10_000 and f"first {LONGEST_CODE} characters" in html


def test_what_a_person_marks():
    waiting, marked = (made(Result("6.7", "by hand", 3), manual=marks) for marks in (None, {"6.7": 2}))
    assert "a person marks this" in waiting and "not marked yet" in waiting and "so far" in waiting
    assert "marked by a person" in marked and "2 of 3 points" in marked and "so far" not in marked


def test_an_unreadable_submission_still_has_its_page():
    unread = [Result(name, "not graded", 3, says="The file is empty.") for name in ("6.4", "6.7")]
    html = made(*unread, problem="The file is empty.")
    assert html.count("The file is empty.") == 1 and "No mark yet" in html and "a person must look" in html
    assert "<section" not in html and " of 6 points" not in html
    assert "Hand it in again." in made(*unread, problem="The file is empty.", comments={"6.7": "Hand it in again."})
    assert "2 of 3" in made(*unread, problem="The file is empty.", manual={"6.4": 2})
    assert "No question of this submission was looked at." in made()


def test_of_what_could_be_read_nobody_says_that_it_could_not():
    unread = made(Result("6.4", "not graded", 3), problem="'05_flow_diagram.ipynb' is the notebook of 'Exercises 5'.")
    assert "No program could read it" not in unread and "a person must look" in unread


def test_who_handed_in_nothing_is_told_so():
    nothing = {"problem": NOTHING}
    blank, zero = (made(Result("6.4", "not graded", 3), policy=Policy(missing=one), **nothing) for one in MISSING)
    assert blank.count(NOTHING) == zero.count(NOTHING) == 1
    assert "No mark" in blank and "No mark yet" not in blank and "0 of 3 points" in zero
    assert "person" not in blank + zero


def test_a_persons_comment_stands_under_the_answer():
    html = made(
        Result("6.7", "by hand", 3, says=MEANING["by hand"], source="why = 'It lets go.'"),
        Result("6.4", "right", 3, 1.0),
        manual={"6.7": 2}, comments={"6.7": f"Say which.\n{NASTY}"},
    )  # fmt: skip
    assert html.index("It lets go.") < html.index("Say which.") < html.index("6.4 ·")
    assert html.count("<blockquote") == 1 and "<script" not in html and "\u202e" not in html
    assert MEANING["by hand"] not in html and "2 of 3 points" in html


def test_what_the_program_said_stays_where_a_person_marked_another_way():
    assert "Says it." in made(Result("6.4", "wrong", 3, says="Says it."), manual={"6.4": 3})


def test_a_written_answer_wraps_and_code_does_not():
    html = made(Result("6.7", "by hand", 3, source="a"), Result("6.4", "wrong", 3, source="b"))
    assert re.findall(r"<pre( class=\"prose\")? tab", html) == [' class="prose"', ""]


def test_the_students_name_stands_there_where_it_is_known():
    assert "<bdi>Ada L</bdi> · <bdi>ada</bdi>" in made(name="Ada L")
    assert made(name="ada").count("ada</bdi>") == made().count("ada</bdi>") == 1


def test_when_it_was_due_when_it_came_and_what_that_cost():
    policy = Policy(due="2026-11-20T23:59+01:00", percent_per_day=10)
    html = made(Result("6.4", "right", 3, 1.0), handed_in="2026-11-21T23:30:00+00:00", policy=policy)
    assert "<dt>Due</dt><dd>Friday 20 November 2026, 23:59 (UTC+01:00)</dd>" in html
    assert "<dt>Handed in</dt><dd>Sunday 22 November 2026, 00:30 (UTC+01:00)</dd>" in html  # on the same clock
    assert "Handed in 1 day 31 min late (2 days begun): 20% of the 3 points earned are taken off, 0.6." in html
    assert "2.4 of 3 points" in html
    assert "<dt>" not in made(Result("6.4", "right", 3, 1.0))


def test_nothing_is_said_twice():
    lost = "No cell defines it."
    assert made(Result("6.4", "not found", 3, says=lost, notes=(lost, "Another."))).count(lost) == 1


@pytest.mark.parametrize("text", ["yesterday", "", "2026-11-20", "9" * 5000, "0001-01-01T00:00+14:00"])
def test_what_is_no_time_is_told_as_it_is(text):
    assert time_words(text, "2026-11-20T23:59-12:00") == text


def test_visible_keeps_what_people_write():
    assert visible("Zoë 李\tनी\u200d\n👩\u200d🔬") == "Zoë 李\tनी\u200d\n👩\u200d🔬"
    assert visible("\u2066\x1b\u200b\u2028") == "⟨U+2066⟩⟨U+001B⟩⟨U+200B⟩⟨U+2028⟩"


def test_line_ends_of_windows_are_line_ends():
    html = made(Result("6.4", "wrong", 3, source="a = 1\r\nb = 2\r"))
    assert "a = 1\nb = 2⟨U+000D⟩" in html


def test_pages_are_written(tmp_path):
    records = [Record(name, "06", results=(Result("6.4", "right", 3, 1.0),)) for name in ("ada", "../bob")]
    scores = [score(record, Policy()) for record in records]
    people, comments = {"ada": Person("Ada L")}, {"ada": {"6.4": "Well done."}}
    paths = feedback.write_feedback(tmp_path, records, scores, people, comments)
    assert "Ada L" in paths["ada"].read_text("utf-8") and "Well done." in paths["ada"].read_text("utf-8")
    assert [path.name for path in paths.values()] == ["ada.html", f"{safe_name('../bob')}.html"]
    assert all(path.parent == tmp_path / "feedback" and "3 of 3" in path.read_text("utf-8") for path in paths.values())


def test_what_a_status_means_is_left_out_where_more_is_said():
    for html in (made(Result("6.7", "wrong", 3, says="More.")), made(Result("6.7", "wrong", 3), manual={"6.7": 2})):
        assert MEANING["wrong"] not in html


def test_a_full_disk_leaves_the_old_page_and_every_record_needs_its_score(tmp_path, monkeypatch):
    record = Record("ada", "06", results=(Result("6.4", "right", 3, 1.0),))
    with pytest.raises(ValueError, match="zip"):
        feedback.write_feedback(tmp_path, [record], [])
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(NotWritten, match="No space left"):
        feedback.write_feedback(tmp_path, [record], [score(record, Policy())])


def test_half_for_a_changed_input_is_told_where_it_was_given():
    changed = Result("6.4", "wrong", 3, 0.5, "Says it.", diagnosis="input changed")
    assert feedback.HALF in made(changed)
    assert feedback.HALF not in made(changed, policy=Policy(partial="none"))
    assert feedback.HALF not in made(changed, manual={"6.4": 2})
    assert feedback.HALF not in made(Result("6.4", "wrong", 3, 0.0, "Says it.", diagnosis="input changed"))


def test_what_lateness_costs_is_told_of_points_that_there_are():
    times = {
        "handed_in": "2026-11-21T00:05:30+00:00",
        "policy": Policy(due="2026-11-21T00:00+00:00", percent_per_day=10),
    }
    late = "Handed in 5 min 30 s late"
    wrong, right, written = Result("6.4", "wrong", 3), Result("6.4", "right", 3, 1.0), Result("6.7", "by hand", 2)
    assert f"{late}; there are no points to take anything off." in made(wrong, **times)
    assert f"{late} (1 day begun): 10% of the points will be taken off." in made(written, **times)
    assert f"{late} (1 day begun): 10% of the points will be taken off, 0.3 so far." in made(right, written, **times)
