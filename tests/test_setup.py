"""course.py in the plights that a first start can meet, each with a stand-in for Python: nothing is downloaded.

The real installation is not tested here: `python course.py test` has just made it, with the same file.
"""

import ast
import contextlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import setup_fake_python as fake

ROOT = Path(__file__).parents[1]
SOURCE = (ROOT / "course.py").read_text(encoding="utf-8")

posix = pytest.mark.skipif(os.name == "nt", reason="the stand-in for Python is a shell script; Windows needs an .exe")


class Course:
    """A copy of what course.py needs, in a folder with a difficult name, and a way to run it."""

    def __init__(self, folder):
        self.folder = folder / "Räume & Zeiten 時"
        self.venv = self.folder / ".venv"
        self.journal = folder / "calls.jsonl"
        self.base = folder / "base python"
        self.folder.mkdir()
        for name in ("course.py", "pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, self.folder)
        fake.launcher(self.base, "base")

    def start(self, *arguments, before="", **variables):
        """Start course.py with `before` run first in the same process, and these environment variables besides."""
        code = f"""
import runpy, sys
sys._base_executable = {str(self.base)!r}
sys.argv = ["course.py", *sys.argv[1:]]
{before}
runpy.run_path({str(self.folder / "course.py")!r}, run_name="__main__")
"""
        ours = {"FAKE_JOURNAL": str(self.journal), "FAKE_ENVIRONMENT": str(self.venv), "PYTHONUTF8": "1"}
        others = {name: value for name, value in os.environ.items() if name not in ("COURSE_VENV", "PYTHONPATH")}
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            env={**others, **ours, **variables},
            cwd=self.folder.parent,  # from another folder than the course's
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )

    def run(self, *arguments, **options):
        """Run course.py to its end: (exit code, everything it printed)."""
        process = self.start(*arguments, **options)
        output, _ = process.communicate(timeout=60)
        return process.returncode, output

    def change_pins(self):
        with (self.folder / "constraints.txt").open("a", encoding="utf-8") as file:
            file.write("six==1.17.0\n")

    def calls(self, *start):
        """The calls of the stand-in, in order, whose arguments start so; the look at the version is left out."""
        if not self.journal.exists():
            return []
        calls = [json.loads(line) for line in self.journal.read_text(encoding="utf-8").splitlines()]
        return [call for call in calls if "-c" not in call["argv"] and call["argv"][: len(start)] == list(start)]

    def wait_for_hanging_pip(self, process):
        """The process id of a pip that was told to hang, once course.py has shown its last words."""
        for line in process.stdout:
            if "downloading numpy" in line or "unpacking" in line:
                break
        note = self.journal.with_suffix(".hangs")
        return int(wait_for(lambda: note.exists() and note.read_text()))


@pytest.fixture
def course(tmp_path):
    found = Course(tmp_path)
    yield found
    note = found.journal.with_suffix(".hangs")
    if note.exists():  # a test that failed may have left a pip
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(note.read_text()), signal.SIGKILL)


@pytest.fixture(scope="module")
def module():
    """course.py as a module."""
    spec = importlib.util.spec_from_file_location("course", ROOT / "course.py")
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    raise TimeoutError


