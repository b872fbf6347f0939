"""Everything that is made from the records of a class: tables, feedback, report, gradebook. It can all be made again.

RESULTS/records/*.jsonl     the records: what cannot be made again without another run
RESULTS/seed.txt            the secret seed, if none was named
RESULTS/run.json            what was graded, and with which seed (its fingerprint)
RESULTS/policy.json         how points come from the records
RESULTS/roster.csv          the roster, if one was given
RESULTS/*.csv, feedback/, report.html, nbgrader/
"""

import hashlib
import json
import secrets
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from tqdm import tqdm

from gru_lab.checks import words
from gru_lab.grading import feedback, gradebook, report, scores, similarity, tables
from gru_lab.grading.assignments import assignment
from gru_lab.grading.doubts import mostly_not_found
from gru_lab.grading.roster import Person
from gru_lab.grading.writing import write_new, write_whole

__all__ = ["FOLDERS", "Paths", "ResultsError", "agree", "fingerprint", "read_seed", "tell", "told", "write_all"]

FOLDERS = ("records", "feedback", "nbgrader")  # those in a folder of results


class ResultsError(Exception):
    """A folder of results cannot be used as it is; the message says what to do."""


@dataclass(frozen=True)
class Paths:
    """Where things lie in a folder of results."""

    root: Path

    def journal(self, number, shard=None):
        part = "-{}-of-{}".format(*shard) if shard else ""
        return self.root / "records" / f"{number}{part}.jsonl"

    def journals(self):
        return sorted((self.root / "records").glob("*.jsonl"))

    @property
    def run(self):
        return self.root / "run.json"

    @property
    def policy(self):
        return self.root / "policy.json"

    @property
    def seed(self):
        return self.root / "seed.txt"

    @property
    def roster(self):
        return self.root / "roster.csv"

    @property
    def gradebook(self):
        return self.root / "nbgrader"

    @property
    def marks(self):
        """The database of the gradebook, in which a person's marks lie."""
        return self.gradebook / "gradebook.db"


def read_seed(path):
    """The secret in a file; where there is none one is made, for its owner's eyes alone. Raises ResultsError."""
    path = Path(path)
    try:
        if not path.exists():  # shards that start at once all come here, and one of them is heard
            write_new(path, secrets.token_hex(32) + "\n", mode=0o600)
        seed = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise ResultsError(f"the seed in {path} cannot be read: {problem}") from problem
    if len(seed) < 8:
        raise ResultsError(f"the seed in {path} is too short for a secret: remove it, or write more letters into it")
    return seed


def fingerprint(seed):
    """What may be told of a seed: enough to see that two runs had the same."""
    return hashlib.sha256(b"gru_lab seed " + seed.encode()).hexdigest()[:16]


def agree(paths, number, seed):
    """Note in run.json what is graded here, or see that it is the same as before. Raises ResultsError."""
    now, before = {"assignment": number, "seed": fingerprint(seed)}, told(paths)
    if before and before != now:
        if before.get("assignment") != number:
            raise ResultsError(f"{paths.root} holds results of another assignment: name another folder with --out")
        raise ResultsError(
            f"{paths.root} holds results of another seed: give its file with --seed-file, or another folder with --out"
        )
    tell(paths, now)


def tell(paths, run):
    """Write run.json."""
    write_whole(paths.run, json.dumps(run, indent=2) + "\n")


def told(paths):
    """What run.json tells, a dict; {} where there is none. Raises ResultsError."""
    try:
        found = json.loads(paths.run.read_text(encoding="utf-8")) if paths.run.exists() else {}
    except (OSError, ValueError) as problem:
        raise ResultsError(f"{paths.run} cannot be read: {problem}") from problem
    if not isinstance(found, dict):
        raise ResultsError(f"{paths.run} cannot be read: it holds no run")
    return found


