"""What this machine has, what is missing, and the command that mends it.

    gru_lab.doctor()            in a notebook
    gru-lab doctor [--json]     in a terminal
    python gru_lab/doctor.py    where even NumPy is missing: this file needs the standard library alone

It names no folder unless asked to (`--paths`), so that its answer can be pasted into an issue. Versions are read
without importing anything; torch alone is imported, by a process of its own, to ask which devices it can use.
"""

import argparse
import contextlib
import html
import importlib.metadata
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["Finding", "Report", "add_parser", "doctor"]

PACKAGE = "gru_lab"
TORCH_SECONDS = 60  # the first import after an install can be slow
NEEDS_GB = 2  # checkpoints, figures, a second environment
WIDGET_EXTENSIONS = {"anywidget": "anywidget", "ipywidgets": "@jupyter-widgets/jupyterlab-manager"}
TOOLS_OF_TESTS = "the test tools"

OK, NOTE, MEND = "ok", "note", "mend"

ASK_TORCH = """
import json, torch
cards = range(torch.cuda.device_count() if torch.cuda.is_available() else 0)
cuda = [torch.cuda.get_device_name(number) for number in cards]
mps = bool(getattr(torch.backends, "mps", None) and torch.backends.mps.is_available())
print(json.dumps({"cuda": cuda, "mps": mps, "threads": torch.get_num_threads(), "build": torch.version.cuda}))
"""


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    verdict: "ok", "note" (the course works without) or "mend" (it does not). needs, tested: what the course asks for,
    and the version it was tested with. remedy: what to do about it, empty where there is nothing to do.
    """

    name: str
    found: str
    verdict: str = OK
    needs: str = ""
    tested: str = ""
    remedy: str = ""


class Report:
    """The findings, shown as a table in a notebook and as text elsewhere."""

    def __init__(self, findings):
        self.findings = list(findings)

    @property
    def ok(self):
        """True when nothing has to be mended."""
        return all(finding.verdict != MEND for finding in self.findings)

    @property
    def remedies(self):
        """[(name, what was found, what to do)] for each thing to mend."""
        return self._advice(MEND)

    @property
    def notes(self):
        """The same for what the course works without."""
        return self._advice(NOTE)

    def _advice(self, verdict):
        return [(row.name, row.found, row.remedy) for row in self.findings if row.verdict == verdict]

    @property
    def summary(self):
        if self.ok:
            return "Everything the course needs is here."
        count = sum(finding.verdict == MEND for finding in self.findings)
        return f"{count} thing{'s' if count > 1 else ''} to mend."

    def as_dict(self):
        return {"ok": self.ok, "summary": self.summary, "findings": [asdict(finding) for finding in self.findings]}

    def __repr__(self):
        rows = [("", "", "found", "needs", "tested with")]
        rows += [(row.verdict, row.name, row.found, row.needs, row.tested) for row in self.findings]
        widths = [max(len(row[column]) for row in rows) for column in range(5)]
        lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        lines += ["", self.summary]
        lines += [f"- {name}, {found}: {remedy}" for name, found, remedy in self.remedies + self.notes]
        return "\n".join(lines)

    def _repr_html_(self):
        left = ' style="text-align: left"'
        head = "".join(f'<th scope="col"{left}>{text}</th>' for text in ("", "what", "found", "needs", "tested with"))
        rows = []
        for row in self.findings:
            texts = [html.escape(text) for text in (row.verdict, row.name, row.found, row.needs, row.tested)]
            texts[0] = texts[0] if row.verdict == OK else f"<b>{texts[0]}</b>"
            rows.append("<tr>" + "".join(f"<td{left}>{text}</td>" for text in texts) + "</tr>")
        advice = "".join(
            f"<li><b>{html.escape(name)}</b>, {html.escape(found)}: "
            + re.sub("`(.*?)`", r"<code>\1</code>", html.escape(remedy))
            + "</li>"
            for name, found, remedy in self.remedies + self.notes
        )
        return (
            f"<p>{html.escape(self.summary)}</p>"
            + (f"<ul>{advice}</ul>" if advice else "")
            + f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        )


def doctor(paths=False):
    """Look at this machine and return a `Report`; takes as long as importing torch does.

    paths: also say where Python, the environment and the course are.
    """
    root = _repository()
    findings = [_course(root), _python(), _system()]
    findings += _packages(root)
    findings += _widgets(root)
    findings += [_devices(root), _writable(root), _disk(root), _browser()]
    if paths:
        places = {"Python": sys.executable, "environment": sys.prefix, "the course": str(root)}
        findings += [Finding(f"place of {name}", place) for name, place in places.items()]
    else:
        findings = [
            Finding(**{key: _without_places(value, root) for key, value in asdict(finding).items()})
            for finding in findings
        ]
    return Report(findings)


# ---- what is looked at ----


def _course(root):
    try:
        version = importlib.metadata.version(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return Finding(PACKAGE, "not installed", MEND, remedy=_setup(root))
    here = Path(__file__).resolve().parent.parent
    if root != here and (root / PACKAGE).is_dir():
        return Finding(PACKAGE, f"{version}, of another copy of the course", NOTE, remedy=_setup(root))
    return Finding(PACKAGE, version)


def _python():
    needs = _metadata("Requires-Python") or ">=3.11"
    kind = "conda" if (Path(sys.prefix) / "conda-meta").is_dir() else "virtual environment"
    if kind != "conda" and sys.prefix == sys.base_prefix:
        kind = "no environment of its own"
    found = f"{platform.python_version()} {platform.python_implementation()}, {kind}"
    if _within(platform.python_version(), needs) is False:
        return Finding("Python", found, MEND, needs, remedy="install a newer Python, then `python course.py setup`")
    return Finding("Python", found, OK, needs)


def _system():
    bits = "" if sys.maxsize > 2**32 else ", 32-bit Python"
    remedy = "torch has no 32-bit builds: install a 64-bit Python" if bits else ""
    found = f"{platform.system()} {platform.release()}, {platform.machine()}{bits}"
    return Finding("system", found, MEND if bits else OK, remedy=remedy)


def _packages(root):
    """Each package the course requires, against its range; the test tools in one line."""
    tested = _pins(root)
    tools: dict[str, bool] = {}  # is it there? Several extras may ask for one tool
    for name, specifier, extra in _requirements():
        found = _version(name)
        if extra:
            there = found is not None and _within(found, specifier) is not False
            tools[name] = there and tools.get(name, True)
            continue
        pin = tested.get(_canonical(name), "")
        if found is None:
            yield Finding(name, "missing", MEND, specifier, pin, _install(root, name, specifier))
        elif _within(found, specifier) is False:
            yield Finding(name, found, MEND, specifier, pin, _install(root, name, specifier))
        else:
            yield Finding(name, found, OK, specifier, pin)
    missing_tools = [name for name, there in tools.items() if not there]
    if missing_tools:
        names = ", ".join(missing_tools)
        remedy = f"readers need none of them; for authors, `python course.py test` installs them ({names})"
        yield Finding(TOOLS_OF_TESTS, f"{len(missing_tools)} not installed", NOTE, remedy=remedy)
    elif tools:
        yield Finding(TOOLS_OF_TESTS, "all there")


def _widgets(root):
    """JupyterLab shows a widget through an extension that pip puts into the environment."""
    for package, extension in WIDGET_EXTENSIONS.items():
        if _version(package) is None:
            continue  # it has its own line
        there = any(
            (Path(place) / "labextensions" / extension / "package.json").is_file() for place in _jupyter_places()
        )
        if there:
            yield Finding(f"{package} in JupyterLab", "there")
        else:
            remedy = f"{_pip()} --force-reinstall --no-deps {'jupyterlab_widgets' if '@' in extension else package}"
            yield Finding(f"{package} in JupyterLab", "its extension is missing", MEND, remedy=f"`{remedy}`")


def _devices(root):
    """What torch can compute on, asked in a process of its own: a broken torch cannot take this one with it."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    processor = f"CPU with {cores} core{'s' if cores != 1 else ''}"
    if _version("torch") is None:
        return Finding("devices", processor)
    try:
        asked = subprocess.run(
            [sys.executable, "-c", ASK_TORCH], capture_output=True, text=True, timeout=TORCH_SECONDS, check=True
        )
        answer = json.loads(asked.stdout.strip().splitlines()[-1])
    except subprocess.TimeoutExpired:
        remedy = "the first import after an install can be slow: run the doctor once more"
        return Finding("devices", f"{processor}; torch did not load within {TORCH_SECONDS} s", NOTE, remedy=remedy)
    except (subprocess.CalledProcessError, OSError, ValueError, IndexError) as error:
        last = (getattr(error, "stderr", "") or str(error)).strip().splitlines()[-1:]
        said = f"{processor}; torch does not load: {' '.join(last)[:200]}"
        return Finding("devices", said, MEND, remedy=f"`{_pip()} --force-reinstall torch`")
    found = [f"{processor}, torch uses {answer['threads']}"]
    found += [f"CUDA: {name}" for name in answer["cuda"]]
    if answer["mps"]:
        found.append("Apple GPU (MPS)")
    if not answer["cuda"] and _nvidia_card():
        reason = (
            f"of CUDA {answer['build']} finds no driver that suits it" if answer["build"] else "here is a CPU build"
        )
        remedy = f"to use the NVIDIA card: the torch {reason}; the README says how to get the right one"
        return Finding("devices", "; ".join([*found, "an NVIDIA card that torch cannot use"]), NOTE, remedy=remedy)
    return Finding("devices", "; ".join(found))


