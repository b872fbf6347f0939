"""The doctor: finds what is missing, says what mends it, and names no folder."""

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import namedtuple
from pathlib import Path

import pytest

import gru_lab
from gru_lab import doctor as doctor_function
from gru_lab.doctor import MEND, NOTE, OK, Finding, Report

# the name gru_lab.doctor is the function; here is the module
doctor = sys.modules["gru_lab.doctor"]
ROOT = Path(__file__).resolve().parents[1]
TORCH = """
class cuda:
    is_available = staticmethod(lambda: {cuda} > 0)
    device_count = staticmethod(lambda: {cuda})
    get_device_name = staticmethod(lambda number: f"Card {{number}}")
class backends:
    class mps:
        is_available = staticmethod(lambda: {mps})
class version:
    cuda = {build!r}
get_num_threads = lambda: 3
"""


@pytest.fixture
def quick(monkeypatch):
    """The doctor without the three seconds that importing torch takes."""
    monkeypatch.setattr(doctor, "_devices", lambda root: Finding("devices", "CPU"))


@pytest.fixture
def torch_is(tmp_path, monkeypatch):
    """`torch_is(source)`: what a process that imports torch gets."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(doctor, "_nvidia_card", lambda: False)
    return lambda source: (tmp_path / "torch.py").write_text(source, encoding="utf-8")


def named(report, name):
    [finding] = [finding for finding in report.findings if finding.name == name]
    return finding


def test_this_machine_is_found_fit_and_no_folder_is_named():
    code = (
        "import sys; from gru_lab.cli import main; status = main(['doctor', '--json'])\n"
        "assert not {'torch', 'matplotlib', 'IPython', 'nbformat'} & set(sys.modules), 'slow to start'\n"
        "sys.exit(status)"
    )
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert asked.returncode == 0, asked.stdout + asked.stderr
    answer = json.loads(asked.stdout)
    assert answer["ok"] is True
    findings = {finding["name"]: finding for finding in answer["findings"]}
    assert {"gru_lab", "Python", "system", "numpy", "torch", "jupyterlab", "anywidget", "devices"} <= set(findings)
    assert findings["numpy"]["needs"].startswith(">=")
    assert findings["numpy"]["found"] == sys.modules["numpy"].__version__
    assert "CPU with" in findings["devices"]["found"]
    for place in (ROOT, Path.home(), Path(sys.prefix)):
        assert str(place) + os.sep not in asked.stdout and f'"{place}"' not in asked.stdout


def test_a_notebook_gets_a_table_and_a_terminal_gets_text(quick):
    report = doctor_function()
    assert gru_lab.doctor is doctor_function and isinstance(report, Report)
    page, text = report._repr_html_(), repr(report)
    assert page.startswith(f"<p>{report.summary}</p>") and page.count("<tr>") == len(report.findings) + 1
    assert len({line.index("found") if "found" in line else 0 for line in text.splitlines()[:1]}) == 1
    assert report.summary in page and report.summary in text
    for finding in report.findings:
        assert finding.name in text


def test_places_are_named_only_when_asked_for(quick, tmp_path):
    assert named(doctor_function(paths=True), "place of environment").found == sys.prefix
    assert "place of" not in repr(doctor_function())
    hidden = doctor._without_places(f"{tmp_path}/x {Path.home() / 'y'} {sys.prefix}/z", tmp_path)
    assert hidden.startswith("<the course>/x ")
    assert str(Path.home()) + os.sep not in hidden and sys.prefix not in hidden


@pytest.mark.parametrize(("found", "said"), [(None, "missing"), ("1.26.4", "1.26.4")])
def test_a_package_that_is_missing_or_too_old_is_to_be_mended(quick, monkeypatch, capsys, found, said):
    real = doctor._version
    monkeypatch.setattr(doctor, "_version", lambda name: found if name == "numpy" else real(name))
    monkeypatch.setattr(doctor, "_install", lambda root, name, specifier: f"install {name}{specifier}")
    report = doctor_function()
    finding = named(report, "numpy")
    assert (finding.found, finding.verdict) == (said, MEND)
    assert report.remedies == [("numpy", said, f"install numpy{finding.needs}")]
    assert not report.ok and report.summary == "1 thing to mend."
    assert f"- numpy, {said}: install numpy" in repr(report)
    assert f"<li><b>numpy</b>, {said}: install numpy" in report._repr_html_()
    options = type("Options", (), {"paths": False, "json": True})
    assert doctor._call(options) == 1
    assert json.loads(capsys.readouterr().out)["ok"] is False


def test_the_remedy_is_course_py_in_its_own_environment_and_pip_elsewhere(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert doctor._install(ROOT, "numpy", ">=2.0") == '`python -m pip install "numpy>=2.0"`'
    assert "pip install -c constraints.txt -e ." in doctor._setup(ROOT)
    (tmp_path / "course.json").write_text("{}", encoding="utf-8")
    assert doctor._install(ROOT, "numpy", ">=2.0") == doctor._setup(ROOT) == "`python course.py setup`"


def test_missing_test_tools_are_a_note(quick, monkeypatch):
    needed = [("numpy", ">=2", False), ("nbval", ">=0.11", True), ("pytest", ">=9", True)]
    monkeypatch.setattr(doctor, "_requirements", lambda: needed)
    monkeypatch.setattr(doctor, "_version", lambda name: None if name == "nbval" else "99")
    finding = named(doctor_function(), doctor.TOOLS_OF_TESTS)
    assert (finding.found, finding.verdict) == ("1 not installed", NOTE)
    report = doctor_function()
    assert report.remedies == [] and report.ok and report.summary == "Everything the course needs is here."
    assert (finding.name, finding.found, finding.remedy) in report.notes
    assert f"- {finding.name}, 1 not installed: readers need none" in repr(report)
    monkeypatch.setattr(doctor, "_version", lambda name: "99")
    assert named(doctor_function(), doctor.TOOLS_OF_TESTS).verdict == OK


def test_a_tool_that_several_extras_ask_for_is_named_once(quick, monkeypatch):
    asked = [("nbgrader", ">=0.9.5", True), ("pytest", ">=9", True), ("nbgrader", ">=0.9.5", True)]
    monkeypatch.setattr(doctor, "_requirements", lambda: asked)
    monkeypatch.setattr(doctor, "_version", lambda name: None if name == "nbgrader" else "99")
    finding = named(doctor_function(), doctor.TOOLS_OF_TESTS)
    assert finding.found == "1 not installed" and finding.remedy.count("nbgrader") == 1
    asked[0] = ("nbgrader", ">=100", True)  # what is there is too old for the first of them
    monkeypatch.setattr(doctor, "_version", lambda name: "99")
    assert named(doctor_function(), doctor.TOOLS_OF_TESTS).found == "1 not installed"


def test_a_widget_extension_that_is_missing_is_to_be_mended(quick, monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "_jupyter_places", lambda: [tmp_path])
    finding = named(doctor_function(), "anywidget in JupyterLab")
    assert finding.verdict == MEND and "--force-reinstall --no-deps anywidget" in finding.remedy
    package = tmp_path / "labextensions" / "anywidget" / "package.json"
    package.parent.mkdir(parents=True)
    package.write_text("{}", encoding="utf-8")
    assert named(doctor_function(), "anywidget in JupyterLab").verdict == OK
    assert "jupyterlab_widgets" in named(doctor_function(), "ipywidgets in JupyterLab").remedy


def test_devices(torch_is):
    torch_is(TORCH.format(cuda=0, mps=False, build=None))
    assert doctor._devices(ROOT).found.endswith("torch uses 3")
    torch_is(TORCH.format(cuda=2, mps=False, build="13.0"))
    assert doctor._devices(ROOT).found.endswith("torch uses 3; CUDA: Card 0; CUDA: Card 1")
    torch_is(TORCH.format(cuda=0, mps=True, build=None))
    assert doctor._devices(ROOT).found.endswith("Apple GPU (MPS)")


@pytest.mark.parametrize(("build", "said"), [(None, "a CPU build"), ("13.0", "of CUDA 13.0 finds no driver")])
def test_a_card_that_torch_cannot_use_is_a_note(torch_is, monkeypatch, build, said):
    monkeypatch.setattr(doctor, "_nvidia_card", lambda: True)
    torch_is(TORCH.format(cuda=0, mps=False, build=build))
    finding = doctor._devices(ROOT)
    assert finding.verdict == NOTE and "an NVIDIA card that torch cannot use" in finding.found
    assert said in finding.remedy and "README" in finding.remedy


def test_a_torch_that_does_not_load_is_to_be_mended_and_its_place_is_not_named(torch_is, monkeypatch):
    torch_is(f"raise OSError('{(Path.home() / 'lib' / 'libx.so').as_posix()}: cannot open shared object')")
    finding = doctor._devices(ROOT)
    assert finding.verdict == MEND and "cannot open shared object" in finding.found
    monkeypatch.setattr(doctor, "_devices", lambda root: finding)
    assert "~/lib/libx.so" in named(doctor_function(), "devices").found


def test_a_torch_that_takes_too_long_is_a_note(torch_is, monkeypatch):
    monkeypatch.setattr(doctor, "TORCH_SECONDS", 0.5)
    torch_is("import time\ntime.sleep(30)")
    finding = doctor._devices(ROOT)
    assert finding.verdict == NOTE and "did not load within 0.5 s" in finding.found


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for nvidia-smi")
def test_an_nvidia_card_is_found_by_its_own_tool(tmp_path, monkeypatch):
    tool = tmp_path / "nvidia-smi"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not doctor._nvidia_card()
    for listed, found in (("GPU 0: A Card", True), ("No devices were found", False)):
        tool.write_text(f"#!/bin/sh\necho '{listed}'\n", encoding="utf-8")
        tool.chmod(0o755)
        assert doctor._nvidia_card() == found


def test_a_folder_that_cannot_be_written_to(quick, monkeypatch):
    assert named(doctor_function(), "the course's folder").verdict == OK

    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    finding = named(doctor_function(), "the course's folder")
    assert finding.verdict == MEND and "Permission denied" in finding.found and finding.remedy


def test_a_full_disk_is_a_note(quick, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage(10**11, 10**11, 5 * 10**8))
    finding = named(doctor_function(), "free disk")
    assert (finding.verdict, finding.found) == (NOTE, "0.5 GB") and finding.remedy


def test_another_copy_of_the_course_is_a_note(quick, monkeypatch, tmp_path):
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "course.toml").write_text("", encoding="utf-8")
    (tmp_path / "gru_lab").mkdir()
    monkeypatch.chdir(tmp_path)
    finding = named(doctor_function(), "gru_lab")
    assert finding.verdict == NOTE and "another copy" in finding.found


def test_the_kind_of_environment_is_told_apart(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "base"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert doctor._python().found.endswith(", virtual environment")
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path))
    assert doctor._python().found.endswith(", no environment of its own")
    (tmp_path / "conda-meta").mkdir()
    assert doctor._python().found.endswith(", conda")


def test_a_course_that_is_not_installed_is_one_thing_to_mend(quick, monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    for asked in ("version", "metadata", "requires"):
        monkeypatch.setattr(importlib.metadata, asked, missing)
    report = doctor_function()
    finding = named(report, "gru_lab")
    assert (finding.found, finding.verdict) == ("not installed", MEND) and finding.remedy == doctor._setup(ROOT)
    assert named(report, "Python").needs == ">=3.11"  # what it would have said
    assert not report.ok and len(report.remedies) == 1


def test_without_torch_and_widgets_only_their_own_lines_say_so(monkeypatch):
    monkeypatch.setattr(doctor, "_version", lambda name: None)
    monkeypatch.setattr(doctor.subprocess, "run", None)  # nothing is asked
    finding = doctor._devices(ROOT)
    assert finding.verdict == OK and finding.found.startswith("CPU with") and "torch" not in finding.found
    assert list(doctor._widgets(ROOT)) == []


def test_without_the_libraries_that_read_versions_a_package_counts_as_fit(monkeypatch, tmp_path):
    (tmp_path / "constraints.txt").write_text("a==1.0\nb==2.0 ; python_full_version >= '3'\n", encoding="utf-8")
    for module in ("packaging.markers", "packaging.specifiers", "jupyter_core.paths"):
        monkeypatch.setitem(sys.modules, module, None)
    assert doctor._within("1.0", ">=2") is None
    assert doctor._pins(tmp_path) == {"a": "1.0"}  # a condition that nobody can read is not met
    monkeypatch.setattr(doctor, "_requirements", lambda: [("numpy", ">=99", False)])
    assert [finding.verdict for finding in doctor._packages(tmp_path)] == [OK]
    assert doctor._jupyter_places() == [Path(sys.prefix, "share", "jupyter")]


def test_a_chromium_is_found_by_its_name_or_by_the_variable(monkeypatch, tmp_path):
    monkeypatch.delenv("GRU_LAB_CHROMIUM", raising=False)
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    finding = doctor._browser()
    assert finding.verdict == NOTE and "browser tests are skipped" in finding.remedy
    monkeypatch.setattr(doctor.shutil, "which", lambda name: "/usr/bin/x" if name == "google-chrome" else None)
    assert doctor._browser().verdict == OK
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    monkeypatch.setenv("GRU_LAB_CHROMIUM", str(tmp_path / "browser"))
    assert doctor._browser().verdict == OK


def test_the_course_is_looked_for_above_then_beside_the_package(monkeypatch, tmp_path):
    below = tmp_path / "chapters"
    below.mkdir()
    monkeypatch.chdir(below)
    assert doctor._repository() == ROOT
    monkeypatch.setattr(doctor, "__file__", str(tmp_path / "site-packages" / "gru_lab" / "doctor.py"))
    assert doctor._repository() == below.resolve()  # installed from a wheel: here
    (below / "course.toml").write_text("", encoding="utf-8")
    assert doctor._repository() == tmp_path.resolve()


def test_a_tool_of_the_card_that_does_not_answer_finds_none(monkeypatch):
    monkeypatch.setattr(doctor.shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    for problem in (OSError(8, "Exec format error"), subprocess.TimeoutExpired("nvidia-smi", 10)):

        def run(*arguments, problem=problem, **options):
            raise problem

        monkeypatch.setattr(doctor.subprocess, "run", run)
        assert doctor._nvidia_card() is False


def test_an_old_python_is_to_be_mended(quick, monkeypatch):
    monkeypatch.setattr(doctor.platform, "python_version", lambda: "3.9.1")
    finding = named(doctor_function(), "Python")
    assert finding.verdict == MEND and "newer Python" in finding.remedy


def test_what_was_tested_depends_on_the_python_that_is_here(tmp_path):
    lines = "numpy==2.5.5 ; python_full_version >= '3'\nnumpy==2.4.6 ; python_full_version < '3'\nA.b_c==1.0\n"
    (tmp_path / "constraints.txt").write_text("# made by a tool\n" + lines, encoding="utf-8")
    assert doctor._pins(tmp_path) == {"numpy": "2.5.5", "a-b-c": "1.0"}
    assert doctor._pins(tmp_path / "nowhere") == {}


def test_the_file_alone_works_where_even_numpy_is_missing():
    alone = [sys.executable, "-S", "-E", str(ROOT / "gru_lab" / "doctor.py")]
    asked = subprocess.run(alone, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)
    assert asked.returncode == 1, asked.stderr
    assert "gru_lab, not installed" in asked.stdout and "Traceback" not in asked.stderr


def test_html_is_escaped():
    page = Report([Finding("<i>", "a & b", MEND, needs="<i>", remedy="<i> `pip`")])._repr_html_()
    assert (
        "<code>pip</code>" in page
        and page.count("&lt;i&gt;") == 4
        and page.count("a &amp; b") == 2
        and "<i>" not in page
    )
