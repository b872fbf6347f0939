"""The package is whole, and pyproject.toml, constraints.txt, environment.yml, course.py and the README agree."""

import ast
import importlib.metadata
import itertools
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
CONSTRAINTS = (ROOT / "constraints.txt").read_text(encoding="utf-8")
PYPROJECT_TEXT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads(PYPROJECT_TEXT)
PROJECT = PYPROJECT["project"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
COURSE = (ROOT / "course.py").read_text(encoding="utf-8")

EXTRAS = PROJECT["optional-dependencies"]
DIRECT = [Requirement(line) for group in (PROJECT["dependencies"], *EXTRAS.values()) for line in group]
DIRECT = [requirement for requirement in DIRECT if requirement.name != PROJECT["name"]]  # an extra that names others
PINS = [Requirement(line) for line in CONSTRAINTS.splitlines() if line and not line.startswith("#")]
# torch names these exactly, and another build of torch names others: they are not ours to pin.
UNPINNED = {canonicalize_name(name) for name in PYPROJECT["tool"]["uv"]["pip"]["no-emit-package"]}

# What JupyterLab, ipywidgets and matplotlib are themselves made of.
BROUGHT = {
    "ipykernel",
    "ipython",
    "jupyter-client",
    "jupyter-core",
    "jupyter-server",
    "nbclient",
    "nbconvert",
    "nbformat",
}
BROUGHT |= {"packaging", "pillow", "traitlets"}
BROUGHT |= {"markupsafe"}  # Jinja's escaped texts

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]  # those that torch 2.13.0 is built for
PLATFORMS = [("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt")]


def pins_of(name, **environment):
    """The versions that constraints.txt gives a package, in this environment or another."""
    markers = {**default_environment(), **environment}
    pins = [pin for pin in PINS if canonicalize_name(pin.name) == canonicalize_name(name)]
    return [str(pin.specifier) for pin in pins if pin.marker is None or pin.marker.evaluate(markers)]


def needed_here():
    """Every package that gru_lab[test] brings on this machine, by canonical name, with its installed version."""
    found, to_visit = {}, [("gru_lab", frozenset({"test"}))]
    while to_visit:
        name, extras = to_visit.pop()
        distribution = importlib.metadata.distribution(name)
        found[canonicalize_name(name)] = distribution.version
        for requirement in map(Requirement, distribution.requires or []):
            wanted = (
                any(requirement.marker.evaluate({"extra": e}) for e in extras | {""}) if requirement.marker else True
            )
            if wanted and canonicalize_name(requirement.name) not in found:
                to_visit.append((requirement.name, frozenset(requirement.extras)))
    del found["gru-lab"]
    return found


# ---- dependencies and pins ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("requirement", DIRECT, ids=lambda r: r.name)
def test_each_dependency_has_a_range_and_a_reason(requirement):
    operators = {part.operator for part in requirement.specifier}
    assert ">=" in operators, f"{requirement} needs a lower bound"
    assert "==" not in operators, f"{requirement}: pins belong in constraints.txt"
    line = next(line for line in PYPROJECT_TEXT.splitlines() if line.strip().startswith(f'"{requirement}"'))
    assert len(line.partition("#")[2]) > 8, f"{requirement} needs a reason beside it"


def test_what_is_imported_is_declared():
    """A package that is there only because another one brings it is gone when that one changes its mind."""
    declared = {canonicalize_name(requirement.name) for requirement in DIRECT}
    runtime = {canonicalize_name(Requirement(line).name) for line in PROJECT["dependencies"]}
    providers = importlib.metadata.packages_distributions()
    ours = {path.stem for path in (ROOT / "tests").rglob("*.py")} | {"gru_lab", "tests", "__main__"}
    ours |= {path.name for path in (ROOT / "tests").rglob("*") if path.is_dir()}
    undeclared = []
    for path in [*(ROOT / "gru_lab").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]:
        inside = path.relative_to(ROOT).as_posix()
        if inside.startswith("tests/vectors/"):  # run by hand, where the library that they record is installed
            continue
        authors = inside.startswith(("tests/", "gru_lab/workshop/", "gru_lab/grading/"))  # they have an extra
        for name in imports(path) - sys.stdlib_module_names - ours:
            names = {canonicalize_name(distribution) for distribution in providers.get(name, [name])}
            if not names & (BROUGHT | (declared if authors else runtime)):
                undeclared.append(f"{inside} imports {name}")
    assert not undeclared, "\n".join(sorted(undeclared))


