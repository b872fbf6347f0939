"""Exercises on training: a learning rate that rises and falls, and when to stop."""

import math

import numpy as np

from gru_lab.checks.question import Case, Code, Written, Wrong
from gru_lab.checks.sizes import sizes

# ---------------------------------------------------------------------------------------------- a schedule


def learning_rates(steps, warmup, rate):
    t = np.arange(steps)
    share = (t - warmup) / (steps - warmup)
    return np.where(t < warmup, rate * (t + 1) / warmup, rate * 0.5 * (1 + np.cos(np.pi * share)))


def rates_cases(rng):
    hand = {"steps": 6, "warmup": 2, "rate": 1.0}
    falls = [0.5 * (1 + math.cos(math.pi * k / 4)) for k in range(4)]
    cases = [Case("hand", hand, "for 6 steps, 2 of them rising", expected=[0.5, 1.0, *falls])]
    cases.append(Case("property", {"steps": 5, "warmup": 1, "rate": 0.0}, "when the rate is 0"))
    free = sizes(rng, (9, 3), (12, 5), between=((10, 18), (2, 7)))
    for (steps, warmup), rate in zip(free, (0.02, 3.0), strict=True):
        cases.append(Case("random", {"steps": steps, "warmup": warmup, "rate": rate}, f"for {steps} steps"))
    return cases


def rates_by_loop(steps, warmup, rate):
    found = []
    for t in range(steps):
        if t < warmup:
            found.append(rate * (t + 1) / warmup)
        else:
            found.append(rate * math.cos(math.pi / 2 * (t - warmup) / (steps - warmup)) ** 2)
    return found


def rates_with(rise=1, over=lambda steps, warmup: steps - warmup, begin=lambda warmup: warmup, half=True, turn=math.pi):
    """The schedule with one thing changed."""

    def schedule(steps, warmup, rate):
        t = np.arange(steps)
        fall = np.cos(turn * (t - begin(warmup)) / over(steps, warmup))
        return np.where(t < warmup, rate * (t + rise) / warmup, rate * (0.5 * (1 + fall) if half else fall))

    return schedule


