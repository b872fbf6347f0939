"""A row of a batch, asked for alone: who gets it right alone and wrong in the batch has a mistake of batches.

A case worked by hand is no such proof. Its numbers are few, and some may be 0, so that another mistake does not show.
"""

import numpy as np

from gru_lab.checks.diagnosis import close, try_known
from gru_lab.checks.question import Case

__all__ = ["row_alone"]


def row_alone(question, cases):
    """[Case]: the first row of the smallest batch of `cases`, alone; [] where the question is not about both.

    It is optional: what a question asks for is settled by its own cases.
    """
    single = next((case for case in cases if _axes(case) == 1), None)
    batches = [case for case in cases if _axes(case) == 2 and case.stage == "random"]
    if single is None or not batches:
        return []
    batch = min(batches, key=lambda case: sum(np.size(value) for value in case.inputs.values()))
    inputs = {name: _first_row(value, single.inputs.get(name)) for name, value in batch.inputs.items()}
    row = Case("random", inputs, "for the first row of a batch, alone", optional=True, alone=True)
    return [row] if _is_a_row(question, row, batch) else []


def _axes(case):
    return np.ndim(next(iter(case.inputs.values())))


def _first_row(value, in_single):
    """value[0], where this input has an axis more in the batch than in the case of a single example."""
    return value[0] if np.ndim(value) == np.ndim(in_single) + 1 else value


def _is_a_row(question, row, batch):
    """Does the right answer give for `row` what it gives in the first row of `batch`?"""
    alone, together = (try_known(question, question.reference, case) for case in (row, batch))
    if alone.problem or together.problem:
        return False
    return all(
        np.ndim(together.values[name]) and np.shape(together.values[name])[1:] == np.shape(value)
        and close(together.values[name][0], value)
        for name, value in alone.values.items()
    )  # fmt: skip
