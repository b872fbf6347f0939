"""What takes runs into the package: what was made is taken as it is, and what was not made stays."""

import csv
import json
import math
import shutil

import pytest
import torch

from gru_lab import trained
from gru_lab.models import LanguageModel, load, save
from gru_lab.story import StoryWorld
from gru_lab.trained import collect, seeds
from gru_lab.training import Configuration, Device, evaluate, storyworld_corpus, train

TINY = Configuration(embedding_size=4, hidden_size=8, words=20_000, batch_size=4, length=16, steps=4, warmup=1, every=2)
WORDS = 4000  # held out


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A copy of what is shipped, which the commands write into."""
    folder = tmp_path / "trained"
    shutil.copytree(trained.HERE, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for module in (trained, collect):
        monkeypatch.setattr(module, "HERE", folder)
    monkeypatch.setattr(collect, "HELD_OUT", WORDS)
    return folder


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def run(monkeypatch, module, *arguments):
    monkeypatch.setattr("sys.argv", ["-m", *map(str, arguments)])
    module.main()


def put_record(runs, name, **changes):
    """A run of which there is nothing but the record."""
    record = {"command": f"gru-lab train --out {runs} --quiet --cell x", "words": 20_000, "parameters": 10} | changes
    (runs / name).mkdir(parents=True)
    (runs / name / "record.json").write_text(json.dumps(record), encoding="utf-8")
    return record


def test_without_runs_all_stays_as_it_is_and_the_floor_comes_out_again(package, monkeypatch, tmp_path, capsys):
    before = contents(package)
    run(monkeypatch, collect, tmp_path / "nothing")
    assert contents(package) == before
    said = capsys.readouterr().out.splitlines()
    assert [line.rsplit(maxsplit=1)[0] for line in said] == [row["model"] for row in trained.perplexities()]


def test_a_run_is_shipped_rounded_and_scored_as_it_is_shipped(package, monkeypatch, tmp_path):
    runs = tmp_path / "runs"
    made = train(TINY, storyworld_corpus(20_000), runs / "gru", Device("cpu", "a processor", ""),
                 "gru-lab train --out somewhere --quiet --preset ci", progress=False)  # fmt: skip
    before = {row["model"]: row for row in trained.perplexities()}
    scored = []
    monkeypatch.setattr(collect, "evaluate", lambda model, tokens: scored.append(model) or evaluate(model, tokens))
    run(monkeypatch, collect, runs)

    model, vocabulary = trained.load_storyworld_gru()
    whole, _ = load(runs / "gru" / "model.safetensors")
    assert vocabulary == StoryWorld().vocabulary
    for shipped, weight in zip(model.parameters(), whole.parameters(), strict=True):
        assert torch.equal(shipped, weight.half().float()) and not torch.equal(shipped, weight)
    (one,) = scored  # what is shipped, not what was trained
    assert all(map(torch.equal, one.parameters(), model.parameters()))
    record, loss = trained.record(), evaluate(model, StoryWorld(0, "test").tokens(WORDS))
    assert record["weights"] == "float16" and record["command"] == "gru-lab train --preset ci"
    assert record["test_loss"] == pytest.approx(loss, abs=1e-4)
    assert record["test_perplexity"] == pytest.approx(math.exp(loss), abs=1e-3)
    assert record["configuration"] == made["configuration"]
    with (runs / "gru" / "metrics.csv").open(encoding="utf-8") as file:
        assert trained.metrics() == [{name: float(x) for name, x in row.items()} for row in csv.DictReader(file)]

    after = {row["model"]: row for row in trained.perplexities()}
    assert after.keys() == before.keys()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {name for name in after if name.startswith(collect.SHIPPED)} and len(changed) == 4
    assert after[collect.SHIPPED] == {
        "model": collect.SHIPPED, "words": TINY.steps * TINY.batch_size * TINY.length,
        "parameters": model.parameter_count, "perplexity": record["test_perplexity"],
    }  # fmt: skip
    assert list(after) == sorted(after, key=lambda name: -after[name]["perplexity"])


def test_other_runs_are_taken_from_their_records(package, monkeypatch, tmp_path):
    runs = tmp_path / "runs"
    put_record(runs, "base_lstm", test_perplexity=7.5, parameters=30)
    put_record(runs, "base_gru", test_perplexity=7.25)
    laptop = put_record(runs, "laptop", test_perplexity=5.0, words=1_000_000)
    put_record(runs, "of_nobody", test_perplexity=1.0)
    speeds = {name: {"preset": name, "rows": []} for name in ("gpu", "laptop")}
    for name, speed in speeds.items():
        (runs / f"bench_{name}.json").write_text(json.dumps(speed), encoding="utf-8")
    before = {row["model"]: row for row in trained.perplexities()}
    weights = (package / trained.MODEL).read_bytes()
    run(monkeypatch, collect, runs)
    after = {row["model"]: row for row in trained.perplexities()}
    assert after["LSTM"] == {"model": "LSTM", "words": 20_000, "parameters": 30, "perplexity": 7.5}
    assert after["GRU"]["perplexity"] == 7.25 and after[collect.LAPTOP]["words"] == 1_000_000
    assert after["minGRU"] == before["minGRU"] and after.keys() == before.keys()
    for name in ("unigram", "bigram", "5-gram"):  # they have read what the others have read
        assert after[name]["words"] == 20_000 and after[name]["parameters"] is None
    assert after["unigram"]["perplexity"] > after["bigram"]["perplexity"] > 7.5
    assert after["5-gram"]["perplexity"] > before["5-gram"]["perplexity"]  # they know less than those who read more
    assert trained.laptop_record() == laptop | {"command": "gru-lab train --cell x"}
    assert trained.gpu_speed() == speeds
    assert (package / trained.MODEL).read_bytes() == weights


def test_seeds_are_scored_from_their_records(package, monkeypatch, tmp_path):
    before = contents(package)
    for number, (cell, size) in enumerate(seeds.SIZES.items()):
        for seed in seeds.SEEDS:
            put_record(tmp_path, f"seed_{cell}_{seed}", test_perplexity=number + seed / 10, device="a card",
                       configuration={"cell": cell, "hidden_size": size, "seed": seed})  # fmt: skip
    run(monkeypatch, seeds, "perplexities", tmp_path)
    found = trained.storyworld_seeds()
    assert found["device"] == "a card" and found["words"] == 20_000
    assert [(r["cell"], r["hidden_size"], r["seed"], r["perplexity"]) for r in found["rows"]] == [
        (cell, size, seed, number + seed / 10)
        for number, (cell, size) in enumerate(seeds.SIZES.items())
        for seed in seeds.SEEDS
    ]
    assert {name for name, content in contents(package).items() if content != before[name]} == {trained.PERPLEXITIES}


@pytest.mark.parametrize(("kind", "options"), [("cuda", "probes"), ("cpu", "perplexities")])
def test_probes_of_one_amount_of_reading_replace_their_like_and_no_other(package, monkeypatch, tmp_path, kind, options):
    monkeypatch.setattr(seeds, "SEEDS", (1, 2))
    for split, count in (("train", 20), ("validation", 5), ("test", 8)):
        monkeypatch.setitem(seeds.STORIES, split, count)
    few, many = trained.probe_seeds()
    for seed in seeds.SEEDS:
        put_record(tmp_path, f"seed_gru_{seed}", test_perplexity=float(seed), device="a card", kind=kind,
                   words=many["words"])  # fmt: skip
        torch.manual_seed(seed)
        model = LanguageModel("gru", len(StoryWorld().vocabulary), 4, 8)
        save(model, tmp_path / f"seed_gru_{seed}" / "model.safetensors", StoryWorld().vocabulary)
    run(monkeypatch, seeds, "probes", tmp_path)
    kept, found = trained.probe_seeds()
    assert kept == few and found["words"] == many["words"] and found["device"] == "a card"
    assert seeds.OPTIONS[options] in found["command"]
    assert [(row["seed"], row["test_perplexity"]) for row in found["rows"]] == [(1, 1.0), (2, 2.0)]
    names = many["rows"][0].keys()
    assert all(row.keys() == names for row in found["rows"])
    one, other = (row["probe on all units"] for row in found["rows"])
    assert len(one) == 4 and one != other
