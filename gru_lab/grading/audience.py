"""Who reads a note about a submission: its student and whoever grades, or the latter alone."""

__all__ = ["ForGrader", "for_student", "from_json", "to_json"]


class ForGrader(str):
    """A note on how a submission was found among all that was downloaded: nothing that its student could change."""

    __slots__ = ()


def for_student(notes):
    """Those of `notes` that a student's page shows."""
    return tuple(note for note in notes if not isinstance(note, ForGrader))


def to_json(notes):
    """Notes as JSON knows them: whom each is for goes with it."""
    return [{"grader": str(note)} if isinstance(note, ForGrader) else note for note in notes]


def from_json(notes):
    """Notes from what `to_json` made. Raises KeyError, TypeError."""
    return tuple(ForGrader(note["grader"]) if isinstance(note, dict) else note for note in notes)
