"""The networks in torch: our own GRU beside torch's and the NumPy cell, minGRU's two forms, what is saved."""

import numpy as np
import pytest
import torch

from gru_lab.conventions import PYTORCH
from gru_lab.interop import from_pytorch
from gru_lab.models import CELLS, LanguageModel, MinGRU, OwnGRU, load, min_gru_by_loop, min_gru_by_scan, save, trace_gru
from gru_lab.sequence import forward

B, T, D, H = 3, 7, 5, 4


@pytest.fixture(autouse=True)
def reproducible():
    torch.manual_seed(0)


def test_our_own_gru_is_torchs_and_the_cells():
    x, first = torch.randn(B, T, D, dtype=torch.float64), torch.rand(1, B, H, dtype=torch.float64) * 2 - 1
    theirs = torch.nn.GRU(D, H, batch_first=True).double()
    own = OwnGRU(D, H).double()
    own.load_state_dict(theirs.state_dict())
    output, state = theirs(x, first)
    own_output, own_state = own(x, first)
    torch.testing.assert_close(own_output, output, rtol=0, atol=1e-12)
    torch.testing.assert_close(own_state, state, rtol=0, atol=1e-12)
    parameters = from_pytorch({name: value.detach().numpy() for name, value in theirs.state_dict().items()})
    numpy_output = forward(x.numpy(), first[0].numpy(), parameters, None, PYTORCH).output
    np.testing.assert_allclose(own_output.detach().numpy(), numpy_output, rtol=0, atol=1e-12)
    for mine, yours in zip(*(torch.autograd.grad(out.sin().sum(), net.parameters()) for out, net in
                             ((own_output, own), (output, theirs))), strict=True):  # fmt: skip
        torch.testing.assert_close(mine, yours, rtol=0, atol=1e-11)


def test_the_trace_obeys_the_last_equation():
    layer = torch.nn.GRU(D, H, batch_first=True)
    x = torch.randn(B, T, D)
    trace = trace_gru(layer, x)
    before = torch.cat([torch.zeros(B, 1, H), trace.h[:, :-1]], dim=1)
    torch.testing.assert_close(trace.h, trace.z * before + (1 - trace.z) * trace.candidate)
    torch.testing.assert_close(trace.h, layer(x)[0], rtol=0, atol=1e-6)
    assert all(part.shape == (B, T, H) for part in trace) and (trace.r > 0).all() and (trace.r < 1).all()


@pytest.mark.parametrize("length", [1, 2, 50, 3000])
@pytest.mark.parametrize("scale", [1, 12])
def test_the_scan_is_the_loop(length, scale):
    a_z, a_h = scale * torch.randn(2, B, length, H, dtype=torch.float64)
    h = torch.rand(B, H, dtype=torch.float64)
    torch.testing.assert_close(min_gru_by_scan(a_z, a_h, h), min_gru_by_loop(a_z, a_h, h), rtol=1e-9, atol=1e-12)
    a_z, a_h, h = a_z.float(), a_h.float(), h.float()
    loop = min_gru_by_loop(a_z, a_h, h)
    torch.testing.assert_close(min_gru_by_scan(a_z, a_h, h), loop, rtol=1e-6, atol=1e-6 * scale)


def test_a_scan_in_logarithms_loses_digits_where_this_one_does_not():
    """Why min_gru_by_scan does not take the logarithms of Feng and others, appendix B."""
    a_z, candidate = torch.randn(2, B, 3000, H)
    candidate, h = candidate.abs() + 0.1, torch.full((B, H), 0.5)
    log_keep = -torch.nn.functional.softplus(a_z).cumsum(dim=1)
    log_new = -torch.nn.functional.softplus(-a_z) + candidate.log() - log_keep
    in_logarithms = (log_keep + torch.cat([h.log()[:, None], log_new], 1).logcumsumexp(1)[:, 1:]).exp()
    loop = min_gru_by_loop(a_z, candidate, h)
    ours = (min_gru_by_scan(a_z, candidate, h) - loop).abs().max()
    assert ours < 2e-6 and (in_logarithms - loop).abs().max() > 50 * ours


