"""No false alarm, and no wrong answer that passes: answers put together from parts, right and wrong, in many styles.

Each answer is a way to compute σ, a way to multiply, a form to return, a kind of callable. Whatever the mixture, right
formulas pass, and a wrong one is called by the same name as in any other style.
"""

import functools
import itertools
import math
import random
from types import SimpleNamespace

import numpy as np
import pytest

from gru_lab import check
from gru_lab.checks import judge, probes
from gru_lab.checks.question import Code

# ------------------------------------------------------------ ways to compute σ


def stable_by_where(a):
    a = np.asarray(a)
    e = np.exp(-np.abs(a))
    return np.where(a >= 0, 1 / (1 + e), e / (1 + e))


def by_loop(a):
    flat = [1 / (1 + math.exp(-one)) for one in np.ravel(a)]
    return np.array(flat).reshape(np.shape(a))


SIGMOIDS = {
    "textbook": lambda a: 1 / (1 + np.exp(-a)),
    "clipped": lambda a: 1 / (1 + np.exp(-np.clip(a, -15, 15))),
    "tanh": lambda a: (np.tanh(a / 2) + 1) / 2,
    "where": stable_by_where,
    "vectorize": lambda a: np.vectorize(lambda one: 1 / (1 + math.exp(-one)))(a),
    "quotient": lambda a: np.exp(a) / (1 + np.exp(a)),
    "logaddexp": lambda a: np.exp(-np.logaddexp(0, -a)),
    "reciprocal": lambda a: np.reciprocal(1 + np.exp(-a)),
    "power": lambda a: (1 + np.e ** (-a)) ** -1,
    "loop": by_loop,
}


# ------------------------------------------------------------ ways to multiply: v (…, N), W (H, N)


def by_three_loops(v, W):
    rows = np.atleast_2d(v)
    out = np.zeros((len(rows), len(W)))
    for b, i, j in itertools.product(range(len(rows)), range(len(W)), range(W.shape[1])):
        out[b, i] += W[i, j] * rows[b, j]
    return out.reshape(*np.shape(v)[:-1], len(W))


PRODUCTS = {
    "@": lambda v, W: v @ W.T,
    "turned": lambda v, W: (W @ v.T).T,
    "dot": lambda v, W: np.dot(v, W.T),
    "inner": lambda v, W: np.inner(v, W),
    "matmul": lambda v, W: np.matmul(v, np.transpose(W)),
    "einsum": lambda v, W: np.einsum("...n,hn->...h", v, W),
    "tensordot": lambda v, W: np.tensordot(v, W, axes=(-1, 1)),
    "broadcast": lambda v, W: (v[..., None, :] * W).sum(axis=-1),
    "stack": lambda v, W: np.stack([(v * row).sum(axis=-1) for row in W], axis=-1),
    "loops": by_three_loops,
}


# ------------------------------------------------------------ what comes out, and what is called


def read_only(result):
    result = np.array(result)
    result.flags.writeable = False
    return result


FORMS = {
    "array": lambda result: result,
    "list": lambda result: np.asarray(result).tolist(),
    "float32": lambda result: np.asarray(result, np.float32),
    "view": lambda result: np.repeat(result, 2, axis=-1)[..., ::2],
    "fortran": lambda result: np.asfortranarray(result),
    "read-only": read_only,
    "list of arrays": lambda result: list(result),
    "matching dtype": lambda result: np.asarray(result, np.longdouble),
}


def as_class(answer):
    class Answer:
        def __call__(self, *inputs):
            return answer(*inputs)

    return Answer()


def chatty(answer):
    @functools.wraps(answer)
    def talks(*inputs):
        print("called with", len(inputs), "inputs")
        return answer(*inputs)

    return talks


def with_defaults(answer):
    return lambda *inputs, scale=1.0: answer(*inputs)


CALLABLES = {
    "function": lambda answer: answer,
    "star": lambda answer: lambda *inputs: answer(*inputs),
    "class": as_class,
    "partial": lambda answer: functools.partial(answer),
    "chatty": chatty,
    "defaults": with_defaults,
    "method": lambda answer: SimpleNamespace(answer=answer).answer,
}


def styles(number, seed):
    """`number` random mixtures; every part is in some of them."""
    rng = random.Random(seed)
    parts = [SIGMOIDS, PRODUCTS, FORMS, CALLABLES]
    decks = [rng.sample(list(part), len(part)) for part in parts]
    for i in range(number):
        yield tuple(deck[i % len(deck)] if i < 10 else rng.choice(deck) for deck in decks)


STYLES = list(styles(40, seed=4))


# ------------------------------------------------------------ the formulas, with room for mistakes


def gate(sigma, times, mistake=""):
    def answer(x, h, W, U, b):
        if mistake == "U transposed":
            U = U.T
        a = times(x, W) + times(h, U)
        if mistake != "bias missing":
            a = a + b
        return np.tanh(a) if mistake == "tanh for σ" else sigma(a)

    return answer


def step(sigma, times, mistake=""):
    def answer(x, h, p):
        r = gate(sigma, times)(x, h, p.W_r, p.U_r, p.b_r)
        z = gate(sigma, times)(x, h, p.W_z, p.U_z, p.b_z)
        if mistake == "r and z swapped":
            r, z = z, r
        memory = r * times(h, p.U_h) if mistake == "reset after the product" else times(r * h, p.U_h)
        if mistake == "no reset":
            memory = times(h, p.U_h)
        W = p.W_r if mistake == "W_r in the candidate" else p.W_h
        candidate = np.tanh(times(x, W) + memory + p.b_h)
        if mistake == "z takes":
            z = 1 - z
        return z * h + (1 - z) * candidate

    return answer


