"""Exercises on the four steps: a gate found from three states, a step that writes too early, two biases set by hand."""

import numpy as np

from gru_lab.cell import gru_step, sigmoid
from gru_lab.checks.common import SIZES, WHOLE_STEPS, draw, numbers, sizes_text, weights
from gru_lab.checks.probes import call_with_parameters
from gru_lab.checks.question import Case, Code, Value, Wrong
from gru_lab.checks.sizes import sizes

# ---------------------------------------------------------------------------------------------- backwards to z


def gate_between(h_old, candidate, h_new):
    return (h_new - candidate) / (h_old - candidate)


def gate_cases(rng):
    def states(*shape):
        h = (rng.choice([-1, 1], shape) * rng.uniform(0.1, 0.4, shape)).round(1)
        return h, (h + rng.choice([-1, 1], shape) * rng.uniform(0.3, 0.5, shape)).round(1)

    old, new_idea = states(3)
    hand = {"h_old": np.array([0.8, -0.5]), "candidate": np.array([0.4, 0.5]), "h_new": np.array([0.7, 0.25])}
    still = {"h_old": old, "candidate": new_idea, "h_new": old.copy()}
    cases = [
        Case("hand", hand, "for two units", expected=[0.75, 0.25]),
        Case("property", still, "when nothing has changed: z is 1"),
    ]
    for B, H in sizes(rng, (3, 2), (2, 4)):
        h, candidate = states(B, H)
        z = rng.uniform(0.1, 0.9, (B, H)).round(1)
        inputs = {"h_old": h, "candidate": candidate, "h_new": z * h + (1 - z) * candidate}
        cases.append(Case("random", inputs, f"for a batch of {B}"))
    return cases


def gate_by_loops(h_old, candidate, h_new):
    found = []
    for old, idea, new in zip(np.ravel(h_old), np.ravel(candidate), np.ravel(h_new), strict=True):
        found.append(abs(new - idea) / abs(old - idea))
    return np.reshape(found, np.shape(h_old)).tolist()


