"""What "z" and "reset" mean: the one truth that equations, code, figures, widgets and checks share.

Two questions divide every GRU in print:

- **update**: does z near 1 *keep* the old state, or *take* the candidate?
- **reset**: does r act on the state *before* the product with U_h, or on the product *after* it?

A `Convention` answers both. Who uses which is in the named instances below, each with its source.
"""

from dataclasses import dataclass, replace
from typing import Literal

__all__ = ["CONVENTIONS", "DEFAULT", "Convention"]


@dataclass(frozen=True)
class Convention:
    """One of the four GRUs in use. Two conventions are equal when they compute the same thing.

    update: "keeps" when h_t = z ⊙ h_{t-1} + (1 − z) ⊙ h̃, "takes" when z and 1 − z change places.
    reset: "before" when the candidate sees U_h (r ⊙ h_{t-1}), "after" when it sees r ⊙ (U_h h_{t-1} + b_Uh).

    Raises ValueError for any other word.
    """

    update: Literal["keeps", "takes"] = "keeps"
    reset: Literal["before", "after"] = "before"

    def __post_init__(self) -> None:
        if self.update not in ("keeps", "takes"):
            raise ValueError(f'update is {self.update!r}, needs "keeps" or "takes"')
        if self.reset not in ("before", "after"):
            raise ValueError(f'reset is {self.reset!r}, needs "before" or "after"')

    @property
    def equations(self) -> dict[str, str]:
        """LaTeX of the four equations: {"r": …, "z": …, "candidate": …, "h": …}, in the order of the article."""
        if self.reset == "before":
            memory = r"U_h (r_t \odot h_{t-1}) + b_h"
        else:
            memory = r"r_t \odot (U_h h_{t-1} + b_{Uh}) + b_h"
        old, new = ("z_t", "(1 - z_t)") if self.update == "keeps" else ("(1 - z_t)", "z_t")
        return {
            "r": r"r_t = \sigma(W_r x_t + U_r h_{t-1} + b_r)",
            "z": r"z_t = \sigma(W_z x_t + U_z h_{t-1} + b_z)",
            "candidate": rf"\tilde{{h}}_t = \tanh(W_h x_t + {memory})",
            "h": rf"h_t = {old} \odot h_{{t-1}} + {new} \odot \tilde{{h}}_t",
        }

    def latex(self) -> str:
        """The four equations as one LaTeX `aligned` block, without the dollar signs around it."""
        rows = [equation.replace(" = ", " &= ", 1) for equation in self.equations.values()]
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"

    def _repr_latex_(self) -> str:
        return f"$${self.latex()}$$"

    @property
    def meaning(self) -> dict[str, str]:
        """One sentence for each gate: {"r": …, "z": …}."""
        z_near_1, z_near_0 = "keeps the old state", "takes the candidate"
        if self.update == "takes":
            z_near_1, z_near_0 = z_near_0, z_near_1
        where = "before its product with U_h" if self.reset == "before" else "after its product with U_h"
        return {
            "r": f"r near 0 hides the old state from the candidate, {where}; r near 1 shows it.",
            "z": f"z near 1 {z_near_1}; z near 0 {z_near_0}.",
        }

    def convert(self, parameters, to):
        """The parameters that compute, under the convention `to`, what `parameters` compute under this one.

        *z keeps* and *z takes* convert exactly: σ(−a) = 1 − σ(a), so negating W_z, U_z and b_z swaps z for 1 − z.
        Raises ValueError when the two differ in `reset`: in general no weights make r ⊙ (U h) equal U (r ⊙ h).
        """
        if self.reset != to.reset:
            raise ValueError(
                f'no exact conversion from reset "{self.reset}" to reset "{to.reset}": '
                "r times U_h h and U_h times (r * h) differ unless U_h is diagonal"
            )
        if self.update == to.update:
            return parameters
        return replace(parameters, W_z=-parameters.W_z, U_z=-parameters.U_z, b_z=-parameters.b_z)


CHO_2014 = Convention("keeps", "before")  # Cho et al. 2014, arXiv:1406.1078v3, equations 5–8
CHUNG_2014 = Convention("takes", "before")  # Chung et al. 2014, arXiv:1412.3555, section 3.2
ARTICLE_SECTION_12 = Convention("keeps", "before")
ARTICLE_SECTION_13 = Convention("takes", "before")
PYTORCH = Convention("keeps", "after")  # torch.nn.GRU, and cuDNN beneath it
KERAS = Convention("keeps", "after")  # keras.layers.GRU(reset_after=True), the default since Keras 2
KERAS_RESET_BEFORE = Convention("keeps", "before")  # keras.layers.GRU(reset_after=False)
FLAX = Convention("keeps", "after")  # flax.linen.GRUCell
ONNX = Convention("keeps", "before")  # the GRU operator with linear_before_reset=0, its default
ONNX_LINEAR_BEFORE_RESET = Convention("keeps", "after")  # the same operator with linear_before_reset=1
HAIKU = Convention("takes", "before")  # haiku.GRU

DEFAULT = CHO_2014  # sections 9–12 of the article, and this course wherever nothing else is said

CONVENTIONS = {name: value for name, value in globals().items() if isinstance(value, Convention) and name != "DEFAULT"}
__all__ += list(CONVENTIONS)
