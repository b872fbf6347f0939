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
from dataclasses import dataclass
from pathlib import Path

from gru_lab.grading import feedback, report, scores, similarity, tables
from gru_lab.grading.assignments import assignment
from gru_lab.grading.names import safe_name
from gru_lab.grading.roster import Person
from gru_lab.grading.writing import write_whole

__all__ = ["Paths", "ResultsError", "agree", "fingerprint", "read_seed", "write_all"]


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


def read_seed(path):
    """The secret in a file; where there is none one is made, for its owner's eyes alone. Raises ResultsError."""
    path = Path(path)
    try:
        if not path.exists():
            write_whole(path, secrets.token_hex(32) + "\n", mode=0o600)
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
    now = {"assignment": number, "seed": fingerprint(seed)}
    if paths.run.exists():
        try:
            before = json.loads(paths.run.read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            raise ResultsError(f"{paths.run} cannot be read: {problem}") from problem
        if before != now:
            what = "assignment" if before.get("assignment") != number else "seed"
            raise ResultsError(f"{paths.root} holds results of another {what}: name another folder with --out")
    write_whole(paths.run, json.dumps(now, indent=2) + "\n")


def write_all(paths, records, policy, people=None, due=None, gradebook=True):
    """Make everything from `records` {student: Record}; returns the Scores, in the order of the students.

    people: a Roster. due: {student: their own due date}. gradebook: also write nbgrader's, and take in
    what a person has marked there.
    Raises NotWritten, and ResultsError for trouble with the gradebook, after everything else is written.
    """
    ordered = [records[student] for student in sorted(records)]
    roster, people = people, people or {one.student: Person(one.name, one.email) for one in ordered}
    number = ordered[0].assignment
    marks, problem = {}, None
    if gradebook:
        try:
            marks = _marked_by_hand(paths, ordered, policy)
        except ResultsError as found:
            problem = found
    given = [
        scores.score(record, policy, (due or {}).get(record.student), marks.get(record.student)) for record in ordered
    ]
    policy.save(paths.policy)
    tables.grades(paths.root / "grades.csv", ordered, given, people)
    tables.questions(paths.root / "questions.csv", ordered, given)
    title = assignment(number).title
    tables.canvas(paths.root / "canvas.csv", title, given, people)
    tables.moodle(paths.root / "moodle.csv", title, given, people)
    tables.gradescope(paths.root / "gradescope.csv", given, people)
    pages = feedback.write_feedback(paths.root, ordered, given, safe_name)
    stubs = {item.question.id: item.stub for item in assignment(number).items}
    report.write_report(
        paths.root, number, ordered, given, similarity.hints(ordered, stubs), roster,
        {student: page.relative_to(paths.root).as_posix() for student, page in pages.items()},
    )  # fmt: skip
    if problem:
        raise problem
    return given


def _marked_by_hand(paths, records, policy):
    """Bring the gradebook up to date; {student: {question: points}} that a person has given there."""
    try:
        from gru_lab.grading import gradebook  # slow to import, and not everybody has nbgrader
    except ModuleNotFoundError as missing:
        wanted = 'for the gradebook: pip install "gru_lab[instructor]", or --no-gradebook. All else is written.'
        raise ResultsError(f"{missing.name} is missing {wanted}") from missing
    try:
        gradebook.update(paths.gradebook, records, [scores.score(record, policy) for record in records])
        return gradebook.manual_marks(paths.gradebook, records[0].assignment, [record.student for record in records])
    except gradebook.GradebookProblem as problem:
        raise ResultsError(f"{problem} All else is written.") from problem
