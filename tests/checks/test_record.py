"""Progress is kept, is never lost, and never stands in the way."""

import json
import os
import sys

import numpy as np
import pytest

from gru_lab import check, gru_step
from gru_lab.checks import record
from gru_lab.checks.record import Record


@pytest.fixture
def path(tmp_path, monkeypatch):
    """A reader's progress file, in a folder that is not there yet."""
    path = tmp_path / "work" / "progress.json"
    monkeypatch.setenv("GRU_LAB_PROGRESS", str(path))
    return path


def new_session(monkeypatch):
    monkeypatch.setattr(record, "_current", None)


def entries(path):
    return json.loads(path.read_text(encoding="utf-8"))["questions"]


def test_what_was_done_is_there_in_the_next_session(path, monkeypatch, capsys):
    check.gru_step(gru_step)
    check.prediction("4.1", 0.5)
    new_session(monkeypatch)
    capsys.readouterr()
    check.progress()
    shown = capsys.readouterr().out
    assert "4.3 ✓" in shown
    assert "4.1 ✓" in shown
    assert "4.2 –" in shown
    assert f"4 of {sum(q.points for q in check.questions() if not q.practice)} points" in shown


def test_done_stays_done_and_the_first_prediction_stays_first(path, monkeypatch):
    check.gru_step(gru_step)
    check.prediction("4.1", 0.5)
    new_session(monkeypatch)
    check.gru_step(lambda x, h, p: h)
    check.prediction("4.1", 0.7)
    assert entries(path)["4.3"]["done"]
    assert entries(path)["4.3"]["tries"] == 2
    assert entries(path)["4.1"]["first"] == 0.5


def test_what_was_not_answered_leaves_no_trace(path):
    check.gru_step(None)
    check.prediction("4.1", None)
    check.prediction("4.1", "a text")
    check.choice("5.4", None)
    assert not path.exists()


def test_hints_are_counted(path):
    check.hint("4.3")
    check.hint("4.3")
    assert entries(path)["4.3"]["hints"] == 2


def test_two_notebooks_at_once_lose_nothing(path):
    one, other = Record(path), Record(path)
    one.update("4.1", done=True, tries=1)
    other.update("4.2", done=True, tries=1)
    one.update("4.3", tries=1)
    assert entries(path)["4.1"]["done"]
    assert entries(path)["4.2"]["done"]
    assert entries(path)["4.3"]["tries"] == 1


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '{"questions": 3}', '{"questions": {"4.1": 3}}', '{"version": 1}', "\x00\x01", "ÿ" * 10],
)
def test_a_damaged_file_is_set_aside_and_told(path, content, capsys):
    path.parent.mkdir()
    path.write_text(content, encoding="latin-1")
    check.gru_step(gru_step)
    aside = path.with_name("progress.unreadable-1.json")
    assert aside.read_text(encoding="latin-1") == content
    assert entries(path)["4.3"]["done"]
    check.progress()
    assert "damaged. It is kept as progress.unreadable-1.json" in capsys.readouterr().out


def test_a_second_damaged_file_does_not_replace_the_first(path, monkeypatch):
    for number in (1, 2):
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"damage {number}", encoding="utf-8")
        new_session(monkeypatch)
        check.gru_step(gru_step)
    kept = sorted(path.parent.glob("progress.unreadable-*.json"))
    assert [file.read_text(encoding="utf-8") for file in kept] == ["damage 1", "damage 2"]


def test_questions_and_keys_of_other_versions_stay(path):
    path.parent.mkdir()
    old = {"version": 1, "questions": {"4.3": {"done": True, "note": "mine"}, "99.9": {"done": True}}}
    path.write_text(json.dumps(old), encoding="utf-8")
    check.gru_step(gru_step)
    assert entries(path)["4.3"]["note"] == "mine"
    assert entries(path)["99.9"]["done"]


def test_a_write_that_is_cut_short_leaves_the_old_file(path, monkeypatch):
    check.gru_step(gru_step)
    before = path.read_bytes()

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    check.prediction("4.1", 0.7)
    assert path.read_bytes() == before
    assert not list(path.parent.glob(".progress-*"))
    assert "No space left on device" in record.current().note


