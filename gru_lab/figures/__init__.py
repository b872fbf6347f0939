"""Pictures of the course. Every figure is shown with `show(figure, alt)`, so that none lacks a text alternative."""

from gru_lab.figures.blend_lines import blend_lines
from gru_lab.figures.cell_diagram import cell_diagram
from gru_lab.figures.concatenation import concatenation
from gru_lab.figures.corners import corners
from gru_lab.figures.course_map import course_map
from gru_lab.figures.dense_layer import dense_layer
from gru_lab.figures.gate_curves import gate_curves
from gru_lab.figures.gate_weights import gate_weights
from gru_lab.figures.gradient_distance import gradient_distance
from gru_lab.figures.gradient_reach import gradient_reach
from gru_lab.figures.kept_vows import kept_vows
from gru_lab.figures.leaky_averages import leaky_averages
from gru_lab.figures.lesson_curves import gradient_curves, overfitting_curves
from gru_lab.figures.live_curve import LiveCurve
from gru_lab.figures.memory_length import memory_length
from gru_lab.figures.memory_probes import memory_probes
from gru_lab.figures.packing import packing
from gru_lab.figures.padded_batch import padded_batch
from gru_lab.figures.parameter_shapes import parameter_shapes
from gru_lab.figures.pointwise import pointwise
from gru_lab.figures.reset_memory_bars import reset_memory_bars
from gru_lab.figures.reset_roads import reset_roads
from gru_lab.figures.reset_settings import reset_settings
from gru_lab.figures.scan_rounds import scan_rounds
from gru_lab.figures.scan_times import scan_times
from gru_lab.figures.scorecard import scorecard, scorecard_text
from gru_lab.figures.show import show
from gru_lab.figures.step_order import step_order
from gru_lab.figures.story_states import story_states
from gru_lab.figures.task_scores import task_scores
from gru_lab.figures.training_curve import training_curve

__all__ = [
    "LiveCurve",
    "blend_lines",
    "cell_diagram",
    "concatenation",
    "corners",
    "course_map",
    "dense_layer",
    "gate_curves",
    "gate_weights",
    "gradient_curves",
    "gradient_distance",
    "gradient_reach",
    "kept_vows",
    "leaky_averages",
    "memory_length",
    "memory_probes",
    "overfitting_curves",
    "packing",
    "padded_batch",
    "parameter_shapes",
    "pointwise",
    "reset_memory_bars",
    "reset_roads",
    "reset_settings",
    "scan_rounds",
    "scan_times",
    "scorecard",
    "scorecard_text",
    "show",
    "step_order",
    "story_states",
    "task_scores",
    "training_curve",
]
