"""What every test run needs and pyproject.toml cannot say."""

import os
from pathlib import Path

# One thread in each process, before anything imports NumPy or torch; workers and kernels inherit it. With two workers
# on two cores the default, as many threads as cores in each of them, was measured to be twenty times slower.
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
    os.environ.setdefault(name, "1")

# A test run is nobody's progress: browser tests answer questions as a reader would.
os.environ.setdefault("GRU_LAB_PROGRESS", "off")


def pytest_configure(config):
    if not config.option.nbval_sanitize_with:  # by its full path: pytest may be called from any folder
        config.option.nbval_sanitize_with = str(Path(__file__).parent / "tests" / "nbval_sanitise.cfg")
    if "COVERAGE_PROCESS_CONFIG" in os.environ:  # `coverage run` sets it for the processes below its own
        let_kernels_end()


def let_kernels_end():
    """nbval kills a notebook's kernel, which then cannot write down what it reached: ask it to end instead."""
    from nbval.kernel import RunningKernel

    def stop(kernel):
        kernel.kc.stop_channels()
        kernel.km.shutdown_kernel()

    RunningKernel.stop = stop
