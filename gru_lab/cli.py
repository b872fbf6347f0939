"""The `gru-lab` command: one sub-command per room, imported when it is called.

A room offers `add_parser(subparsers)`: it adds its own parser and sets the default `call`, a function from the parsed
arguments to an exit status (None is 0). So `gru-lab --help` imports nothing, and a library that one room misses is that
room's trouble alone.
"""

import argparse
import importlib
import importlib.metadata
import importlib.util
import os
import re
import sys
from difflib import get_close_matches

__all__ = ["main"]

# sub-command -> (room, what --help says of it)
ROOMS = {
    "doctor": ("gru_lab.doctor", "say what this machine has, what is missing, and the command that mends it"),
    "start": ("gru_lab.start", "begin the exercises of a chapter, in a copy of your own"),
    "train": ("gru_lab.training.commands", "train a language model on StoryWorld or on your own text, anywhere"),
    "grade": ("gru_lab.grading.commands", "for instructors: grade a class's submissions in a sandbox"),
    "export": ("gru_lab.grading.export_commands", "for instructors: the exercises for nbgrader or Gradescope"),
    "bench": ("gru_lab.bench", "time the readable and the fast GRU beside torch.nn.GRU"),
    "notebooks": ("gru_lab.workshop.commands", "for authors: run, check and link the chapters"),
}


def main(arguments=None):
    """Run `gru-lab` with `arguments` (default: the process's own) and return its exit status."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    called = next((word for word in arguments if not word.startswith("-")), None)
    parser = argparse.ArgumentParser(
        prog="gru-lab", description='Commands of the course "Gated Recurrent Units".', allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"gru-lab {importlib.metadata.version('gru_lab')}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, (module, summary) in ROOMS.items():
        if name != called:
            if _is_there(module):
                subparsers.add_parser(name, help=summary)
            continue
        try:
            room = importlib.import_module(module)
        except ModuleNotFoundError as missing:
            if missing.name and missing.name.partition(".")[0] != "gru_lab":
                return _say_missing(name, missing.name)
            raise
        room.add_parser(subparsers)
    if not arguments:
        parser.print_help()
        return 0
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        _refuse(unknown, subparsers.choices.get(called or "", parser))
    try:
        status = options.call(options) or 0
        sys.stdout.flush()
        return status
    except ModuleNotFoundError as missing:
        if missing.name and missing.name.partition(".")[0] != "gru_lab":
            return _say_missing(called, missing.name)
        raise
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # `gru-lab … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that Python's own last flush finds no pipe
        return 1


def _refuse(unknown, parser):
    """End with the command's own usage, and what an option that it does not have may have been meant for."""
    hints = []
    for word in unknown:
        option = word.partition("=")[0]
        meant = option.startswith("--") and get_close_matches(option, re.findall(r"--[\w-]+", parser.format_help()), 1)
        hints.append(f"{word} (was {meant[0]} meant?)" if meant else word)
    parser.error(f"unrecognized arguments: {' '.join(hints)}")


def _is_there(module):
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # nor is the package that would hold it
        return False


def _say_missing(command, module):
    print(
        f"gru-lab {command} needs the Python package that holds '{module}', which is not installed here.\n"
        "In the repository, `python course.py test` installs everything; `gru-lab doctor` says what else is missing.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":  # `python -m gru_lab.cli`, for where the environment's commands are not on the path
    sys.exit(main())
