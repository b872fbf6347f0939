"""Folders that other graders read, made from the course's master notebooks."""

from pathlib import Path

__all__ = ["COURSE_ID", "NBGRADER_CONFIG", "ExportProblem", "nbgrader"]

COURSE_ID = "gru_lab"
NBGRADER_CONFIG = f'''"""nbgrader's settings for this course folder. The folder of this file is the course folder."""

from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import ClearSolutions

from gru_lab.workshop.exercises import ClearAnswers

c = get_config()  # noqa: F821 - nbgrader hands it over
c.CourseDirectory.course_id = "{COURSE_ID}"
c.CourseDirectory.root = str(Path(__file__).resolve().parent)

# Stubs as in the course's exercises: each names its exercise, and a value to fill in is None.
c.GenerateAssignment.preprocessors = [
    ClearAnswers if step is ClearSolutions else step for step in GenerateAssignment.preprocessors.default()
]
c.ClearAnswers.text_stub = "*Your answer here.*"
'''
_README = """# The exercises of gru_lab as an nbgrader course

`source/06/` holds the master notebook of exercise 6: solutions and hidden tests, so keep this folder from students.
Run these in this folder, in the environment that gru_lab is installed in (activate it first: nbgrader needs its
commands on the path):

    nbgrader generate_assignment 06     # release/06/: the notebook for students
    nbgrader autograde 06 --create      # grades submitted/STUDENT/06/06_reset_gate.ipynb, and adds each student
    jupyter lab                         # menu Nbgrader > Formgrader: written answers wait there for a person

nbgrader runs a submission as you, with your rights: it can read your files and change anybody's marks. Use it where you
would run that code yourself. `gru-lab grade` runs submissions in a sandbox, and the same Formgrader shows its results.
"""


class ExportProblem(Exception):
    """The export cannot be made; the message says why and what to do."""


def nbgrader(out, root=None, force=False):
    """Write an nbgrader course folder `out`: settings, a README, and source/NN/ for each assignment.

    root: the repository, which holds the masters in solutions/; default: the one that this file lies in.
    force: write over files that differ. Returns the paths of all files, in order. Raises ExportProblem, before anything
    is written, where there are no masters or where files differ.
    """
    root, out = Path(root) if root else Path(__file__).resolve().parents[2], Path(out)
    masters = sorted((root / "solutions").glob("[0-9][0-9]_*.ipynb"))
    if not masters:
        raise ExportProblem(
            f"the master notebooks are not in {root / 'solutions'}: they come with the repository, not with the "
            "installed package. Get the repository and run this command in it."
        )
    files = {out / "nbgrader_config.py": NBGRADER_CONFIG.encode(), out / "README.md": _README.encode()}
    files |= {out / "source" / master.name[:2] / master.name: master.read_bytes() for master in masters}
    _write(files, force)
    return list(files)


def _write(files, force):
    """Write {path: bytes}, all or none of them. The same bytes are left as they are."""
    todo = {path: data for path, data in files.items() if not (path.is_file() and path.read_bytes() == data)}
    changed = [path for path in todo if path.exists()]
    if changed and not force:
        listed = "\n".join(f"    {path}" for path in changed)
        raise ExportProblem(f"these files are there already and differ; nothing was written:\n{listed}\nuse --force")
    try:
        for path, data in todo.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    except OSError as problem:
        raise ExportProblem(f"cannot write {problem.filename}: {problem.strerror}") from problem
