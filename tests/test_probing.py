"""Probes find what is there and nothing that is not; what the trained network's state holds, and what that is worth."""

import json

import numpy as np
import pytest
import torch

from gru_lab import trained
from gru_lab.models import LanguageModel, load
from gru_lab.probing import (
    Probe,
    bag_of_words,
    best_axes,
    event_labels,
    fit_probe,
    group_probabilities,
    interval,
    pattern_directions,
    r_squared,
    random_rotation,
    read_stories,
    steer,
    supervised,
)
from gru_lab.probing.supervised import told_stories, train_named_units
from gru_lab.story import StoryWorld
from gru_lab.training import Configuration, evaluate

rng = np.random.default_rng(0)


@pytest.fixture(scope="module")
def readings():
    model, _ = trained.load_storyworld_gru()
    return {
        split: read_stories(model, list(StoryWorld(0, split).stories(count)))
        for split, count in (("train", 400), ("validation", 100), ("test", 150))
    }


def test_a_probe_finds_what_was_mixed_in():
    truth = rng.uniform(size=(600, 4))
    states = np.tanh(truth @ rng.standard_normal((4, 16))) + 0.01 * rng.standard_normal((600, 16))
    probe = fit_probe(states[:300], truth[:300], states[300:450], truth[300:450])
    assert (r_squared(truth[450:], probe(states[450:])) > 0.8).all()
    noise = rng.standard_normal((600, 16))
    nothing = fit_probe(noise[:300], truth[:300], noise[300:450], truth[300:450])
    assert (r_squared(truth[450:], nothing(noise[450:])) < 0.1).all()
    assert nothing.strength > probe.strength


def test_the_best_axis_is_found_and_a_rotation_hides_it():
    truth = rng.uniform(size=(400, 2))
    states = np.hstack([rng.standard_normal((400, 6)), truth])
    axes, score = best_axes(states[:200], truth[:200], states[200:], truth[200:])
    assert axes.tolist() == [6, 7] and (score > 0.999).all()
    q = random_rotation(8, seed=3)
    np.testing.assert_allclose(q @ q.T, np.eye(8), atol=1e-12)
    assert (best_axes(states[:200] @ q, truth[:200], states[200:] @ q, truth[200:])[1] < 0.9).all()


def test_r_squared_and_interval_by_hand():
    assert r_squared([[0.0], [2.0]], [[0.0], [1.0]]).tolist() == [0.5]
    mean, low, high = interval([1, 2, 3])
    assert mean == 2 and high - mean == pytest.approx(4.303 / np.sqrt(3), abs=1e-3) and mean - low == high - mean
    assert interval([0.7]) == (0.7, 0.7, 0.7)


def test_the_controls():
    bag = bag_of_words([("a", "b", "a"), ()], ("a", "b", "c"))
    np.testing.assert_allclose(bag, [[1 + np.log(2), 1, 0], [0, 0, 0]], rtol=1e-6)
    labels = event_labels(("war", "feast", "war"))
    assert (labels[0] == labels[2]).all() and (labels[0] != labels[1]).all() and labels.shape == (3, 4)


def test_a_direction_of_the_pattern_moves_the_reading_by_one():
    states = rng.standard_normal((500, 6)) @ rng.standard_normal((6, 6))
    probe = Probe(rng.standard_normal((6, 3)), np.zeros(3), 1.0)
    directions = pattern_directions(states, probe)
    np.testing.assert_allclose(directions.T @ probe.weights, np.eye(3), atol=1e-9)
    np.testing.assert_allclose(
        probe(steer(states, directions[:, 1], 0.5)) - probe(states), [[0, 0.5, 0]] * 500, atol=1e-9
    )


def test_states_are_those_after_each_sentence():
    model = LanguageModel("gru", len(StoryWorld().vocabulary), 6, 5)
    stories = list(StoryWorld(0, "test").stories(3))
    reading = read_stories(model, stories, batch=2)
    assert len(reading.states) == sum(len(story.sentences) for story in stories) == len(reading.words)
    numbers = {word: number for number, word in enumerate(StoryWorld().vocabulary)}
    at = len(stories[0].sentences) + 4  # the fifth sentence of the second story
    tokens = [0, *(numbers[word] for word in reading.words[at])]
    np.testing.assert_allclose(reading.states[at], model.states(torch.tensor([tokens]))[0, -1].detach(), atol=1e-6)
    assert tuple(reading.aspects[at]) == stories[1].sentences[4].aspects and reading.story[at] == 1
    kept = reading.where(reading.memory)
    assert set(kept.kinds) <= {"arrive", "errand", "homeward", "heraldry", "fair", "grim"}
    with pytest.raises(ValueError, match="knows 3 words, StoryWorld has"):
        read_stories(LanguageModel("gru", 3), stories)


