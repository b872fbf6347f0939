"""Arithmetic: what an RNN, a GRU and an LSTM cost on paper, the same on every machine.

Each cell is built from blocks: one W (H, D), one U (H, H) and one bias (H,) that end in H numbers. An RNN has one
block, a GRU three (r, z, candidate), an LSTM four (input gate, forget gate, output gate, candidate). The rest follows.
Equations: Elman 1990 (RNN), Cho et al. 2014 (GRU), Hochreiter and Schmidhuber 1997 with the forget gate of Gers et
al. 2000 (LSTM).
"""

CELLS = ("RNN", "GRU", "LSTM")
BLOCKS = {"RNN": 1, "GRU": 3, "LSTM": 4}

# Element-wise products of a step, for each unit. GRU: r⊙h, z⊙h, (1−z)⊙candidate. LSTM: f⊙c, i⊙candidate, o⊙tanh(c).
POINTWISE_PRODUCTS = {"RNN": 0, "GRU": 3, "LSTM": 3}

# Vectors of H numbers that a step hands to the next one: the LSTM hands on h and its memory cell c.
CARRIED_VECTORS = {"RNN": 1, "GRU": 1, "LSTM": 2}

EQUAL_HIDDEN_SIZE = "equal hidden size"
EQUAL_PARAMETERS = "equal parameters"


def parameter_count(cell, input_size, hidden_size, bias_sets=1):
    """How many numbers a layer learns: blocks · (H D + H² + bias_sets · H). PyTorch's layers have bias_sets = 2.

    Raises ValueError for a cell that is not in CELLS or a size below 1.
    """
    _check(cell, input_size, hidden_size)
    return BLOCKS[cell] * hidden_size * (input_size + hidden_size + bias_sets)


def multiplications(cell, input_size, hidden_size):
    """Multiplications of one step for one example: blocks · H (D + H) in matrix products, and the element-wise ones.

    Each multiplication of a matrix product comes with one addition; σ and tanh are not counted. Raises as above.
    """
    _check(cell, input_size, hidden_size)
    return hidden_size * (BLOCKS[cell] * (input_size + hidden_size) + POINTWISE_PRODUCTS[cell])


def numbers_carried(cell, hidden_size):
    """How many numbers one step hands to the next, for one example. Raises as above."""
    _check(cell, 1, hidden_size)
    return CARRIED_VECTORS[cell] * hidden_size


def steps_in_a_row(network, length):
    """How many steps must wait for one another in a sequence of `length` steps.

    Every recurrent cell needs its own last state, so all `length` of them; a "feedforward" network needs no state: 1.
    """
    if network != "feedforward":
        _check(network, 1, 1)
    return 1 if network == "feedforward" else length


def hidden_size_for(cell, input_size, parameters, bias_sets=1):
    """The hidden size whose parameter count is nearest to `parameters` (the smaller one of two that are as near)."""
    hidden_size = 1
    while parameter_count(cell, input_size, hidden_size, bias_sets) < parameters:
        hidden_size += 1
    candidates = (max(1, hidden_size - 1), hidden_size)
    return min(candidates, key=lambda size: abs(parameter_count(cell, input_size, size, bias_sets) - parameters))


def hidden_sizes(setting, input_size, hidden_size, bias_sets=1):
    """{cell: hidden size} for EQUAL_HIDDEN_SIZE, or for EQUAL_PARAMETERS with an LSTM of `hidden_size` as the measure.

    Raises ValueError for another setting.
    """
    if setting == EQUAL_HIDDEN_SIZE:
        return dict.fromkeys(CELLS, hidden_size)
    if setting == EQUAL_PARAMETERS:
        budget = parameter_count("LSTM", input_size, hidden_size, bias_sets)
        return {cell: hidden_size_for(cell, input_size, budget, bias_sets) for cell in CELLS}
    raise ValueError(f"setting is {setting!r}, needs {EQUAL_HIDDEN_SIZE!r} or {EQUAL_PARAMETERS!r}")


def _check(cell, input_size, hidden_size):
    if cell not in BLOCKS:
        raise ValueError(f"cell is {cell!r}, needs one of {', '.join(CELLS)}")
    if input_size < 1 or hidden_size < 1:
        raise ValueError(f"input_size is {input_size} and hidden_size {hidden_size}, both need to be at least 1")
