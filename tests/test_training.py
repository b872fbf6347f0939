"""Training survives kill -9, Ctrl-C and a full disk; two processes do what one does; bad input is refused."""

import csv
import json
import math
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

from gru_lab import cli
from gru_lab.models import LanguageModel, load
from gru_lab.story import StoryWorld
from gru_lab.training import (
    PRESETS,
    Configuration,
    CorpusError,
    Device,
    DeviceError,
    Interrupted,
    choose_device,
    device,
    evaluate,
    loop,
    storyworld_corpus,
    text_corpus,
    train,
)
from gru_lab.training.corpus import tell
from gru_lab.training.loop import batch_of, learning_rate

CPU = Device("cpu", "a processor", "")
SMALL = Configuration(
    embedding_size=8, hidden_size=16, words=30_000, batch_size=8, length=16, steps=40, warmup=5, every=10
)
OPTIONS = [
    *("--embedding-size", "8", "--hidden-size", "16", "--words", "30000", "--batch-size", "8", "--length", "16"),
    *("--steps", "160", "--warmup", "5", "--every", "10", "--threads", "1", "--quiet", "--device", "cpu"),
]


@pytest.fixture(scope="module")
def corpus():
    return storyworld_corpus(30_000)


def rows(folder):
    with (folder / "metrics.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def command(folder, *launcher):
    return [sys.executable, *launcher, "-m", "gru_lab.cli", "train", *OPTIONS, "--out", str(folder)]


def test_it_learns_and_leaves_a_record(corpus, tmp_path):
    seen = []
    record = train(SMALL, corpus, tmp_path, CPU, "gru-lab train", progress=False, step_done=lambda s, _: seen.append(s))
    losses = [float(row["train_loss"]) for row in rows(tmp_path)]
    assert losses[-1] < losses[0] - 0.3 and seen == list(range(1, 41))
    assert [int(row["step"]) for row in rows(tmp_path)] == [10, 20, 30, 40]
    assert json.loads((tmp_path / "record.json").read_text("utf-8")) == record
    assert (
        record["words"] == 40 * 8 * 16 and record["kind"] == "cpu" and record["versions"]["torch"] == torch.__version__
    )
    model, vocabulary = load(tmp_path / "model.safetensors")
    assert vocabulary == corpus.vocabulary
    assert evaluate(model, corpus.test, length=16) == pytest.approx(record["test_loss"], abs=1e-3)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9")
def test_killed_and_resumed_is_as_if_nothing_had_happened(tmp_path):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    subprocess.run(command(whole), check=True, env=environment, capture_output=True)
    process = subprocess.Popen(command(killed), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not ((killed / "metrics.csv").exists() and len(rows(killed)) >= 3):
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (killed / "model.safetensors").exists(), "it had ended before it was killed"
    with (killed / "metrics.csv").open("a") as file:  # as if killed while a row was written
        file.write("150,12")
    subprocess.run(command(killed), check=True, env=environment, capture_output=True)
    assert rows(killed) == rows(whole)
    one, other = (load(folder / "model.safetensors")[0].state_dict() for folder in (whole, killed))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_two_processes_do_what_one_does(corpus, tmp_path):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2")
    options = [*OPTIONS, "--steps", "40"]
    for folder, start in ((tmp_path / "one", ()), (tmp_path / "two", launcher)):
        arguments = [sys.executable, *start, "-m", "gru_lab.cli", "train", *options, "--out", str(folder)]
        subprocess.run(arguments, check=True, env=environment, capture_output=True, timeout=100)
    one, two = rows(tmp_path / "one"), rows(tmp_path / "two")
    assert [row["step"] for row in one] == [row["step"] for row in two]
    for column in ("train_loss", "validation_loss", "gradient_norm"):
        ours, theirs = ([float(row[column]) for row in run] for run in (one, two))
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, err_msg=column)
    assert json.loads((tmp_path / "two" / "record.json").read_text("utf-8"))["processes"] == 2


def test_ctrl_c_keeps_what_was_done(corpus, tmp_path):
    def stop(step, loss):
        if step == 25:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="the same command goes on"):
        train(SMALL, corpus, tmp_path, CPU, progress=False, step_done=stop)
    train(SMALL, corpus, tmp_path, CPU, progress=False)
    train(SMALL, corpus, tmp_path / "whole", CPU, progress=False)
    assert rows(tmp_path) == rows(tmp_path / "whole")


