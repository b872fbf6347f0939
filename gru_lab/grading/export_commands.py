"""`gru-lab export`: the exercises for other people's graders."""

import sys
from pathlib import Path

from gru_lab.grading import results
from gru_lab.grading.assignments import UnknownAssignment, assignment
from gru_lab.grading.places import class_seed

__all__ = ["add_parser"]


def add_parser(subparsers):
    parser = subparsers.add_parser(
        "export",
        help="for instructors: the exercises for nbgrader or Gradescope",
        description="Write the exercises in a form that another grader takes.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    gradescope = commands.add_parser(
        "gradescope",
        help="an autograder to upload",
        description="Write the zip of a Gradescope autograder for one assignment. It holds the class's secret seed.",
    )
    gradescope.add_argument("--assignment", required=True, metavar="N", help='such as "06"')
    gradescope.add_argument("--out", required=True, type=Path, metavar="FILE", help="the zip")
    gradescope.add_argument(
        "--seed-file", type=Path, metavar="FILE", help="the class's secret (default: beside the zip)"
    )
    gradescope.add_argument("--force", action="store_true", help="overwrite the file, if it is there")
    gradescope.set_defaults(call=_gradescope)
    nbgrader = commands.add_parser(
        "nbgrader",
        help="a course folder",
        description="Write a course folder with all masters that nbgrader generates assignments from, and autogrades.",
    )
    nbgrader.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="the course folder")
    nbgrader.add_argument("--force", action="store_true", help="overwrite files there that differ")
    nbgrader.set_defaults(call=_nbgrader)


def _gradescope(options):
    from gru_lab.grading import gradescope

    try:
        asked = assignment(options.assignment)
        if options.out.exists() and not options.force:
            raise results.ResultsError(f"{options.out} is there already: --force overwrites it")
        beside = options.out.with_suffix(".seed.txt")
        gradescope.export(options.out, asked.number, class_seed(options.seed_file, beside))
    except (UnknownAssignment, results.ResultsError, OSError) as problem:
        print(f"gru-lab export: {problem}", file=sys.stderr)
        return 1
    print(f"{options.out} is ready to upload. The seed is in {options.seed_file or beside}: keep both from the class.")
    return 0


def _nbgrader(options):
    from gru_lab.grading import exports

    try:
        exports.nbgrader(options.out, force=options.force)
    except (exports.ExportProblem, OSError) as problem:
        print(f"gru-lab export: {problem}", file=sys.stderr)
        return 1
    print(f"{options.out} is a course folder for nbgrader; its README says how to go on.")
    return 0
