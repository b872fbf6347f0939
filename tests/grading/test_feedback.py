"""Pages for students: everything that happened stands there, and nothing they wrote acts or hides."""

import base64
import hashlib
import re
from html import unescape

import pytest

from gru_lab.grading import feedback
from gru_lab.grading.pages import LONGEST_CODE, visible
from gru_lab.grading.record import MEANING, Record, Result
from gru_lab.grading.scores import Policy, score
from gru_lab.grading.writing import NotWritten

NASTY = "</pre></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ 7*7 }}\u202e\x00\ud800"


def made(*results, manual=None, **more):
    record = Record(more.pop("student", "ada"), more.pop("assignment", "06"), results=results, **more)
    return feedback.page(record, score(record, Policy(), manual=manual))


def test_what_was_said_stands_there():
    html = made(
        Result("6.4", "wrong", 3, 0.5, "Says it.", "Reasons it.", (("came in", "x = 3"),), ("Remarks.",), "z",
               "def f(): pass", ("Found by its name.",)),
        handed_in="2026-11-20T12:00:00+00:00", notes=("A note.",),
    )  # fmt: skip
    for text in ("Says it.", "Reasons it.", "came in", "x = 3", "Remarks.", "def f(): pass", "Found by its name.",
                 "A note.", "1.5 of 3 points", "partly right", "Whom does a shutter hide?", "2026-11-20"):  # fmt: skip
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
    html = made(problem="The file is empty.")
    assert "The file is empty." in html and "No question of this submission was looked at." in html


def test_visible_keeps_what_people_write():
    assert visible("Zoë 李\tनी\u200d\n👩\u200d🔬") == "Zoë 李\tनी\u200d\n👩\u200d🔬"
    assert visible("\u2066\x1b\u200b\u2028") == "⟨U+2066⟩⟨U+001B⟩⟨U+200B⟩⟨U+2028⟩"


def test_line_ends_of_windows_are_line_ends():
    html = made(Result("6.4", "wrong", 3, source="a = 1\r\nb = 2\r"))
    assert "a = 1\nb = 2⟨U+000D⟩" in html


def test_pages_are_written(tmp_path):
    records = [Record(name, "06", results=(Result("6.4", "right", 3, 1.0),)) for name in ("ada", "../bob")]
    scores = [score(record, Policy()) for record in records]
    paths = feedback.write_feedback(tmp_path, records, scores, lambda name: name.replace("/", "_"))
    assert [path.name for path in paths.values()] == ["ada.html", ".._bob.html"]
    assert all(path.parent == tmp_path / "feedback" and "3 of 3" in path.read_text("utf-8") for path in paths.values())


def test_what_a_status_means_is_left_out_where_more_is_said():
    for html in (made(Result("6.7", "wrong", 3, says="More.")), made(Result("6.7", "wrong", 3), manual={"6.7": 2})):
        assert MEANING["wrong"] not in html


def test_a_full_disk_leaves_the_old_page_and_every_record_needs_its_score(tmp_path, monkeypatch):
    record = Record("ada", "06", results=(Result("6.4", "right", 3, 1.0),))
    with pytest.raises(ValueError, match="zip"):
        feedback.write_feedback(tmp_path, [record], [], str)
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(NotWritten, match="No space left"):
        feedback.write_feedback(tmp_path, [record], [score(record, Policy())], str)
