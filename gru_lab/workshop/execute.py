"""Run one notebook from top to bottom in a fresh kernel of this Python."""

import asyncio
import atexit
import contextlib
import os
import re
import signal
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from gru_lab.workshop.normalise import normalise, write

__all__ = ["CellFailed", "execute", "run"]

CELL_SECONDS = 120
NOTEBOOK_SECONDS = 600  # a kernel that hangs between two cells is noticed by no cell's limit
TRACEBACK_LINES = 12

# One thread: two OpenMP threads on tiny operations can cost 17 times the time, and sums keep their order.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
ANSI = re.compile(r"\x1b\[[0-9;]*m")


class CellFailed(Exception):
    """A cell raised, ran out of time or lost its kernel. The message says which cell and shows the traceback's end."""


class _ThisPython(KernelSpecManager):
    """Whatever kernels are installed on this machine, "python3" is the Python that runs this."""

    def get_kernel_spec(self, kernel_name):
        return self.kernel_spec_class(resource_dir=RESOURCES, **get_kernel_dict())


class _Hang(Exception):
    pass


def run(path, root=None, progress=None):
    """Execute the notebook at `path` in its own folder and write it back, byte for byte the same on every run.

    progress: called with (cells done, code cells) as the run goes on. root: see `normalise`.
    Returns True when the file changed. Raises CellFailed, with the file as it was, when a cell fails.
    """
    path = Path(path)
    notebook = execute(nbformat.read(path, as_version=4), path.parent, progress)
    return write(normalise(notebook, root), path)


def execute(notebook, folder, progress=None):
    """Execute `notebook` in `folder` in a fresh kernel and return it with its outputs.

    A run that hangs is tried once more, since a kernel with widgets can hang once in a while. Raises CellFailed.
    """
    for last in (False, True):
        fresh = nbformat.from_dict(notebook)
        fresh.metadata.pop("widgets", None)  # of an earlier run
        try:
            return _execute_once(fresh, Path(folder), progress or (lambda done, of: None))
        except _Hang as hang:
            if last:
                raise CellFailed(f"{hang} (twice)") from None


def _execute_once(notebook, folder, progress):
    code_cells = [
        index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code" and cell.source.strip()
    ]
    at = {"done": 0}

    def started(cell, cell_index):
        if cell_index in code_cells:
            at["done"] = code_cells.index(cell_index)
            progress(at["done"], len(code_cells))

    def where():
        cell = notebook.cells[code_cells[at["done"]]] if code_cells else {}
        first_line = cell.get("source", "").strip().partition("\n")[0]
        return f"code cell {at['done'] + 1} of {len(code_cells)} (id {cell.get('id', '?')}: {first_line[:60]})"

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as empty:
        # The reader's own IPython start-up files and options stay out of the outputs.
        environment = {**os.environ, **ONE_THREAD, "IPYTHONDIR": empty}
        environment.pop("MPLBACKEND", None)  # the kernel's default shows figures inline
        client = NotebookClient(
            notebook,
            km=AsyncKernelManager(kernel_name="python3", kernel_spec_manager=_ThisPython()),
            timeout=CELL_SECONDS,
            record_timing=False,
            store_widget_state=True,
            coalesce_streams=True,
            shutdown_kernel="immediate",  # it has nothing left to save
            extra_arguments=["--IPKernelApp.log_level=40"],  # errors only: no warning of its unencrypted local port
            resources={"metadata": {"path": str(folder)}},
            on_cell_start=started,
            on_notebook_start=_keep_ctrl_c,
        )
        client.owns_km = True  # the manager above lives and dies with this run
        try:
            _run_to_end(asyncio.wait_for(client.async_execute(env=environment), NOTEBOOK_SECONDS))
        except CellTimeoutError:
            raise _Hang(f"{where()} ran longer than {CELL_SECONDS} s") from None
        except TimeoutError:
            raise _Hang(f"the notebook ran longer than {NOTEBOOK_SECONDS} s, last in {where()}") from None
        except DeadKernelError:
            raise CellFailed(f"{where()}: the kernel died (out of memory, or the process was ended)") from None
        except RuntimeError as error:
            atexit.unregister(client._cleanup_kernel)  # the client forgets that there is nothing left to clean up
            raise _Hang(f"the kernel did not start: {error}") from None
        except CellExecutionError as error:
            lines = ANSI.sub("", str(error.traceback)).strip().splitlines()
            end = "\n".join("    " + line for line in lines[-TRACEBACK_LINES:])
            raise CellFailed(f"{where()} raised {error.ename}\n{end}") from None
    progress(len(code_cells), len(code_cells))
    return notebook


def _run_to_end(coroutine):
    """Run it on a loop of its own; on another thread where one is running here already (a notebook, a browser test)."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _run_here(coroutine)
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(_run_here, coroutine).result()


def _run_here(coroutine):
    async def main():
        return await coroutine

    # ZeroMQ needs a selector loop; Windows would choose another.
    factory = asyncio.SelectorEventLoop if os.name == "nt" else None
    with asyncio.Runner(loop_factory=factory) as runner:
        try:
            return runner.run(main())
        except KeyboardInterrupt:
            runner.get_loop().set_exception_handler(lambda loop, context: None)  # what ends with it is no news
            raise


def _keep_ctrl_c(notebook):
    """The client takes Ctrl+C to mean "end this kernel"; an author means "end this run"."""
    with contextlib.suppress(RuntimeError, NotImplementedError, ValueError):
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
