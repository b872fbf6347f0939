"""The same twenty submissions graded by `gru-lab grade` and by nbgrader's own autograde, in one run.

    python -m tests.grading.side_by_side [COUNT] [ASSIGNMENT]

Prints processor seconds (of this process's children, sandboxes and kernels included) and seconds on the clock, for one
submission each; starting Python and everything that is written are in them. nbgrader grades one submission after the
other, so --jobs is 1 here.
"""

import argparse
import compileall
import os
import platform
import resource
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from gru_lab.grading import exports
from gru_lab.grading.assignments import assignment

ROOT = Path(__file__).resolve().parents[2]


def measured(command, cwd):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PATH"] = sysconfig.get_path("scripts") + os.pathsep + environment["PATH"]  # nbgrader calls alembic
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    ended = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    clock, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if ended.returncode:
        sys.exit(ended.stdout + ended.stderr)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, clock


def main(arguments=None):
    says, *more = __doc__.split("\n\n")
    parser = argparse.ArgumentParser(prog="python -m tests.grading.side_by_side", description=says, epilog=more[-1])
    parser.add_argument("count", nargs="?", type=int, default=20, help="how many submissions (%(default)s)")
    parser.add_argument("assignment", nargs="?", default="06", help="the exercises handed in (%(default)s)")
    options = parser.parse_args(arguments)
    count, asked = options.count, assignment(options.assignment)
    master = (ROOT / "solutions" / asked.file).read_bytes()
    compileall.compile_dir(ROOT / "gru_lab", quiet=1)  # as pip does when it installs a package, and did with nbgrader
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder) / "course"
        exports.nbgrader(course, root=ROOT)
        for student in range(count):
            path = course / "submitted" / f"student-{student:03d}" / asked.number / asked.file
            path.parent.mkdir(parents=True)
            path.write_bytes(master)
        python = [sys.executable, "-m"]
        measured([*python, "nbgrader", "generate_assignment", asked.number], course)
        theirs = measured([*python, "nbgrader", "autograde", asked.number], course)
        grade = [*python, "gru_lab.cli", "grade", "submitted", "--assignment", asked.number, "--jobs", "1"]
        whole = measured([*grade, "--out", str(Path(folder) / "results")], course)
        ours = measured([*grade, "--out", str(Path(folder) / "results-2"), "--no-gradebook"], course)
    print(f"{count} submissions of exercise {asked.number}; {platform.machine()}, Python {platform.python_version()}")
    print("| grader | processor s each | clock s each |\n|:--|--:|--:|")
    rows = {"nbgrader autograde": theirs, "gru-lab grade": whole, "the same with --no-gradebook": ours}
    for name, (processor, clock) in rows.items():
        print(f"| {name} | {processor / count:.3f} | {clock / count:.3f} |")
    ratios = (f"{theirs[0] / row[0]:.1f}" for row in (whole, ours))
    print(f"ratios of processor time, everything included: {', '.join(ratios)}")


if __name__ == "__main__":
    main()
