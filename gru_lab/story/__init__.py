"""The running story: its four aspects, the hand-wired cell that keeps them, and StoryWorld, which never ends."""

from gru_lab.story.hand_wired import ASPECTS, FEATURES, STORY, Sentence, features, story_cell, tell
from gru_lab.story.world import Story, StorySentence, StoryWorld

__all__ = [
    "ASPECTS",
    "FEATURES",
    "STORY",
    "Sentence",
    "Story",
    "StorySentence",
    "StoryWorld",
    "features",
    "story_cell",
    "tell",
]
