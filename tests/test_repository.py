"""No committed file names a package index, a path of one machine or a secret, or is left unfinished.

And what stands around the course, for machines in the cloud, is well formed and calls commands that exist.

The words that this file looks for are spelt here in two halves, so that it may look at itself as well.
"""

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
BINARY = {".png", ".npz", ".npy", ".ico", ".gif", ".woff2", ".safetensors", ".pdf"}
LARGEST = 5_000_000  # bytes; a clone should take a moment

# Registries: what they host is named by its package name. An address would tie the course to one mirror, and break.
REGISTRIES = [
    "pypi" + r"\.org",
    "python" + r"hosted\.org",
    "download" + r"\.pytorch\.org",
    "npm" + r"js\.(?:org|com)",
    "yarn" + r"pkg\.com",
    "(?:un" + "pkg|js" + r"delivr|esm)\.(?:com|net|sh)",
    "anaconda" + r"\.(?:org|com)/",
    "deb" + r"ian\.org",
    "ubuntu" + r"\.com",
    "crates" + r"\.io",
    r"://\S+/" + r"simple(?:/|\b)",
    r"://\S+/" + r"whl(?:/|\b)",
]
# A folder that only the writer has: homes, temporary folders, where containers keep their work. The tests of such rules
# need examples: "ada" and "abc" are nobody's, and IPython names its cells /…/ipykernel_123.
MACHINES = [
    r"(?<![\w.~<>*}/-])/(?:" + r"home|Users|root|tmp|work|workspace|mnt" + r")/(?!ada|abc|ipykernel_)[\w.-]",
    r"[A-Z]:\\{1,2}Users\\{1,2}(?!ada)",
]
SECRETS = [
    "BEGIN [A-Z ]*PRIVATE" + " KEY",
    r"\b(?:gh[pousr]|glpat|xox[abp])[-_][A-Za-z0-9-]{16,}",
    r"\bAK" + r"IA[A-Z0-9]{16}\b",
    r"://[^\s/:@<>{}]+:[^\s/@<>{}]+@(?!example\.)",
]
UNFINISHED = [
    r"\b(?:TO" + "DO|FIX" + "ME|X" + r"XX)\b",
    "(?i)lorem" + " ipsum",
    "(?m)^(?:<<<<" + "<<<|>>>>" + ">>>) ",
]