def test_a_full_disk_leaves_the_last_checkpoint_whole(corpus, tmp_path, monkeypatch):
    train(SMALL.with_changes(steps=20), corpus, tmp_path, CPU, progress=False)
    before = (tmp_path / "checkpoint.safetensors").read_bytes()
    from gru_lab.training import checkpoint

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        checkpoint.write_atomically(tmp_path / "checkpoint.safetensors", b"half")
    assert (tmp_path / "checkpoint.safetensors").read_bytes() == before
    assert not list(tmp_path.glob("*.new"))


def test_another_run_in_the_folder_is_not_overwritten(corpus, tmp_path):
    train(SMALL.with_changes(steps=20), corpus, tmp_path, CPU, progress=False)
    with pytest.raises(ValueError, match=r"holds another run \(hidden_size 16\).*another --out"):
        train(SMALL.with_changes(steps=20, hidden_size=8), corpus, tmp_path, CPU, progress=False)
    (tmp_path / "checkpoint.safetensors").write_bytes(b"broken")
    with pytest.raises(ValueError, match=r"cannot be read .* Delete it to begin again"):
        train(SMALL.with_changes(steps=20), corpus, tmp_path, CPU, progress=False)


def test_a_loss_that_is_no_number_stops_the_run(corpus, tmp_path):
    with pytest.raises(ValueError, match=r"the loss is nan after step 10: try a smaller --rate"):
        train(SMALL.with_changes(rate=1e30, clip=1e30), corpus, tmp_path, CPU, progress=False)


def test_steps_read_the_words_that_their_number_says():
    streams = torch.arange(2 * 11).view(2, 11)
    x, y = batch_of(streams, 1, 4)
    assert x.tolist() == [[4, 5, 6, 7], [15, 16, 17, 18]] and y.tolist() == [[5, 6, 7, 8], [16, 17, 18, 19]]
    assert batch_of(streams, 2, 4)[0].tolist() == batch_of(streams, 0, 4)[0].tolist()  # the next pass


def test_several_processes_tell_the_same_stories():
    world = StoryWorld(3)
    assert (tell(world, 300_000, processes=2) == world.tokens(300_000)).all()
    assert len(tell(world, 7, processes=2)) == 7


def test_bf16_products_keep_float32_weights(corpus):
    losses = {}
    for precision in ("float32", "bf16"):
        c = SMALL.with_changes(precision=precision)
        torch.manual_seed(0)
        model = LanguageModel(c.cell, len(corpus.vocabulary), c.embedding_size, c.hidden_size)
        optimiser, streams, state = loop.optimiser_of(model, c), loop._streams(corpus.train, c), None
        step = loop.step_of(model, optimiser, c)
        for number in range(c.steps):
            loss, state, _ = step(*batch_of(streams, number, c.length), state)
        losses[precision] = float(loss)
        assert state.dtype == (torch.bfloat16 if precision == "bf16" else torch.float32)
        assert all(parameter.dtype == parameter.grad.dtype == torch.float32 for parameter in model.parameters())
    assert losses["bf16"] == pytest.approx(losses["float32"], rel=5e-3) and losses["bf16"] != losses["float32"]


def test_the_rate_rises_then_falls():
    rates = [learning_rate(step, SMALL) for step in range(SMALL.steps)]
    assert rates[4] == max(rates) == pytest.approx(SMALL.rate)
    assert rates[0] == pytest.approx(SMALL.rate / 5) and rates[-1] == pytest.approx(0.1 * SMALL.rate, rel=0.05)


def test_evaluate_is_the_mean_of_minus_log_p():
    model = LanguageModel("gru", 6, 4, 5)
    tokens = np.random.default_rng(0).integers(6, size=101)
    with torch.no_grad():
        logits, _ = model(torch.from_numpy(tokens[None, :-1]))
        expected = torch.nn.functional.cross_entropy(logits[0], torch.from_numpy(tokens[1:]))
    assert evaluate(model, tokens, length=7, rows=1) == pytest.approx(float(expected), rel=1e-6)