def is_running(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # A process that has ended and that nobody has waited for still has its number.
    status = Path(f"/proc/{process}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


# ---- old Pythons --------------------------------------------------------------------------------------------------


def test_python_3_6_can_read_the_file():
    ast.parse(SOURCE, feature_version=(3, 6))


def test_python_2_stops_at_the_line_that_says_what_is_needed():
    strings = [node.lineno for node in ast.walk(ast.parse(SOURCE)) if isinstance(node, ast.JoinedStr)]
    line = SOURCE.splitlines()[min(strings) - 1]
    assert "This course needs Python 3.11 or newer" in line
    assert SOURCE.isascii(), "without a coding line, Python 2 would complain of that first"


@pytest.mark.parametrize("version", [(3, 6, 15), (3, 10, 13)])
def test_python_too_old(course, version):
    code, output = course.run("lab", before=f"sys.version_info = {version}")
    assert code == 1
    assert "needs Python 3.11 or newer" in output and "python3.12 course.py lab" in output
    assert not course.venv.exists()


# ---- a first start that goes well ---------------------------------------------------------------------------------


@posix
def test_first_start_then_second_start(course):
    code, output = course.run("lab", "--no-browser", "--port", "8890")
    assert code == 0
    assert "[1/2] Making the environment" in output and "[2/2] Installing" in output
    assert "downloading numpy 2.4.6 (16.9 MB)" in output and "unpacking 2 packages" in output
    assert "not finished" not in output
    venv, pip, lab = course.calls()
    assert (venv["role"], venv["argv"]) == ("base", ["-m", "venv", str(course.venv)])
    assert pip["argv"][:3] == ["-m", "pip", "install"] and pip["argv"][-2:] == ["-e", "."]
    assert pip["argv"][pip["argv"].index("--constraint") + 1] == "constraints.txt" and pip["cwd"] == str(course.folder)
    assert lab["argv"][:4] == [
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={course.folder}",
        "--LabApp.default_url=/lab/tree/chapters/00_start_here.ipynb",
    ]
    assert lab["argv"][-3:] == ["--no-browser", "--port", "8890"]
    assert lab["cwd"] == str(course.folder)
    assert ("--allow-root" in lab["argv"]) == (os.geteuid() == 0)
    settings = course.venv / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    assert json.loads(settings.read_text())["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"

    started = time.monotonic()
    code, output = course.run("lab")
    assert code == 0 and "Installing" not in output
    assert [call["argv"][1] for call in course.calls()] == ["venv", "pip", "jupyterlab", "jupyterlab"]
    assert time.monotonic() - started < 3


@posix
def test_programs_run_in_the_environment_and_without_strays(course):
    course.run("lab", PYTHONPATH="/somebody/elses", PIP_USER="1")
    pip, lab = course.calls("-m", "pip") + course.calls("-m", "jupyterlab")
    for call in (pip, lab):
        assert call["PATH"].split(os.pathsep)[0] == str(course.venv / "bin")
        assert call["VIRTUAL_ENV"] == str(course.venv)
        assert call["PYTHONPATH"] is None and call["PIP_USER"] == "0" and call["JUPYTER_PREFER_ENV_PATH"] == "1"


@posix
def test_the_test_tools_come_on_top_and_cover_lab(course):
    course.run("setup")
    code, output = course.run("test", "-x", "-k", "a or b")
    assert code == 0 and "Tests: all passed (pytest's exit code 0" in output.splitlines()[-1]
    assert course.calls("-m", "pip")[-1]["argv"][-2:] == ["-e", ".[test]"]
    assert course.calls("-m", "pytest")[0]["argv"] == ["-m", "pytest", "-x", "-k", "a or b"]
    assert len(course.calls("-m", "venv")) == 1, "the environment was made twice"
    course.run("lab")
    assert len(course.calls("-m", "pip")) == 2, "lab installed again although the test tools were there"


@posix
@pytest.mark.parametrize(("pytests", "verdict"), [(1, "some FAILED"), (5, "none found"), (4, "could not run")])
def test_exit_code_is_that_of_pytest(course, pytests, verdict):
    code, output = course.run("test", FAKE_RUN=str(pytests))
    assert code == pytests and f"Tests: {verdict} (pytest's exit code {pytests}" in output


@posix
def test_the_book_is_built_with_the_test_tools(course):
    code, _ = course.run("book", "--out", "site", FAKE_RUN="3")
    assert code == 3
    assert course.calls("-m", "pip")[-1]["argv"][-1] == ".[test]"
    assert course.calls("-m", "gru_lab.workshop.book")[0]["argv"] == ["-m", "gru_lab.workshop.book", "--out", "site"]


@posix
def test_start_installs_and_hands_over(course):
    assert course.run("start", "06", "--again", FAKE_RUN="3")[0] == 3
    assert course.calls()[-1]["role"] == "gru-lab" and course.calls()[-1]["argv"] == ["start", "06", "--again"]


def test_doctor_hands_over_or_says_what_is_missing(course):
    code, output = course.run("doctor")
    assert code == 1 and "missing" in output and "course.py setup" in output
    course.run("setup")
    assert course.run("doctor", "--json", FAKE_RUN="3")[0] == 3
    assert course.calls()[-1]["role"] == "gru-lab" and course.calls()[-1]["argv"] == ["doctor", "--json"]


@posix
def test_changed_pins_are_installed_changed_tool_settings_are_not(course):
    course.run("setup")
    with (course.folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("\n[tool.other]\nline = 1\n")
    course.run("setup")
    assert len(course.calls("-m", "pip")) == 1
    course.change_pins()
    code, _ = course.run("setup")
    assert code == 0 and len(course.calls("-m", "pip")) == 2 and len(course.calls("-m", "venv")) == 1


@posix
def test_torch_index_is_used_for_torch_alone_and_not_remembered(course):
    code, output = course.run("setup", "--torch-index", "https://me:secret@example.org/cpu")
    assert code == 0 and "[2/3] Installing torch" in output and "CUDA" not in output
    torch, rest = course.calls("-m", "pip")
    assert torch["argv"][-5:] == [
        "--no-deps",
        "--force-reinstall",
        "--index-url",
        "https://me:secret@example.org/cpu",
        "torch",
    ]
    assert "--constraint" in torch["argv"] and "--index-url" not in rest["argv"]
    kept = [path for path in course.venv.rglob("*") if path.is_file() and b"secret" in path.read_bytes()]
    assert not kept
    course.run("setup", "--torch-index=https://example.org/cu")
    assert "https://example.org/cu" in course.calls("-m", "pip")[2]["argv"], "another build could not be installed"


@posix
def test_another_folder_for_the_environment(course, tmp_path):
    elsewhere = tmp_path / "else where" / "env"
    code, _ = course.run("lab", COURSE_VENV=str(elsewhere), FAKE_ENVIRONMENT=str(elsewhere))
    assert code == 0 and (elsewhere / "course.json").exists() and not course.venv.exists()


# ---- a first start that does not ----------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize(
    ("plight", "happened", "to_do"),
    [
        ("no network", "could not be reached: no network", "Connect and run the same command again"),
        ("disk full", "The disk is full", "COURSE_VENV"),
        ("no build", "no build of torch>=2.6 for Python", "Python 3.11 to 3.14"),
        ("conflict", "No set of versions fits", "--torch-index"),
        ("certificate", "certificate that is not trusted", "PIP_CERT"),
        ("locked file", "could not be written or removed", "Close every JupyterLab"),
        ("long path", "too long for Windows", "Move the course"),
        ("strange", "something that nobody foresaw", "Run it again"),
    ],
)
def test_pip_fails_and_the_next_start_repairs(course, plight, happened, to_do):
    code, output = course.run("lab", FAKE_PIP=plight)
    assert code == 1
    assert happened in output.partition("What happened:")[2] and to_do in output.partition("What to do:")[2]
    assert "Traceback" not in output and not course.calls("-m", "jupyterlab")
    assert (course.venv / "course.log").read_text(encoding="utf-8").startswith(fake.PLIGHTS[plight])
    code, output = course.run("lab")
    assert code == 0 and "was not finished" in output and course.calls("-m", "jupyterlab")


@posix
def test_python_without_venv(course):
    code, output = course.run("lab", before="sys.modules['ensurepip'] = None")
    assert code == 1 and "has no venv" in output
    assert f"sudo apt install python{sys.version_info.major}.{sys.version_info.minor}-venv" in output
    assert not course.calls()


@posix
@pytest.mark.parametrize("free", [2.9, 0.01])
def test_too_little_disk_is_said_before_anything_is_downloaded(course, free):
    code, output = course.run("lab", before=disk_with(free))
    assert code == 1 and f"The disk is full, or will be: {free:.1f} GB free for {course.venv}" in output
    assert not course.calls()


@posix
def test_a_disk_that_venv_fills(course):
    """venv swallows the reason of its failure: course.py looks at the disk."""
    after = "free = iter([9e9]); " + disk_with("next(free, 0) / 1e9")
    code, output = course.run("lab", before=after, FAKE_VENV="disk full")
    assert code == 1 and "The disk is full, or will be: 0.0 GB" in output


def disk_with(gb):
    """Code that makes the disk have this many GB free."""
    return (
        "import shutil, types\nfree = globals().get('free')\n"
        f"shutil.disk_usage = lambda place: types.SimpleNamespace(free=1e9 * ({gb}))"
    )


@posix
def test_a_folder_that_cannot_be_written_to(course):
    (course.folder / "file").write_text("")
    code, output = course.run("lab", COURSE_VENV=str(course.folder / "file" / ".venv"))
    assert code == 1 and "cannot be written to" in output and "COURSE_VENV" in output and "Traceback" not in output


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(course):
    course.folder.chmod(0o555)
    try:
        code, output = course.run("lab")
    finally:
        course.folder.chmod(0o755)
    assert code == 1 and "cannot be written to" in output and "Copy the course" in output


@posix
@pytest.mark.parametrize("hangs", ["hangs while it downloads", "hangs while it unpacks"])
def test_ctrl_c_ends_pip_and_the_next_start_repairs(course, hangs):
    process = course.start("lab", FAKE_PIP=hangs)
    pip = course.wait_for_hanging_pip(process)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130 and "Stopped" in output and "Traceback" not in output
    assert wait_for(lambda: not is_running(pip))
    code, output = course.run("lab")
    assert code == 0 and "was not finished" in output
    assert (course.venv / "packages").read_text() == "whole"


@posix
def test_sigterm_ends_pip(course):
    process = course.start("lab", FAKE_PIP="hangs while it unpacks")
    pip = course.wait_for_hanging_pip(process)
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 143
    assert wait_for(lambda: not is_running(pip))


@posix
def test_kill_9_leaves_a_pip_that_is_waited_for_and_the_rest_is_removed(course):
    process = course.start("lab", FAKE_PIP="hangs while it unpacks")
    pip = course.wait_for_hanging_pip(process)
    process.kill()
    process.communicate(timeout=60)
    assert is_running(pip), "this test needs a pip that outlives its course.py"
    (course.venv / "half").mkdir()
    (course.venv / "half" / "a package").write_text("")

    second = course.start("lab")
    assert "Another course.py, or a pip that it left" in second.stdout.readline()
    os.kill(pip, signal.SIGKILL)
    output, _ = second.communicate(timeout=60)
    assert second.returncode == 0 and "was not finished" in output
    assert not (course.venv / "half").exists() and (course.venv / "packages").read_text() == "whole"


@posix
def test_two_at_a_time_install_once(course):
    first = course.start("setup", FAKE_PIP_SECONDS="1")
    wait_for(lambda: course.calls("-m", "pip"))
    code, output = course.run("setup")
    assert code == 0 and "Another course.py" in output and "Everything is installed" in output
    first.communicate(timeout=60)
    assert first.returncode == 0 and len(course.calls("-m", "pip")) == 1


# ---- an environment that was good once ----------------------------------------------------------------------------


@posix
def test_the_course_was_moved(course):
    course.run("setup")
    course.folder = course.folder.rename(course.folder.with_name("moved"))
    course.venv = course.folder / ".venv"
    code, output = course.run("setup")
    assert code == 0 and "was moved" in output and "Making the environment" in output


@posix
@pytest.mark.parametrize("change", ["removed", "replaced by another version"])
def test_the_base_python_has_gone(course, change):
    course.run("setup")
    python = course.venv / "bin" / "python"
    python.unlink()
    if change == "removed":
        python.symlink_to(course.folder / "no such python")
    else:
        python.write_text("#!/bin/sh\necho 3.99\n")
        python.chmod(0o755)
    code, output = course.run("setup")
    assert code == 0 and "its Python has gone" in output and len(course.calls("-m", "venv")) == 2


@posix
def test_an_update_without_network_goes_on_with_what_is_there(course):
    course.run("setup")
    course.change_pins()
    code, output = course.run("lab", FAKE_PIP="no network")
    assert code == 0 and "could not be reached" in output and "Going on with what is installed" in output
    assert course.calls("-m", "jupyterlab")
    code, output = course.run("test", FAKE_PIP="no network")
    assert code == 1 and "could not be reached" in output, "lab's packages are not enough for the tests"
    code, output = course.run("lab")
    assert code == 0 and "Making the environment" not in output and len(course.calls("-m", "venv")) == 1
    assert len(course.calls("-m", "pip")) == 4, "the update was not tried again"


@posix
def test_an_update_that_fails_half_way_is_repaired(course):
    course.run("setup")
    course.change_pins()
    code, output = course.run("lab", FAKE_PIP="disk full")
    assert code == 1 and "The disk is full" in output and "Going on" not in output
    code, output = course.run("lab")
    assert code == 0 and "was not finished" in output and len(course.calls("-m", "venv")) == 2


@posix
def test_an_update_for_lab_keeps_the_test_tools(course):
    course.run("test")
    course.change_pins()
    course.run("lab")
    assert [call["argv"][-1] for call in course.calls("-m", "pip")] == [".[test]", ".[test]"]


@posix
def test_an_environment_of_somebody_elses_is_used_but_never_changed(course):
    python = course.venv / "bin" / "python"
    fake.launcher(python, "bare")
    before = sorted(course.venv.rglob("*"))
    code, output = course.run("lab")
    assert code == 1 and "did not make" in output and "lacks gru_lab, jupyterlab" in output
    fake.launcher(python, "environment")  # has what this test runs with
    code, output = course.run("lab", "--no-browser")
    assert code == 0 and course.calls("-m", "jupyterlab")
    code, output = course.run("lab", "--torch-index", "https://example.org/cpu")
    assert code == 1 and "does not change it" in output
    assert sorted(course.venv.rglob("*")) == before and not course.calls("-m", "pip")


# ---- the command line and the small parts -------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_names_every_command(course, arguments):
    code, output = course.run(*arguments)
    assert code == 0
    for command in ("lab", "start", "test", "book", "setup", "doctor", "--torch-index", "COURSE_VENV"):
        assert command in output


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["labb"], 2, "no command 'labb'"),
        (["lab", "--torch-index"], 1, "no address"),
        (["setup", "--fast"], 1, "does not know --fast"),
    ],
)
def test_a_slip_of_the_pen(course, arguments, code, words):
    ended, output = course.run(*arguments)
    assert ended == code and words in output and not course.venv.exists()


