"""What is said about the device, the machine and the run; what the command does when it is stopped or has no room."""

import os

import pytest
import torch

from gru_lab import bench_training, cli, training
from gru_lab.models import LanguageModel
from gru_lab.training import (
    PRESETS,
    Configuration,
    Device,
    DeviceError,
    Interrupted,
    choose_device,
    device,
    loop,
    storyworld_corpus,
)

CUDA = Device("cuda", "Card 9000", "")
TINY = ["--embedding-size", "4", "--hidden-size", "4", "--batch-size", "2", "--length", "8", "--steps", "2"]
TINY += ["--warmup", "1", "--every", "1", "--device", "cpu"]


def test_apples_gpu_is_taken_when_asked_for(monkeypatch):
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert choose_device("mps").kind == "mps" and "as asked" in choose_device("mps").why
    assert choose_device("cpu").kind == "cpu"


def test_a_torch_with_cuda_and_no_driver_says_so(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(device.shutil, "which", lambda name: None)
    found = choose_device("auto")
    assert found.kind == "cpu" and found.why.endswith("No NVIDIA card with a driver was found.")


def test_memory_is_asked_of_the_card_or_the_machine_or_nobody(monkeypatch):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (3 * 10**9, 80 * 10**9), raising=False)
    device.check_memory(3 * 10**9, CUDA)
    with pytest.raises(DeviceError, match=r"needs about 3\.1 GB, 3\.0 GB are there"):
        device.check_memory(3_100_000_000, CUDA)
    monkeypatch.setattr(os, "sysconf_names", {}, raising=False)  # Windows
    device.check_memory(10**18, Device("cpu", "", ""))


def test_the_record_names_the_versions_that_a_card_depends_on(monkeypatch):
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(torch.backends.cudnn, "version", lambda: 91000)
    assert loop._versions(Device("cpu", "", "")).keys() == {"python", "torch", "numpy"}
    found = loop._versions(CUDA)
    assert (found["cuda"], found["cudnn"]) == ("13.0", "91000")


def test_a_rate_that_is_a_tensor_is_changed_in_its_place():
    """A recorded step reads it there."""
    model = LanguageModel("gru", 3, 2, 2)
    rate = torch.tensor(0.5)
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, capturable=False, foreach=False)
    loop.set_rate(optimiser, 0.25)
    assert optimiser.param_groups[0]["lr"] is rate and float(rate) == 0.25
    optimiser = loop.optimiser_of(model, Configuration())
    loop.set_rate(optimiser, 0.125)
    assert optimiser.param_groups[0]["lr"] == 0.125


def test_what_a_configuration_refuses():
    for changes, says in (
        ({"precision": "float16"}, "precision is 'float16', needs float32 or bf16"),
        ({"rate": 0.0}, "rate is 0.0, needs more than 0"),
        ({"clip": -1.0}, "clip is -1.0, needs more than 0"),
    ):
        with pytest.raises(ValueError, match=says):
            Configuration().with_changes(**changes)


def test_a_stopped_run_says_how_it_goes_on(tmp_path, monkeypatch, capsys):
    def stop(*given, **options):
        raise Interrupted("Stopped. The same command goes on.")

    monkeypatch.setattr(loop, "train", stop)
    assert cli.main(["train", *TINY, "--words", "3000", "--quiet", "--out", str(tmp_path)]) == 130
    assert "The same command goes on." in capsys.readouterr().err


def test_a_disk_that_is_full_says_that_what_was_saved_is_whole(tmp_path, monkeypatch, capsys):
    def full(*given, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(loop, "write_checkpoint", full)
    assert cli.main(["train", *TINY, "--words", "3000", "--quiet", "--out", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "No space left on device. What was saved before is still whole" in said and "Traceback" not in said


def test_a_long_telling_is_announced(tmp_path, monkeypatch, capsys):
    told = []
    monkeypatch.setattr(
        training, "storyworld_corpus", lambda words, seed, progress: told.append(words) or storyworld_corpus(3000, seed)
    )
    for words, announced in ((6_000_000, True), (5_000_000, False)):
        out = str(tmp_path / str(words))
        assert cli.main(["train", *TINY, "--words", str(words), "--quiet", "--out", out]) == 0
        assert (f"Telling {words:,} words of stories first." in capsys.readouterr().out) == announced
    assert told == [6_000_000, 5_000_000]


def test_the_bench_without_the_card_that_it_was_told_to_use(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    out = tmp_path / "b.json"
    assert cli.main(["bench", "train", "--device", "cuda", "--out", str(out)]) == 1
    assert "Without a GPU: --device cpu" in capsys.readouterr().out and not out.exists()


def test_what_binds_is_read_off_the_time_of_few_streams():
    """A sixteenth of the words in more than half of the time: each step waits for the one before."""
    chain, work = (bench_training.binds(bench_training.Limits({}, share)) for share in (0.6, 0.4))
    assert chain.startswith("the chain of steps binds") and work.startswith("the amount of arithmetic")


def test_a_presets_products_are_counted_by_hand():
    c = PRESETS["ci"].with_changes(embedding_size=3, hidden_size=2)
    assert bench_training.products_per_word(c, 10) == 3 * 2 * (3 + 2) + 2 * 10