def _writable(root):
    try:
        with tempfile.TemporaryFile(dir=root):
            return Finding("the course's folder", "can be written to")
    except OSError as error:
        remedy = "move the course to a folder of yours: notebooks and answers are saved there"
        return Finding("the course's folder", f"cannot be written to ({error.strerror})", MEND, remedy=remedy)


def _disk(root):
    free = shutil.disk_usage(root).free / 1e9
    if free < NEEDS_GB:
        return Finding(
            "free disk", f"{free:.1f} GB", NOTE, f"{NEEDS_GB} GB", remedy="trained models may not fit: make room"
        )
    return Finding("free disk", f"{free:.0f} GB", OK, f"{NEEDS_GB} GB")


def _browser():
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    if os.environ.get("GRU_LAB_CHROMIUM") or any(map(shutil.which, names)):
        return Finding("Chromium for tests", "there")
    remedy = (
        "readers need none; for authors, browser tests are skipped until one is installed or named in GRU_LAB_CHROMIUM"
    )
    return Finding("Chromium for tests", "not found", NOTE, remedy=remedy)


# ---- how it is found out ----


def _repository():
    """The course's folder: the nearest at or above this one with chapters/course.toml, else where gru_lab came from."""
    here = Path.cwd().resolve()
    for folder in (here, *here.parents, Path(__file__).resolve().parent.parent):
        if (folder / "chapters" / "course.toml").is_file():
            return folder
    return here


