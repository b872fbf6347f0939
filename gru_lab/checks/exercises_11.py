"""Exercises on the candidate: who makes the gap between the resets, a matrix set by hand, and a bug to find."""

import numpy as np

from gru_lab.checks import words
from gru_lab.checks.common import draw, numbers
from gru_lab.checks.question import Case, Code, Value, Wrong
from gru_lab.checks.sizes import sizes

# ---------------------------------------------------------------------------------------------- who makes the gap


def gap_by_sender(h, r, U_h):
    return U_h * (r[..., None, :] - r[..., :, None]) * h[..., None, :]


def gap_cases(rng):
    hand = {"h": np.array([1.0, -2.0]), "r": np.array([1.0, 0.5]), "U_h": np.array([[5.0, 2.0], [3.0, 5.0]])}
    cases = [Case("hand", hand, "for two units that talk to each other", expected=[[0.0, 2.0], [1.5, 0.0]])]
    same = draw(rng, h=(3,)) | {"r": np.full(3, 0.4)} | draw(rng, U_h=(3, 3))
    cases.append(Case("property", same, "when r is the same for all units: no gap at all"))
    alone = draw(rng, h=(4,)) | {"r": rng.uniform(0, 1, 4).round(2), "U_h": np.diag([0.5, -1.0, 0.3, 2.0])}
    cases.append(Case("property", alone, "when U_h is diagonal: no gap at all"))
    for B, H in sizes(rng, (3, 4), (5, 2)):
        inputs = draw(rng, h=(B, H)) | {"r": rng.uniform(0, 1, (B, H)).round(2)} | draw(rng, U_h=(H, H))
        inputs["r"][:, :2] = 0.2, 0.9
        cases.append(Case("random", inputs, f"for a batch of {B} with H = {H}"))
    return cases


def gap_by_loops(h, r, U_h):
    H = len(U_h)
    tables = []
    for memory, gate in zip(np.atleast_2d(h), np.atleast_2d(r), strict=True):
        before = [[U_h[i, j] * (gate[j] * memory[j]) for j in range(H)] for i in range(H)]
        after = [[gate[i] * (U_h[i, j] * memory[j]) for j in range(H)] for i in range(H)]
        tables.append(np.subtract(before, after))
    return tables if np.ndim(h) == 2 else tables[0].tolist()


def gap_by_matrices(h, r, U_h):
    """U_h R − R U_h, its columns scaled with h."""
    eye = np.eye(len(U_h))
    R = r[..., None] * eye
    return (U_h @ R - R @ U_h) @ (h[..., None] * eye)


