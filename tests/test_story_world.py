"""StoryWorld: its probabilities are exact, nothing leaks between its splits, every aspect counts."""

import copy
import math
import random
import time
from collections import Counter

import numpy as np
import pytest

from gru_lab.story import StoryWorld
from gru_lab.story import tellings as t
from gru_lab.story.world import PLOTS, SPLITS, _Teller, as_text, vocabulary


def teller_after(sentences, seed):
    """A story half told: a _Teller that has said so many sentences."""
    teller = _Teller(random.Random(seed), "train")
    teller.sentence("open")
    for _ in range(sentences - 1):
        teller.sentence(teller.weighted(teller.likely()))
    return teller


def test_the_first_sentence_has_the_probability_that_can_be_counted():
    every = len(t.WOMEN + t.MEN) * len(t.HOUSES) * len(t.PLACES) * len(t.TELLINGS["open"])
    for story in StoryWorld(3).stories(20):
        assert story.sentences[0].nats == pytest.approx(math.log(every))


@pytest.mark.parametrize("told", [1, 6, 11, 16, 21, 26])
def test_sentences_come_as_often_as_they_say_and_in_one_way_only(told):
    """If two different draws gave the same words, these would come more often than the account of either draw says."""
    teller = teller_after(told, seed=told)
    draws, claimed, seen = 4000, {}, Counter()
    for number in range(draws):
        one = copy.deepcopy(teller)
        one.rng = random.Random(number)
        sentence = one.sentence(one.weighted(one.likely()))
        assert claimed.setdefault(sentence.words, sentence.nats) == pytest.approx(sentence.nats)
        seen[sentence.words] += 1
    often = {words: math.exp(-nats) for words, nats in claimed.items() if math.exp(-nats) > 0.003}
    assert len(often) >= 5
    for words, p in often.items():
        assert abs(seen[words] - draws * p) < 5 * math.sqrt(draws * p * (1 - p)), as_text(words)
    assert sum(math.exp(-nats) for nats in claimed.values()) < 1 + 1e-9


def patterns():
    """Every telling as a line of sets: the words that can stand at each place, for each way to call a person."""
    names, he = frozenset(t.WOMEN + t.MEN), frozenset({"he", "she"})
    people = {"{a}": [[names], [he], [{"the"}, {"king", "queen"}]]}
    people["{A}"] = people["{b}"] = [[names], [{"the"}, {"king", "queen"}]]
    kin = frozenset(word for words in t.KIN.values() for word in words)
    slots = {
        "{name}": names, "{v}": names, "{house}": set(t.HOUSES), "{home}": set(t.PLACES), "{far}": set(t.PLACES),
        "{his}": {"his", "her"}, "{him}": {"him", "her"}, "{born}": {"son", "daughter"}, "{kin}": kin,
        "{title}": {"king", "queen"}, "{realm}": set(t.REALMS), "{weekday}": set(t.WEEKDAYS),
    }  # fmt: skip
    phrases = {"{law}": t.LAWS, "{good}": t.GOODS, "{cause}": t.CAUSES}
    for kind, tellings in t.TELLINGS.items():
        for telling in tellings:
            lines = [[]]
            for word in telling.split():
                if word in people:
                    lines = [line + way for line in lines for way in people[word]]
                elif word in phrases:
                    lines = [line + [{part} for part in p.split()] for line in lines for p in phrases[word]]
                else:
                    lines = [[*line, slots.get(word, {word})] for line in lines]
            yield from ((kind, telling, line) for line in lines)


def test_no_two_tellings_can_come_out_as_the_same_words():
    by_length = {}
    for kind, telling, line in patterns():
        for other_kind, other, other_line in by_length.setdefault(len(line), []):
            if (kind, telling) != (other_kind, other):
                alike = all(mine & theirs for mine, theirs in zip(line, other_line, strict=True))
                assert not alike, f"{kind}: {telling!r} and {other_kind}: {other!r}"
        by_length[len(line)].append((kind, telling, line))


def test_the_account_is_the_same_from_sentences_and_from_the_stream():
    world = StoryWorld(5)
    stories = list(world.stories(30))
    tokens = world.tokens(sum(story.word_count for story in stories))
    words = [word for story in stories for word in (t.STORY_START, *(w for s in story.sentences for w in s.words))]
    assert [world.vocabulary[number] for number in tokens] == words
    entropy = world.entropy(30)
    assert entropy.words == len(words)
    assert entropy.nats == pytest.approx(sum(story.nats for story in stories) / len(words))