LEARNING_RATES = Code(
    id="16.6",
    name="learning_rates",
    title="A rate that rises and falls",
    objective="16b",
    points=2,
    minutes=10,
    difficulty=3,
    arguments=("steps", "warmup", "rate"),
    shapes="learning_rates(steps, warmup, rate): two whole numbers, a number -> (steps,)",
    reference=learning_rates,
    cases=rates_cases,
    wrong=(
        Wrong("rises from 0", "The first step has rate 0: it does nothing. Step t, from 0, has (t + 1) / warmup of it.",
              rates_with(rise=0)),
        Wrong("falls over all steps", "The cosine runs over all steps. It has steps - warmup of them.",
              rates_with(over=lambda steps, warmup: steps)),
        Wrong("falls from the start", "The cosine began at step 0. It begins when the rising ends.",
              rates_with(begin=lambda warmup: 0)),
        Wrong("over the whole run", "Your cosine begins at step 0 and runs over all steps. It begins when the rising"
              " ends, and has steps - warmup of them.", rates_with(over=lambda steps, warmup: steps,
                                                                  begin=lambda warmup: 0)),
        Wrong("in degrees", "np.cos and math.cos count in radians: half a turn is π, not 180.", rates_with(turn=180)),
        Wrong("one step too many rises", "One step too many rises, above the full rate: t < warmup, not <=.",
              lambda steps, warmup, rate: np.where(np.arange(steps) == warmup, rate * (warmup + 1) / warmup,
                                                   learning_rates(steps, warmup, rate))),
        Wrong("goes below zero", "The cosine itself goes down to -1. Half of one plus it goes from 1 to 0.",
              rates_with(half=False)),
        Wrong("a quarter turn", "This falls to half of the rate only: the cosine needs half a turn, π.",
              rates_with(turn=math.pi / 2)),
        Wrong("no rise", "The rate does not rise: it is full from the first step on.",
              lambda steps, warmup, rate: np.maximum(
                  learning_rates(steps, warmup, rate), rate * (np.arange(steps) < warmup))),
        Wrong("straight line down", "It falls in a straight line. A cosine is asked for: slow, fast, slow.",
              lambda steps, warmup, rate: np.where(
                  np.arange(steps) < warmup, learning_rates(steps, warmup, rate),
                  rate * (1 - (np.arange(steps) - warmup) / (steps - warmup)))),
    ),
    right=(
        rates_by_loop,
        lambda *given: np.asarray(rates_by_loop(*given), dtype=np.float32),
        lambda steps, warmup, rate: np.concatenate([
            rate * np.linspace(1 / warmup, 1, warmup),
            rate / 2 * (1 + np.cos(np.linspace(0, np.pi, steps - warmup, endpoint=False)))]),
    ),
    praise="Small steps while Adam's means are still settling, and small ones again at the end.",
    hints=(
        "Two parts: t < warmup rises, the rest falls. t counts from 0.",
        "Rising: rate * (t + 1) / warmup. Falling: how far along is it, (t - warmup) / (steps - warmup)?",
        "rate * 0.5 * (1 + cos(π · share)).",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- when to stop


def stop_early(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best >= patience:
            return np.array([best, epoch])
    return np.array([best, len(losses) - 1])


def stop_cases(rng):
    hand = {"losses": np.array([1.0, 0.6, 0.7, 0.65, 0.5, 0.4]), "patience": 2}
    cases = [Case("hand", hand, "where it waits two epochs in vain", expected=[1, 3])]
    falls = {"losses": np.array([0.9, 0.5, 0.4, 0.3]), "patience": 2}
    cases.append(Case("property", falls, "when the loss falls to the end: nothing is cut short"))
    ties = {"losses": np.array([0.5, 0.3, 0.3, 0.3, 0.2]), "patience": 2}
    cases.append(Case("property", ties, "when a loss comes again: as good is not better"))
    for length, patience in sizes(rng, (9, 3), (12, 2), between=((10, 16), (2, 5))):
        losses = np.round(1 / np.arange(1, length + 1) + rng.uniform(0, 0.5, length), 2)
        cases.append(Case("random", {"losses": losses, "patience": patience}, f"for {length} epochs"))
    rising = {"losses": np.array([0.5, 0.6, 0.7, 0.8, 0.9, 0.3]), "patience": 2}
    cases.append(Case("random", rising, "where it only gets worse at first"))
    late = {"losses": np.array([0.8, 0.7, 0.9, 0.6, 0.7, 0.65, 0.9, 0.1]), "patience": 3}
    cases.append(Case("random", late, "where a better one comes in time, and another too late"))
    return cases


def stop_by_waiting(losses, patience):
    best, waited, where = float("inf"), 0, 0
    for epoch, loss in enumerate(losses):
        if loss < best:
            best, where, waited = loss, epoch, 0
        else:
            waited += 1
        if waited == patience:
            break
    return [where, epoch]


def stop_with(better=lambda loss, best: loss < best, last=lambda losses, best, epoch: epoch, wait=0, reset=True):
    """Early stopping with one thing changed."""

    def stop(losses, patience):
        best, waited = 0, 0
        for epoch, loss in enumerate(losses):
            if epoch and better(loss, losses[best]):
                best, waited = epoch, 0 if reset else waited
            elif epoch:
                waited += 1
            if waited >= patience + wait:
                return [best, last(losses, best, epoch)]
        return [best, last(losses, best, len(losses) - 1)]

    return stop


STOP_EARLY = Code(
    id="16.7",
    name="stop_early",
    title="When to stop",
    objective="16d",
    points=3,
    minutes=12,
    difficulty=3,
    arguments=("losses", "patience"),
    shapes="stop_early(losses, patience): losses (N,) on the validation part, a whole number -> (2,): best, last",
    reference=stop_early,
    cases=stop_cases,
    wrong=(
        Wrong(
            "the best of all",
            "You looked at all epochs. Training has stopped before: the rest never happened.",
            lambda losses, patience: [int(np.argmin(losses)), stop_early(losses, patience)[1]],
        ),
        Wrong(
            "epochs from 1",
            "You count epochs from 1. The first one is number 0.",
            lambda losses, patience: [1 + number for number in stop_early(losses, patience)],
        ),
        Wrong(
            "order",
            "The order is turned round: first the best epoch, then the last.",
            lambda losses, patience: stop_early(losses, patience)[::-1],
        ),
        Wrong("never stops", "It never stops: the last epoch is that of the whole list.",
              lambda losses, patience: [int(np.argmin(losses)), len(losses) - 1]),
        Wrong("one too patient", "It waits one epoch longer than `patience`.", stop_with(wait=1)),
        Wrong("one too hasty", "It stops one epoch early: `patience` epochs without a better one, not one fewer.",
              stop_with(wait=-1)),
        Wrong("as good counts as better", "An epoch that is only as good restarts the waiting. Better means smaller.",
              stop_with(better=lambda loss, best: loss <= best)),
        Wrong("waiting is not reset", "A better epoch must set the waiting back to 0. You count all the bad ones.",
              stop_with(reset=False)),
        Wrong("better than the one before", "You compare with the epoch before. Compare with the best so far.",
              lambda losses, patience: stop_by_neighbour(losses, patience)),
        Wrong("where it stopped", "The first number is the epoch of the best weights, not the one where it stopped.",
              lambda losses, patience: [stop_early(losses, patience)[1]] * 2),
    ),
    right=(
        stop_by_waiting,
        lambda losses, patience: tuple(stop_by_waiting(list(losses), patience)),
        lambda losses, patience: np.asarray(stop_early(losses, patience), dtype=np.float32),
    ),
    praise="Keep the weights of the first number, and spend no epoch after the second.",
    hints=(
        "Walk through the epochs and remember the best one so far.",
        "At each epoch: how many have gone by since the best one? At `patience`, stop.",
        "Return [best, epoch]; without a stop the last epoch is len(losses) - 1.",
    ),
)  # fmt: skip


def stop_by_neighbour(losses, patience):
    best, waited = 0, 0
    for epoch in range(1, len(losses)):
        better = losses[epoch] < losses[epoch - 1]
        best, waited = (epoch, 0) if better else (best, waited + 1)
        if waited >= patience:
            return [best, epoch]
    return [best, len(losses) - 1]


WHY_A_FLOOR = Written(
    id="16.8",
    name="why_a_floor",
    title="Why a floor?",
    objective="16c",
    points=3,
    minutes=6,
    difficulty=2,
    guide=(
        "A loss alone says nothing: what is small depends on what is asked, so it needs something to compare with.",
        "The floor is the loss of the best answer that uses no memory. Being below it shows that something was kept.",
        "A case: a network at the floor may have learned the mean, or the last input, and still have no memory at all.",
    ),
    right=(
        "A loss by itself has no scale. The floor is what the best answer without memory reaches; only a network that "
        "is below it has kept something. One that sits on the floor may have learned the mean alone.",
        "What would somebody reach who remembers nothing? If that is 0.3 as well, the network has learned the mean, or "
        "to look at the last word, and keeps nothing. Well below it, it must have kept something.",
    ),
    hints=(
        "Somebody says: my network has a loss of 0.3. What would you ask?",
        "What would a listener without memory have reached on the same task?",
        "Say what the floor is, what being below it shows, and what a network at the floor may have learned.",
    ),
)

QUESTIONS = (LEARNING_RATES, STOP_EARLY, WHY_A_FLOOR)
