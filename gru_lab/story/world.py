"""StoryWorld: endless stories of a small court, each sentence with its truth and its exact probability.

A story is a run of a random process: people arrive, a crown is held or lost, two quarrel, one kills the other, kin
swear revenge and keep the vow or do not, wars pass, and most sentences are about nothing of it all. Every draw that the
process makes can be read from its words, so the probability of a text is the product of the probabilities of its draws.
Its average is the entropy of the world: the floor that no model of this text can get below.

What has to be remembered: who is who's enemy, over what, since when; who died, who swore; who rules; where someone was
born. A vow is kept ten sentences later by the one who swore it against the one it was sworn against.
"""

import itertools
import math
import random
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from gru_lab.story import tellings as t

__all__ = ["SPLITS", "Story", "StorySentence", "StoryWorld", "WorldEntropy", "vocabulary"]

# split -> which of four equal shares of all pairs of enemies and of all plots it may use
SPLITS = {"train": (0, 1), "validation": (2,), "test": (3,)}
PEOPLE = 7  # at court at once, at most
SHORTEST, ENDS = 18, 0.08  # sentences, and the probability of an end after each one from then on
GRIEF_LASTS = 0.85  # what one sentence leaves of Tragedy
PRONOUN, TITLE = 0.6, 0.4  # how often one who may be called "she", or "the queen", is

PAIRS = tuple(itertools.combinations(sorted(t.WOMEN + t.MEN), 2))
PLOTS = tuple(itertools.product(t.CAUSES, t.MANNERS, t.ENDINGS))


class StorySentence(NamedTuple):
    """One sentence and what is true after it.

    words: its tokens. aspects: Power, Conflict, Tragedy, Revenge, each in [0, 1]. kind: of event.
    threads: what is open. nats: −log of the probability of these words after all that came before.
    """

    words: tuple[str, ...]
    aspects: tuple[float, float, float, float]
    kind: str
    threads: tuple[str, ...]
    nats: float

    @property
    def states_an_aspect(self) -> bool:
        """False where the words say nothing of any aspect: whoever knows them here remembers them."""
        return self.kind not in t.SAYS_NOTHING

    @property
    def text(self) -> str:
        return as_text(self.words)


@dataclass(frozen=True)
class Story:
    """sentences in order; pairs: the enemies in it; plots: (cause, manner, ending) of each feud that was played out."""

    sentences: tuple[StorySentence, ...]
    pairs: frozenset[tuple[str, str]]
    plots: frozenset[tuple[str, ...]]
    closing_nats: float = 0.0

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)

    @property
    def nats(self) -> float:
        """−log of the story's probability, its end included."""
        return sum(sentence.nats for sentence in self.sentences) + self.closing_nats

    @property
    def word_count(self) -> int:
        """Tokens, the one that starts the story included."""
        return 1 + sum(len(sentence.words) for sentence in self.sentences)


class WorldEntropy(NamedTuple):
    """nats per word with its standard error, over `words` words; exp(nats) is the perplexity that nobody can beat."""

    nats: float
    standard_error: float
    words: int

    @property
    def perplexity(self) -> float:
        return math.exp(self.nats)