GATE = Code(
    id="4.4",
    name="gate_between",
    title="Which gate stood between?",
    objective="4d",
    points=2,
    minutes=6,
    difficulty=2,
    arguments=("h_old", "candidate", "h_new"),
    shapes="gate_between(h_old, candidate, h_new): three arrays (…, H) -> (…, H)",
    reference=gate_between,
    between=(0, 1),
    cases=gate_cases,
    wrong=(
        Wrong("z takes", "This is the share that was taken, 1 - z. In this course z is the share that was kept.",
              lambda old, idea, new: (new - old) / (idea - old)),
        Wrong("upside down",
              "The fraction stands on its head: the whole way, from candidate to old, is below the line.",
              lambda old, idea, new: (old - idea) / (new - idea)),
        Wrong("share of the old",
              "This is new / old. The candidate has its part in the new state: take that into account.",
              lambda old, idea, new: new / old),
        Wrong("candidate left out below", "Above the line the candidate is taken away; below the line it is too.",
              lambda old, idea, new: (new - idea) / old),
        Wrong("candidate left out above", "Below the line the candidate is taken away; above the line it is too.",
              lambda old, idea, new: new / (old - idea)),
        Wrong("way, not share", "This is how far the new state lies from the candidate. Divide it by the whole way.",
              lambda old, idea, new: new - idea),
        Wrong("sign", "The sign is turned. Above and below the line the same thing is taken away.",
              lambda old, idea, new: (idea - new) / (old - idea)),
        Wrong("step", "This is the step from old to new. z is a share: what part of the old was kept?",
              lambda old, idea, new: new - old),
    ),
    right=(
        gate_by_loops,
        lambda old, idea, new: 1 - (new - old) / (idea - old),
        lambda old, idea, new: gate_between(*(np.asarray(array, np.float32) for array in (old, idea, new))),
    ),
    praise="z says where between the candidate (0) and the old state (1) the new one lies.",
    hints=(
        "Start from h_new = z · h_old + (1 - z) · candidate, and bring z to one side.",
        "h_new = candidate + z · (h_old - candidate).",
        "(h_new - candidate) / (h_old - candidate), unit by unit.",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- a bug to find


def step_with(read_by_z=lambda r, h: h, memory=lambda r, h, U: (r * h) @ U.T, kept=lambda r, h: h, last=None):
    """The step with one thing changed. memory: what the candidate hears; last(z, kept, candidate): the blend."""

    def step(x, h, p):
        r = sigmoid(x @ p.W_r.T + h @ p.U_r.T + p.b_r)
        candidate = np.tanh(x @ p.W_h.T + memory(r, h, p.U_h) + p.b_h)
        z = sigmoid(x @ p.W_z.T + read_by_z(r, h) @ p.U_z.T + p.b_z)
        return last(z, kept(r, h), candidate) if last else z * kept(r, h) + (1 - z) * candidate

    return step


def reset(r, h):
    return r * h


def step_cases(rng):
    hand = {"x": np.ones(3), "h": np.array([0.8, -0.4])}
    hand |= {name: np.zeros(shape) for name, shape in weights(3, 2).items()}
    keeps = draw(rng, x=(3,), h=(2,), **weights(3, 2)) | {"b_z": np.full(2, 50.0)}
    cases = [
        Case("hand", hand, "when all weights are 0: half of the old", expected=[0.4, -0.2]),
        Case("property", keeps, "when b_z = 50 holds z at 1: nothing changes"),
    ]
    for B, D, H in sizes(rng, *SIZES):
        cases.append(Case("random", draw(rng, x=(B, D), h=(B, H), **weights(D, H)), sizes_text(B, D, H)))
    return cases


def step_by_loops(x, h, p):
    rows = []
    for one, old in zip(np.atleast_2d(x), np.atleast_2d(h), strict=True):
        units = range(len(old))
        r = [sigmoid(p.W_r[i] @ one + p.U_r[i] @ old + p.b_r[i]) for i in units]
        z = [sigmoid(p.W_z[i] @ one + p.U_z[i] @ old + p.b_z[i]) for i in units]
        heard = [r[i] * old[i] for i in units]
        idea = [np.tanh(p.W_h[i] @ one + p.U_h[i] @ heard + p.b_h[i]) for i in units]
        rows.append([z[i] * old[i] + (1 - z[i]) * idea[i] for i in units])
    return np.reshape(rows, np.shape(h)).tolist()


def z_first(x, h, p):
    z = sigmoid(x @ p.W_z.T + h @ p.U_z.T + p.b_z)
    seen = sigmoid(x @ p.W_r.T + h @ p.U_r.T + p.b_r) * h
    candidate = np.tanh(x @ p.W_h.T + seen @ p.U_h.T + p.b_h)
    return candidate + z * (h - candidate)


MENDED = Code(
    id="4.5",
    name="mended_step",
    title="A name used twice",
    objective="4b",
    points=3,
    minutes=10,
    difficulty=3,
    arguments=("x", "h", "p"),
    shapes="mended_step(x, h, p): x (…, D), h (…, H), p.W_* (H, D), p.U_* (H, H), p.b_* (H,) -> (…, H)",
    reference=lambda x, h, p: gru_step(x, h, p),
    probe=call_with_parameters,
    cases=step_cases,
    in_library=WHOLE_STEPS,
    wrong=(
        Wrong("as it was",
              "The bug is still there: after its second line h is the reset memory, and two lines read it.",
              step_with(read_by_z=reset, kept=reset)),
        Wrong("blend not mended",
              "z is right now. The blend still keeps the reset memory; it should keep the old state.",
              step_with(kept=reset)),
        Wrong("z not mended", "The blend is right now. z still reads the reset memory; it should read the old state.",
              step_with(read_by_z=reset)),
        Wrong("reset lost", "Now the reset gate does nothing: the candidate has to hear r * h.",
              step_with(memory=lambda r, h, U: h @ U.T)),
        Wrong("reset twice", "The candidate hears r * r * h. Once is enough.",
              step_with(memory=lambda r, h, U: (r * r * h) @ U.T)),
        Wrong("reset after the product", "r multiplies the product with U_h. It multiplies h, before the product.",
              step_with(memory=lambda r, h, U: r * (h @ U.T))),
        Wrong("z takes", "z and 1 - z have changed places: z keeps the old state.",
              step_with(last=lambda z, kept, candidate: (1 - z) * kept + z * candidate)),
        Wrong("no blend", "This is the candidate. The last step blends it with the old state.",
              step_with(last=lambda z, kept, candidate: candidate)),
    ),
    right=(step_by_loops, z_first, lambda x, h, p: gru_step(x, h, p).astype(np.float32)),
    praise="After r, three more lines read the old state: nothing may be written over it before the last one.",
    hints=(
        "Go through the lines, and say of each h whether it is still the old state.",
        "Only the candidate may read the reset memory. Who reads the old state after it?",
        "Give the reset memory a name of its own, and leave h alone.",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- set by hand

WISHES = ((0.8, 0.5), (0.0, -0.1))  # old state, new state
NEAR = 0.002


def steps_of(biases):
    z, candidate = sigmoid(biases[0]), np.tanh(biases[1])
    return [float(z * old + (1 - z) * candidate) for old, _ in WISHES]


def fulfilled(biases):
    return [abs(new - wish) <= NEAR for new, (_, wish) in zip(steps_of(biases), WISHES, strict=True)]


def near(*wanted):
    return lambda biases: max(abs(np.subtract(biases, wanted))) < 0.02


B_Z, B_H = float(np.log(3)), float(np.arctanh(-0.4))

BIASES = Value(
    id="4.6",
    name="two_biases",
    title="Two biases, two wishes",
    objective="4a",
    points=3,
    minutes=10,
    difficulty=4,
    form="a list of two numbers",
    tidy=numbers((2,), "Two numbers are asked for, b_z and b_h."),
    accepts=lambda biases: all(fulfilled(biases)),
    wrong=(
        Wrong("gate, not bias",
              "These are z and the candidate themselves. The biases are what σ and tanh make them from.",
              [0.75, -0.4], near(0.75, -0.4)),
        Wrong("candidate for its bias", "b_z is right. -0.4 is the candidate itself: b_h is what tanh makes it from.",
              [B_Z, -0.4], near(B_Z, -0.4)),
        Wrong("gate for its bias", "b_h is right. 0.75 is z itself: b_z is what σ makes it from.",
              [0.75, B_H], near(0.75, B_H)),
        Wrong("logarithm of z only", "b_h is right. b_z is ln z here; the inverse of σ divides z by 1 - z first.",
              [float(np.log(0.75)), B_H], near(np.log(0.75), B_H)),
        Wrong("z takes", "The sign of b_z is turned: here z has to keep three quarters.", [-B_Z, B_H], near(-B_Z, B_H)),
        Wrong("order", "Right numbers, wrong order: b_z first, then b_h.", [B_H, B_Z], near(B_H, B_Z)),
        Wrong("candidate's sign", "z is right, and the candidate has the wrong sign: 0 has to become negative.",
              [B_Z, -B_H], near(B_Z, -B_H)),
        Wrong("candidate whole", "z is right. The candidate is not -0.1: only its share 1 - z arrives, a quarter.",
              [B_Z, float(np.arctanh(-0.1))], near(B_Z, np.arctanh(-0.1))),
        Wrong("first wish only", "0.8 becomes 0.5, and 0 does not become -0.1. Both have the same z and candidate.",
              [0, float(np.arctanh(0.2))], lambda biases: fulfilled(biases) == [True, False]),
        Wrong("second wish only", "0 becomes -0.1, and 0.8 does not become 0.5. Both have the same z and candidate.",
              [0, float(np.arctanh(-0.2))], lambda biases: fulfilled(biases) == [False, True]),
    ),
    right=([B_Z, B_H], [1.1, -0.42], np.array([1.0986, -0.4236])),
    praise=lambda biases: f"0.8 becomes {steps_of(biases)[0]:.2f}, 0 becomes {steps_of(biases)[1]:.2f}.",
    hints=(
        "Write the blend twice, once for each wish. What is left if you take the second from the first?",
        "z · 0.8 = 0.6, so z is 0.75. Then 0.25 times the candidate is -0.1.",
        "The inverse of σ is ln(z / (1 - z)), that of tanh is np.arctanh.",
    ),
)  # fmt: skip

QUESTIONS = (GATE, MENDED, BIASES)
