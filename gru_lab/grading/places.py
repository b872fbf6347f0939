"""Where a command writes to and has its secret from: what a slip in a path would do is said before anything is done."""

import sys

from gru_lab.grading import results

__all__ = ["check_folder", "class_seed"]


def check_folder(folder):
    """Raises ResultsError if `folder` cannot be one, for it or what it should lie in is a file."""
    there = next((path for path in (folder, *folder.parents) if path.exists()), None)
    if there is not None and not there.is_dir():
        raise results.ResultsError(f"{there} is a file: --out names the folder to write to")


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