def test_options_are_passed_on_in_order(module):
    assert module.take_option("--a", ["x", "--a", "1", "--", "-k", "--ab"]) == ("1", ["x", "--", "-k", "--ab"])
    assert module.take_option("--a", ["--a=2=3", "y"]) == ("2=3", ["y"])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "  Downloading torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl (526.6 MB)\n",
            "downloading torch 2.13.0 (526.6 MB)",
        ),
        ("Downloading https://example.org/a%2Fb/numpy-2.4.6-cp311.whl (9 MB)", "downloading numpy 2.4.6 (9 MB)"),
        ("Downloading numpy-2.4.6-cp311-cp311-manylinux.whl.metadata (6.6 kB)", ""),
        ("Collecting nvidia-cublas==13.1.1.3 (from torch)", "looking for nvidia-cublas==13.1.1.3"),
        ("Installing collected packages: a, b, c", "unpacking 3 packages"),
        ("WARNING: Retrying (Retry(total=4, connect=None", "no answer from the network, trying again"),
        ("Requirement already satisfied: pip", ""),
    ],
)
def test_pips_words_condensed(module, line, words):
    assert module.condense(line) == words


def test_progress_into_a_file_is_a_line_for_each_large_download(module, capsys):
    lines = ["Collecting numpy", "WARNING: Retrying (Retry(total=4", "WARNING: Retrying (Retry(total=3"]
    lines += ["Downloading six-1.17.0-py3-none-any.whl (11 kB)", "Downloading numpy-2.4.6-cp311.whl (16.9 MB)"]
    with module.Progress() as progress:
        for line in lines:
            progress.show(line)
    assert [line.strip() for line in capsys.readouterr().out.splitlines()] == [
        "no answer from the network, trying again",
        "downloading numpy 2.4.6 (16.9 MB)",
    ]


