"""What the report says of time: the due date, what is done about lateness, who was late, and of whom nobody knows."""

from dataclasses import dataclass
from datetime import timedelta

from gru_lab.grading.handed import MARKED_LATE
from gru_lab.grading.pages import number_of, time_words
from gru_lab.grading.scores import moment
from gru_lab.grading.times import how_long

__all__ = ["Late", "Times", "times"]


@dataclass(frozen=True)
class Late:
    """by: how much, in words. counts: what comes of it. own_due: their own due date, "" if it is the class's."""

    student: str
    by: str
    counts: str
    own_due: str


@dataclass(frozen=True)
class Times:
    """rules: sentences. late: one for each who was, the latest first. unknown: how many have no known time.
    marked_late: students that Canvas marked as late without telling the time."""

    rules: tuple
    late: tuple
    unknown: int
    marked_late: tuple


def times(records, scores, policy):
    """The Times of submissions that were handed in. scores: in the order of the records. policy: a Policy or None."""
    due = policy.due if policy else ""
    late, unknown, marked_late = [], 0, []
    for record, score in zip(records, scores, strict=True):
        by = _after(record.handed_in, score.due)
        if by is None and record.problem and not score.by_hand:
            continue  # it has no mark that could depend on it
        if by is None:
            unknown += 1
            marked_late += [record.student] if MARKED_LATE in record.notes else []
        elif by > timedelta(0):
            own = "" if due and moment(due) == moment(score.due) else time_words(score.due)
            late.append((by, Late(record.student, how_long(by), _counts(score), own)))
    late.sort(key=lambda pair: (-pair[0], pair[1].student))
    return Times(tuple(_rules(policy)) if policy else (), tuple(one for _, one in late), unknown, tuple(marked_late))


def _after(handed_in, due):
    """How long after the due date, less than nothing if before; nothing where there is none; None if nobody knows."""
    try:
        time = moment(handed_in)
        return time - moment(due) if due else timedelta(0)
    except (ValueError, OverflowError):
        return None


def _rules(policy):
    yield f"Due: {time_words(policy.due)}." if policy.due else "No due date for the class."
    if policy.grace_minutes:
        yield f"Up to {policy.grace_minutes:g} minutes late is in time."
    if policy.percent_per_day:
        yield f"{policy.percent_per_day:g}% are taken off for each day begun, {policy.percent_at_most:g}% at most."
    else:
        yield "Nothing is taken off for lateness."
    yield {
        "share": "An answer that is right in part has that part of its points.",
        "none": "An answer that is right in part has no points.",
    }[policy.partial]
    yield {"blank": "Who handed in nothing has no mark.", "zero": "Who handed in nothing has 0."}[policy.missing]


def _counts(score):
    if not score.days_late:
        return "in time: within the grace"
    return f"{number_of(score.days_late, 'day')} begun, {score.penalty:g} taken off"
