"""What grading writes down about a submission: plain data, one JSON object to a line.

A record holds what happened and no points: those come from `scores`, by a policy that may change afterwards.
"""

from dataclasses import asdict, dataclass

from gru_lab.grading import audience

__all__ = ["MEANING", "NOTHING", "STATUSES", "Record", "Result"]

# status of one question -> what it means, in words for a student
MEANING = {
    "right": "Right.",
    "wrong": "It ran, and what came out is not right.",
    "not attempted": "No answer was written.",
    "raised": "It ended with an error.",
    "stopped": "It took too long and was stopped.",
    "ended itself": "It ended the Python process instead of returning.",
    "out of memory": "It asked for more memory than there is.",
    "not found": "No cell was found that answers this question.",
    "by hand": "A person reads and marks this answer.",
    "not graded": "The notebook could not be read; see the reason.",
}
STATUSES = tuple(MEANING)
NOTHING = "Nothing was handed in."  # the problem of a student who is on the roster alone


@dataclass
class Result:
    """One question of one submission.

    share: from 0 to 1, how much of it came out right; 1 only if the status is "right". says, reason, remarks: sentences
    for the student, rows: ((label, text), …); none of them holds an input that is kept secret. diagnosis: the name of
    the mistake, "" when nobody knows it. source: the cell that was graded. notes: how it was found, where not as usual,
    each for whom `audience` says. added: (("text" or "code", source), …), where there was no answer to grade: cells of
    the student's own that stand at the question.
    """

    question: str
    status: str
    points: int  # at most
    share: float = 0.0
    says: str = ""
    reason: str = ""
    rows: tuple = ()
    remarks: tuple = ()
    diagnosis: str = ""
    source: str = ""
    notes: tuple = ()
    seconds: float = 0.0
    added: tuple = ()


@dataclass
class Record:
    """One submission. assignment: "06". file: where it came from, as the instructor knows it. sha256: of its bytes.

    handed_in: ISO 8601 with a time zone, or "". name, email: of the student, where the submission itself told them.
    problem: why nothing of it could be graded, or "". notes: sentences, for whom `audience` says.
    """

    student: str
    assignment: str
    file: str = ""
    sha256: str = ""
    handed_in: str = ""
    problem: str = ""
    notes: tuple = ()
    results: tuple = ()
    seconds: float = 0.0
    name: str = ""
    email: str = ""
    version: int = 1

    @property
    def absent(self):
        """Did this student hand in nothing at all?"""
        return self.problem == NOTHING and not self.sha256

    def as_json(self):
        """A dict of what JSON knows."""
        data = asdict(self)
        for one in (data, *data["results"]):
            one["notes"] = audience.to_json(one["notes"])
        return data

    @classmethod
    def from_json(cls, data):
        """The Record of a dict that `as_json` made. Raises ValueError for anything else."""
        try:
            results = tuple(
                Result(**{**one, "remarks": tuple(one["remarks"]), **_pairs(one), **_notes(one)})
                for one in data["results"]
            )
            record = cls(**{**data, "results": results, **_notes(data)})
            known = record.version == 1 and all(result.status in MEANING for result in results)
        except (KeyError, TypeError) as problem:
            raise ValueError(f"this is no record of a submission: {problem}") from problem
        if not known:
            raise ValueError("this record was written by another version of gru_lab")
        return record


def _pairs(data):
    """Of a record that was written before there was `added`, too."""
    return {"rows": tuple(map(tuple, data["rows"])), "added": tuple(map(tuple, data.get("added", ())))}


def _notes(data):
    return {"notes": audience.from_json(data["notes"])}