# ---- your own text


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_your_own_text(tmp_path, capsys):
    text = "Ein König schläft. He doesn't wake!\n\n" * 400 + "Rare word at the end."
    corpus = text_corpus(write(tmp_path / "t.txt", text))
    assert corpus.vocabulary[:2] == ("<story>", "<unknown>") and "doesn't" in corpus.vocabulary
    assert "könig" in corpus.vocabulary and "rare" not in corpus.vocabulary
    words = [corpus.vocabulary[number] for number in corpus.train[:10]]
    assert words == ["<story>", "ein", "könig", "schläft", ".", "he", "doesn't", "wake", "!", "<story>"]
    assert len(corpus.train) + len(corpus.validation) + len(corpus.test) == 400 * 9 + 7
    options = ["train", *OPTIONS, "--steps", "40", "--batch-size", "4", "--corpus", str(tmp_path / "t.txt")]
    assert cli.main([*options, "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "Training on the CPU" in said and "Test perplexity" in said
    assert math.exp(float(rows(tmp_path / "out")[-1]["train_loss"])) < 6  # of ten words, all alike at the start


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" \n ", "is empty"),
        (b"a\0b" * 2000, "is no text .zero bytes."),
        ("Tod und König".encode("latin-1") * 900, r"is not UTF-8 \(line 1\)"),
        (b"too few words here", "has 5 words; 2,000 are the least"),
    ],
)
def test_a_text_that_cannot_be_learned_from(tmp_path, content, says):
    path = tmp_path / "bad.txt"
    path.write_bytes(content)
    with pytest.raises(CorpusError, match=says.replace("zero", "it has zero")):
        text_corpus(path)


def test_what_the_command_refuses(tmp_path, capsys):
    for options, says in (
        (["--corpus", str(tmp_path / "none.txt")], "none.txt cannot be read: No such file"),
        (["--device", "cuda"], "Without a GPU: --device cpu"),
        (["--precision", "bf16", "--device", "cpu"], "bf16 is for an NVIDIA GPU"),
        (["--steps", "0"], "steps is 0, needs more than 0"),
        (["--cell", "gur"], "cell is 'gur', needs one of rnn, gru"),
        (["--words", "100"], "too few for 32 streams"),
    ):
        if "cuda" in options and torch.cuda.is_available():
            continue
        assert cli.main(["train", *options, "--out", str(tmp_path / "o"), "--quiet"]) == 1
        assert says in capsys.readouterr().err


# ---- devices


def test_the_device_is_never_chosen_silently(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(device.shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    assert "needs one for CUDA 13.0 or newer. Update the driver" in choose_device("auto").why
    with pytest.raises(DeviceError, match=r"Update the driver.*--device cpu"):
        choose_device("cuda")
    monkeypatch.setattr(torch.version, "cuda", None)
    assert "build without CUDA: see --torch-index" in choose_device("auto").why
    monkeypatch.setattr(device.shutil, "which", lambda name: None)
    assert "no NVIDIA driver" in choose_device("auto").why
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(DeviceError, match="no Apple GPU"):
        choose_device("mps")
    with pytest.raises(ValueError, match="device is 'tpu'"):
        choose_device("tpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda number: "Card 9000")
    assert choose_device("auto") == Device("cuda", "Card 9000", "Training on the GPU: Card 9000.")


def test_a_run_that_does_not_fit_is_refused_before_it_starts(corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "_bytes_needed", lambda *_: 10**15)
    with pytest.raises(DeviceError, match=r"needs about 1000000\.0 GB, .*smaller --batch-size"):
        train(SMALL, corpus, tmp_path, CPU, progress=False)
    assert not (tmp_path / "metrics.csv").exists()


def test_the_bench_prints_a_table(tmp_path, capsys):
    options = ["--preset", "ci", "--device", "cpu", "--rounds", "3", "--steps", "2", "--out", str(tmp_path / "b.json")]
    assert cli.main(["bench", "train", *options]) == 0
    said = capsys.readouterr().out
    assert "loop, float32" in said and "of the bare step" in said
    found = json.loads((tmp_path / "b.json").read_text("utf-8"))
    bare, loop = found["rows"]
    assert bare["share"] == 1 and 0.5 < loop["share"] < 1.5 and 0 < loop["of_limit"] < 1
    assert found["flops"].keys() == {"float32"} and 0 < found["chain"] < 1
    assert ("the chain of steps binds" in said) == (found["chain"] > 0.5)


def test_presets_are_whole():
    for name, preset in PRESETS.items():
        assert preset.words > preset.batch_size * (preset.length + 1), name
    with pytest.raises(ValueError, match="warmup is 40 of 40 steps"):
        SMALL.with_changes(warmup=40)
