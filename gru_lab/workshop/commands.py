"""`gru-lab notebooks run | toc | exercises | check`."""

import sys
import time
from pathlib import Path

from gru_lab.workshop import course

__all__ = ["add_parser"]


def add_parser(subparsers):
    parser = subparsers.add_parser(
        "notebooks",
        help="for authors: run, check and link the chapters",
        description="For authors: run notebooks and write them the same on every run, check them, link them.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    run = commands.add_parser(
        "run",
        help="execute notebooks in fresh kernels and write them back",
        description="Execute each notebook in a fresh kernel, in its own folder, and write it back so that a second "
        "run changes nothing. When a cell fails, its file stays as it was.",
    )
    run.set_defaults(call=_run)
    check = commands.add_parser(
        "check",
        help="say what breaks the rules for notebooks",
        description="Check notebooks against the rules in gru_lab.workshop.hygiene; prints one line for each finding.",
    )
    check.set_defaults(call=_check)
    for command in (run, check):
        command.add_argument(
            "files", metavar="FILE", nargs="*", help="notebooks (default: all in chapters and solutions)"
        )
    toc = commands.add_parser(
        "toc",
        help="generate the tables of contents and the chapters' heads and feet",
        description="Write the table of contents into README.md and chapter 00, and each chapter's head and foot, from "
        "chapters/course.toml and the notebooks' own metadata.",
    )
    toc.add_argument("--check", action="store_true", help="write nothing; fail when something is out of date")
    toc.set_defaults(call=_toc)
    exercises = commands.add_parser(
        "exercises",
        help="make exercises/ from the master notebooks in solutions/",
        description="Make exercises/ from the master notebooks in solutions/, with nbgrader's preprocessors.",
    )
    exercises.add_argument("--check", action="store_true", help="write nothing; fail when something is out of date")
    exercises.set_defaults(call=_exercises)


def _notebooks(files):
    if files:
        # A shell on Windows hands the pattern over as it is.
        return [found for path in map(Path, files) for found in sorted(path.parent.glob(path.name)) or [path]]
    root = course.find_root()
    return sorted(path for folder in ("chapters", "solutions") for path in (root / folder).glob("[0-9][0-9]_*.ipynb"))


def _run(options):
    from gru_lab.workshop.execute import CellFailed, run

    failed = 0
    for path in _notebooks(options.files):
        start = time.perf_counter()

        def progress(done, of, path=path, start=start):
            if sys.stdout.isatty():
                print(f"\r{path.name}  cell {done} of {of}  {time.perf_counter() - start:.0f} s ", end="", flush=True)

        try:
            word = "written" if run(path, _root_of(path), progress) else "unchanged"
        except (CellFailed, OSError, ValueError) as error:
            failed += 1
            word = f"failed, and is as it was: {error}"
        clear = "\r\x1b[K" if sys.stdout.isatty() else ""
        print(f"{clear}{path.name}  {time.perf_counter() - start:.1f} s  {word}", flush=True)
    return 1 if failed else 0


def _exercises(options):
    from gru_lab.workshop import exercises

    root = course.find_root()
    changed, problems = exercises.generate(root, write=not options.check)
    return _say_what_changed(root, changed, problems, options.check)


def _say_what_changed(root, changed, problems, checking):
    """Print what was, or with checking=True would be, written, and what could not be; the command's exit status."""
    for path in changed:
        done = "out of date" if checking else "written" if path.exists() else "removed"
        print(f"{path.relative_to(root).as_posix()}  {done}")
    for problem in problems:
        print(problem, file=sys.stderr)
    if not changed and not problems:
        print("nothing to change")
    return 1 if problems or (changed and checking) else 0


def _root_of(path):
    try:
        return course.find_root(path.resolve().parent)
    except FileNotFoundError:
        return None


def _check(options):
    from gru_lab.workshop import hygiene

    findings = 0
    for path in _notebooks(options.files):
        try:
            found = list(hygiene.check(path, _root_of(path)))
        except (OSError, ValueError) as error:
            found = [f"cannot be read: {error}"]
        findings += len(found)
        for finding in found:
            print(f"{path.name}: {finding}")
    print(f"{findings} finding{'s' if findings > 1 else ''}" if findings else "nothing found")
    return 1 if findings else 0


def _toc(options):
    from gru_lab.workshop import toc

    table = course.load()
    changed, problems = toc.update(table, write=not options.check)
    return _say_what_changed(table.root, changed, problems, options.check)
