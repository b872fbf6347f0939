"""Pictures of the course. Every figure is shown with `show(figure, alt)`, so that none lacks a text alternative."""

from gru_lab.figures.show import show
from gru_lab.figures.step_order import step_order

__all__ = ["show", "step_order"]
