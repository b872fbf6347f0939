"""From numbers to a verdict, by rule. Nobody writes a verdict by hand: other numbers give another one.

A piece of evidence holds the same cost measured on an RNN, a GRU and an LSTM, several times each (seeds, or rounds of a
clock). More is worse. Two sets of numbers differ when their ranges do not touch and lie more than MARGIN apart.
"""

import math
from dataclasses import dataclass

# The article's claims, under its own names.
CLAIMS = {
    1: "Computational complexity",
    2: "Memory requirement",
    3: "Difficulty in interpretability",
    4: "Overfitting",
    5: "Training complexity",
    6: "Longer training time",
    7: "Lack of parallelism",
}

MARGIN = 0.05  # differences of less than 5 % count as none

HOLDS, HOLDS_TOO, FAILS, DEPENDS = "holds", "holds for the GRU too", "does not hold", "depends"
VERDICTS = (HOLDS, HOLDS_TOO, FAILS, DEPENDS)

ARITHMETIC, IMPLEMENTATION, EXPERIMENT = "arithmetic", "implementation", "experiment"
KINDS = (ARITHMETIC, IMPLEMENTATION, EXPERIMENT)


def compare(values, others, margin=MARGIN):
    """How `values` stand to `others`: "more", "less" or "alike".

    "more" if every one of `values` exceeds every one of `others` by more than `margin`, "less" for the reverse, "alike"
    otherwise. Infinity stands for "never", so two infinities are alike.

    Raises ValueError for an empty list or a NaN.
    """
    for name, numbers in (("values", values), ("others", others)):
        if not len(numbers):
            raise ValueError(f"{name} is empty, needs at least one number")
        if any(math.isnan(number) for number in numbers):
            raise ValueError(f"{name} has a NaN: a cost that was not measured cannot be compared")
    if _exceeds(min(values), max(others), margin):
        return "more"
    if _exceeds(min(others), max(values), margin):
        return "less"
    return "alike"


def _exceeds(low, high, margin):
    return low > high + margin * abs(high) and low != high


@dataclass(frozen=True)
class Evidence:
    """One cost, measured side by side. claim: the number of the article's claim, 1 to 7.

    measure: what was counted. sizes: at equal what. kind: one of KINDS. unit: of the numbers.
    costs: {"RNN": (…), "GRU": (…), "LSTM": (…)}, several numbers each, more is worse.
    reference: (name, numbers): the cost of something without the drawback. None stands for the RNN. Where every
    network has some trouble it is `best_of_three(costs)`; a reference that every network exceeds would decide nothing.
    """

    claim: int
    measure: str
    sizes: str
    kind: str
    unit: str
    costs: dict
    reference: tuple | None = None

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"kind is {self.kind!r}, needs one of {', '.join(KINDS)}")
        missing = {"RNN", "GRU", "LSTM"} - set(self.costs)
        if missing:
            raise ValueError(f"costs lacks {', '.join(sorted(missing))}, needs RNN, GRU and LSTM")

    @property
    def reference_costs(self):
        return self.reference[1] if self.reference else self.costs["RNN"]

    @property
    def against_gru(self):
        """Does the LSTM cost "more" than the GRU, "less", or are they "alike"?"""
        return compare(self.costs["LSTM"], self.costs["GRU"])

    @property
    def lstm_shows_it(self):
        """True if the LSTM costs more than the reference: it has the drawback."""
        return compare(self.costs["LSTM"], self.reference_costs) == "more"

    @property
    def gru_shows_it(self):
        """True if the GRU costs more than the reference: it has the drawback as well."""
        return compare(self.costs["GRU"], self.reference_costs) == "more"

    @property
    def ratio(self):
        """(lowest, middle, highest) of LSTM cost ÷ GRU cost; the middle one is of the medians. NaN where undefined."""
        lstm, gru = self.costs["LSTM"], self.costs["GRU"]
        pairs = ((min(lstm), max(gru)), (_median(lstm), _median(gru)), (max(lstm), min(gru)))
        return tuple(_ratio(a, b) for a, b in pairs)