def committed():
    """Every file that git has or would add; where there is no git, as in a downloaded archive, every file there is."""
    if shutil.which("git") and (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
        paths = [ROOT / name for name in names if name]
    else:
        skipped = {".venv", "__pycache__", ".ipynb_checkpoints", ".pytest_cache", ".hypothesis", ".ruff_cache", "work"}
        paths = [path for path in ROOT.rglob("*") if not skipped & set(path.relative_to(ROOT).parts)]
    return sorted(path for path in paths if path.is_file())


def matches(patterns, text):
    return [found[0] for pattern in patterns for found in re.finditer(pattern, text)]


@pytest.fixture(scope="module")
def texts():
    found = {}
    for path in committed():
        if path.suffix not in BINARY:
            text = path.read_bytes().decode("utf-8")  # a file that is not UTF-8 fails here
            # Pictures inside notebooks and pages are long runs of base64: no words, and any word by chance.
            found[path.relative_to(ROOT).as_posix()] = re.sub(r"[A-Za-z0-9+/]{200,}={0,2}", "", text)
    assert {"course.py", "pyproject.toml", "gru_lab/cell.py"} <= set(found)
    return found


@pytest.mark.parametrize(
    ("patterns", "advice"),
    [
        (REGISTRIES, "name the package; the reader's tools know where to find it"),
        (MACHINES, "write the path relative to the repository, or build it with pathlib"),
        (SECRETS, "take it out, and revoke it"),
        (UNFINISHED, "finish it, or open an issue"),
    ],
    ids=["registries", "machines", "secrets", "unfinished"],
)
def test_no_file_has(texts, patterns, advice):
    found = {name: sorted(set(matches(patterns, text))) for name, text in texts.items()}
    found = {name: words for name, words in found.items() if words}
    assert not found, f"{found}: {advice}"


@pytest.mark.parametrize(
    ("patterns", "bad", "good"),
    [
        (REGISTRIES, "pip install -i https://" + "pypi" + ".org/" + "simple/ numpy", "pytorch.org, Get Started"),
        (REGISTRIES, "https://mirror.example/" + "whl/cpu", "a wheel, or .whl"),
        (MACHINES, "open('/" + "home/ann/x.txt')", "chapters/work/x.txt and ~/work/x"),
        (MACHINES, "C:\\" + "Users\\ann", "C:\\gru"),
        (MACHINES, '"/' + 'tmp/x"', "tmp_path / 'x'"),
        (SECRETS, "https://ann:" + "s3cret@host.net/x", "https://me:secret@example.org/cpu"),
        (UNFINISHED, "# TO" + "DO: later", "What to do:"),
    ],
)
def test_the_patterns_find_what_they_are_for(patterns, bad, good):
    assert matches(patterns, bad)
    assert not matches(patterns, good)


def test_no_file_is_large():
    large = {path.relative_to(ROOT).as_posix(): path.stat().st_size for path in committed()}
    assert not {name: size for name, size in large.items() if size > LARGEST}


def test_no_lock_file_with_addresses():
    names = {path.name for path in committed()}
    assert not names & {"uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock", "package-lock.json", "conda-lock.yml"}


def test_lines_end_as_on_unix(texts):
    assert not [name for name, text in texts.items() if "\r\n" in text]


# ---- the cloud ----------------------------------------------------------------------------------------------------

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
COMMANDS = set(re.findall(r"python course\.py (\w+)", (ROOT / "course.py").read_text(encoding="utf-8").split('"""')[1]))


def allows_python(version):
    return SpecifierSet(PROJECT["requires-python"]).contains(version)


def calls_what_exists(command):
    """Every `course.py NAME` of `command` is one of course.py's; every script that it starts is there and can run."""
    named = re.findall(r"course\.py (\w+)", command)
    scripts = re.findall(r"(?:^|\s)\.?/?(\.ci/\w+)", command)
    assert named or scripts, command
    assert set(named) <= COMMANDS, command
    assert all(os.access(ROOT / script, os.X_OK) for script in scripts), command


def test_the_dev_container_installs_the_course_on_a_python_that_it_allows():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert allows_python(container["image"].rpartition(":")[2])
    calls_what_exists(container["postCreateCommand"])
    assert list(map(str, container["forwardPorts"])) == list(container["portsAttributes"])
    code = container["customizations"]["vscode"]
    assert "ms-toolsai.jupyter" in code["extensions"]
    assert code["settings"]["python.defaultInterpreterPath"].endswith("/.venv/bin/python")


def test_binder_brings_a_python_and_a_torch_that_the_course_allows():
    environment = yaml.safe_load((ROOT / ".binder" / "environment.yml").read_text(encoding="utf-8"))
    own = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["channels"] == own["channels"]
    python, pip, torch = (entry.split() for entry in environment["dependencies"])
    assert python[0] == "python" and allows_python(python[1].removeprefix("="))
    assert pip == ["pip"]
    needed = next(line for line in map(Requirement, PROJECT["dependencies"]) if line.name == "torch")
    assert torch == ["pytorch", str(needed.specifier), "cpu*"]


@pytest.mark.skipif(os.name == "nt", reason="Binder's script is bash's")
def test_binder_installs_at_the_pins_but_leaves_torch(tmp_path):
    """postBuild itself, with a stand-in for Python that says what it was given."""
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "$@"\nwhile [ "$1" != -c ]; do shift; done\ncat "$2"\n', encoding="utf-8")
    python.chmod(0o755)
    (tmp_path / "constraints.txt").write_text("numpy==2.0\ntorch==2.13.0\ntorchtext==1\n", encoding="utf-8")
    environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "TMPDIR": str(tmp_path)}
    script = ROOT / ".binder" / "postBuild"
    ended = subprocess.run([script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    called, *pins = ended.stdout.splitlines()
    assert re.fullmatch(r"-m pip install --no-cache-dir -c \S+ -e \.", called)
    assert pins == ["numpy==2.0", "torchtext==1"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["constraints.txt", "python"], "it left something"


def test_the_readme_says_what_was_not_run_in_the_cloud():
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("### In the cloud\n")[1].split("\n### ")[0]
    assert "None of the three was run" in section
    for folder in re.findall(r"`(\.\w+)/`", section):
        assert (ROOT / folder).is_dir(), folder
    for path in re.findall(r"lab/tree/(\S+)`", section):
        assert (ROOT / path).is_file(), path
    calls_what_exists(section)


# ---- the code host ------------------------------------------------------------------------------------------------

GITHUB = ROOT / ".github"
FORMS = [path for path in sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml")) if path.stem != "config"]


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_an_issue_form_is_one(path):
    """The form schema of GitHub: what it lacks or does not know makes the form disappear without a word."""
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(form) == {"name", "description", "labels", "body"}
    ids = [field["id"] for field in form["body"]]
    assert len(set(ids)) == len(ids)
    for field in form["body"]:
        assert field["type"] in ("input", "textarea") and field["attributes"]["label"]
        assert set(field) <= {"type", "id", "attributes", "validations"}
        assert set(field["attributes"]) <= {"label", "description", "placeholder", "render"}
        assert set(field.get("validations", {})) <= {"required"}
    assert form["body"][0]["validations"]["required"]


def test_the_issue_forms_ask_what_is_needed():
    text = {path.stem: path.read_text(encoding="utf-8") for path in FORMS}
    assert set(text) == {"bug", "chapter", "idea"}
    assert "`python course.py doctor`" in text["bug"] and "doctor" in COMMANDS
    assert [field["id"] for field in yaml.safe_load(text["chapter"])["body"]] == ["chapter", "cell", "correction"]
    config = yaml.safe_load((GITHUB / "ISSUE_TEMPLATE" / "config.yml").read_text(encoding="utf-8"))
    assert config == {"blank_issues_enabled": True}
    calls_what_exists((GITHUB / "pull_request_template.md").read_text(encoding="utf-8"))


def test_the_workflow_runs_what_a_reader_can_run_and_writes_nothing():
    workflow = yaml.safe_load((GITHUB / "workflows" / "tests.yml").read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    when = workflow[True]  # YAML 1.1 reads `on` so
    assert {"push", "pull_request", "schedule"} <= set(when)
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", when["schedule"][0]["cron"]), "once a week"
    jobs = workflow["jobs"]
    assert jobs["pinned"]["if"] == "github.event_name != 'schedule'"
    assert "github.event_name == 'schedule'" in jobs["drift"]["if"]
    for job, script in (("pinned", ".ci/run"), ("drift", ".ci/drift")):
        checkout, python, last = jobs[job]["steps"]
        assert checkout["uses"].startswith("actions/checkout@")
        assert allows_python(python["with"]["python-version"])
        assert last == {"run": script}
        calls_what_exists(script)


@pytest.mark.skipif(os.name == "nt", reason="the script is bash's")
def test_drift_installs_without_pins_and_leaves_out_tests_that_are_there(tmp_path):
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "drift", tmp_path / ".ci")
    python = tmp_path / "python3"
    there = "build/newest/bin"
    script = f'#!/bin/sh\necho "$@"\n[ -d {there} ] || {{ mkdir -p {there} && cp "$0" {there}/python; }}\n'
    python.write_text(script, encoding="utf-8")
    python.chmod(0o755)
    environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    command = [tmp_path / ".ci" / "drift", "-x"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    made, installed, tested = ended.stdout.splitlines()
    assert made == "-m venv --clear build/newest"
    assert installed.endswith("-e .[test]") and "constraints" not in ended.stdout
    assert tested.endswith(" -x")
    left_out = re.findall(r"--deselect (\S+)::(\w+)", tested)
    assert len(left_out) == 2
    for path, name in left_out:
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")