def write_all(paths, records, policy, people=None, due=None, gradebook=True):
    """Make everything from `records` {student: Record}; returns the Scores, in the order of the students.

    people: a Roster. due: {student: their own due date}. gradebook: also write nbgrader's. What a person has marked
    there counts in any case.
    Raises ResultsError where such marks cannot be read, before anything is written; NotWritten; and ResultsError where
    the gradebook cannot be written, after everything else is.
    """
    ordered = [records[student] for student in sorted(records)]
    roster = people
    people = {one.student: Person(one.name, one.email) for one in ordered} | dict(roster or {})
    number = ordered[0].assignment
    unsure = ("not found",) if mostly_not_found(ordered) else ()  # noughts for a class are a slip, not its marks
    by_program = [scores.score(record, policy, unsure=unsure) for record in ordered]
    with _Steps() as step:
        hand = _by_hand(paths, number, by_program, ordered, step)
        given = [_scored(record, policy, (due or {}).get(record.student), hand, unsure) for record in ordered]
        problem = _enter(paths, ordered, by_program, step) if gradebook else None
        _write(paths, ordered, given, policy, people, roster, hand.comments, step)
    if problem:
        raise problem
    return given


class _Steps(tqdm):
    """One line on the terminal that names what is being done, for it takes seconds in a large class."""

    def __init__(self):
        super().__init__(bar_format="{desc}", file=sys.stderr, leave=False)

    def __call__(self, what):
        self.set_description_str(f"{what} …")


def _write(paths, ordered, given, policy, people, roster, comments, step):
    """Everything but the gradebook."""
    number = ordered[0].assignment
    policy.save(paths.policy)
    step("writing the tables")
    tables.grades(paths.root / "grades.csv", ordered, given, people)
    tables.questions(paths.root / "questions.csv", ordered, given)
    title = assignment(number).title
    tables.canvas(paths.root / "canvas.csv", policy.canvas_column or title, given, people)
    tables.moodle(paths.root / "moodle.csv", title, given, people, comments)
    tables.gradescope(paths.root / "gradescope.csv", given, people)
    step("writing the students' pages")
    pages = feedback.write_feedback(paths.root, ordered, given, people, comments)
    step("writing the report")
    report.write_report(
        paths.root, number, ordered, given, similarity.hints(ordered, _handed_out(assignment(number))), roster,
        {student: page.relative_to(paths.root).as_posix() for student, page in pages.items()},
        policy, similarity.quoting(ordered, _guides(assignment(number))),
    )  # fmt: skip


def _guides(asked):
    return {item.question.id: item.question.guide for item in asked.items if item.by_hand}


def _handed_out(asked):
    """{question: what every student was given}: the stub, and for a written answer what it is asked and marked by."""
    texts = {cell["metadata"].get("nbgrader", {}).get("grade_id", ""): cell["source"] for cell in asked.cells}
    return {
        item.question.id: "\n".join((texts.get(f"{item.grade_id}-text", ""), *item.question.guide))
        if item.by_hand
        else item.stub
        for item in asked.items
    }


def _by_hand(paths, number, by_program, records, step):
    """The `scores.ByHand` of what a person has put into the gradebook.

    Raises ResultsError where there is a gradebook that cannot be read: tables without the marks in it would be wrong.
    """
    if not paths.marks.is_file():
        return scores.ByHand()
    step("reading the gradebook")
    wanted = "Marks given by hand may lie there, so nothing was written."
    try:
        return gradebook.by_hand(paths.gradebook, number, by_program, records)
    except gradebook.GradebookProblem as problem:
        raise ResultsError(f"{problem}. {wanted}") from problem


def _scored(record, policy, due, hand, unsure):
    try:
        found = scores.score(record, policy, due, hand.marks.get(record.student), unsure)
    except ValueError as problem:  # a person's slip in Formgrader
        who = words.printable(record.student, 60)
        raise ResultsError(f"of {who}: {problem}. Change it in Formgrader; nothing was written.") from problem
    return replace(found, outdated=hand.outdated.get(record.student, ()))


def _enter(paths, records, by_program, step):
    """Bring the gradebook up to date; the ResultsError to raise when everything else is written, or None."""
    step("writing the gradebook")
    try:
        gradebook.update(paths.gradebook, records, by_program)
    except gradebook.GradebookProblem as problem:
        return ResultsError(f"{problem}. All else is written.")
    return None
