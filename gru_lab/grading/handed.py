"""What a student handed in, before any of it is read."""

from dataclasses import dataclass, field

from gru_lab.grading.audience import ForGrader

__all__ = ["MARKED_LATE", "Group", "Handed", "Item"]

MARKED_LATE = ForGrader("Canvas marked it as late.")  # a note; whoever sums up looks for it


@dataclass(frozen=True)
class Handed:
    """A file that was handed in. path: from the student's folder on, as the student called it. order: the latest has
    the largest. typed: it holds what was typed into a form of the system."""

    entry: object
    path: tuple
    order: float = 0.0
    typed: bool = False

    @property
    def name(self):
        return self.path[-1]


@dataclass
class Group:
    """What one student handed in. ids, canvas_id: by which a roster may know the student. when: the time as the system
    wrote it. for_this: the system kept it for this assignment alone, whatever its files are called. copy_of: whose it
    is after all, if the student's name is only that of a second copy."""

    student: str
    files: list = field(default_factory=list)
    ids: tuple = ()
    canvas_id: str = ""
    name: str = ""
    email: str = ""
    when: str = ""
    notes: tuple = ()
    for_this: bool = True
    copy_of: str = ""


@dataclass(frozen=True)
class Item:
    """An `entries.Entry` and its path below what is around everything."""

    entry: object
    parts: tuple

    @property
    def name(self):
        return self.parts[-1]