def test_the_aspects_are_remembered_spread_over_many_units(readings):
    """The claim of chapter 18, on sentences that name no aspect, in stories that training never saw."""
    train, validation, test = (part.where(part.memory) for part in readings.values())
    probe = fit_probe(train.states, train.aspects, validation.states, validation.aspects)
    found = r_squared(test.aspects, probe(test.states))
    _, unit = best_axes(train.states, train.aspects, test.states, test.aspects)
    turned = random_rotation(train.states.shape[1])
    _, axis = best_axes(train.states @ turned, train.aspects, test.states @ turned, test.aspects)
    vocabulary = StoryWorld().vocabulary
    bags = [bag_of_words(part.sentence_words, vocabulary) for part in (train, validation, test)]
    only_this = fit_probe(bags[0], train.aspects, bags[1], validation.aspects)
    assert found.mean() > 0.8 and (found[1:] > 0.8).all()
    assert found.mean() > unit.mean() + 0.1 and unit.mean() > axis.mean() + 0.1
    assert r_squared(test.aspects, only_this(bags[2])).mean() < 0.15
    torch.manual_seed(1)
    untrained = LanguageModel("gru", len(vocabulary), 128, 256)
    blank = [
        part.where(part.memory)
        for part in (read_stories(untrained, list(StoryWorld(0, s).stories(n))) for s, n in
                     (("train", 150), ("validation", 50), ("test", 50)))
    ]  # fmt: skip
    guess = fit_probe(blank[0].states, blank[0].aspects, blank[1].states, blank[1].aspects)
    assert r_squared(blank[2].aspects, guess(blank[2].states)).mean() < 0.2


def test_steering_along_the_pattern_changes_what_is_told(readings):
    model, vocabulary = trained.load_storyworld_gru()
    train, validation, test = readings.values()
    probe = fit_probe(train.states, train.aspects, validation.states, validation.aspects)
    quiet = test.where((test.aspects[:, 2] < 0.1) & (test.aspects[:, 3] == 0))
    mourning = [("bells", "women", "candles", "nobody", "fog", "ravens", "rain", "wolves")]  # first words
    direction = pattern_directions(train.states, probe)[:, 2]
    grim = group_probabilities(model, quiet.states, mourning, vocabulary).mean()
    moved = group_probabilities(model, steer(quiet.states, direction, 1.0), mourning, vocabulary).mean()
    assert moved > 1.5 * grim


def test_the_shipped_network_with_named_units_has_them_at_no_cost():
    model, vocabulary = trained.load_named_units()
    record = trained.named_units_record()
    reading = read_stories(model, list(StoryWorld(0, "test").stories(150)))
    memory = reading.where(reading.memory)
    assert (r_squared(memory.aspects, memory.states[:, :4]) > 0.6).all()
    equal_budget = next(row for row in trained.perplexities() if row["model"] == "GRU")
    assert equal_budget["words"] == record["words"]
    assert record["test_perplexity"] < 1.02 * equal_budget["perplexity"]
    loss = evaluate(model, StoryWorld(0, "test").tokens(12_000))
    assert loss == pytest.approx(record["test_loss"], abs=0.03) and vocabulary == StoryWorld().vocabulary


def test_a_network_can_be_told_to_have_named_units():
    tokens, aspects = told_stories(2000)
    assert (tokens == StoryWorld(0).tokens(2000)).all()
    ends = ~np.isnan(aspects[:, 0])
    stop = StoryWorld().vocabulary.index(".")
    assert (tokens[ends] == stop).all() and ends.sum() == (tokens == stop).sum()
    small = Configuration(embedding_size=16, hidden_size=32, words=160_000, batch_size=32, steps=150, warmup=5)
    model, record = train_named_units(small, weight=30, progress=False)
    reading = read_stories(model, list(StoryWorld(0, "test").stories(60)))
    named = r_squared(reading.aspects, reading.states[:, :4])
    assert (named > 0.02).all() and named.mean() > 0.08, named
    assert record["words"] == 150 * 32 * 32


def test_the_command_writes_the_network_and_its_record(tmp_path, monkeypatch, capsys):
    few = Configuration(embedding_size=4, hidden_size=8, batch_size=8, length=16, warmup=1)
    monkeypatch.setitem(supervised.PRESETS, "laptop", few)
    out = tmp_path / "new" / "folder"
    monkeypatch.setattr("sys.argv", ["-m", "--steps", "3", "--words", "4000", "--out", str(out)])
    supervised.main()
    record = json.loads((out / "record.json").read_text("utf-8"))
    assert record["command"] == "python -m gru_lab.probing.supervised --steps 3 --words 4000"
    assert record["configuration"] == few.with_changes(steps=3, words=4000).as_dict() and record["words"] == 3 * 8 * 16
    model, vocabulary = load(out / "model.safetensors")
    assert vocabulary == StoryWorld().vocabulary
    assert evaluate(model, StoryWorld(0, "test").tokens(50_000)) == pytest.approx(record["test_loss"], abs=1e-3)
    assert f"Test perplexity {record['test_perplexity']}" in capsys.readouterr().out


def test_a_probe_refuses_what_does_not_fit():
    good = np.zeros((6, 2))
    with pytest.raises(ValueError, match=r"states has shape \(6,\), needs \(N, …\) with finite numbers"):
        fit_probe(good[:, 0], good, good, good)
    with pytest.raises(ValueError, match="targets has shape"):
        fit_probe(good, np.full((6, 2), np.nan), good, good)
    with pytest.raises(ValueError, match="6 states and 5 targets"):
        fit_probe(good, good[:5], good, good)