def best_of_three(costs):
    """A reference: the costs of the cell with the lowest median, for a drawback that only a comparison can show."""
    return "the best of the three", min(costs.values(), key=_median)


def verdict(evidence):
    """One of VERDICTS for the pieces of evidence on one claim.

    HOLDS: in every piece the LSTM costs more than the GRU and more than the reference.
    HOLDS_TOO: in no piece does it cost more than the GRU, and in every piece both show the drawback.
    FAILS: in no piece does it cost more than the GRU, and in none does it show the drawback.
    DEPENDS: anything else: on the sizes, the kernel, the task or the seed.

    Raises ValueError when there is no evidence, or evidence on several claims.
    """
    _check_one_claim(evidence)
    if all(piece.against_gru == "more" and piece.lstm_shows_it for piece in evidence):
        return HOLDS
    if any(piece.against_gru == "more" for piece in evidence):
        return DEPENDS
    if all(piece.lstm_shows_it and piece.gru_shows_it for piece in evidence):
        return HOLDS_TOO
    return DEPENDS if any(piece.lstm_shows_it for piece in evidence) else FAILS


def verdict_table(evidence):
    """A Markdown table, one row a claim: the verdict, and the comparisons that it was counted from.

    "shows in": in how many comparisons a cell costs more than the reference, which does not have the drawback.
    """
    rows = [
        "| claim | verdict | LSTM against GRU: more · alike · less | the LSTM shows it in | the GRU shows it in |",
        "|---|---|:---:|:---:|:---:|",
    ]
    for claim, pieces in by_claim(evidence).items():
        against = " · ".join(str(sum(p.against_gru == word for p in pieces)) for word in ("more", "alike", "less"))
        lstm, gru = sum(p.lstm_shows_it for p in pieces), sum(p.gru_shows_it for p in pieces)
        rows.append(
            f"| {claim}. {CLAIMS[claim]} | **{verdict(pieces)}** | {against} | {lstm} of {len(pieces)} | "
            f"{gru} of {len(pieces)} |"
        )
    return "\n".join(rows)


def by_claim(evidence):
    """{claim: [its pieces]}, claims in rising order."""
    return {claim: [p for p in evidence if p.claim == claim] for claim in sorted({p.claim for p in evidence})}


def evidence_table(evidence):
    """A Markdown table, one row for each piece: the range of every cell's cost and how the LSTM compares."""
    rows = ["| what is counted | at | RNN | GRU | LSTM | LSTM against GRU |", "|---|---|---:|---:|---:|---|"]
    for piece in evidence:
        unit = f" ({piece.unit})" if piece.unit else ""
        costs = " | ".join(range_text(piece.costs[cell]) for cell in ("RNN", "GRU", "LSTM"))
        rows.append(f"| {piece.measure}{unit} | {piece.sizes} | {costs} | {piece.against_gru} |")
    return "\n".join(rows)


def range_text(numbers):
    """(6.24, 6.1) -> "6.1–6.24": lowest and highest to three digits, one number when they agree."""
    low, high = number_text(min(numbers)), number_text(max(numbers))
    return low if low == high else f"{low}–{high}"


def number_text(number):
    """Three significant digits, or all digits of a whole number: 0.0312, 15.1, 74,496; "never" for infinity."""
    if math.isinf(number):
        return "never"
    if float(number).is_integer():
        return f"{int(number):,}"
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"


def _check_one_claim(evidence):
    claims = {piece.claim for piece in evidence}
    if len(claims) != 1:
        raise ValueError(f"the evidence is on {len(claims)} claims, needs to be on one")


def _median(numbers):
    ordered = sorted(numbers)
    return ordered[len(ordered) // 2] if len(ordered) % 2 else sum(ordered[len(ordered) // 2 - 1 :][:2]) / 2


def _ratio(a, b):
    if b == 0 or math.isinf(b) or math.isinf(a):
        return math.nan
    return a / b
