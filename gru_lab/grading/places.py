"""Where a command writes to and has its secret from: what a slip in a path would do is said before anything is done."""

import sys

from gru_lab.grading import results

__all__ = ["Misplaced", "check_apart", "check_folder", "class_seed"]


class Misplaced(results.ResultsError):
    """Submissions and results would lie in each other."""


def check_folder(folder):
    """Raises ResultsError if `folder` cannot be one, for it or what it should lie in is a file."""
    there = next((path for path in (folder, *folder.parents) if path.exists()), None)
    if there is not None and not there.is_dir():
        raise results.ResultsError(f"{there} is a file: --out names the folder to write to")


def check_apart(submissions, out):
    """Raises Misplaced if what is written to `out` would be taken for submissions, or if the submissions are results.

    submissions: a folder, or a file, which holds no results. They may lie in `out`, but not where results are written.
    """
    if not submissions.is_dir():
        return
    if results.Paths(submissions).run.is_file() and (submissions / "records").is_dir():
        raise Misplaced(f"'{submissions}' holds results, not submissions: give the folder or zip that was handed in")
    if _lies_in(out, submissions):
        raise Misplaced(
            f"--out {out} is in the folder of the submissions, '{submissions}', and would be taken for a student's: "
            "name a folder beside it"
        )
    for part in results.FOLDERS:
        if _lies_in(submissions, out / part):
            raise Misplaced(f"'{submissions}' lies in {out / part}, where results are written: name another --out")


def _lies_in(path, folder):
    """Is `path` this folder, or in it, whatever links lead there? It need not be there yet."""
    path = path.resolve()
    return folder.exists() and any(one.exists() and one.samefile(folder) for one in (path, *path.parents))


def class_seed(named, default):
    """The secret in the file that was named with --seed-file, else in `default`; a new one where there is none.

    named, default: paths, or None for the first. For a slip in a name no folder is made, and a new secret is told.
    Raises ResultsError.
    """
    if named is None:
        return results.read_seed(default)
    if not named.parent.is_dir():
        raise results.ResultsError(f"there is no seed in {named}, and no folder {named.parent} to make one in")
    is_new = not named.exists()
    seed = results.read_seed(named)
    if is_new:
        print(f"a new seed was made: {named}", file=sys.stderr)
    return seed
