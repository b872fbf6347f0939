"""What one implementation makes of the arithmetic: PyTorch's own RNN, GRU and LSTM layers on this machine's CPU.

Times are properties of a machine, a version and a kernel, so each is taken in several rounds, all networks in turn
within a round, on one thread. With oneDNN, PyTorch runs an LSTM layer in float32 as one fused operation on a CPU,
forwards and backwards (pull request 91158, 2022); its RNN and GRU run step by step. `kernel(PLAIN)` turns that off.
"""

import contextlib
import sys
import time
import warnings
from collections.abc import Hashable

import torch

from gru_lab.measuring.counts import CELLS, hidden_sizes

# Processor time of this process: a busy machine makes it wait, but not work longer. Windows counts that in steps of
# 16 ms, too coarse for a training step, so there it is the time on the wall.
CLOCK = time.perf_counter if sys.platform == "win32" else time.process_time

AS_INSTALLED, PLAIN = "as installed", "no fused kernel"
KERNELS = (AS_INSTALLED, PLAIN)


@contextlib.contextmanager
def one_thread():
    """One thread while inside: on operations this small a second one costs more than it brings."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextlib.contextmanager
def kernel(which):
    """AS_INSTALLED: leave PyTorch as it is. PLAIN: without oneDNN, so without the fused LSTM."""
    if which not in KERNELS:
        raise ValueError(f"kernel is {which!r}, needs {AS_INSTALLED!r} or {PLAIN!r}")
    if which == AS_INSTALLED:
        yield
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # flags() warns of an Intel GPU setting that has nothing to do with it
        with torch.backends.mkldnn.flags(enabled=False):
            yield


def layer(cell, input_size, hidden_size, seed=0):
    """A PyTorch layer on the CPU: torch.nn.RNN, GRU or LSTM; "feedforward": two dense layers that need no state."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if cell == "feedforward":
            first, second = torch.nn.Linear(input_size, hidden_size), torch.nn.Linear(hidden_size, hidden_size)
            return torch.nn.Sequential(first, torch.nn.Tanh(), second, torch.nn.Tanh())
        return getattr(torch.nn, cell)(input_size, hidden_size)


def run(net, X):
    """The layer's output for a batch, (T, B, D) -> (T, B, H); recurrent layers also return their last state."""
    output = net(X)
    return output[0] if isinstance(output, tuple) else output


def training_step(net, X):
    """Forwards and backwards once; the gradients are dropped."""
    run(net, X).sum().backward()
    net.zero_grad(set_to_none=True)


def time_in_turn(jobs, rounds=5, repeats=3, tick=None):
    """Seconds of processor time of each job, {name: (one number a round, …)}. jobs: {name: function without arguments}.

    Within a round every job runs `repeats` times and the fastest counts, since whatever else the machine does can only
    slow it down. The jobs take turns, so that a slow minute meets them all. One untimed run of each comes first.
    """
    times: dict[Hashable, list[float]] = {name: [] for name in jobs}
    with one_thread():
        for job in jobs.values():
            job()
        for _ in range(rounds):
            for name, job in jobs.items():
                times[name].append(min(_seconds(job) for _ in range(repeats)))
                if tick:
                    tick()
    return {name: tuple(numbers) for name, numbers in times.items()}


def step_times(sizes, which, input_size=64, hidden_size=128, length=64, batch=32, rounds=5, repeats=3, tick=None):
    """Seconds of a training step of each cell, {cell: (one number a round, …)}. sizes: a setting of counts."""
    X = torch.randn(length, batch, input_size, generator=torch.Generator().manual_seed(0))
    nets = {cell: layer(cell, input_size, size) for cell, size in _sizes(sizes, input_size, hidden_size).items()}
    with kernel(which):
        jobs = {cell: _job(net, X) for cell, net in nets.items()}
        return time_in_turn(jobs, rounds, repeats, tick)


def growth(which, tokens=2048, lengths=(8, 512), input_size=16, hidden_size=64, rounds=3, repeats=2, tick=None):
    """The same number of tokens cut into few long sequences instead of many short ones: how much longer a step takes.

    -> {network: (time at the last length ÷ time at the first, one number a round)} for the three cells and for
    "feedforward", which has nothing to wait for. Raises ValueError when a length does not divide `tokens`.
    """
    if any(tokens % length for length in lengths):
        raise ValueError(f"tokens is {tokens}, needs to be a multiple of every one of lengths, {lengths}")
    generator = torch.Generator().manual_seed(0)
    batches = {T: torch.randn(T, tokens // T, input_size, generator=generator) for T in lengths}
    names = (*CELLS, "feedforward")
    nets = {name: layer(name, input_size, hidden_size) for name in names}
    with kernel(which):
        jobs = {(name, T): _job(nets[name], batches[T]) for name in names for T in lengths}
        times = time_in_turn(jobs, rounds, repeats, tick)
    return {
        name: tuple(b / a for a, b in zip(times[name, lengths[0]], times[name, lengths[-1]], strict=True))
        for name in names
    }


def bytes_saved(net, X):
    """Bytes that a forward pass keeps for the backward pass, beyond the parameters and the input themselves."""
    kept, sizes = [], {}

    def keep(tensor):
        kept.append(tensor)  # as long as it is alive, no other tensor gets its address
        storage = tensor.untyped_storage()
        sizes[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        run(net, X)
    known = {tensor.untyped_storage().data_ptr() for tensor in (X, *net.parameters())}
    return sum(size for address, size in sizes.items() if address not in known)


def saved_sizes(sizes, which, input_size=64, hidden_size=128, length=64, batch=32):
    """Bytes kept for the backward pass, {cell: bytes}. sizes: a setting of counts."""
    X = torch.randn(length, batch, input_size, generator=torch.Generator().manual_seed(0))
    with kernel(which), one_thread():
        return {
            cell: bytes_saved(layer(cell, input_size, size), X)
            for cell, size in _sizes(sizes, input_size, hidden_size).items()
        }


def recorded_operations(net, X):
    """Names of the operations that autograd recorded for one forward pass, one entry for each operation."""
    seen, waiting, names = set(), [run(net, X).grad_fn], []
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        names.append(node.name())
        waiting.extend(following for following, _ in node.next_functions)
    return names


def _sizes(setting, input_size, hidden_size):
    return hidden_sizes(setting, input_size, hidden_size, bias_sets=2)  # PyTorch's layers have two


def _job(net, X):
    return lambda: training_step(net, X)


def _seconds(job):
    begin = CLOCK()
    job()
    return CLOCK() - begin
