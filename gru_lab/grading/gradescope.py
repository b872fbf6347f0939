"""A Gradescope autograder: a zip to upload, and what runs in Gradescope's container.

Gradescope unpacks the zip into /autograder/source, runs setup.sh once, and for each submission a fresh container with
/autograder/run_autograder, the files in /autograder/submission, and reads /autograder/results/results.json. (From its
documentation of autograders; run in a test with the same layout, and not on Gradescope itself.)

There the submission's code runs as "nobody" with limits, and without bubblewrap where the container forbids it: what it
could spoil is its own container, and it can neither read the questions nor write its score.
"""

import json
import os
import stat
import sys
import zipfile
from pathlib import Path

from gru_lab.grading import assignments, engine, sandbox, scores
from gru_lab.grading.submissions import Submission
from gru_lab.grading.writing import write_whole

__all__ = ["export", "main"]

ROOT = "/autograder"
SETUP = """#!/usr/bin/env bash
# Once, when the autograder is built.
set -euo pipefail
apt-get update -qq
apt-get install -y -qq python3 python3-venv bubblewrap
python3 -m venv /opt/gru_lab
/opt/gru_lab/bin/pip install -q {packages}
chmod 700 {root}/source {root}/results
"""
RUN = """#!/usr/bin/env bash
# For each submission.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"
python="${AUTOGRADER_PYTHON:-/opt/gru_lab/bin/python}"
PYTHONPATH="$root/source" exec "$python" -m gru_lab.grading.gradescope "$root"
"""


def export(path, number, seed):
    """Write the zip for one assignment to `path`. seed: the class's secret; it lies in the zip: do not publish it.

    Raises UnknownAssignment, OSError.
    """
    asked = assignments.assignment(number)
    package = Path(__file__).resolve().parents[1]
    about = {"assignment": asked.number, "seed": seed}
    packages = "numpy ipython jinja2 scipy"
    if any("torch" in cell["source"] for cell in asked.cells if cell["cell_type"] == "code"):
        packages += " torch"
    part = Path(path).with_name(f".{Path(path).name}.part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "setup.sh", SETUP.format(packages=packages, root=ROOT), executable=True)
        _add(archive, "run_autograder", RUN, executable=True)
        _add(archive, "about.json", json.dumps(about))
        for file in sorted(package.rglob("*")):
            if file.suffix in (".py", ".toml", ".html", ".css") and "__pycache__" not in file.parts:
                _add(archive, f"gru_lab/{file.relative_to(package).as_posix()}", file.read_bytes())
        exercise = assignments.folder() / asked.file
        _add(archive, f"gru_lab/grading/exercises/{asked.file}", exercise.read_bytes())
    part.replace(path)


def _add(archive, name, data, executable=False):
    entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))  # the same bytes whenever it is made
    entry.external_attr = (stat.S_IFREG | (0o755 if executable else 0o644)) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)


def main(root=ROOT):
    """Grade what lies in root/submission; write root/results/results.json, whatever happens."""
    root = Path(root)
    try:
        about = json.loads((root / "source" / "about.json").read_text(encoding="utf-8"))
        record = engine.grade(
            _found(root / "submission", about["assignment"]),
            engine.Terms(about["seed"], protected=not sandbox.missing()),
        )
        report = results(record)
    except Exception as problem:
        what = f"{type(problem).__name__}: {problem}"
        says = f"The autograder itself failed ({what}). Your work is safe; tell your instructor."
        report = {"score": 0, "output": says, "output_format": "text", "visibility": "visible"}
    write_whole(root / "results" / "results.json", json.dumps(report, indent=1))


def _found(folder, number):
    """The notebook that was handed in: the exercise's own name first, then the only one there is."""
    asked = assignments.assignment(number)
    there = sorted(path for path in folder.rglob("*.ipynb") if path.is_file() and not path.is_symlink())
    there = [path for path in there if ".ipynb_checkpoints" not in path.parts]
    chosen = [path for path in there if path.name == asked.file] or there
    if not chosen:
        return Submission("", number, problem=f"No notebook was handed in; {asked.file} is asked for.")
    if len(chosen) > 1:
        names = ", ".join(path.name for path in chosen[:5])
        return Submission(
            "", number, problem=f"Several notebooks were handed in ({names}); hand in {asked.file} alone."
        )
    return Submission("", number, chosen[0].name, chosen[0].read_bytes())


def results(record):
    """Gradescope's results.json of a Record, as a dict."""
    given = scores.score(record, scores.Policy())
    tests = []
    for result in record.results:
        points = given.points[result.question]
        lines = [result.says, result.reason, *(f"{label}: {text}" for label, text in result.rows), *result.remarks]
        tests.append(
            {
                "name": f"{result.question} · {result.status}",
                "score": points or 0,
                "max_score": result.points,
                **({} if result.status == "by hand" else {"status": "passed" if result.share == 1 else "failed"}),
                "output": "\n".join(filter(None, (*lines, *result.notes))),
                "output_format": "text",
                "visibility": "visible",
            }
        )
    output = " ".join(filter(None, (record.problem, *record.notes)))
    return {"tests": tests, "output": output, "output_format": "text", "execution_time": record.seconds}


if __name__ == "__main__":
    os.umask(0o077)
    main(*sys.argv[1:])
