"""`gru-lab start 06`: a learner's own copy of an exercise, in work/, which no update of the course ever touches."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

__all__ = ["StartError", "add_parser", "copy_exercise", "tell"]

EXERCISES, WORK = "exercises", "work"


class StartError(Exception):
    """There is no copy to be made; the message says why, and what to do."""


def copy_exercise(chapter, again=False):
    """(path of the learner's copy in work/, path that an older copy was moved to, or None).

    chapter: its number. A copy that is there stays as it is; with again=True it is kept beside a fresh one, as
    NAME.before-1.ipynb and so on.
    Raises StartError where there is no such exercise, or outside of the course.
    """
    copy, kept = copy_of(chapter), None
    if copy.exists() and not again:
        return copy, None
    try:
        copy.parent.mkdir(exist_ok=True)
        if copy.exists():
            numbers = range(1, 10_000)
            kept = next(p for p in (copy.with_suffix(f".before-{n}.ipynb") for n in numbers) if not p.exists())
            copy.rename(kept)
        part = copy.with_name(f".{copy.name}.part")
        shutil.copyfile(copy.parents[1] / EXERCISES / copy.name, part)
        part.replace(copy)  # whole, or not there
    except OSError as problem:
        raise StartError(f"{WORK}/{copy.name} cannot be written: {problem.strerror}. Nothing was lost.") from problem
    return copy, kept


def copy_of(chapter):
    """Where the learner's copy is, or will be. Raises what `copy_exercise` raises."""
    root = _root()
    found = sorted((root / EXERCISES).glob(f"{int(chapter):02d}_*.ipynb"))
    if not found:
        there = ", ".join(str(int(path.name[:2])) for path in sorted((root / EXERCISES).glob("[0-9][0-9]_*.ipynb")))
        raise StartError(f"Chapter {chapter} has no exercises. There are some for {there or 'none yet'}.")
    return root / WORK / found[0].name


def tell(chapter):
    """For a notebook: make the copy, if there is none, and say where it is."""
    try:
        copy, _ = copy_exercise(chapter)
    except StartError as problem:
        print(problem)
        return
    print(f"Your exercises are {WORK}/{copy.name}: open them from the folder {WORK}, in the file browser on the left.")


def add_parser(subparsers):
    parser = subparsers.add_parser(
        "start",
        help="begin the exercises of a chapter, in a copy of your own",
        description="Copy the exercises of a chapter into work/ and open the copy in JupyterLab. A copy that is there "
        "already is opened as it is; updates of the course never touch it.",
    )
    parser.add_argument("chapter", type=_number, metavar="CHAPTER", help="its number, such as 06")
    parser.add_argument("--again", action="store_true", help="begin afresh; the old copy is kept beside the new one")
    parser.add_argument("--no-open", action="store_true", help="make the copy and do not start JupyterLab")
    parser.set_defaults(call=_start)


def _number(text):
    import argparse

    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no chapter's number, such as 06")
    return int(text)


def _start(options):
    try:
        before = copy_of(options.chapter).exists()
        copy, kept = copy_exercise(options.chapter, again=options.again)
    except StartError as problem:
        print(f"gru-lab start: {problem}", file=sys.stderr)
        return 1
    if kept:
        print(f"Your old copy is {WORK}/{kept.name}.")
    there = "; they were there already, and --again begins afresh" if before and not kept else ""
    print(f"Your exercises are {WORK}/{copy.name}{there}.")
    if options.no_open:
        return 0
    if running := _address_in_a_running_lab(copy):
        print(f"JupyterLab runs already; open them there, from the folder {WORK}, or at\n    {running}")
        return 0
    print("Opening them in JupyterLab. To end it, press Ctrl-C here.", flush=True)
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # as course.py lab does
    return subprocess.call([sys.executable, "-m", "jupyterlab", *as_root, str(copy)])


def _address_in_a_running_lab(copy):
    """Where a JupyterLab of this user that can see `copy` shows it, or None: a second one would only confuse."""
    from jupyter_server.serverapp import list_running_servers

    for server in list_running_servers():
        root = Path(server["root_dir"]).resolve()
        if copy.resolve().is_relative_to(root):
            token = f"?token={server['token']}" if server.get("token") else ""
            return f"{server['url']}lab/tree/{quote(copy.resolve().relative_to(root).as_posix())}{token}"
    return None


def _root():
    here = Path.cwd().resolve()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[1]):
        if (folder / EXERCISES).is_dir() and (folder / "chapters").is_dir():
            return folder
    raise StartError("This is not the course's folder: go to the one that has chapters/ and exercises/.")