class StoryWorld:
    """Stories from a seed: the same seed and split give the same stories, on every machine.

    split: "train", "validation" or "test". No two people are enemies, and no plot (cause, manner, ending) is played
    out, in two splits. Raises ValueError for another split.
    """

    def __init__(self, seed: int = 0, split: str = "train"):
        if split not in SPLITS:
            raise ValueError(f"split is {split!r}, needs one of {', '.join(SPLITS)}")
        self.seed, self.split = seed, split
        self.vocabulary = vocabulary()

    def story(self, number: int) -> Story:
        """The story with this number, 0 or more."""
        return _Teller(random.Random(f"{self.seed} {self.split} {number}"), self.split).tell()

    def stories(self, count: int | None = None) -> Iterator[Story]:
        """The first `count` stories, or all of them without end."""
        numbers = itertools.count() if count is None else range(count)
        return (self.story(number) for number in numbers)

    def tokens(self, count: int, first_story: int = 0) -> np.ndarray:
        """(count,) int32: the words' numbers, story after story from `first_story` on. Word 0 starts a story."""
        found: list[int] = []
        for number in itertools.count(first_story):
            if len(found) >= count:
                break
            found.extend(self._story_tokens(number))
        return np.array(found[:count], dtype=np.int32)

    def tokens_of(self, numbers: range) -> np.ndarray:
        """(N,) int32: the words' numbers of whole stories."""
        return np.array([token for number in numbers for token in self._story_tokens(number)], dtype=np.int32)

    def _story_tokens(self, number: int) -> list[int]:
        numbers = _numbers()
        return [0, *(numbers[word] for sentence in self.story(number).sentences for word in sentence.words)]

    def entropy(self, stories: int = 1000) -> WorldEntropy:
        """The entropy of this split, estimated from so many stories, whose probabilities are exact."""
        told = [self.story(number) for number in range(stories)]
        nats, words = np.array([story.nats for story in told]), np.array([story.word_count for story in told])
        mean = nats.sum() / words.sum()
        spread = np.std(nats - mean * words, ddof=1) if stories > 1 else math.nan
        return WorldEntropy(float(mean), float(spread / math.sqrt(stories) / words.mean()), int(words.sum()))


@cache
def vocabulary() -> tuple[str, ...]:
    """Every word of the world, once; the number of a word is its place. Word 0 starts a story."""
    lines = itertools.chain(*t.TELLINGS.values(), t.LAWS, t.GOODS, t.CAUSES, itertools.chain(*t.KIN.values()))
    words = {word for line in lines for word in line.split() if not word.startswith("{")}
    words |= {*t.WOMEN, *t.MEN, *t.HOUSES, *t.PLACES, *t.REALMS, *t.WEEKDAYS}
    words |= {"he", "she", "his", "her", "him", "son", "daughter", "the", "king", "queen"}
    return (t.STORY_START, *sorted(words))


@cache
def _numbers() -> dict[str, int]:
    return {word: number for number, word in enumerate(vocabulary())}


def as_text(words: Iterable[str]) -> str:
    """Words as a person writes them: a capital after a stop, no space before a comma."""
    text, capital = "", True
    for word in words:
        glued = word in ".,;:" or not text
        text += ("" if glued else " ") + (word[0].upper() + word[1:] if capital else word)
        capital = word == "."
    return text


@cache
def _share(thing: tuple[str, ...]) -> int:
    """Which quarter of all pairs or plots this one belongs to: by its own bytes, so that it never moves."""
    return zlib.crc32("|".join(thing).encode()) % 4


@cache
def _plots_of(split: str) -> tuple[tuple[str, ...], ...]:
    return tuple(plot for plot in PLOTS if _share(plot) in SPLITS[split])


@dataclass
class _Person:
    name: str
    house: str
    home: str
    woman: bool = field(default=False)

    @property
    def he(self) -> str:
        return "she" if self.woman else "he"

    @property
    def his(self) -> str:
        return "her" if self.woman else "his"

    @property
    def title(self) -> str:
        return "queen" if self.woman else "king"


class _Feud:
    """Two enemies and what has become of it: "quarrel", then "killed", then "vow"."""

    def __init__(self, a: _Person, b: _Person, cause: str):
        self.enemies = (a, b)
        self.plot: tuple[str, ...] = (cause,)
        self.stage = "quarrel"
        self.killer: _Person | None = None
        self.victim: _Person | None = None
        self.avenger: _Person | None = None


