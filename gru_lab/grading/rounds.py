"""A later round: a download may hold less than the one before, and what was graded is not lost."""

from gru_lab.checks import words
from gru_lab.grading.journal import read_all
from gru_lab.grading.pages import number_of
from gru_lab.grading.results import ResultsError

__all__ = ["known", "named", "staying", "without_old_ids"]


def known(paths, number, shard):
    """{student: Record} of the journals beside the one that this run writes: a run without shards goes on from them.

    Raises ResultsError for a shard of what was graded without shards: of two records of a student the one from there
    counts, and it would be the older one.
    """
    if not shard:
        own = paths.journal(number)
        return read_all(journal for journal in paths.journals() if journal != own)
    if paths.journal(number).exists():
        raise ResultsError(f"{paths.root} was graded or joined without --shard since: go on without it")
    return {}


def staying(records, handles):
    """The students who were graded before, and of whom this download has nothing. records: {student: Record}."""
    here = {handle.student for handle in handles if not handle.is_empty}
    return {student for student, record in records.items() if not record.absent} - here


def named(students, path):
    """The sentence on those who stay; none if there are none. path: of the download."""
    if not students:
        return []
    count = f"{number_of(len(students), 'student')} graded before {'is' if len(students) == 1 else 'are'} not in"
    listed = words.printable(", ".join(sorted(students)), 1000)
    return [f"{count} '{path}'; what they had stays: {listed}. To leave somebody out, grade anew into another folder."]


def without_old_ids(records, roster):
    """The records without those that only another roster's ids made: of who is not on this one and handed in nothing,
    or handed in the very file that is graded under an id of the roster."""
    if not roster:
        return records
    graded = {(one.file, one.sha256) for student, one in records.items() if student in roster and one.file}
    return {
        student: one
        for student, one in records.items()
        if student in roster or not (one.absent or (one.file, one.sha256) in graded)
    }
