"""What is shipped is what its record says, and the yardsticks it stands beside are computed right."""

import json
import math

import numpy as np
import pytest

from gru_lab import trained
from gru_lab.measuring.ngrams import ngram_loss
from gru_lab.story import StoryWorld
from gru_lab.trained.collect import SHIPPED_COMMAND, loss_after
from gru_lab.trained.seeds import OPTIONS, SIZES, memory_scores
from gru_lab.training import PRESETS, evaluate


@pytest.fixture(scope="module")
def shipped():
    return trained.load_storyworld_gru()


def test_the_weights_score_what_the_record_says(shipped):
    model, vocabulary = shipped
    record = trained.record()
    assert vocabulary == StoryWorld().vocabulary
    assert record["configuration"] == PRESETS["laptop"].as_dict() and record["command"] == SHIPPED_COMMAND
    assert record["kind"] == "cpu" and record["parameters"] == model.parameter_count
    tokens = StoryWorld(0, "test").tokens(12_000)
    assert evaluate(model, tokens) == pytest.approx(record["test_loss"], abs=0.03)
    assert record["test_perplexity"] == pytest.approx(math.exp(record["test_loss"]), abs=1e-3)


def test_the_metrics_are_those_of_the_run():
    rows, record = trained.metrics(), trained.record()
    assert [row["step"] for row in rows] == list(range(500, 10_001, 500))
    assert rows[-1]["words"] == record["words"]
    assert rows[-1]["validation_loss"] == pytest.approx(record["validation_loss"], abs=1e-4)


def test_the_table_is_ordered_and_leaves_room_for_a_memory():
    table = {row["model"]: row["perplexity"] for row in trained.perplexities()}
    floor = table["the world itself"]
    assert floor == pytest.approx(StoryWorld(0, "test").entropy(300).perplexity, rel=0.02)
    assert floor < table["GRU, shipped"] < table["GRU"] < table["RNN"] < table["5-gram"] < table["bigram"]
    assert table["bigram"] > 3 * table["GRU, shipped"] and table["unigram"] > 50
    assert table["GRU, shipped"] == trained.record()["test_perplexity"]
    assert list(table) == sorted(table, key=lambda name: -table[name])


def test_shuffling_the_past_hurts(shipped):
    stories = list(StoryWorld(0, "test").stories(40))
    true, shuffled, none = (loss_after(shipped[0], stories, past) for past in ("true", "shuffled", "none"))
    assert true + 0.1 < shuffled and true + 0.1 < none


def test_ngrams_by_hand_and_by_chance():
    # after 0 comes 1 always; Witten and Bell leave one share in (3 + 1) to the unigrams, these one in ... and so on
    train, test = np.array([0, 1, 0, 1, 0, 1]), np.array([0, 1])
    uni = [(3 + 2 / 2) / (6 + 2), (3 + 2 / 2) / (6 + 2)]
    assert ngram_loss(train, test, 1, 2) == pytest.approx(-np.log(uni).mean())
    assert ngram_loss(train, test, 2, 2) == pytest.approx(-math.log((3 + 1 * uni[1]) / (3 + 1)))
    rng = np.random.default_rng(0)
    dice = rng.integers(6, size=200_000)
    for order in (1, 2, 3):
        assert ngram_loss(dice, rng.integers(6, size=5000), order, 6) == pytest.approx(math.log(6), abs=0.01)
    with pytest.raises(ValueError, match="order is 0"):
        ngram_loss(dice, dice, 0, 6)
    with pytest.raises(ValueError, match="order is 9"):
        ngram_loss(dice, dice, 9, 500)


def test_the_probabilities_of_an_ngram_model_add_up_to_one():
    rng = np.random.default_rng(1)
    train = rng.integers(5, size=300)
    for context in ([0, 1], [4, 4]):
        losses = [ngram_loss(train, np.array([*context, word]), 3, 5) for word in range(5)]
        assert sum(math.exp(-loss) for loss in losses) == pytest.approx(1)


def test_the_files_hold_no_place_of_the_machine_that_made_them():
    text = json.dumps([trained.record(), trained.perplexities()])
    assert "/" + "tmp" not in text and "/" + "home" not in text


def test_what_the_questions_say_is_what_the_files_say():
    from gru_lab.checks.chapter_17 import PREDICT_PERPLEXITY

    table = {row["model"]: row["perplexity"] for row in trained.perplexities()}
    wrong = {wrong.name: wrong.answer for wrong in PREDICT_PERPLEXITY.wrong}
    assert PREDICT_PERPLEXITY.answer == round(trained.record()["test_perplexity"], 2)
    assert wrong["nothing learned"] == len(StoryWorld().vocabulary)
    assert wrong["how often words occur"] == round(table["unigram"])
    assert wrong["the last word"] == round(table["bigram"], 1)


def test_the_seeds_are_scored_as_their_module_says(shipped):
    few = {"train": 60, "validation": 20, "test": 30}
    scores = memory_scores(shipped[0], seed=1, stories=few)
    probe, unit, chance = (scores[n] for n in ("probe on all units", "best single unit", "best axis after a rotation"))
    assert np.mean(probe) > np.mean(unit) > np.mean(chance) > 0
    assert np.mean(scores["untrained network"]) < 0.1 > np.mean(scores["words of the sentence"])
    for found, wanted in ((trained.probe_seeds(), "--cell gru"), (trained.storyworld_seeds(), "--cell CELL")):
        assert OPTIONS in found["command"] and wanted in found["command"]
    assert {row["cell"]: row["hidden_size"] for row in trained.storyworld_seeds()["rows"]} == SIZES
