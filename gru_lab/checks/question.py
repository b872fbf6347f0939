"""What a question is: data. Five kinds, all frozen.

- `Code`: the learner writes a function; a probe calls it, a verdict compares it with the reference.
- `Value`: the learner writes a value: a list, a dict.
- `Prediction`: a number to commit to before the reveal. Committing is what counts.
- `Choice`: one of a few options.
- `Written`: a few sentences, which a person marks by a guide.

Chapter files list theirs in `QUESTIONS`; being listed is being tested, by mutation (tests/checks).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from gru_lab.checks import probes

__all__ = ["Case", "Choice", "Code", "Option", "Prediction", "Question", "Value", "Written", "Wrong", "same_value"]


@dataclass(frozen=True)
class Wrong:
    """A known wrong answer and the sentence that names the mistake.

    answer: the wrong function (Code) or value. matches: a test that finds the same mistake in others: of a value
    (without it a value must equal `answer`), or, for Code, of [(expected, came out)], the arrays of each case.
    """

    name: str
    says: str
    answer: object
    matches: Callable | None = None


@dataclass(frozen=True)
class Case:
    """Inputs to call an answer with.

    stage: "hand" (worked by hand: `expected` then holds the numbers), "property" or "random".
    says: what these inputs are, as it stands in a message: "when z is 1 everywhere".
    optional: failing it earns a remark, not a fail. alone: a row of another case's batch; see `alone.row_alone`.
    """

    stage: str
    inputs: dict
    says: str = ""
    expected: object = None
    optional: bool = False
    alone: bool = False


@dataclass(frozen=True, kw_only=True)
class Question:
    """id: "4.2", the chapter and a number in it. objective: the one of the chapter's it tests, "4b". hints: three.

    points, minutes, difficulty (1 to 5) and objective are shown with the question. practice: no chapter asks it, so it
    is checked when somebody does, and not counted among what there is to do.
    """

    id: str
    name: str
    title: str
    objective: str
    points: int
    minutes: int
    difficulty: int
    hints: tuple
    practice: bool = False

    @property
    def chapter(self):
        return int(self.id.split(".")[0])


@dataclass(frozen=True, kw_only=True)
class Code(Question):
    """A function to write.

    arguments: their names, in order. shapes: the same with shapes, one line, for the docstring.
    reference: the right function, called through the same probe as the learner's.
    cases: rng -> [Case]. returns: names of the arrays that come out; ("",) for one. between: the range of every number.
    wrong, right: known wrong and right answers; the tests run both. ends: how it should end, where that is no array.
    in_library: dotted names of gru_lab's own functions that are the answer, or nearly so; grading withholds them.
    """

    arguments: tuple
    shapes: str
    reference: Callable
    cases: Callable
    wrong: tuple
    right: tuple
    probe: Callable = probes.call
    returns: tuple = ("",)
    between: tuple | None = None
    praise: str = ""
    ends: str = ""
    in_library: tuple = ()


@dataclass(frozen=True, kw_only=True)
class Value(Question):
    """A value to write. tidy: value -> value in one form, or ValueError with a sentence. accepts: tidy value -> bool.

    praise: tidy value -> what to say about a right one. leads_to: tidy value -> what follows from a wrong one, so that
    whoever tries sees in which direction to go on; "" where nothing does.
    """

    form: str
    tidy: Callable
    accepts: Callable
    wrong: tuple
    right: tuple
    praise: Callable = lambda value: ""
    leads_to: Callable = lambda value: ""


@dataclass(frozen=True, kw_only=True)
class Prediction(Question):
    """A number to commit to. because: shown at the reveal. within, near: how far off is still right, still near.

    between: where it can lie at all; a guess outside is not taken for one, so that it reveals nothing.
    """

    asks: str
    answer: float
    because: str
    within: float
    near: float
    wrong: tuple
    kind: str = "a number"
    between: tuple = (-np.inf, np.inf)

    @property
    def right(self):
        return (self.answer, str(self.answer), [self.answer], self.answer + 0.9 * self.within)


@dataclass(frozen=True, kw_only=True)
class Written(Question):
    """A few sentences. Nobody's program marks them: whoever has written is shown the guide, and marks by it.

    guide: what a good answer says, a sentence for each point. least: words from which on the guide is shown.
    right: a model answer or more.
    """

    guide: tuple
    right: tuple
    least: int = 12
    wrong: tuple = ()


@dataclass(frozen=True)
class Option:
    text: str
    says: str  # the reason why it is right, or why not


@dataclass(frozen=True, kw_only=True)
class Choice(Question):
    """options: {"a": Option, …}; answer: the letter of the right one. prediction: it opens a chapter, and committing is
    what counts."""

    asks: str
    options: dict = field(default_factory=dict)
    answer: str = ""
    prediction: bool = False

    @property
    def wrong(self):
        return tuple(
            Wrong(letter, option.says, letter) for letter, option in self.options.items() if letter != self.answer
        )

    @property
    def right(self):
        return (self.answer, self.answer.upper(), f" {self.answer}) ", self.options[self.answer].text)


def same_value(wrong, value):
    """Does this Wrong describe `value`?"""
    try:
        return bool(wrong.matches(value) if wrong.matches else value == wrong.answer)
    except Exception:
        return False