def test_a_folder_that_cannot_be_made_is_told_and_checks_go_on(tmp_path, monkeypatch, capsys):
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("GRU_LAB_PROGRESS", str(blocked / "progress.json"))
    check.gru_step(gru_step)
    assert "right" in capsys.readouterr().out
    check.progress()
    shown = capsys.readouterr().out
    assert "kept in memory" in shown
    assert "4.3 ✓" in shown


def test_off_writes_nothing_and_still_counts(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GRU_LAB_PROGRESS", "off")
    monkeypatch.chdir(tmp_path)
    check.gru_step(gru_step)
    check.progress()
    assert "4.3 ✓" in capsys.readouterr().out
    assert not list(tmp_path.rglob("*"))


def test_the_place_is_the_course_s_own_folder_else_the_home(tmp_path, monkeypatch):
    monkeypatch.delenv("GRU_LAB_PROGRESS")
    course = tmp_path / "course"
    (course / "chapters").mkdir(parents=True)
    (course / "gru_lab").mkdir()
    monkeypatch.chdir(course / "chapters")
    assert record.where() == course / "work" / "progress.json"

    monkeypatch.setattr(record, "writable", lambda folder: False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert record.where() == tmp_path / ".gru_lab" / "progress.json"


def test_a_working_folder_that_is_gone_stops_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("GRU_LAB_PROGRESS")

    def gone():
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(record.Path, "cwd", gone)
    check.gru_step(gru_step)
    assert "right" in capsys.readouterr().out


def test_numbers_of_any_kind_can_be_kept(path):
    for guess in (1, np.float32(0.5), np.float64(0.5), np.int64(1), "0.5", [0.5]):
        check.prediction("4.1", guess)
    assert entries(path)["4.1"]["tries"] == 6


# ---------------------------------------------------------------------------------------------- in a kernel

CELLS = """
from gru_lab import check, gru_step
check.gru_step(gru_step)
""", """
def mine(x, h, p):
    raise NotImplementedError
check.gru_step(mine)
""", """
def stays(x, h, p):
    while True:
        pass
from gru_lab.checks import limits
limits.LIMIT_S = 0.3
check.gru_step(stays)
""", """
check.gru_step(gru_step)
check.hint("4.3")
check.progress()
"""  # fmt: skip


def run_in_a_kernel(tmp_path, allow_stdin):
    """Text outputs of CELLS in a fresh kernel whose working folder looks like the course's."""
    from jupyter_client.manager import start_new_kernel

    for folder in ("chapters", "gru_lab"):
        (tmp_path / folder).mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "GRU_LAB_PROGRESS"}
    manager, client = start_new_kernel(
        startup_timeout=60, kernel_name="python3", cwd=str(tmp_path / "chapters"), env=environment
    )
    outputs = []
    try:

        def note(message):
            if message["msg_type"] in ("display_data", "execute_result", "stream", "error"):
                outputs.append((message["msg_type"], message["content"]))

        for cell in CELLS:
            client.execute_interactive(cell, allow_stdin=allow_stdin, timeout=60, output_hook=note)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return outputs


@pytest.mark.parametrize("reader", [True, False], ids=["a reader", "a program"])
def test_in_a_kernel(tmp_path, reader):
    """Displayed as HTML and text, no error, the kernel lives on; written down for a reader and not for a program."""
    if sys.platform == "win32" and not reader:
        pytest.skip("one kernel is enough here")
    outputs = run_in_a_kernel(tmp_path, allow_stdin=reader)
    assert [kind for kind, _ in outputs] == ["display_data"] * 6
    texts = [content["data"]["text/plain"] for _, content in outputs]
    assert texts[0].startswith("✓ 4.3 gru_step · right")
    assert texts[1].startswith("… 4.3 gru_step · waiting: Not written yet.")
    assert "Stopped after 0.3 s" in texts[2]
    assert texts[3].startswith("✓ 4.3 gru_step · right")
    assert texts[4].startswith("· 4.3 gru_step · hint 1 of 3")
    assert ("Nothing is written to disk" in texts[5]) == (not reader)
    assert all('role="status"' in content["data"]["text/html"] for _, content in outputs)
    assert (tmp_path / "work" / "progress.json").exists() == reader
