"""What an instructor perhaps did not mean, seen from the results: sentences for the end of a run."""

from gru_lab.checks import words
from gru_lab.grading.choosing import is_of_another
from gru_lab.grading.handed import MARKED_LATE
from gru_lab.grading.pages import number_of

__all__ = ["doubts", "mostly_not_found", "strangers"]


def doubts(records, policy, roster, again, marked=(), is_whole=True):
    """A list of sentences. records: {student: Record}. roster: a Roster or None. again: the command that takes a roster
    and makes the tables again. marked: students of whom a person has marked something. is_whole: no shard of the class
    is missing."""
    return [
        *_about_times(records, policy, roster, again, marked),
        *_about_ids(records, roster, is_whole),
        *_about_answers(records),
    ]


def mostly_not_found(records):
    """Were most answers of the class not found, as when it handed in another notebook?"""
    lost = [
        is_of_another(record.problem) or result.status == "not found"
        for record in records
        for result in record.results
        if not record.problem or is_of_another(record.problem)
    ]
    return sum(lost) > len(lost) / 2


def strangers(records, roster):
    """The Records of those who handed in and are not on the roster; none where there is no roster."""
    return [one for one in records if roster and one.student not in roster and not one.absent]


def _about_times(records, policy, roster, again, marked):
    due = bool(policy.due or (roster and roster.due))
    mattering = [student for student, record in records.items() if student in marked or not record.problem]
    without = [student for student in mattering if not records[student].handed_in]
    late = [student for student in without if MARKED_LATE in records[student].notes]
    if late:
        listed = words.printable(", ".join(late), 1000)
        yield f"Canvas marked {len(late)} as late and tells no time, so nothing is taken off: {listed}"
    if without and due:
        yield f"without a time, and so counted as in time: {number_of(len(without), 'submission')}"
    if late or (without and due):
        yield f"times may stand in the roster, in a column handed_in; then: {again}"
    if policy.percent_per_day and not due:
        yield "there is no due date, so nobody is late: --due gives one"


def _about_ids(records, roster, is_whole):
    if roster and is_whole and all(record.problem for student, record in records.items() if student in roster):
        yield "nothing that could be read is from a student of the roster: is its column of ids the right one?"
        return
    unknown = strangers(records.values(), roster)
    if unknown:
        named = ", ".join(f"{one.student} ({one.name})" if one.name else one.student for one in unknown)
        yield f"{number_of(len(unknown), 'submission')} of nobody on the roster: {words.printable(named, 1000)}"


def _about_answers(records):
    if mostly_not_found(records.values()):
        yield "most answers were not found, and have no points: was it another assignment?"