def test_progress_on_a_terminal_is_one_line(module, monkeypatch):
    written = []
    terminal = SimpleNamespace(write=written.append, flush=lambda: None, isatty=lambda: True)
    monkeypatch.setattr(sys, "stdout", terminal)
    with module.Progress() as progress:
        progress.show("Collecting numpy")
        wait_for(lambda: "looking for numpy" in "".join(written))
    drawn = "".join(written)
    assert "\r      0:00 looking for numpy" in drawn and "\n" not in drawn


@pytest.mark.parametrize("layout", ["lib/python3.11/site-packages", "Lib/site-packages"])
def test_gru_lab_is_found_by_an_ascii_path(module, monkeypatch, tmp_path, layout):
    """pip's own link holds the folder's name, which Python 3.11 on Windows may misread."""
    root = tmp_path / "Zoë"
    packages = root / ".venv" / layout
    packages.mkdir(parents=True)
    link, other = packages / "_gru_lab.pth", packages / "other.pth"
    link.write_text(str(root), encoding="utf-8")
    other.write_text(str(root), encoding="utf-8")
    monkeypatch.setattr(module, "ROOT", root)
    monkeypatch.setattr(module, "VENV", root / ".venv")
    module.make_link_relative()
    written = link.read_text(encoding="utf-8").strip()
    assert written.isascii() and (packages / written).resolve() == root
    assert other.read_text(encoding="utf-8") == str(root)


def test_the_first_chapter_is_the_one_of_the_table_of_contents(module):
    contents = (ROOT / "chapters" / "course.toml").read_text(encoding="utf-8")
    assert f'file = "{Path(module.FIRST_CHAPTER).name}"' in contents
