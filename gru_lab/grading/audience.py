"""Which notes about a submission its student reads: not those on how it was found among all that was downloaded."""

import re

from gru_lab.grading.handed import MARKED_LATE

__all__ = ["for_student"]

# The others, such as which of two notebooks counts, tell students something that they can change.
_FOR_INSTRUCTORS = re.compile(
    rf"^{re.escape(MARKED_LATE)}|\bthe roster\b|^The cell was found by the name|\.yml\b|timestamp\.txt|\bpip install\b"
    r"|^(It is not known|The time) "
)


def for_student(notes):
    """Those of `notes` that a student's page shows."""
    return tuple(note for note in map(str, notes) if not _FOR_INSTRUCTORS.search(note))
