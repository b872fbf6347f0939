"""The `gru-lab` command: quick to start, and one room's missing library is that room's trouble alone."""

import subprocess
import sys
from importlib.metadata import version

import pytest

from gru_lab import cli


def run(*command):
    return subprocess.run([sys.executable, *command], capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def room(tmp_path, monkeypatch):
    """`room(source)`: a room of that source behind the command `room`."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(cli, "ROOMS", {**cli.ROOMS, "room": ("a_room_for_tests", "a room for tests")})

    def made(source):
        (tmp_path / "a_room_for_tests.py").write_text(source, encoding="utf-8")

    yield made
    sys.modules.pop("a_room_for_tests", None)


ROOM = """
def add_parser(subparsers):
    parser = subparsers.add_parser("room")
    parser.add_argument("--answer", type=int)
    parser.set_defaults(call=call)

def call(options):
    {body}
"""


def test_help_names_every_room_and_imports_none():
    code = (
        "import sys\nfrom gru_lab.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit as end:\n"
        "    assert end.code == 0\n"
        "slow = {'torch', 'matplotlib', 'IPython', 'nbformat', 'nbclient'} & set(sys.modules)\nassert not slow, slow"
    )
    asked = run("-c", code)
    assert asked.returncode == 0, asked.stderr
    for name in ("doctor", "notebooks"):
        assert f"    {name}" in asked.stdout


@pytest.mark.parametrize("name", cli.ROOMS)
def test_every_room_has_help(name, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main([name, "--help"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: gru-lab {name}")


def test_version(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"gru-lab {version('gru_lab')}\n"


def test_a_wrong_command_says_what_there_is(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["dcotor"])
    assert end.value.code == 2
    assert "dcotor" in capsys.readouterr().err


def test_no_command_shows_the_help(capsys):
    assert cli.main([]) == 0
    assert "doctor" in capsys.readouterr().out


@pytest.mark.parametrize(("body", "status"), [("return options.answer", 3), ("print('hi')", 0)])
def test_a_rooms_answer_is_the_exit_status(room, body, status):
    room(ROOM.format(body=body))
    assert cli.main(["room", "--answer", "3"]) == status


@pytest.mark.parametrize(
    "source", ["import a_library_that_is_not_there", ROOM.format(body="import a_library_that_is_not_there")]
)
def test_a_missing_library_is_named_with_what_to_do(room, source, capsys):
    room(source)
    assert cli.main(["room"]) == 1
    said = capsys.readouterr().err
    assert "gru-lab room needs" in said and "'a_library_that_is_not_there'" in said and "gru-lab doctor" in said
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    assert "room" in capsys.readouterr().out, "the list still works"


@pytest.mark.parametrize("source", ["import gru_lab.not_there", ROOM.format(body="import gru_lab.not_there")])
def test_a_missing_module_of_ours_is_a_bug_and_shows_itself(room, source):
    room(source)
    with pytest.raises(ModuleNotFoundError):
        cli.main(["room"])


@pytest.mark.parametrize("module", ["gru_lab.attic", "gru_lab.house.attic"])
def test_a_room_that_is_not_there_is_not_listed(monkeypatch, capsys, module):
    monkeypatch.setattr(cli, "ROOMS", {**cli.ROOMS, "attic": (module, "up there")})
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    assert "attic" not in capsys.readouterr().out


def test_ctrl_c_ends_without_a_traceback(room, capsys):
    room(ROOM.format(body="raise KeyboardInterrupt"))
    assert cli.main(["room"]) == 130
    assert capsys.readouterr().err == "stopped\n"


def test_a_reader_that_stops_reading_is_no_error():
    code = "import sys, gru_lab.cli as cli\nsys.stdin.readline()\nsys.exit(cli.main(['doctor']))"
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        process.stdout.close()
        process.stdin.write("\n")
        process.stdin.close()
        said = process.stderr.read()
        assert process.wait(60) == 1
    assert said == ""


@pytest.mark.parametrize("module", [["gru_lab.cli", "notebooks"], ["gru_lab.workshop"]])
def test_the_modules_run_as_commands(module):
    asked = run("-m", *module, "--help")
    assert asked.returncode == 0 and asked.stdout.startswith("usage: gru-lab notebooks")