class _Teller:
    """One story being told. Every draw goes through the three methods that keep the account of its probability."""

    def __init__(self, rng: random.Random, split: str):
        self.rng, self.split = rng, split
        self.nats = 0.0
        self.court: list[_Person] = []  # alive and there
        self.unused = list(t.WOMEN + t.MEN)
        self.ruler: _Person | None = None
        self.secure = False  # a ruler to whom somebody has knelt
        self.claimants: list[_Person] = []
        self.feud: _Feud | None = None
        self.realm: str | None = None  # that we are at war with
        self.tragedy = 0.0
        self.dead: _Person | None = None  # the last who died, as long as anybody mourns
        self.buried = True
        self.last: _Person | None = None  # whom the last sentence was about
        self.pairs: set[tuple[str, str]] = set()
        self.plots: set[tuple[str, ...]] = set()

    # ---- draws

    def uniform(self, options: Sequence[Any]) -> Any:
        self.nats += math.log(len(options))
        return options[int(self.rng.random() * len(options))]

    def weighted(self, options: dict[str, float]) -> str:
        total = sum(options.values())
        at = self.rng.random() * total
        drawn = ""
        for drawn, weight in options.items():  # noqa: B007 - the last one, should rounding leave a crumb
            at -= weight
            if at < 0:
                break
        self.nats -= math.log(options[drawn] / total)
        return drawn

    def chance(self, probability: float) -> bool:
        yes = self.rng.random() < probability
        self.nats -= math.log(probability if yes else 1 - probability)
        return yes

    # ---- the story

    def tell(self) -> Story:
        sentences = [self.sentence("open")]
        while len(sentences) < SHORTEST or not self.chance(ENDS):
            sentences.append(self.sentence(self.weighted(self.likely())))
        return Story(tuple(sentences), frozenset(self.pairs), frozenset(self.plots), self.nats)

    def sentence(self, kind: str) -> StorySentence:
        self.tragedy *= GRIEF_LASTS
        words = tuple(getattr(self, kind)().split())
        if self.tragedy < 0.05:
            self.tragedy, self.dead = 0.0, None
        nats, self.nats = self.nats, 0.0
        return StorySentence(words, self.aspects(), kind, self.threads(), nats)

    def aspects(self) -> tuple[float, float, float, float]:
        power = 0.0 if self.ruler is None else 1.0 if self.secure else 0.6
        conflict = 0.5 * (self.feud is not None) + 0.5 * (self.realm is not None)
        stage = self.feud.stage if self.feud else ""
        revenge = {"vow": 1.0, "killed": 0.4}.get(stage, 0.0)
        return power, conflict, round(self.tragedy, 3), revenge

    def threads(self) -> tuple[str, ...]:
        open_ones = []
        if self.ruler is None:
            open_ones.append("the throne is empty")
        if self.realm:
            open_ones.append(f"war with {self.realm}")
        if self.feud and self.feud.stage == "quarrel":
            open_ones.append(" and ".join(enemy.name for enemy in self.feud.enemies) + " are enemies")
        if self.feud and self.feud.killer and self.feud.victim:
            who = self.feud.avenger.name + " against" if self.feud.avenger else "nobody yet against"
            open_ones.append(f"{self.feud.victim.name} is unavenged: {who} {self.feud.killer.name}")
        return tuple(open_ones)

    def likely(self) -> dict[str, float]:
        """kind -> weight of what may come next. Each aspect has a say: what it is decides what is told."""
        court, feud = len(self.court), self.feud
        weights = {"errand": 1.4, "heraldry": 0.3, "homeward": 0.5} if court else {}
        grim = min(0.95, max(0.05, self.tragedy + 0.4 * (self.realm is not None)))
        weights["fair"], weights["grim"] = 1.2 * (1 - grim), 1.2 * grim
        if court < PEOPLE and self.unused:
            weights["arrive"] = 5.0 if court < 4 else 0.4
        if self.ruler:
            weights |= {"decree": 0.7, "passing": 0.06}
            if court > 1:
                weights |= {"feast": 0.4, "fealty": 0.15 if self.secure else 1.5}
        elif court:
            weights |= {"claim": 1.5, "crown": 1.2 if self.claimants else 0.4}
        if self.realm is None:
            weights["war"] = 0.12
        else:
            weights |= {"battle": 1.3, "peace": 0.35}
        if self.dead and self.tragedy > 0.2:
            weights["mourn"] = 2.2 * self.tragedy
            if not self.buried:
                weights["burial"] = 1.2
        if feud is None and self.possible_enemies():
            weights["quarrel"] = 1.6
        elif feud and feud.stage == "quarrel":
            weights |= {"sulk": 1.0, "reconcile": 0.12, "kill": 0.8}
        elif feud and feud.stage == "killed":
            weights["vow"] = 1.6
        elif feud and feud.stage == "vow":
            weights |= {"brood": 1.5, "resolve": 0.5}
        return weights

    # ---- words

    def line(self, kind: str, **slots: Any) -> str:
        """One of the tellings of `kind`, with its slots filled; a telling's own draws are made here, in its order."""
        telling = self.uniform(t.TELLINGS[kind])
        return self.fill(telling, slots)

    def fill(self, telling: str, slots: dict[str, Any]) -> str:
        words = []
        for word in telling.split():
            if word in ("{a}", "{A}"):
                word = self.reference(slots["a"], pronoun=word == "{a}" and slots["a"] is self.last)
            elif word == "{b}":
                word = self.reference(slots["b"], pronoun=False)
            elif word in DRAWN:
                word = self.uniform(DRAWN[word])
            elif word == "{his}" and "his" not in slots:
                word = slots["a"].his
            elif word.startswith("{"):
                word = slots[word[1:-1]]
            words.append(word)
        self.last = slots.get("a") or slots.get("subject")
        return " ".join(words)

    def reference(self, person: _Person, pronoun: bool) -> str:
        """How the story calls somebody: "she" right after a sentence about her, a ruler's title, or the name."""
        if pronoun and self.chance(PRONOUN):
            return person.he
        if person is self.ruler and self.chance(TITLE):
            return f"the {person.title}"
        return person.name

    # ---- events: each draws who and what, changes the state, and returns its words; what it asserts, `likely` saw to

    def newcomer(self, house: str | None = None) -> _Person:
        name = self.uniform(self.unused)
        self.unused.remove(name)
        person = _Person(name, house or self.uniform(t.HOUSES), self.uniform(t.PLACES), name in t.WOMEN)
        self.court.append(person)
        return person

    def someone(self, *others: _Person | None) -> _Person:
        """Somebody at court who is none of `others`."""
        return self.uniform([person for person in self.court if person not in others])

    def introduce(self, kind: str, person: _Person, **slots: Any) -> str:
        born = "daughter" if person.woman else "son"
        own = {"name": person.name, "house": person.house, "home": person.home, "title": person.title}
        return self.line(kind, **(own | {"born": born, "his": person.his, "subject": person} | slots))

    def open(self) -> str:
        self.ruler = self.newcomer()
        return self.introduce("open", self.ruler)

    def arrive(self) -> str:
        return self.introduce("arrive", self.newcomer())

    def decree(self) -> str:
        return self.line("decree", a=self.ruler)

    def feast(self) -> str:
        return self.line("feast", a=self.ruler, b=self.someone(self.ruler))

    def fealty(self) -> str:
        line = self.line("fealty", a=self.someone(self.ruler), b=self.ruler)
        self.secure = True
        return line

    def passing(self) -> str:
        assert self.ruler
        line = self.line("passing", a=self.ruler)
        self.die(self.ruler)
        return line

    def claim(self) -> str:
        who = self.someone()
        if who not in self.claimants:
            self.claimants.append(who)
        return self.line("claim", a=who, house=who.house)

    def crown(self) -> str:
        who = self.uniform(self.claimants or self.court)
        line = self.line("crown", a=who, title=who.title)
        self.ruler, self.secure, self.claimants = who, False, []
        return line

    def possible_enemies(self) -> list[tuple[_Person, _Person]]:
        pairs = itertools.combinations(self.court, 2)
        return [(a, b) for a, b in pairs if _share(tuple(sorted((a.name, b.name)))) in SPLITS[self.split]]

    def quarrel(self) -> str:
        pair = self.uniform(self.possible_enemies())
        a, b = pair if self.chance(0.5) else pair[::-1]
        cause = self.weighted(self.continuations(()))
        self.feud = _Feud(a, b, cause)
        self.pairs.add(tuple(sorted((a.name, b.name))))
        return self.line("quarrel", a=a, b=b, cause=cause)

    def continuations(self, start: tuple[str, ...]) -> dict[str, float]:
        """What a plot that began with `start` may go on with in this split, and in how many plots it does."""
        return _continuations(self.split, start)

    def either_enemy(self) -> tuple[_Person, _Person]:
        assert self.feud
        a, b = self.feud.enemies
        return (a, b) if self.chance(0.5) else (b, a)

    def sulk(self) -> str:
        assert self.feud
        a, b = self.either_enemy()
        return self.line("sulk", a=a, b=b, cause=self.feud.plot[0])

    def reconcile(self) -> str:
        assert self.feud
        a, b = self.either_enemy()
        line = self.line("reconcile", a=a, b=b, cause=self.feud.plot[0])
        self.feud = None
        return line

    def kill(self) -> str:
        assert self.feud
        killer, victim = self.either_enemy()
        manner = self.weighted(self.continuations(self.feud.plot))
        line = self.line(manner, a=killer, b=victim)
        self.feud.plot += (manner,)
        self.feud.stage, self.feud.killer, self.feud.victim = "killed", killer, victim
        self.die(victim)
        return line

    def die(self, person: _Person) -> None:
        self.court.remove(person)
        self.claimants = [claimant for claimant in self.claimants if claimant is not person]
        if person is self.ruler:
            self.ruler, self.secure = None, False
        if self.feud and self.feud.stage == "quarrel" and person in self.feud.enemies:
            self.feud = None
        if self.feud and person in (self.feud.killer, self.feud.avenger):
            self.feud = None
        self.tragedy, self.dead, self.buried = 1.0, person, False
        self.last = None if self.last is person else self.last

    def mourn(self) -> str:
        assert self.dead
        return self.line("mourn", v=self.dead.name)

    def burial(self) -> str:
        assert self.dead
        self.buried = True
        return self.line("burial", v=self.dead.name, home=self.dead.home, house=self.dead.house)

    def vow(self) -> str:
        assert self.feud and self.feud.victim
        victim, killer = self.feud.victim, self.feud.killer
        avenger = self.newcomer(victim.house)
        kin = self.uniform(t.KIN["w" if avenger.woman else "m"])
        line = self.introduce("vow", avenger, kin=kin, v=victim.name, b=killer, his=victim.his)
        self.feud.stage, self.feud.avenger = "vow", avenger
        return line

    def brood(self) -> str:
        assert self.feud and self.feud.victim
        return self.line("brood", a=self.feud.avenger, b=self.feud.killer, v=self.feud.victim.name)

    def resolve(self) -> str:
        feud = self.feud
        assert feud and feud.killer and feud.victim
        ending = self.weighted(self.continuations(feud.plot))
        line = self.line(ending, a=feud.avenger, b=feud.killer, v=feud.victim.name)
        self.plots.add((*feud.plot, ending))
        self.feud = None
        if ending in ("slain", "judged"):
            self.die(feud.killer)
        elif ending == "banished":
            grief = self.tragedy, self.dead, self.buried
            self.die(feud.killer)
            self.tragedy, self.dead, self.buried = grief
        return line

    def war(self) -> str:
        self.realm = self.uniform(t.REALMS)
        return self.line("war", realm=self.realm)

    def battle(self) -> str:
        telling = self.uniform([telling for telling in t.TELLINGS["battle"] if self.court or "{a}" not in telling])
        a = self.someone() if "{a}" in telling else None
        return self.fill(telling, {"a": a, "realm": self.realm})

    def peace(self) -> str:
        realm, self.realm = self.realm, None
        return self.line("peace", realm=realm)

    def errand(self) -> str:
        options = [telling for telling in t.TELLINGS["errand"] if len(self.court) > 1 or "{b}" not in telling]
        telling = self.uniform(options)
        a = self.someone()
        return self.fill(telling, {"a": a, "b": self.someone(a) if "{b}" in telling else None})

    def homeward(self) -> str:
        who = self.someone()
        return self.line("homeward", a=who, home=who.home)

    def heraldry(self) -> str:
        who = self.someone()
        return self.line("heraldry", a=who, house=who.house)

    def fair(self) -> str:
        return self.line("fair")

    def grim(self) -> str:
        return self.line("grim")


# slots that a telling draws by itself
DRAWN = {"{law}": t.LAWS, "{good}": t.GOODS, "{far}": t.PLACES, "{weekday}": t.WEEKDAYS}


@cache
def _continuations(split: str, start: tuple[str, ...]) -> dict[str, float]:
    found: dict[str, float] = {}
    for plot in _plots_of(split):
        if plot[: len(start)] == start:
            found[plot[len(start)]] = found.get(plot[len(start)], 0) + 1
    return found
