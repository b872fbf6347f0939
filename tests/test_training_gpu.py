"""What only an NVIDIA card can show: a recorded step is the plain step, a run goes on there, bf16 keeps its gradient.

Skipped where there is none. Run on an H100 with torch 2.11, CUDA 13.0, when the shipped weights were made.
"""

import csv

import pytest
import torch

from gru_lab.models import LanguageModel, OwnGRU
from gru_lab.story import StoryWorld
from gru_lab.training import PRESETS, Configuration, Interrupted, choose_device, loop, storyworld_corpus, train

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA card")
SMALL = Configuration(words=200_000, steps=40, every=10)


@pytest.fixture(scope="module")
def corpus():
    return storyworld_corpus(200_000)


def losses(folder):
    with (folder / "metrics.csv").open() as file:
        return [float(row["train_loss"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize("cell", ["gru", "lstm"])
@pytest.mark.parametrize("precision", ["float32", "bf16"])
def test_a_recorded_step_is_the_plain_step(corpus, tmp_path, monkeypatch, cell, precision):
    c = SMALL.with_changes(cell=cell, precision=precision, words=30_000)  # several passes: the state begins again
    train(c, corpus, tmp_path / "recorded", choose_device("cuda"), progress=False)
    monkeypatch.setattr(loop.RecordedStep, "FIRST", 10**9)
    train(c, corpus, tmp_path / "plain", choose_device("cuda"), progress=False)
    assert losses(tmp_path / "recorded") == pytest.approx(losses(tmp_path / "plain"), rel=2e-3)
    assert losses(tmp_path / "plain")[-1] < losses(tmp_path / "plain")[0] - 0.5


def test_a_stopped_run_goes_on(corpus, tmp_path):
    def stop(step, loss):
        if step == 25:
            raise KeyboardInterrupt

    cuda = choose_device("cuda")
    train(SMALL, corpus, tmp_path / "whole", cuda, progress=False)
    with pytest.raises(Interrupted):
        train(SMALL, corpus, tmp_path / "halves", cuda, progress=False, step_done=stop)
    train(SMALL, corpus, tmp_path / "halves", cuda, progress=False)
    assert losses(tmp_path / "halves") == pytest.approx(losses(tmp_path / "whole"), rel=1e-3)


def test_bf16_keeps_the_gradient_of_a_mean_over_many_words(corpus):
    c = PRESETS["gpu"].with_changes(batch_size=512, length=128)
    streams = loop._streams(corpus.train, c).cuda()
    x, y = loop.batch_of(streams, 0, c.length)
    torch.manual_seed(0)
    model = LanguageModel("gru", len(StoryWorld().vocabulary), c.embedding_size, c.hidden_size).cuda()

    def gradient(loss, backward=torch.Tensor.backward):
        backward(loss)
        found = torch.cat([parameter.grad.flatten() for parameter in model.parameters()])
        model.zero_grad()
        return found

    plain, rounded = loop.Step(model, None, c.with_changes(precision="float32")), loop.Step(model, None, c)
    exact = gradient(plain.loss(x, y, None)[0])
    ours = gradient(rounded.loss(x, y, None)[0], rounded.backward)
    with torch.autocast("cuda", torch.bfloat16):
        logits, state = model(x)
        by_autocast = gradient(torch.nn.functional.cross_entropy(logits.flatten(0, 1).float(), y.flatten()))
    off, autocast_off = (float((found - exact).norm() / exact.norm()) for found in (ours, by_autocast))
    print(f"gradient off: rounded copy {off:.4f}, autocast {autocast_off:.4f} in {state.dtype}")
    assert off < 0.01


def test_own_gru_is_nn_gru_on_the_card():
    torch.manual_seed(0)
    theirs = torch.nn.GRU(8, 16, batch_first=True).cuda()
    ours = OwnGRU(8, 16).cuda()
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(4, 20, 8, device="cuda")
    assert torch.allclose(ours(x)[0], theirs(x)[0], atol=2e-3)  # cuDNN multiplies in TF32
