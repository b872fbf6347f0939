"""The questions of the course, answered at once: `from gru_lab import check`.

    check.reset_gate(reset_gate)       a function that you wrote
    check.prediction("4.1", 0.6)       a number to commit to before the reveal; None means not yet
    check.choice("5.2", "c")           one of a few options
    check.written("2.6", "…")          a few sentences; then you see what a good answer says
    check.hint("9.1")                  a hint; each call gives a bigger one
    check.exercises(6)                 a copy of a chapter's exercises that is yours, in work/
    check.progress()                   what you have done

Every question has a check named after it: `dir(check)` lists them. No check ever raises; `check.require` does.
"""

import difflib
import functools

from gru_lab import start
from gru_lab.checks import given, probes, record, verdict
from gru_lab.checks.finding import chapter_in, chapters, find, questions, two_ids
from gru_lab.checks.question import Choice, Code, Prediction, Value, Written
from gru_lab.checks.report import Report, show

__all__ = ["choice", "exercises", "hint", "prediction", "progress", "require", "written"]

_given = {}  # question id -> hints given in this session


# -------------------------------------------------------------------------------------------------- checks by name


def __getattr__(name):
    if not name.startswith(("_", "chapter_", "exercises_")):
        question = find(name, (Code, Value))
        if question:
            globals()[name] = check = Check(question)
            return check
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    near = difflib.get_close_matches(name, [q.name for q in questions() if isinstance(q, Code | Value)], 1)
    raise AttributeError(f"there is no question {name!r}" + (f"; did you mean check.{near[0]}?" if near else ""))


def __dir__():
    return sorted({*__all__, *(q.name for q in questions() if isinstance(q, Code | Value))})


# -------------------------------------------------------------------------------------------------- answering them


def calm(answer_to):
    """A decorator: what a reader calls never ends in a traceback, not even where the mistake is ours."""

    @functools.wraps(answer_to)
    def answered(*args, **kwargs):
        try:
            return answer_to(*args, **kwargs)
        except KeyboardInterrupt:
            show(Report("waiting", "check", "You interrupted the check. Run the cell again when you are ready."))
        except Exception as error:
            says = f"The check itself failed ({type(error).__name__}); your answer may be right. Please report this."
            show(Report("waiting", "check", says))

    return answered


class Check:
    """`check.NAME`: call it with your answer."""

    def __init__(self, question):
        self.question = question
        self.__name__ = question.name
        self.__doc__ = describe(question)

    @calm
    def __call__(self, answer=None, *more, **named):
        if more or named:
            yours = "your_function" if isinstance(self.question, Code) else "your_answer"
            says = f"Pass one thing, your answer: check.{self.question.name}({yours})"
            show(Report("waiting", heading(self.question), says))
        else:
            respond(self.question, judge(self.question, answer))

    def __repr__(self):
        return describe(self.question)


def describe(question):
    """A question in a few lines."""
    stars = f"difficulty {question.difficulty}/5 · {question.minutes} min · {question.points} points"
    what = question.shapes if isinstance(question, Code) else getattr(question, "form", "")
    return f"{question.id} {question.name}: {question.title}\n{stars} · objective {question.objective}\n{what}"


def judge(question, answer, seed=0):
    """The Verdict on an answer to any kind of question. For a `Code` question this runs the answer, in this process."""
    if isinstance(question, Code):
        look = probes.look(answer, question.arguments)
        if look.kind != "function" or look.empty or not look.fits:
            return verdict.judge_code(question, look, [], [])
        cases = verdict.plan(question, seed)
        outcomes = probes.run(answer, [case.inputs for case in cases], question.probe, question.returns)
        return verdict.judge_code(question, look, cases, outcomes)
    judges = {
        Value: given.judge_value,
        Prediction: given.judge_prediction,
        Choice: given.judge_choice,
        Written: given.judge_written,
    }
    return judges[type(question)](question, answer)


class NotSolved(AssertionError):
    """An answer that is not right yet, where only a right one will do; see `require`."""


def require(id, answer):
    """For the hidden tests of exercises: nothing where the answer is right, or where answering is what counts.

    Raises NotImplementedError where there is no answer yet, NotSolved with the diagnosis where it is wrong, and
    LookupError where there is no such question. A function runs in this process, as in `judge`.
    """
    question = find(id)
    if question is None:
        raise LookupError(f"there is no question {id!r}")
    found = judge(question, answer)
    if found.status == "waiting":
        raise NotImplementedError(f"Exercise {question.id}: {found.says}")
    if found.status not in ("right", "kept") and not isinstance(question, Prediction):
        raise NotSolved(f"Exercise {question.id}: " + " ".join(filter(None, (found.says, found.reason))))


@calm
def prediction(id=None, value=None):
    """Commit to a number before the reveal: check.prediction("4.1", 0.6). None means not yet."""
    _answer_by_id("prediction", id, value)