def _metadata(key):
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        return importlib.metadata.metadata(PACKAGE)[key]
    return None


def _requirements():
    """(package, range of versions, True when only an extra asks for it), as gru_lab's own metadata says."""
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        for line in importlib.metadata.requires(PACKAGE) or ():
            requirement, _, marker = line.partition(";")
            if found := re.fullmatch(r"\s*([\w.-]+)\s*(?:\[[^]]*\])?\s*(.*?)\s*", requirement):
                yield found[1], found[2].strip("()"), "extra" in marker


def _pins(root):
    """{package: version} of constraints.txt, what was tested; empty where there is no such file."""
    try:
        text = (root / "constraints.txt").read_text(encoding="utf-8")
    except OSError:
        return {}
    rows = re.findall(r"^([\w.-]+)==([^\s;]+)(?:\s*;\s*(.+))?$", text, re.MULTILINE)
    return {_canonical(name): pin for name, pin, marker in rows if _applies(marker)}


def _applies(marker):
    """Whether a pin's condition, as "python_full_version < '3.12'", is true here."""
    try:
        from packaging.markers import Marker
    except ImportError:
        return not marker
    return not marker or Marker(marker).evaluate()


def _canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def _version(name):
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        return importlib.metadata.version(name)
    return None


def _within(version, specifier):
    """Whether `version` is in the range `specifier`; None when `packaging`, which can tell, is missing too."""
    try:
        from packaging.specifiers import SpecifierSet
    except ImportError:
        return None
    return SpecifierSet(specifier).contains(version, prereleases=True)


def _jupyter_places():
    try:
        from jupyter_core.paths import jupyter_path
    except ImportError:
        return [Path(sys.prefix, "share", "jupyter")]
    return jupyter_path()


def _nvidia_card():
    program = shutil.which("nvidia-smi")
    if not program:
        return False
    try:
        listed = subprocess.run([program, "-L"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return listed.returncode == 0 and "GPU" in listed.stdout


def _pip():
    return "python -m pip install"


def _setup(root):
    """The command that installs the whole course: course.py for its own environment, else pip into this one."""
    if (Path(sys.prefix) / "course.json").is_file() or sys.prefix == sys.base_prefix:
        return "`python course.py setup`"
    constraints = " -c constraints.txt" if (root / "constraints.txt").is_file() else ""
    return f"in the course's folder, `{_pip()}{constraints} -e .`"


def _install(root, name, specifier):
    if (Path(sys.prefix) / "course.json").is_file() or sys.prefix == sys.base_prefix:
        return "`python course.py setup`"
    return f'`{_pip()} "{name}{specifier}"`'


def _without_places(text, root):
    """No folder of this machine: a report is made to be shown to others."""
    for place, name in ((str(root), "<the course>"), (sys.prefix, "<environment>"), (str(Path.home()), "~")):
        if len(place) > 1:
            text = text.replace(place, name)
    return text


# ---- the command ----


def add_parser(subparsers):
    parser = subparsers.add_parser(
        "doctor",
        help="say what this machine has, what is missing, and the command that mends it",
        description="Say what this machine has, what is missing, and the command that mends it. "
        "Exit status 1 when the course cannot work like this. Names no folder, so that it can be pasted into an issue.",
    )
    _add_options(parser)
    parser.set_defaults(call=_call)


def _add_options(parser):
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--paths", action="store_true", help="also say where Python and the course are")


def _call(options):
    report = doctor(paths=options.paths)
    print(json.dumps(report.as_dict(), indent=1) if options.json else report)
    return 0 if report.ok else 1


if __name__ == "__main__":
    with contextlib.suppress(ValueError):
        sys.path.remove(str(Path(__file__).resolve().parent))  # this file's neighbours are no libraries
    _parser = argparse.ArgumentParser(prog="python gru_lab/doctor.py", description=__doc__.partition("\n")[0])
    _add_options(_parser)
    sys.exit(_call(_parser.parse_args()))
