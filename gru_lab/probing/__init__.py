"""Reading a hidden state: linear probes, single units, rotations, controls, interventions, a network with named units.

states      what a model's state is after each sentence or word, and what was true there
probes      linear probes, and what a single unit can say
words       a text read word by word
controls    bags of words, untrained networks, labels drawn at random
steering    changing a state along a direction, and what the model then says
supervised  training a network so that four of its units are the aspects
"""

from gru_lab.probing.controls import bag_of_words, event_labels
from gru_lab.probing.probes import Probe, best_axes, fit_probe, interval, r_squared, random_rotation
from gru_lab.probing.states import Reading, WordReading, read_every_word, read_stories
from gru_lab.probing.steering import group_probabilities, pattern_directions, steer
from gru_lab.probing.words import TextReading, read_words, words_of

__all__ = [
    "Probe", "Reading", "WordReading", "TextReading", "bag_of_words", "best_axes", "event_labels", "fit_probe",
    "interval", "group_probabilities", "pattern_directions", "r_squared", "random_rotation", "read_every_word",
    "read_stories", "read_words", "steer", "words_of",
]  # fmt: skip
