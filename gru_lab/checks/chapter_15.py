"""Chapter 15, learning the gates: one step back, the sums for the weights, and clipping."""

import numpy as np

from gru_lab.cell import sigmoid
from gru_lab.checks.common import draw
from gru_lab.checks.question import Case, Choice, Code, Option, Prediction, Wrong

PREDICT_REACH = Prediction(
    id="15.1",
    name="predict_reach",
    title="A hundred sentences back",
    objective="15d",
    points=1,
    minutes=2,
    difficulty=2,
    asks="z = 0.99 at every step. A gradient of 1 travels 100 steps back along the kept memory. How much arrives?",
    answer=0.99**100,
    within=0.015,
    between=(0, 1),
    near=0.15,
    kind="a number between 0 and 1",
    because="Each step multiplies by 0.99, and 0.99 to the power of 100 is 0.37.",
    wrong=(
        Wrong(
            "straight line",
            "0 would need a hundredth of the first value lost each time. It is a hundredth of what is left.",
            0.0,
        ),
        Wrong("one step", "0.99 arrives after one step. There are a hundred.", 0.99),
        Wrong("nothing is lost", "1 would need z = 1.", 1.0),
        Wrong("half", "0.5 is left after 69 steps, the half-life of z = 0.99.", 0.5),
        Wrong("what is taken", "0.01 is 1 − z, the candidate's share at one step.", 0.01),
    ),
    hints=(
        "The kept share of the old state is z, so the slope along this road is z.",
        "Slopes along a road are multiplied: 0.99 · 0.99 · …, a hundred times.",
        "Chapter 12: at z = 0.99 half is left after 69 steps. A hundred is a little more than that.",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- the blend, backwards


def blend_backward(d_h, h, candidate, z):
    return d_h * z, d_h * (1 - z), d_h * (h - candidate)


def blend_cases(rng):
    pencil = {name: np.array([number]) for name, number in (("d_h", 1.0), ("h", 0.8), ("candidate", 0.4), ("z", 0.75))}
    two = {
        "d_h": np.array([2.0, -1.0]),
        "h": np.array([0.5, -0.5]),
        "candidate": np.array([-0.5, 0.5]),
        "z": np.array([0.25, 0.5]),
    }
    cases = [
        Case("hand", pencil, "in the example done with a pencil", expected=([0.75], [0.25], [0.4])),
        Case("hand", two, "for two units", expected=([0.5, -0.5], [1.5, -0.5], [2.0, 1.0])),
    ]
    same = draw(rng, d_h=(3,), h=(3,)) | {"z": np.array([0.2, 0.5, 0.9])}
    cases.append(Case("property", same | {"candidate": same["h"].copy()}, "when the candidate equals the old state"))
    for shape in ((4, 3), (2, 5)):
        inputs = draw(rng, d_h=shape, h=shape, candidate=shape) | {"z": rng.uniform(0.1, 0.9, shape).round(2)}
        cases.append(Case("random", inputs, f"for a batch of {shape[0]}"))
    return cases


def blend_backward_by_loops(d_h, h, candidate, z):
    out = np.zeros((3, *h.shape), dtype=np.float32)
    for at in np.ndindex(*h.shape):
        out[0][at] = z[at] * d_h[at]
        out[1][at] = d_h[at] - z[at] * d_h[at]
        out[2][at] = h[at] * d_h[at] - candidate[at] * d_h[at]
    return out


BLEND_BACKWARD = Code(
    id="15.2",
    name="blend_backward",
    title="The blend, backwards",
    objective="15a",
    points=3,
    minutes=10,
    difficulty=3,
    arguments=("d_h", "h", "candidate", "z"),
    shapes="blend_backward(d_h, h, candidate, z): h the old state, all (…, H) -> d_h_before, d_candidate, d_z",
    reference=blend_backward,
    returns=("d_h_before", "d_candidate", "d_z"),
    cases=blend_cases,
    wrong=(
        Wrong(
            "z takes",
            "These are the slopes of z takes. Here z is the share of the old state.",
            lambda d_h, h, candidate, z: (d_h * (1 - z), d_h * z, d_h * (candidate - h)),
        ),
        Wrong(
            "sign of d_z",
            "d_z has the wrong sign: a larger z brings more of h and less of the candidate. So h - candidate.",
            lambda d_h, h, candidate, z: (d_h * z, d_h * (1 - z), d_h * (candidate - h)),
        ),
        Wrong(
            "1 - z forgotten",
            "z stands in the blend twice, in z and in 1 - z. Its slope has both parts: h - candidate.",
            lambda d_h, h, candidate, z: (d_h * z, d_h * (1 - z), d_h * h),
        ),
        Wrong(
            "d_h forgotten",
            "These are the slopes of the blend itself. The chain rule multiplies each by d_h, which comes from behind.",
            lambda d_h, h, candidate, z: (z.copy(), 1 - z, h - candidate),
        ),
        Wrong(
            "through σ and tanh",
            "You went one line too far: σ' and tanh' belong to the lines before. Here only the blend is turned round.",
            lambda d_h, h, candidate, z: (
                d_h * z,
                d_h * (1 - z) * (1 - candidate**2),
                d_h * (h - candidate) * z * (1 - z),
            ),
        ),
        Wrong(
            "through tanh",
            "d_candidate went one line too far: tanh' belongs to the line before. Here only the blend is turned round.",
            lambda d_h, h, candidate, z: (d_h * z, d_h * (1 - z) * (1 - candidate**2), d_h * (h - candidate)),
        ),
        Wrong(
            "through σ",
            "d_z went one line too far: σ' belongs to the line before. Here only the blend is turned round.",
            lambda d_h, h, candidate, z: (d_h * z, d_h * (1 - z), d_h * (h - candidate) * z * (1 - z)),
        ),
        Wrong(
            "squeezed again",
            "You squeeze what comes in. z and candidate come out of σ and tanh already: take them as they are.",
            lambda d_h, h, candidate, z: blend_backward(d_h, h, np.tanh(candidate), sigmoid(z)),
        ),
        Wrong(
            "values for slopes",
            "These are shares of the values, z h and (1 - z) candidate. Slopes are asked for: they start from d_h.",
            lambda d_h, h, candidate, z: (z * h, (1 - z) * candidate, h - candidate),
        ),
        Wrong(
            "everything to both",
            "Old state and candidate both get all of d_h. They share it: z and 1 - z.",
            lambda d_h, h, candidate, z: (d_h.copy(), d_h.copy(), d_h * (h - candidate)),
        ),
        Wrong(
            "order",
            "The order is d_h_before, d_candidate, d_z.",
            lambda d_h, h, candidate, z: (d_h * (1 - z), d_h * z, d_h * (h - candidate)),
        ),
    ),
    right=(
        blend_backward_by_loops,
        lambda d_h, h, candidate, z: [(d_h * z).tolist(), (d_h - d_h * z).tolist(), (d_h * (h - candidate)).tolist()],
        lambda d_h, h, candidate, z: {
            "d_h_before": z * d_h,
            "d_z": (h - candidate) * d_h,
            "d_candidate": d_h - z * d_h,
        },
    ),
    praise="z shares the gradient out between old state and candidate, and learns from their difference.",
    hints=(
        "Hold everything fixed but one thing, and ask how fast the blend changes with it.",
        "For the old state that is z. For the candidate it is 1 - z. For z itself, write the blend as z (h - …) + …",
        "d_h * z, d_h * (1 - z), d_h * (h - candidate).",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- sums for the weights


def weight_gradients(d_a, X):
    return np.einsum("bth,btd->hd", d_a, X), d_a.sum((0, 1))


def weight_cases(rng):
    hand = {"d_a": np.array([[[1.0], [2.0]]]), "X": np.array([[[3.0, 0.0], [1.0, -1.0]]])}
    cases = [Case("hand", hand, "for one story of two steps", expected=([[5.0, -2.0]], [3.0]))]
    one = draw(rng, d_a=(1, 1, 2), X=(1, 1, 3))
    cases.append(Case("property", one, "for a single step, where nothing is summed"))
    for B, T, D, H in ((4, 3, 5, 2), (2, 5, 3, 4)):
        inputs = draw(rng, d_a=(B, T, H), X=(B, T, D))
        cases.append(Case("random", inputs, f"with B = {B}, T = {T}, D = {D}, H = {H}"))
    return cases


def outer_products_one_by_one(d_a, X):
    d_W, d_b = np.zeros((d_a.shape[2], X.shape[2])), np.zeros(d_a.shape[2])
    for b in range(d_a.shape[0]):
        for t in range(d_a.shape[1]):
            d_W += np.outer(d_a[b, t], X[b, t])
            d_b += d_a[b, t]
    return d_W, d_b


WEIGHT_GRADIENTS = Code(
    id="15.3",
    name="weight_gradients",
    title="One weight, used at every step",
    objective="15b",
    points=2,
    minutes=10,
    difficulty=3,
    arguments=("d_a", "X"),
    shapes="weight_gradients(d_a, X): d_a (B, T, H), X (B, T, D) -> d_W (H, D), d_b (H,)",
    reference=weight_gradients,
    returns=("d_W", "d_b"),
    cases=weight_cases,
    wrong=(
        Wrong(
            "mean over steps",
            "You divide by the number of steps. A weight that is used T times gets T slopes, and they add up.",
            lambda d_a, X: tuple(array / X.shape[1] for array in weight_gradients(d_a, X)),
        ),
        Wrong(
            "mean over the batch",
            "You divide by the number of stories. If a mean is wanted, the loss takes it; here slopes add up.",
            lambda d_a, X: tuple(array / X.shape[0] for array in weight_gradients(d_a, X)),
        ),
        Wrong(
            "last step only",
            "Only the last step counts here. The weights are used at every step, so every step adds its slope.",
            lambda d_a, X: weight_gradients(d_a[:, -1:], X[:, -1:]),
        ),
        Wrong(
            "first story only",
            "Only the first story counts here. Every story of the batch adds its slope.",
            lambda d_a, X: weight_gradients(d_a[:1], X[:1]),
        ),
        Wrong(
            "sums multiplied",
            "You add first and multiply then. Each step's d_a meets its own x; add the products.",
            lambda d_a, X: (np.outer(d_a.sum((0, 1)), X.sum((0, 1))), d_a.sum((0, 1))),
        ),
        Wrong(
            "transposed",
            "d_W is transposed: it has the shape of W, (H, D).",
            lambda d_a, X: (weight_gradients(d_a, X)[0].T, weight_gradients(d_a, X)[1]),
        ),
        Wrong(
            "mean in d_b",
            "d_W is right; d_b is a mean where a sum is needed.",
            lambda d_a, X: (weight_gradients(d_a, X)[0], d_a.mean((0, 1))),
        ),
        Wrong(
            "not summed over the batch",
            "One gradient for each story. The stories share the weights: add them up.",
            lambda d_a, X: (d_a.swapaxes(1, 2) @ X, d_a.sum(1)),
        ),
    ),
    right=(
        outer_products_one_by_one,
        lambda d_a, X: (d_a.reshape(-1, d_a.shape[-1]).T @ X.reshape(-1, X.shape[-1]), d_a.sum(axis=(0, 1))),
        lambda d_a, X: [
            np.tensordot(d_a.astype(np.float32), X.astype(np.float32), axes=((0, 1), (0, 1))).tolist(),
            d_a.sum(0).sum(0).tolist(),
        ],
    ),
    praise="Every use of a weight has a say, and the says add up.",
    hints=(
        "For one story and one step: d_W is the outer product of d_a (H,) and x (D,).",
        "Then add up over all stories and steps. For d_b, x is replaced by 1.",
        'np.einsum("bth,btd->hd", d_a, X), and d_a.sum((0, 1)).',
    ),
)


# ---------------------------------------------------------------------------------------------- clipping


def call_with_gradients(answer, inputs):
    """answer({name: array, …}, limit)"""
    gradients = {name: value for name, value in inputs.items() if name != "limit"}
    return answer(gradients, inputs["limit"])


def scaled(factor):
    """A clipping rule from its factor: (gradients, limit) -> what every array is multiplied by."""

    def clip(gradients, limit):
        by = factor(gradients, limit)
        return {name: array * by for name, array in gradients.items()}

    return clip


def norm(gradients):
    return np.sqrt(sum((array**2).sum() for array in gradients.values()))


clip_by_norm = scaled(lambda gradients, limit: limit / norm(gradients) if norm(gradients) > limit else 1)


def clip_cases(rng):
    def gradients(W, b, limit):
        return {"W_z": np.array(W), "b_z": np.array(b), "limit": limit}

    cases = [
        Case(
            "hand",
            gradients([[3.0]], [4.0], 1.0),
            "for 3 and 4, which have norm 5, with limit 1",
            expected=([[0.6]], [0.8]),
        ),
        Case("property", gradients([[0.3]], [0.4], 1.0), "when the norm is below the limit: nothing may change"),
        Case("property", gradients([[0.0]], [0.0], 1.0), "when every gradient is 0"),
    ]
    for H, D, limit in ((2, 3, 0.5), (4, 2, 2.5)):
        inputs = draw(rng, W_z=(H, D), b_z=(H,)) | {"limit": limit}
        cases.append(Case("random", inputs, f"with limit {limit}"))
    return cases


def clip_on_one_long_vector(gradients, limit):
    flat = np.concatenate([array.ravel() for array in gradients.values()])
    length = np.linalg.norm(flat)
    if length > limit:
        flat = flat * limit / length
    parts = np.split(flat, np.cumsum([array.size for array in gradients.values()])[:-1])
    return {name: part.reshape(gradients[name].shape) for name, part in zip(gradients, parts, strict=True)}


def clip_like_torch(gradients, limit):
    length = sum(float(np.linalg.norm(array)) ** 2 for array in gradients.values()) ** 0.5
    by = np.float32(min(1.0, limit / (length + 1e-6)))
    return [array.astype(np.float32) * by for array in gradients.values()]


def clip_every_number(gradients, limit):
    squares = [number * number for array in gradients.values() for number in array.flat]
    by = 1 / max(1, sum(squares) ** 0.5 / limit)
    return {name: (array * by).tolist() for name, array in gradients.items()}


CLIP_BY_NORM = Code(
    id="15.4",
    name="clip_by_norm",
    title="Clipping by norm",
    objective="15e",
    points=2,
    minutes=10,
    difficulty=3,
    arguments=("gradients", "limit"),
    shapes="clip_by_norm(gradients, limit): gradients {name: array}, limit a number -> {name: array}",
    reference=clip_by_norm,
    probe=call_with_gradients,
    returns=("W_z", "b_z"),
    cases=clip_cases,
    wrong=(
        Wrong(
            "by value",
            "You clip each number on its own, which turns the gradient. Multiply all of them by one factor.",
            lambda gradients, limit: {name: np.clip(array, -limit, limit) for name, array in gradients.items()},
        ),
        Wrong(
            "each array on its own",
            "You clip each array by its own norm, which turns the gradient. Take one norm over all arrays.",
            lambda gradients, limit: {
                name: array * min(1, limit / max(np.linalg.norm(array), 1e-12)) for name, array in gradients.items()
            },
        ),
        Wrong(
            "small ones too",
            "Gradients below the limit are made larger. Clipping only ever makes them smaller.",
            scaled(lambda gradients, limit: limit / max(norm(gradients), 1e-12)),
        ),
        Wrong(
            "always scaled",
            "Every gradient is scaled to the limit: small ones grow, and 0 / 0 is NaN. Clipping only ever shortens.",
            scaled(lambda gradients, limit: limit / norm(gradients)),
        ),
        Wrong(
            "root missing",
            "You divide by the sum of squares; the norm is its square root.",
            scaled(lambda gradients, limit: min(1, limit / max(norm(gradients) ** 2, 1e-12))),
        ),
        Wrong(
            "norms added",
            "You add up the arrays' norms. Add up the squares of all numbers, then take one root.",
            scaled(
                lambda gradients, limit: min(1, limit / max(sum(np.linalg.norm(a) for a in gradients.values()), 1e-12))
            ),
        ),
        Wrong(
            "largest number",
            "You divide by the largest number; the norm is the root of the sum of all squares.",
            scaled(lambda gradients, limit: min(1, limit / max(*(np.abs(a).max() for a in gradients.values()), 1e-12))),
        ),
        Wrong(
            "limit forgotten",
            "The norm becomes 1, whatever the limit is.",
            scaled(lambda gradients, limit: 1 / norm(gradients) if norm(gradients) > limit else 1),
        ),
        Wrong(
            "thrown away",
            "A gradient above the limit is thrown away. Keep its direction and make it shorter.",
            scaled(lambda gradients, limit: float(norm(gradients) <= limit)),
        ),
    ),
    right=(clip_on_one_long_vector, clip_like_torch, clip_every_number),
    praise="One norm over everything, one factor for everything, and never above 1.",
    hints=(
        "First one number: the root of the sum of the squares of every number in every array.",
        "If it is above the limit, which factor brings it down to the limit? Otherwise the factor is 1.",
        "{name: factor * array for name, array in gradients.items()}. Mind a norm of 0: do not divide by it.",
    ),
)  # fmt: skip

WHAT_CUTS = Choice(
    id="15.5",
    name="what_cuts",
    title="Where the blame stops",
    objective="15d",
    points=1,
    minutes=3,
    difficulty=3,
    asks="z is 0.02 for Tragedy in sentence 3. Why does hardly any blame reach Tragedy's value after sentence 2?",
    options={
        "a": Option(
            "the weights of the update gate are small",
            "The straight road has no weights in it. Its slope is z itself, and z is 0.02.",
        ),
        "b": Option(
            "sentence 3 wrote the unit anew, and the old value is nearly gone",
            "What was overwritten has hardly a say in what comes later, so it gets hardly any blame: 0.02 by "
            "the straight road, 0.08 by all four. That is a short memory, no fault of the gradient.",
        ),
        "c": Option(
            "tanh is flat far from zero",
            "A flat tanh weakens the road through the candidate. The straight road does not pass through it.",
        ),
        "d": Option(
            "the gradient was clipped",
            "Clipping comes after the whole way back, and it makes all parts smaller by the same factor.",
        ),
    },
    answer="b",
    hints=(
        "Which share of the old value is in the new one?",
        "The slope of the straight road is z.",
        "Forwards, z lets 0.02 of the old value through. Backwards, 0.02 of the gradient; other roads make it 0.08.",
    ),
)

QUESTIONS = (PREDICT_REACH, BLEND_BACKWARD, WEIGHT_GRADIENTS, CLIP_BY_NORM, WHAT_CUTS)