def blend(sigma, times, mistake=""):
    def answer(h, candidate, z):
        keep = 1 - z if mistake == "z takes" else z
        return keep * h + (0 if mistake == "candidate left out" else (1 - keep) * candidate)

    return answer


FORMULAS = {
    "reset_gate": (gate, ("U transposed", "bias missing", "tanh for σ")),
    "gru_step": (step, ("r and z swapped", "reset after the product", "no reset", "W_r in the candidate", "z takes")),
    "new_state": (blend, ("z takes", "candidate left out")),
}


def written(formula, style, mistake=""):
    sigma, times, form, called = style
    core = formula(SIGMOIDS[sigma], PRODUCTS[times], mistake)
    return CALLABLES[called](lambda *inputs: FORMS[form](core(*inputs)))


@pytest.mark.parametrize("style", STYLES, ids="-".join)
@pytest.mark.parametrize("name", FORMULAS)
def test_a_right_answer_passes_in_any_style(name, style):
    question = check.find(name)
    formula, _ = FORMULAS[name]
    for seed in range(3):
        found = judge(question, written(formula, style), seed)
        assert found.status == "right", found


@pytest.mark.parametrize("style", STYLES, ids="-".join)
@pytest.mark.parametrize("name", FORMULAS)
def test_a_mistake_has_the_same_name_in_any_style(name, style):
    question = check.find(name)
    formula, mistakes = FORMULAS[name]
    for mistake in mistakes:
        found = judge(question, written(formula, style, mistake))
        assert found.diagnosis == mistake, found


def test_every_part_is_used():
    for part, used in zip((SIGMOIDS, PRODUCTS, FORMS, CALLABLES), zip(*STYLES, strict=True), strict=True):
        assert set(part) == set(used)


def test_a_batch_only_loop_passes_with_a_remark():
    """The signature says (…, D); who loops over a batch is right, and learns what is left to do."""

    def loops(x, h, W_r, U_r, b_r):
        out = np.empty((len(x), len(b_r)))
        for row in range(len(x)):
            for unit in range(len(b_r)):
                out[row, unit] = 1 / (1 + math.exp(-(W_r[unit] @ x[row] + U_r[unit] @ h[row] + b_r[unit])))
        return out

    found = judge(check.find("reset_gate"), loops)
    assert found.status == "right"
    assert "for one example" in found.remarks[0]


def test_one_example_at_a_time_is_told_how_to_take_a_batch():
    def textbook(x, h, W_r, U_r, b_r):
        return 1 / (1 + np.exp(-(W_r @ x + U_r @ h + b_r)))

    found = judge(check.find("reset_gate"), textbook)
    assert found.diagnosis == "one example only"


def test_in_place_work_on_copies_passes():
    def careful(x, h, p):
        r = 1 / (1 + np.exp(-(x @ p.W_r.T + h @ p.U_r.T + p.b_r)))
        z = 1 / (1 + np.exp(-(x @ p.W_z.T + h @ p.U_z.T + p.b_z)))
        h, x = h.copy(), x.copy()
        r *= h
        candidate = np.tanh(x @ p.W_h.T + r @ p.U_h.T + p.b_h)
        h -= candidate
        h *= z
        h += candidate
        return h

    assert judge(check.find("gru_step"), careful).status == "right"


def test_torch_tensors_are_welcome():
    torch = pytest.importorskip("torch")

    def in_torch(x, h, W_r, U_r, b_r):
        x, h, W, U, b = (
            torch.tensor(array, dtype=torch.float32, requires_grad=True) for array in (x, h, W_r, U_r, b_r)
        )
        return torch.sigmoid(x @ W.T + h @ U.T + b)

    assert judge(check.find("reset_gate"), in_torch).status == "right"


def dressed(value, dress):
    """An answer in another form: each array of a tuple alike."""
    if isinstance(value, tuple):
        return tuple(dressed(part, dress) for part in value)
    return dress(np.asarray(value))


DRESSES = {
    "lists": lambda array: array.tolist(),
    "float32": lambda array: array.astype(np.float32),
    "column by column": lambda array: np.array(array, order="F"),
    "a view": lambda array: np.stack([array, array])[1],
    "read only": lambda array: np.frombuffer(array.tobytes(), array.dtype).reshape(array.shape),
}
PLAIN = [q for q in check.questions() if isinstance(q, Code) and q.probe is probes.call and not q.ends]


@pytest.mark.parametrize("form", DRESSES)
@pytest.mark.parametrize("question", PLAIN, ids=lambda question: f"{question.id}-{question.name}")
def test_a_right_answer_passes_in_any_form(question, form):
    assert len(PLAIN) > 60
    for seed in (0, 1):
        answer = with_arguments(question, lambda *given: dressed(question.reference(*given), DRESSES[form]))
        found = judge(question, answer, seed)
        assert found.status == "right", f"{form}, seed {seed}: {found}"


def with_arguments(question, function):
    """The function under the arguments that the question names."""
    names = ", ".join(question.arguments)
    space = {"function": function}
    exec(f"def answer({names}):\n    return function({names})", space)
    return space["answer"]
