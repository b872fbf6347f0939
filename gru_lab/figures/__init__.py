"""Pictures of the course. Every figure is shown with `show(figure, alt)`, so that none lacks a text alternative."""

from gru_lab.figures.show import show

__all__ = ["show"]