def test_the_scan_has_the_loops_gradients():
    a_z, a_h = (torch.randn(B, 40, H, dtype=torch.float64, requires_grad=True) for _ in range(2))
    h = torch.rand(B, H, dtype=torch.float64, requires_grad=True)
    one, other = (torch.autograd.grad(run(a_z, a_h, h).sin().sum(), (a_z, a_h, h)) for run in
                  (min_gru_by_scan, min_gru_by_loop))  # fmt: skip
    for scan, loop in zip(one, other, strict=True):
        torch.testing.assert_close(scan, loop, rtol=1e-8, atol=1e-10)


def test_the_loops_gradient_has_no_slices():
    """The gradient of each z[:, t] would be as large as all of z: T² numbers in all."""
    a_z, a_h = torch.randn(2, B, 8, H, requires_grad=True)
    seen, ahead = set(), [min_gru_by_loop(a_z, a_h, torch.rand(B, H)).grad_fn]
    while ahead:
        node = ahead.pop()
        if node is not None and node not in seen:
            seen.add(node)
            ahead += [before for before, _ in node.next_functions]
    names = [node.name() for node in seen]
    assert names.count("UnbindBackward0") == 3  # two of the loop, one of this test
    assert not [name for name in names if name.startswith(("Select", "Slice"))]


def test_min_gru_starts_from_its_first_state_and_refuses_another_way():
    layer = MinGRU(D, H)
    x = torch.randn(B, T, D)
    output, state = layer(x)
    torch.testing.assert_close(layer(x, torch.zeros(1, B, H))[0], output)
    torch.testing.assert_close(layer(x[:, 3:], layer(x[:, :3])[1])[0], output[:, 3:], rtol=1e-5, atol=1e-6)
    assert state.shape == (1, B, H)
    with pytest.raises(ValueError, match='needs "scan" or "loop"'):
        MinGRU(D, H, by="magic")


@pytest.mark.parametrize("cell", CELLS)
def test_a_language_model_reads_in_pieces_what_it_reads_at_once(cell):
    model = LanguageModel(cell, 11, D, H)
    tokens = torch.randint(11, (B, T))
    logits, _ = model(tokens)
    assert logits.shape == (B, T, 11) and model.states(tokens).shape == (B, T, H)
    first, state = model(tokens[:, :4])
    second, _ = model(tokens[:, 4:], state)
    torch.testing.assert_close(torch.cat([first, second], dim=1), logits, rtol=1e-5, atol=1e-6)
    changed = tokens.clone()
    changed[:, -1] = (changed[:, -1] + 1) % 11
    torch.testing.assert_close(model(changed)[0][:, :-1], logits[:, :-1])  # no look into the future


def test_saved_and_loaded(tmp_path):
    model = LanguageModel("gru", 3, D, H)
    save(model, tmp_path / "m.safetensors", ["<story>", "é", "queen"])
    again, vocabulary = load(tmp_path / "m.safetensors")
    assert vocabulary == ("<story>", "é", "queen") and again.configuration == model.configuration
    tokens = torch.tensor([[0, 1, 2]])
    assert torch.equal(again(tokens)[0], model(tokens)[0])
    (tmp_path / "x.safetensors").write_bytes(b"not weights")
    with pytest.raises(ValueError, match="no language model that gru_lab saved"):
        load(tmp_path / "x.safetensors")
    with pytest.raises(ValueError, match="2 words, the model has 3"):
        save(model, tmp_path / "y.safetensors", ["a", "b"])


def test_saved_in_half_the_bytes(tmp_path):
    model = LanguageModel("gru", 3, 4, 5)
    save(model, tmp_path / "half.safetensors", ["a", "b", "c"], torch.float16)
    again, _ = load(tmp_path / "half.safetensors")
    for weight, rounded in zip(model.parameters(), again.parameters(), strict=True):
        assert rounded.dtype == torch.float32 and torch.equal(rounded, weight.half().float())
    with torch.no_grad():
        model.decoder.bias[1] = 70_000  # more than float16 can hold
    with pytest.raises(ValueError, match=r"decoder\.bias has numbers that torch\.float16 cannot hold"):
        save(model, tmp_path / "half.safetensors", ["a", "b", "c"], torch.float16)


def test_what_is_refused():
    with pytest.raises(ValueError, match="cell is 'gur', needs one of rnn, gru"):
        LanguageModel("gur", 3)
    with pytest.raises(ValueError, match="hidden_size is 0"):
        LanguageModel("gru", 3, hidden_size=0)
    with pytest.raises(ValueError, match="no gates"):
        LanguageModel("lstm", 3).trace(torch.tensor([[0]]))
