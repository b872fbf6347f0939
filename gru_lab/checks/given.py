"""Judging what is given and not called: a value, a prediction, a choice, a few sentences."""

import numpy as np

from gru_lab.checks import words
from gru_lab.checks.question import same_value
from gru_lab.checks.verdict import Verdict

__all__ = ["judge_choice", "judge_prediction", "judge_value", "judge_written"]

SLACK = 1e-9  # 0.65 is as near to 0.7 as 0.75 is, whatever the last bits say


def judge_value(question, value):
    """The Verdict on a list, a dict, …"""
    if value is None or value is Ellipsis:
        return Verdict("waiting", says=f"No answer yet: replace None with {question.form}.")
    try:
        value = question.tidy(value)
    except NotImplementedError:
        return Verdict("waiting", says="No answer yet: there is still a None to replace.")
    except ValueError as error:
        return Verdict("wrong", "shape", words.printable(str(error), 300))
    except Exception:
        return Verdict("wrong", "shape", f"This needs {question.form}.")
    with np.errstate(all="ignore"):  # of numbers that are too large
        if question.accepts(value):
            return Verdict("right", says=question.praise(value))
        wrong = next((wrong for wrong in question.wrong if same_value(wrong, value)), None)
    name, says = (wrong.name, wrong.says) if wrong else ("", "That is not it.")
    return Verdict("wrong", "answer", says, (), name, remarks=tuple(filter(None, (_leads_to(question, value),))))


def _leads_to(question, value):
    """What follows from a wrong value, or "" where no number does (1e300 squared)."""
    try:
        with np.errstate(all="raise", under="ignore"):
            return question.leads_to(value)
    except (ArithmeticError, ValueError):
        return ""


# ---------------------------------------------------------------------------------------------- predictions


def judge_prediction(question, value):
    """The Verdict on a number: right, near, or off with the reason that leads there."""
    if value is None or value is Ellipsis:
        return Verdict("waiting", says=f"No prediction yet: replace None with {question.kind}.")
    guess = _as_number(value)
    if guess is None:
        return Verdict("waiting", "shape", f"A prediction is {question.kind}; {words.short(value)} is none.")
    answer = words.number(question.answer)
    if abs(guess - question.answer) <= question.within + SLACK:
        return Verdict("right", says=f"{answer} it is. {question.because}")
    said = f"You said {words.number(guess)}; it is {answer}."
    wrong = _known_guess(question, guess)
    if wrong:
        return Verdict("off", "answer", said, (), wrong.name, wrong.says, (question.because,))
    low, high = question.between
    if not low <= guess <= high:
        where = f"{low:g} or more" if np.isinf(high) else f"from {low:g} to {high:g}"
        return Verdict("waiting", "range", f"It cannot be {words.number(guess)}: it is {where}. Guess again.")
    status = "near" if abs(guess - question.answer) <= question.near + SLACK else "off"
    return Verdict(status, "answer", said, (), "", question.because)


def _known_guess(question, guess):
    """The known wrong guess that is nearest, if it is as near as a right one has to be; else None."""
    special = [wrong for wrong in question.wrong if wrong.matches and same_value(wrong, guess)]
    if special:
        return special[0]
    plain = [wrong for wrong in question.wrong if not wrong.matches]
    nearest = min(plain, key=lambda wrong: abs(guess - wrong.answer), default=None)
    return nearest if nearest and abs(guess - nearest.answer) <= question.within + SLACK else None


def _as_number(value):
    """A finite float from a number, a text ("0.7", "0,7") or an array of one; None for anything else."""
    if isinstance(value, bool | np.bool_):
        return None
    try:
        if isinstance(value, str):
            value = value.strip().replace(",", ".")
        number = float(np.asarray(value, float).reshape(()))
    except Exception:
        return None
    return number if np.isfinite(number) else None


# ---------------------------------------------------------------------------------------------- choices


def judge_choice(question, value):
    """The Verdict on an option, given by its key in any spelling, or by its text."""
    keys = ", ".join(question.options)
    if value is None or value is Ellipsis:
        return Verdict("waiting", says=f"No answer yet: replace None with one of {keys}, in quotes.")
    said = value.strip().lower() if isinstance(value, str) else ""
    texts = {option.text.lower(): key for key, option in question.options.items()}
    key = texts.get(said, said.strip("(). "))
    if key not in question.options:
        return Verdict("waiting", "shape", f"{words.short(value)} is none of the options: {keys}.")
    option = question.options[key]
    if key == question.answer:
        return Verdict("right", says=option.says)
    if question.prediction:
        right = question.options[question.answer]
        said = f"You said {key}; it is {question.answer}: {right.text}."
        return Verdict("off", "answer", said, (), key, option.says, (right.says,))
    return Verdict("wrong", "answer", f"Not {key}.", (), key, option.says)


def judge_written(question, value):
    """The Verdict on a few sentences: too short, or the guide to mark them by."""
    if value is None or value is Ellipsis:
        return Verdict("waiting", says="No answer yet: replace None with your text, in quotes.")
    if not isinstance(value, str):
        return Verdict("waiting", "shape", f"{words.short(value)} is no text: write it in quotes.")
    count = len(value.split())
    if count < question.least:
        return Verdict(
            "waiting", "shape", f"{count} {'word' if count == 1 else 'words'} so far. Take at least {question.least}."
        )
    rows = tuple((f"point {number}", text) for number, text in enumerate(question.guide, start=1))
    says = (
        "No program knows whether it is right. Compare it yourself; in a class your instructor marks it. A good answer "
        "says this, a point for each:"
    )
    return Verdict("kept", says=says, rows=rows)
