"""The running story: its four aspects, and the hand-wired cell that keeps them."""

from gru_lab.story.hand_wired import ASPECTS, FEATURES, STORY, Sentence, features, story_cell, tell

__all__ = ["ASPECTS", "FEATURES", "STORY", "Sentence", "features", "story_cell", "tell"]