def imports(path):
    """The top-level names that a file imports, wherever in it."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    froms = [node.module for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return {name.partition(".")[0] for name in plain + froms}


def test_constraints_are_pins_and_nothing_else():
    for pin in PINS:
        assert re.fullmatch(r"==[\w.]+", str(pin.specifier)), pin
        assert not pin.url and not pin.extras, pin
    assert "--hash" not in CONSTRAINTS and "://" not in CONSTRAINTS


def test_torch_is_pinned_where_the_pins_are_made_and_where_they_are_used():
    assert PYPROJECT["tool"]["uv"]["constraint-dependencies"] == ["torch==2.13.0"]
    assert pins_of("torch") == ["==2.13.0"]
    assert f"torch {pins_of('torch')[0][2:]} has builds for" in COURSE


@pytest.mark.parametrize("requirement", DIRECT, ids=lambda r: r.name)
def test_each_dependency_has_one_pin_in_its_range_everywhere(requirement):
    for python, (platform, system, os_name) in itertools.product(PYTHONS, PLATFORMS):
        pins = pins_of(
            requirement.name,
            python_version=python,
            python_full_version=python + ".9",
            sys_platform=platform,
            platform_system=system,
            os_name=os_name,
        )
        assert len(pins) == 1, f"{requirement.name}, Python {python} on {system}: {pins}"
        assert requirement.specifier.contains(pins[0][2:]), f"{requirement} does not allow {pins[0]}"


def test_what_is_installed_is_what_is_pinned():
    installed = needed_here()
    assert {"numpy", "torch", "jupyterlab", "pytest", "tornado"} <= set(installed)
    wrong = []
    for name, version in sorted(installed.items()):
        if name in UNPINNED:
            continue
        pins = pins_of(name)
        if len(pins) != 1 or Version(version).public != pins[0][2:]:
            wrong.append(f"{name} {version} is installed, constraints.txt has {pins or 'no pin'}")
    assert not wrong, "\n".join([*wrong, "Run `python course.py test`, or make the pins again (see pyproject.toml)."])


def test_the_line_that_makes_the_pins_is_the_one_that_made_them():
    documented = re.search(r"uv pip compile .*", PYPROJECT_TEXT)[0].replace(" --upgrade", "")
    assert documented in CONSTRAINTS


# ---- Python's version ---------------------------------------------------------------------------------------------


def test_everything_names_the_same_pythons():
    oldest = PYTHONS[0]
    assert PROJECT["requires-python"] == f">={oldest}"
    assert f"sys.version_info < ({oldest.replace('.', ', ')})" in COURSE
    assert f"needs Python {oldest} or newer" in COURSE
    assert f"Python {oldest} to {PYTHONS[-1]}" in COURSE
    assert PYPROJECT["tool"]["ruff"]["target-version"] == "py" + oldest.replace(".", "")
    conda = next(entry for entry in ENVIRONMENT["dependencies"] if str(entry).startswith("python "))
    allowed = SpecifierSet(conda.removeprefix("python "))
    assert [f"3.{n}" for n in range(30) if allowed.contains(f"3.{n}.1")] == PYTHONS


def test_the_version_stands_in_one_place():
    assert importlib.metadata.version("gru_lab") == PROJECT["version"]
    for path in (ROOT / "gru_lab").rglob("*.py"):
        assert not re.search(r"__version__\s*=\s*[\"']", path.read_text(encoding="utf-8")), path


# ---- conda --------------------------------------------------------------------------------------------------------


def conda_pip_part():
    return next(entry["pip"] for entry in ENVIRONMENT["dependencies"] if isinstance(entry, dict))


def test_environment_yml_is_what_conda_reads():
    assert set(ENVIRONMENT) == {"name", "channels", "dependencies"}
    assert ENVIRONMENT["channels"] == ["conda-forge", "nodefaults"]
    specs = [entry for entry in ENVIRONMENT["dependencies"] if isinstance(entry, str)]
    for spec in specs:  # conda's match specifications: a name, then perhaps versions
        assert re.fullmatch(r"[a-z0-9_.-]+( [<>=!]=?[\d.*]+(,[<>=!]=?[\d.*]+)*)?", spec), spec
    names = [spec.split()[0] for spec in specs]
    assert names == ["python", "pip"], "anything more from conda could contradict pyproject.toml"
    assert conda_pip_part() == ["-c constraints.txt", "-e ."]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of what the package is built from, in a folder with a difficult name."""
    folder = tmp_path_factory.mktemp("packaging") / "Räume & Zeiten"
    folder.mkdir()
    for name in ("pyproject.toml", "constraints.txt", "environment.yml", "README.md", "LICENSE", "LICENSE-TEXT"):
        shutil.copy(ROOT / name, folder)
    for name in ("gru_lab", "exercises"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    return folder


def pip(*arguments, cwd):
    """Run this environment's pip with no package index: what is not here cannot come."""
    pytest.importorskip("pip", reason="this environment has no pip (uv makes such ones)")
    env = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    command = [sys.executable, "-m", "pip", *map(str, arguments)]
    ended = subprocess.run(
        command, cwd=cwd, env={**env, "PIP_CONFIG_FILE": os.devnull, "PYTHONUTF8": "1"}, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_the_pip_part_of_environment_yml_installs(checkout, tmp_path):
    """As conda does it: the part is written beside environment.yml as a requirements file and given to pip.

    The new environment sees this one's packages, so pip checks every one of them against the constraints and downloads
    none; gru_lab itself is built and installed.
    """
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    here, there = (
        Path(subprocess.run([which, "-c", ask], capture_output=True, text=True, check=True).stdout.strip())
        for which in (sys.executable, python)
    )
    (there / "packages_of_the_tests.pth").write_text(str(here), encoding="utf-8")
    (checkout / "condaenv.requirements.txt").write_text("\n".join(conda_pip_part()), encoding="utf-8")
    said = pip(
        "--python",
        python,
        "install",
        "--no-index",
        "--no-build-isolation",
        "-r",
        "condaenv.requirements.txt",
        cwd=checkout,
    )
    assert re.search(r"Successfully installed gru[_-]lab", said), said
    code = "import gru_lab, importlib.metadata as m; print(gru_lab.__file__); print(m.version('gru_lab'))"
    ended = subprocess.run([python, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert ended.stdout.splitlines() == [str(checkout / "gru_lab" / "__init__.py"), PROJECT["version"]]
    assert list((tmp_path / "env").rglob("gru-lab*")), "the command gru-lab is missing"


# ---- the package and the licences ---------------------------------------------------------------------------------


def test_the_wheel_has_every_file_and_both_licences(checkout, tmp_path):
    pip("wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, ".", cwd=checkout)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
        about = {name.partition(".dist-info/")[2]: name for name in archive.namelist() if ".dist-info/" in name}
        metadata = archive.read(about["METADATA"]).decode()
    source = {p.relative_to(checkout).as_posix() for p in (checkout / "gru_lab").rglob("*") if p.is_file()}
    asked = {f"gru_lab/grading/exercises/{p.name}" for p in (ROOT / "exercises").glob("[0-9]*.ipynb")}
    assert packed == source | asked and len(asked) == 20
    assert {Path(name).suffix for name in packed} >= {".py", ".toml"}
    assert {"licenses/LICENSE", "licenses/LICENSE-TEXT"} <= set(about)
    assert "License-Expression: BSD-3-Clause AND CC-BY-4.0" in metadata


def test_the_licence_files_are_those_that_are_named():
    assert PROJECT["license"] == "BSD-3-Clause AND CC-BY-4.0"
    assert PROJECT["license-files"] == ["LICENSE", "LICENSE-TEXT"]
    code = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert code.startswith("BSD 3-Clause License") and "Neither the name of the copyright holder" in code
    text = (ROOT / "LICENSE-TEXT").read_text(encoding="utf-8")
    assert "SPDX identifier: CC-BY-4.0" in text and "https://creativecommons.org/licenses/by/4.0/legalcode" in text


def test_the_citation_names_this_version_and_these_licences():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == PROJECT["version"] and citation["cff-version"] == "1.2.0"
    assert " AND ".join(citation["license"]) == PROJECT["license"]
    assert citation["title"] and citation["authors"] and citation["message"]


# ---- what the README and CI call ----------------------------------------------------------------------------------


def test_the_readme_calls_commands_that_exist():
    commands = set(re.findall(r'"(\w+)": \1\b', re.search(r"commands = {.*}", COURSE)[0]))
    assert commands == {"lab", "start", "test", "book", "setup", "doctor"}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "python course.py lab" in readme and "python course.py test" in readme
    for path in (ROOT / name for name in ("README.md", "CONTRIBUTING.md")):
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        called = set(re.findall(r"(?:python3?|py)(?:[\d.]*) course\.py (\w+)", text))
        assert called <= commands, f"{path.name} calls course.py {called - commands}"
        for version in re.findall(r"Python (3\.\d+) or newer", text):
            assert version == PYTHONS[0], path.name


@pytest.mark.skipif(os.name == "nt", reason="CI's script is bash's")
@pytest.mark.parametrize("there", [("chromium", "bwrap"), ("chromium",), ("bwrap",), ()], ids=str)
def test_ci_calls_the_test_command_and_brings_a_browser_and_a_sandbox(tmp_path, there):
    def program(name, does):
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
        (tmp_path / "bin" / name).chmod(0o755)

    (tmp_path / "bin").mkdir()
    program("python3", 'echo "python3 $*"; exit 3')
    program("apt-get", 'echo "apt-get $*" >&2')
    program("id", "echo 0")
    for name in ("bash", "dirname"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name))
    for name in there:
        program(name, "exit 1")
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    ended = subprocess.run(
        ["bash", ".ci/run", "-x"], cwd=tmp_path, env={"PATH": str(tmp_path / "bin")}, capture_output=True, text=True
    )
    assert ended.returncode == 3, "not the exit code of the tests"
    assert ended.stdout.splitlines() == ["python3 course.py test -x"]
    installs = [line for line in ended.stderr.splitlines() if line.startswith("apt-get install")]
    brought = {name for line in installs for name in line.split()} & {"chromium", "bubblewrap"}
    assert brought == {"chromium", "bubblewrap"} - {"bubblewrap" if name == "bwrap" else name for name in there}
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
