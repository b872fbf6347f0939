"""What is shipped is what its record says, and the yardsticks it stands beside are computed right."""

import math

import numpy as np
import pytest
import torch

from gru_lab import trained
from gru_lab.measuring.ngrams import ngram_loss
from gru_lab.story import StoryWorld
from gru_lab.trained.collect import LAPTOP, loss_after
from gru_lab.trained.seeds import OPTIONS, SIZES, memory_scores
from gru_lab.training import PRESETS, evaluate
from gru_lab.training.corpus import HELD_OUT


@pytest.fixture(scope="module")
def shipped():
    return trained.load_storyworld_gru()


def test_the_weights_score_what_the_record_says(shipped):
    model, vocabulary = shipped
    record = trained.record()
    assert vocabulary == StoryWorld().vocabulary
    assert record["configuration"] == PRESETS["gpu"].as_dict() and record["command"] == "gru-lab train --preset gpu"
    assert record["kind"] == "cuda" and record["parameters"] == model.parameter_count
    assert all(torch.equal(weight, weight.half().float()) for weight in model.parameters())  # as the record says
    tokens = StoryWorld(0, "test").tokens(HELD_OUT)
    assert evaluate(model, tokens) == pytest.approx(record["test_loss"], abs=1e-3)
    assert record["test_perplexity"] == pytest.approx(math.exp(record["test_loss"]), abs=1e-3)


def test_the_laptops_run_is_the_preset_and_in_the_table():
    record = trained.laptop_record()
    assert record["configuration"] == PRESETS["laptop"].as_dict() and record["kind"] == "cpu"
    assert record["command"] == "gru-lab train --preset laptop --threads 1"
    row = next(row for row in trained.perplexities() if row["model"] == LAPTOP)
    assert (row["words"], row["perplexity"]) == (record["words"], record["test_perplexity"])


def test_the_loop_is_as_fast_as_the_card_lets_a_step_be():
    for preset, found in trained.gpu_speed().items():
        speed = {(row["what"], row["precision"]): row["words_per_second"] for row in found["rows"]}
        for precision in ("float32", "bf16"):
            assert speed["loop", precision] > 0.95 * speed["recorded step", precision] > speed["bare step", precision]
        assert found["preset"] == preset and found["device"] == trained.record()["device"]


def test_the_metrics_are_those_of_the_run():
    rows, record = trained.metrics(), trained.record()
    assert [row["step"] for row in rows] == list(range(2000, 80_001, 2000))
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
    text = "".join(path.read_text("utf-8") for path in trained.HERE.glob("*.json"))
    assert "/" + "root" not in text and "--out" not in text
    assert "/" + "tmp" not in text and "/" + "home" not in text


def test_what_the_questions_say_is_what_the_files_say():
    from gru_lab.checks.chapter_17 import PREDICT_PERPLEXITY

    table = {row["model"]: row["perplexity"] for row in trained.perplexities()}
    wrong = {wrong.name: wrong.answer for wrong in PREDICT_PERPLEXITY.wrong}
    assert PREDICT_PERPLEXITY.answer == round(trained.record()["test_perplexity"] + 1e-9, 2)
    assert wrong["nothing learned"] == len(StoryWorld().vocabulary)
    assert wrong["how often words occur"] == round(table["unigram"])
    assert wrong["the last word"] == round(table["bigram"], 1)


def test_the_seeds_are_scored_as_their_module_says(shipped):
    few = {"train": 60, "validation": 20, "test": 30}
    scores = memory_scores(shipped[0], seed=1, stories=few)
    probe, unit, chance = (scores[n] for n in ("probe on all units", "best single unit", "best axis after a rotation"))
    assert np.mean(probe) > np.mean(unit) > np.mean(chance) > 0
    assert np.mean(scores["untrained network"]) < 0.1 > np.mean(scores["words of the sentence"])
    few, many = trained.probe_seeds()
    assert OPTIONS["perplexities"] in few["command"] and OPTIONS["probes"] in many["command"]
    assert OPTIONS["perplexities"] + " --cell CELL" in trained.storyworld_seeds()["command"]
    assert few["words"] == trained.storyworld_seeds()["words"] == 5_120_000
    assert many["words"] == PRESETS["laptop"].steps * PRESETS["laptop"].batch_size * PRESETS["laptop"].length
    assert {row["cell"]: row["hidden_size"] for row in trained.storyworld_seeds()["rows"]} == SIZES
