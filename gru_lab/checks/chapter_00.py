"""Chapter 00, start here: two small questions on which to learn how checks talk."""

import numpy as np

from gru_lab.cell import new_state
from gru_lab.checks.question import Case, Choice, Code, Option, Wrong

BLEND = Code(
    id="0.1",
    name="blend",
    title="A first answer",
    objective="0b",
    points=1,
    minutes=3,
    difficulty=1,
    arguments=("old", "idea", "z"),
    shapes="blend(old, idea, z): three numbers, or arrays of one shape -> the same shape",
    reference=lambda old, idea, z: new_state(old, idea, z),
    cases=lambda rng: [
        Case(
            "hand", {"old": 0.8, "idea": 0.4, "z": 0.75}, "when z keeps three quarters of the old value", expected=0.7
        ),
        Case("property", {"old": 0.9, "idea": -0.5, "z": 1.0}, "when z is 1 and all of the old value stays"),
        Case("property", {"old": 0.9, "idea": -0.5, "z": 0.0}, "when z is 0 and nothing of it stays"),
        Case("random", {name: rng.uniform(0.1, 0.9, 4).round(2) for name in ("old", "idea", "z")}, "for four units"),
    ],
    praise="That line is the heart of a GRU: you will meet it again as step four of four.",
    wrong=(
        Wrong(
            "z takes",
            "z and 1 - z have changed places: z is the share of the old value that stays.",
            lambda old, idea, z: (1 - z) * old + z * idea,
        ),
        Wrong(
            "sum", "This adds the whole idea. Only the share 1 - z of it has room.", lambda old, idea, z: z * old + idea
        ),
        Wrong(
            "kept part only", "This is what stays of the old value. The idea is missing.", lambda old, idea, z: z * old
        ),
        Wrong("equal blend", "This is the middle of the two, whatever z says.", lambda old, idea, z: (old + idea) / 2),
        Wrong("z for both", "Both get the share z. What z leaves is 1 - z.", lambda old, idea, z: z * old + z * idea),
        Wrong("the old value", "This is the old value: z is not used.", lambda old, idea, z: old + 0 * z),
    ),
    right=(
        lambda old, idea, z: idea + z * (old - idea),
        lambda old, idea, z: np.average(np.stack([old, idea]), axis=0, weights=np.stack([z, 1 - np.asarray(z)])),
        lambda old, idea, z: (np.asarray(old) * z + np.asarray(idea) * (1 - np.asarray(z))).tolist(),
    ),
    hints=(
        "The new value lies between the old one and the idea. How much of each?",
        "z is the share of the old value. What is left, 1 - z, is the share of the idea.",
        "z * old + (1 - z) * idea",
    ),
)

WHO_CHOSE = Choice(
    id="0.2",
    name="who_chose",
    title="Who chose the numbers?",
    objective="0a",
    points=1,
    minutes=1,
    difficulty=1,
    asks="In the explorer above, a unit is called Power and behaves like it. Why does it?",
    options={
        "a": Option(
            "The network read many stories and discovered power.",
            "This one has read nothing. Chapter 16 trains a network, and chapter 18 asks whether it has such units.",
        ),
        "b": Option(
            "We set the weights by hand so that it would, and gave it the name.",
            "It shows what gates can do. What training makes of them is the question of the whole course.",
        ),
        "c": Option(
            "Every GRU has a unit for power.",
            "A GRU with random weights has units that mean nothing we have a word for.",
        ),
    },
    answer="b",
    hints=(
        "Has this cell been trained on anything?",
        "The names on the rows are four English words. Nothing in the four equations contains them.",
        "Somebody wrote the weights into gru_lab/story/hand_wired.py.",
    ),
)

QUESTIONS = (BLEND, WHO_CHOSE)
