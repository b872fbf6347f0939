"""Interactive explanations: the maths runs in the browser, Python is told afterwards, NumPy is the reference."""

from gru_lab.widgets.gru_cell_explorer import GRUCellExplorer

__all__ = ["GRUCellExplorer"]