@calm
def choice(id=None, value=None):
    """Choose an option: check.choice("5.2", "c"). With None it shows the question and its options."""
    _answer_by_id("choice", id, value)


@calm
def written(id=None, value=None):
    """Hand in a few sentences: check.written("2.6", my_answer). Then you see what a good answer says."""
    _answer_by_id("written", id, value)


def _answer_by_id(kind, id, value):
    kinds = (Written,) if kind == "written" else (Prediction, Choice)
    question = find(id, kinds) if id is not None else None
    if question is None:
        show(Report("waiting", f"check.{kind}", unknown(id, kinds, kind)))
    else:
        respond(question, judge(question, value), shown=value)


def unknown(id, kinds, call):
    """A sentence for an id or name that no question has."""
    if id is None:
        return f'Say which question: check.{call}("4.1"' + (", your answer)" if call != "hint" else ")")
    if isinstance(id, Check):
        return f'Pass its name or number in quotes: check.{call}("{id.question.id}")'
    if two_ids(id):
        return f'{id} and {id}0 are one number to Python: write it in quotes, check.{call}("{id}0").'
    question = find(id)
    if isinstance(question, Code | Value):
        return f"{question.id} is answered with check.{question.name}(…)."
    chapter = chapter_in(str(id))
    near = questions(chapter) if chapter in chapters() else questions()
    there = ", ".join(question.id for question in near if isinstance(question, kinds))
    return f"There is no such question here; there are {there}."


def heading(question):
    """ "4.2 gru_step" for what has a check of its own name, "4.1 The new Power" for what is answered by its number."""
    return f"{question.id} {question.name if isinstance(question, Code | Value) else question.title}"


def respond(question, found, shown=None):
    """Show a Verdict and note it in the reader's record."""
    reason = f"→ {found.reason}" if found.reason and isinstance(question, Code | Value) else found.reason
    says, rows, lines = found.says, found.rows, tuple(filter(None, (reason, *found.remarks)))
    if isinstance(question, Choice) and found.status != "right":  # the options stay until one is right
        rows = tuple((letter, option.text) for letter, option in question.options.items())
        says, lines = question.asks, (found.says, *lines)
    if found.status == "wrong" and not isinstance(question, Choice):
        lines += (f'Stuck? check.hint("{question.id}")',)
    if found.status != "waiting":
        committing = isinstance(question, Prediction) or getattr(question, "prediction", False)
        first = shown if isinstance(shown, int | float | str) and not isinstance(shown, bool) else None
        done = committing or found.status in ("right", "kept")
        record.current().update(question.id, done=done, tries=1, first=first if committing else None)
    show(Report(found.status, heading(question), says, rows, lines, prose=isinstance(question, Choice | Written)))


# -------------------------------------------------------------------------------------------------- hints and progress


@calm
def hint(id=None):
    """The next hint for a question, by number or name; each call in a session gives a bigger one, three in all."""
    question = find(id.question.id if isinstance(id, Check) else id) if id is not None else None
    if question is None:
        show(Report("waiting", "check.hint", unknown(id, object, "hint")))
        return
    total = len(question.hints)
    number = min(_given.get(question.id, 0) + 1, total)
    _given[question.id] = number
    record.current().update(question.id, hints=number)
    rows = tuple((f"hint {i + 1}", text) for i, text in enumerate(question.hints[:number]))
    last = ("That was the last hint.",) if number == total else ()
    show(Report("note", f"{heading(question)} · hint {number} of {total}", "", rows, last, prose=True))


@calm
def exercises(chapter=None):
    """Make a copy of a chapter's exercises that is yours, in work/, if there is none, and say where it is."""
    if not str(chapter).isdecimal():
        show(Report("waiting", "check.exercises", "Say which chapter: check.exercises(6)"))
        return
    start.tell(int(chapter))


@calm
def progress():
    """A table and a bar: what you have done of what the chapters ask, chapter by chapter."""
    book = record.current()
    entries = book.read()
    rows, have, total = [], 0, 0
    for chapter in chapters():
        asked = [question for question in questions(chapter) if not question.practice]
        points = sum(q.points for q in asked)
        got = sum(q.points for q in asked if entries.get(q.id, {}).get("done"))
        marks = " ".join(f"{q.id} {'✓' if entries.get(q.id, {}).get('done') else '–'}" for q in asked)
        rows.append((f"chapter {chapter:02d}", f"{got:>2}/{points:<2} {bar(got, points, 10)}  {marks}"))
        have, total = have + got, total + points
    lines: tuple[str, ...] = (f"{bar(have, total, 30)} {have} of {total} points",)
    if book.note:
        lines += (book.note,)
    elif book.path is None:
        lines += ("Nothing is written to disk in this session.",)
    show(Report("note", "Your progress", "", tuple(rows), lines))


def bar(part, whole, width):
    filled = round(width * part / whole) if whole else 0
    return "█" * filled + "░" * (width - filled)