def test_same_seed_same_stories_other_seed_other_stories():
    assert StoryWorld(1).story(7).text == StoryWorld(1).story(7).text
    assert StoryWorld(1).story(7).text != StoryWorld(2).story(7).text
    assert (StoryWorld(1).tokens(500) == StoryWorld(1).tokens(900)[:500]).all()
    # the first words of one story, so that a change of the world is not made unawares
    assert StoryWorld(0).story(0).sentences[0].text == "Once there was a queen in Fairwick, Edda of house Birk."
    texts = {story.text for story in StoryWorld(0).stories(3000)}
    assert len(texts) == 3000


def test_nothing_leaks_between_splits():
    pairs, plots = {}, {}
    for split in SPLITS:
        stories = list(StoryWorld(0, split).stories(1500))
        pairs[split] = set().union(*(story.pairs for story in stories))
        plots[split] = set().union(*(story.plots for story in stories))
        assert len(pairs[split]) > 100 and len(plots[split]) > 20
    for one, other in (("train", "validation"), ("train", "test"), ("validation", "test")):
        assert not pairs[one] & pairs[other] and not plots[one] & plots[other]
    assert set().union(*plots.values()) <= set(PLOTS)


def test_it_has_words_and_speed_enough():
    assert len(vocabulary()) >= 300 and len(set(vocabulary())) == len(vocabulary()) and vocabulary()[0] == "<story>"
    start = time.process_time()
    StoryWorld(0).tokens(100_000)
    assert 100_000 / (time.process_time() - start) > 40_000


def test_aspects_follow_the_events():
    world = StoryWorld(0)
    kinds = Counter()
    for story in world.stories(400):
        for before, sentence in zip(story.sentences, story.sentences[1:], strict=False):
            kinds[sentence.kind] += 1
            power, conflict, tragedy, revenge = sentence.aspects
            assert all(0 <= aspect <= 1 for aspect in sentence.aspects)
            if sentence.kind == "kill":
                assert tragedy == 1 and revenge == 0.4 and before.aspects[1] >= 0.5
            if sentence.kind == "vow":
                assert revenge == 1 and before.aspects[3] == 0.4
            if sentence.kind == "resolve":
                assert revenge == 0 and before.aspects[3] == 1
            if sentence.kind in ("claim", "crown"):
                assert before.aspects[0] == 0 and ("the throne is empty" in before.threads)
            if sentence.kind == "passing":
                assert power == 0 and tragedy == 1
            if not sentence.states_an_aspect:
                assert (power, conflict, revenge) == (before.aspects[0], before.aspects[1], before.aspects[3])
                assert tragedy <= before.aspects[2]
    assert {"vow", "resolve", "crown", "battle", "mourn", "reconcile"} <= set(kinds)


def test_a_vow_is_kept_by_the_right_person_and_long_after():
    distances = []
    for story in StoryWorld(0).stories(600):
        sworn = None
        for number, sentence in enumerate(story.sentences):
            if sentence.kind == "vow":
                sworn = number, sentence.threads[-1]
            elif sentence.kind == "resolve":
                number_of_vow, thread = sworn
                victim, _, rest = thread.partition(" is unavenged: ")
                killer = rest.partition(" against ")[2]
                assert victim in sentence.words or killer in sentence.words or "queen" in sentence.words
                distances.append(number - number_of_vow)
    assert np.mean(distances) > 4 and max(distances) >= 12


def test_every_aspect_changes_what_comes_next():
    """An aspect that changes nothing in the text is not learned by anybody."""
    following = {}
    for story in StoryWorld(0).stories(3000):
        for before, sentence in zip(story.sentences[3:], story.sentences[4:], strict=False):
            for aspect, value in enumerate(before.aspects):
                following.setdefault((aspect, value >= 0.5), Counter())[sentence.kind] += 1
    for aspect in range(4):
        low, high = (following[aspect, big] for big in (False, True))
        kinds = set(low) | set(high)
        apart = sum(abs(low[k] / low.total() - high[k] / high.total()) for k in kinds) / 2
        assert apart > 0.15, f"aspect {aspect}: the next kinds of event are {apart:.2f} apart"


def test_a_split_that_is_none_is_refused():
    with pytest.raises(ValueError, match="split is 'dev', needs one of train, validation, test"):
        StoryWorld(0, "dev")