GAP = Code(
    id="11.4",
    name="gap_by_sender",
    title="Who makes the gap?",
    objective="11d",
    points=3,
    minutes=12,
    difficulty=4,
    arguments=("h", "r", "U_h"),
    shapes="gap_by_sender(h, r, U_h): h and r (…, H), U_h (H, H) -> (…, H, H)",
    reference=gap_by_sender,
    cases=gap_cases,
    wrong=(
        Wrong(
            "sign",
            "The sign is turned: reset before minus reset after, so the sender's gate minus the receiver's.",
            lambda *given: -gap_by_sender(*given),
        ),
        Wrong(
            "before only",
            "This is what arrives with reset before. The part of reset after is not taken off yet.",
            lambda h, r, U_h: U_h * r[..., None, :] * h[..., None, :],
        ),
        Wrong(
            "after only",
            "This is what arrives with reset after. Start with reset before, and take this off.",
            lambda h, r, U_h: U_h * r[..., :, None] * h[..., None, :],
        ),
        Wrong(
            "transposed",
            "Transposed: a row belongs to the unit that receives, a column to the one that sends, as in U_h.",
            lambda *given: gap_by_sender(*given).swapaxes(-1, -2),
        ),
        Wrong(
            "U_h transposed",
            "U_h itself is transposed: U_h[i, j] says how strongly j feeds i.",
            lambda h, r, U_h: gap_by_sender(h, r, U_h.T),
        ),
        Wrong(
            "receiver's memory",
            "You multiply by the memory of the unit that receives. What travels is the sender's, h_j.",
            lambda h, r, U_h: U_h * (r[..., None, :] - r[..., :, None]) * h[..., :, None],
        ),
        Wrong(
            "memory forgotten",
            "h is missing: a sender that remembers nothing makes no gap.",
            lambda h, r, U_h: U_h * (r[..., None, :] - r[..., :, None]) + 0 * h[..., None, :],
        ),
        Wrong(
            "no sign at all",
            "You take the size of the difference of the two gates. Its sign is part of the answer.",
            lambda h, r, U_h: U_h * np.abs(r[..., None, :] - r[..., :, None]) * h[..., None, :],
        ),
        Wrong(
            "added up",
            "This is the whole gap of each unit. Asked for are its parts, one for each sender: do not add them up.",
            lambda *given: gap_by_sender(*given).sum(axis=-1),
        ),
    ),
    right=(
        gap_by_loops,
        gap_by_matrices,
        lambda *given: gap_by_sender(*given).astype(np.float32),
        lambda h, r, U_h: U_h * (r * h)[..., None, :] - r[..., :, None] * (U_h * h[..., None, :]),
    ),
    praise="A unit makes no gap in itself, and none in a unit with the same gate.",
    hints=(
        "What arrives at unit i from unit j: with reset before U_ij r_j h_j. And with reset after?",
        "The second is r_i U_ij h_j. Take it off, and put in front what both have.",
        "U_h * (r[..., None, :] - r[..., :, None]) * h[..., None, :]: the last axis is j, the one before it i.",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- set by hand

H_GIVEN, R_GIVEN = np.array([1.0, -1.0]), np.array([1.0, 0.5])
BEFORE, AFTER = [0.0, 1.0], [1.0, 1.0]


def arrives(matrix, h=H_GIVEN, r=R_GIVEN):
    """What arrives with reset before, and with reset after."""
    U_h = np.array(matrix)
    return U_h @ (r * h), r * (U_h @ h)


def both_are(before, after, **given):
    def test(matrix):
        found = arrives(matrix, **given)
        return np.allclose(found[0], before, atol=1e-6) and np.allclose(found[1], after, atol=1e-6)

    return test


def forgets_r(matrix):
    return np.allclose(arrives(matrix)[0], BEFORE) and np.allclose(np.array(matrix) @ H_GIVEN, AFTER)


MATRIX = Value(
    id="11.5",
    name="matrix_for_both",
    title="A matrix set by hand",
    objective="11c",
    points=2,
    minutes=9,
    difficulty=3,
    form="a matrix of two rows with two numbers each",
    tidy=numbers((2, 2), "A matrix U_h of two rows with two numbers each is asked for."),
    accepts=both_are(BEFORE, AFTER),
    wrong=(
        Wrong("before and after swapped", "Before and after have changed places: this gives 1, 1 with reset before.",
              [[2, 2], [0, -2]], both_are(AFTER, BEFORE)),
        Wrong("transposed", "Transposed: row i of U_h says whom unit i listens to. Turn rows into columns.",
              [[-1, 0], [-2, -2]], lambda matrix: both_are(BEFORE, AFTER)(np.transpose(matrix))),
        Wrong("sign of h lost", "You reckoned with h = [1, 1]. The second unit holds −1.",
              [[-1, 2], [0, 2]], both_are(BEFORE, AFTER, h=np.array([1.0, 1.0]))),
        Wrong("r forgotten after", "You have U_h h = [1, 1]. With reset after, the second unit gets half of it, so it "
              "must be 2 before r comes.", [[-1, -2], [1, 0]],
              forgets_r),
        Wrong("before only", "Reset before is as wanted; reset after is not. There r meets what is received.",
              [[0, 0], [1, 0]], lambda matrix: np.allclose(arrives(matrix)[0], BEFORE)),
        Wrong("after only", "Reset after is as wanted; reset before is not. There r meets what is sent.",
              [[1, 0], [2, 0]], lambda matrix: np.allclose(arrives(matrix)[1], AFTER)),
    ),
    right=([[-1, -2], [0, -2]], np.array([[-1.0, -2.0], [0.0, -2.0]]), ((-1, -2), (0.0, -2))),
    praise=lambda matrix: "Before [{:g}, {:g}], after [{:g}, {:g}].".format(
        *(np.concatenate(arrives(matrix)).round(6) + 0.0)
    ),
    leads_to=lambda matrix: "With your matrix [{}, {}] arrives with reset before, [{}, {}] with reset after.".format(
        *map(words.number, np.concatenate(arrives(matrix)))
    ),
    hints=(
        "Each row is a puzzle of its own: two unknown numbers, and two sums that are known.",
        "With reset before, r ⊙ h = [1, −0.5] is sent. With reset after, [1, −1] is, and row 2 gets half of the sum.",
        "Row 1: a − 0.5 b = 0 and a − b = 1. Row 2: c − 0.5 d = 1 and (c − d) / 2 = 1.",
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- a bug to find


def candidate_of_dense(x, h, r, dense, b_h):
    return np.tanh(np.concatenate([r * h, x], axis=-1) @ dense.T + b_h)


def dense_cases(rng):
    hand = {
        "x": np.array([1.0]), "h": np.array([0.5, -1.0]), "r": np.array([0.0, 0.5]),
        "dense": np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 2.0]]), "b_h": np.array([0.0, -1.5]),
    }  # fmt: skip
    cases = [Case("hand", hand, "with H = 2 and D = 1", expected=np.tanh([0.5, 0.5]))]
    dark = draw(rng, x=(3,), h=(2,)) | {"r": np.zeros(2)} | draw(rng, dense=(2, 5), b_h=(2,))
    cases.append(Case("property", dark, "when r is 0 everywhere: the sentence alone is heard"))
    for B, D, H in sizes(rng, (3, 2, 4), (2, 4, 3)):
        inputs = draw(rng, x=(B, D), h=(B, H)) | {"r": rng.uniform(0.1, 0.9, (B, H)).round(2)}
        cases.append(Case("random", inputs | draw(rng, dense=(H, H + D), b_h=(H,)), f"with B = {B}, D = {D}, H = {H}"))
    return cases


def cut(h, dense):
    """U_h and W_h."""
    H = np.shape(h)[-1]
    return dense[:, :H], dense[:, H:]


def dense_by_loops(x, h, r, dense, b_h):
    rows = []
    for one, memory, gate in zip(*(np.atleast_2d(array) for array in (x, h, r)), strict=True):
        long = [share * value for share, value in zip(gate, memory, strict=True)] + list(one)
        rows.append(
            [float(np.tanh(b_h[i] + sum(dense[i, j] * long[j] for j in range(len(long))))) for i in range(len(b_h))]
        )
    return np.reshape(rows, np.shape(h))


def dense_in_two(x, h, r, dense, b_h):
    U_h, W_h = cut(h, dense)
    return np.tanh(x @ W_h.T + (r * h) @ U_h.T + b_h)


def dense_after(x, h, r, dense, b_h):
    U_h, W_h = cut(h, dense)
    return np.tanh(x @ W_h.T + r * (h @ U_h.T) + b_h)


DENSE = Code(
    id="11.6",
    name="candidate_of_dense",
    title="Find the bug: one dense layer",
    objective="11a",
    points=2,
    minutes=8,
    difficulty=3,
    arguments=("x", "h", "r", "dense", "b_h"),
    shapes="candidate_of_dense(x, h, r, dense, b_h): x (…, D), h, r (…, H), dense (H, H + D), b_h (H,) -> (…, H)",
    reference=candidate_of_dense,
    between=(-1, 1),
    cases=dense_cases,
    in_library=("gru_lab.cell.candidate_state",),
    wrong=(
        Wrong(
            "as it was",
            "The bug is still there: r multiplies all that the layer gives, so with r = 0 the sentence is not heard "
            "either.",
            lambda x, h, r, dense, b_h: np.tanh(r * (np.concatenate([h, x], axis=-1) @ dense.T) + b_h),
        ),
        Wrong(
            "bias under the reset",
            "The bug is still there, and r multiplies b_h too now. It dims the memory, and nothing else.",
            lambda x, h, r, dense, b_h: np.tanh(r * (np.concatenate([h, x], axis=-1) @ dense.T + b_h)),
        ),
        Wrong(
            "tanh thrown out",
            "This is the sum itself. tanh makes the candidate of it, and it was right where it stood.",
            lambda x, h, r, dense, b_h: np.concatenate([r * h, x], axis=-1) @ dense.T + b_h,
        ),
        Wrong(
            "reset after",
            "r now meets U_h h, after the product. This cell resets before it: r ⊙ h goes into the long vector.",
            dense_after,
        ),
        Wrong(
            "reset thrown out",
            "Without r there is no reset. It dims the memory before it goes into the long vector.",
            lambda x, h, r, dense, b_h: np.tanh(np.concatenate([h, x], axis=-1) @ dense.T + b_h),
        ),
        Wrong(
            "input first",
            "The order was right: memory first, as in dense. Nothing stops you from the other one, and it is wrong.",
            lambda x, h, r, dense, b_h: np.tanh(np.concatenate([x, r * h], axis=-1) @ dense.T + b_h),
        ),
        Wrong(
            "dimmed twice",
            "r stands in two places. Once is enough: before the product.",
            lambda x, h, r, dense, b_h: np.tanh(r * (np.concatenate([r * h, x], axis=-1) @ dense.T) + b_h),
        ),
        Wrong(
            "r outside tanh",
            "r multiplies the candidate. It dims the memory that the candidate reads.",
            lambda x, h, r, dense, b_h: r * np.tanh(np.concatenate([h, x], axis=-1) @ dense.T + b_h),
        ),
        Wrong(
            "bias thrown out",
            "The bias b_h is missing. It was right where it stood.",
            lambda x, h, r, dense, b_h: candidate_of_dense(x, h, r, dense, 0 * b_h),
        ),
    ),
    right=(
        dense_by_loops,
        dense_in_two,
        lambda *given: candidate_of_dense(*given).astype(np.float32),
    ),
    praise="The memory is dimmed before it goes into the long vector, and the sentence is not.",
    hints=(
        "Set r = 0 in your mind. What should the candidate still hear, and what does it hear here?",
        "The layer gives U_h h + W_h x in one sum. Can r still reach the memory's part alone?",
        "np.concatenate([r * h, x], axis=-1) @ dense.T + b_h, and tanh of it.",
    ),
)  # fmt: skip

QUESTIONS = (GAP, MATRIX, DENSE)
