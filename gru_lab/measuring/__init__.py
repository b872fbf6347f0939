"""Measuring: the article's claims about the LSTM (chapter 1), and how far a gradient reaches (chapter 2).

counts      arithmetic: parameters, multiplications, what a step hands on
kernels     PyTorch's own layers on this machine: time, memory, growth with the length of a sequence
networks    the three cells written side by side, many networks at once
switches    a small world whose truth is known
lessons     training in it: remembering, and learning by heart
gradients   what is left of a gradient k steps back
claims      the seven claims, each as pieces of evidence
evidence    from evidence to a verdict, by rule
"""

from gru_lab.measuring.counts import CELLS, EQUAL_HIDDEN_SIZE, EQUAL_PARAMETERS
from gru_lab.measuring.evidence import (
    CLAIMS,
    Evidence,
    best_of_three,
    by_claim,
    evidence_table,
    verdict,
    verdict_table,
)

__all__ = [
    "CELLS",
    "CLAIMS",
    "EQUAL_HIDDEN_SIZE",
    "EQUAL_PARAMETERS",
    "Evidence",
    "best_of_three",
    "by_claim",
    "evidence_table",
    "verdict",
    "verdict_table",
]
