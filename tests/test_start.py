"""A learner's copy is made once, is never overwritten, and a fresh one leaves the old one beside it."""

import os
from pathlib import Path

import pytest
from jupyter_server import serverapp

from gru_lab import check, cli, start

ROOT = Path(__file__).resolve().parents[1]
NAME = "06_reset_gate.ipynb"


@pytest.fixture
def course(tmp_path, monkeypatch):
    for folder in ("chapters", "exercises"):
        (tmp_path / folder).mkdir()
    (tmp_path / "exercises" / NAME).write_bytes((ROOT / "exercises" / NAME).read_bytes())
    monkeypatch.chdir(tmp_path / "chapters")
    return tmp_path


def test_the_copy_is_the_learners(course, capsys):
    assert cli.main(["start", "06", "--no-open"]) == 0
    copy = course / "work" / NAME
    assert copy.read_bytes() == (course / "exercises" / NAME).read_bytes()
    assert capsys.readouterr().out == f"Your exercises are work/{NAME}.\n"
    copy.write_text("my answers", encoding="utf-8")
    (course / "exercises" / NAME).write_text("an update of the course", encoding="utf-8")
    assert cli.main(["start", "6", "--no-open"]) == 0
    assert copy.read_text("utf-8") == "my answers"
    assert "they were there already, and --again begins afresh" in capsys.readouterr().out


def test_again_keeps_every_older_copy(course, capsys):
    copies = []
    for answers in ("first", "second"):
        start.copy_exercise(6, again=True)[0].write_text(answers, encoding="utf-8")
        copies.append(answers)
    assert cli.main(["start", "06", "--again", "--no-open"]) == 0
    assert "Your old copy is work/06_reset_gate.before-2.ipynb." in capsys.readouterr().out
    kept = [(course / "work" / f"06_reset_gate.before-{n}.ipynb").read_text("utf-8") for n in (1, 2)]
    assert kept == copies
    assert sorted(path.name for path in (course / "work").iterdir()) == [
        "06_reset_gate.before-1.ipynb", "06_reset_gate.before-2.ipynb", NAME
    ]  # fmt: skip


def test_it_opens_the_copy_in_jupyterlab(course, monkeypatch):
    called = []
    monkeypatch.setattr(serverapp, "list_running_servers", lambda: iter([]))
    monkeypatch.setattr(start.subprocess, "call", lambda command: called.append(command) or 0)
    assert cli.main(["start", "06"]) == 0
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    assert called[0][1:] == ["-m", "jupyterlab", *as_root, str(course / "work" / NAME)]


def test_a_lab_that_runs_already_is_pointed_to(course, monkeypatch, capsys):
    servers = [
        {"url": "http://localhost:1/", "root_dir": str(course / "work"), "token": ""},
        {"url": "http://localhost:8888/", "root_dir": str(course), "token": "abc"},
    ]
    called = []
    monkeypatch.setattr(start.subprocess, "call", lambda command: called.append(command) or 0)
    monkeypatch.setattr(serverapp, "list_running_servers", lambda: iter(servers[1:]))
    assert cli.main(["start", "06"]) == 0
    assert f"http://localhost:8888/lab/tree/work/{NAME}?token=abc" in capsys.readouterr().out and not called
    monkeypatch.setattr(serverapp, "list_running_servers", lambda: iter(servers))
    assert cli.main(["start", "06"]) == 0
    assert f"http://localhost:1/lab/tree/{NAME}\n" in capsys.readouterr().out and not called
    elsewhere = {"url": "http://localhost:2/", "root_dir": str(course / "chapters"), "token": ""}
    monkeypatch.setattr(serverapp, "list_running_servers", lambda: iter([elsewhere]))
    assert cli.main(["start", "06"]) == 0
    assert len(called) == 1


def test_what_cannot_be_is_said(course, capsys, monkeypatch):
    assert cli.main(["start", "07", "--no-open"]) == 1
    assert "Chapter 7 has no exercises. There are some for 6." in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.main(["start", "six"])
    assert "'six' is no chapter's number" in capsys.readouterr().err

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(start.shutil, "copyfile", full)
    assert cli.main(["start", "06", "--no-open"]) == 1
    assert "cannot be written: No space left on device" in capsys.readouterr().err
    assert not (course / "work" / NAME).exists()


def test_outside_of_the_course(tmp_path, monkeypatch):
    monkeypatch.setattr(start, "__file__", str(tmp_path / "site-packages" / "gru_lab" / "start.py"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(start.StartError, match="not the course's folder"):
        start.copy_exercise(6)


def test_a_notebook_makes_it_too(course, capsys):
    check.exercises(6)
    assert f"Your exercises are work/{NAME}: open them" in capsys.readouterr().out
    (course / "work" / NAME).write_text("my answers", encoding="utf-8")
    check.exercises("06")
    assert (course / "work" / NAME).read_text("utf-8") == "my answers"
    check.exercises(9)
    assert "Chapter 9 has no exercises." in capsys.readouterr().out
    check.exercises("six")
    check.exercises()
    assert capsys.readouterr().out.count("Say which chapter: check.exercises(6)") == 2
