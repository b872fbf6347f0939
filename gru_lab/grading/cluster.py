"""The same function on other machines, through Dask's distributed scheduler: `gru-lab grade … --dask ADDRESS`."""

from gru_lab.grading.pool import lost
from gru_lab.grading.sandbox import SandboxError

__all__ = ["ClusterError", "mapper"]


class ClusterError(Exception):
    """There is no scheduler to be reached; the message says what to do."""


def mapper(address, timeout=20):
    """A `mapper` for `run.grade_all`: tasks go to the workers of the Dask scheduler at `address`, records come back.

    A worker needs this package, and bubblewrap: without it the run ends with SandboxError. A task that a worker dies of
    is tried elsewhere, three times in all. Raises ClusterError.
    """
    try:
        from distributed import Client, as_completed
    except ModuleNotFoundError as missing:
        raise ClusterError('Dask is missing: pip install "gru_lab[dask]"') from missing
    try:
        client = Client(address, timeout=timeout, set_as_default=False)
    except (OSError, ValueError) as problem:
        raise ClusterError(f"no Dask scheduler answers at {address}: {problem}") from problem

    def mapped(function, tasks):
        tasks = iter(tasks)
        with client:
            width = 2 * max(sum(client.nthreads().values()), 1)  # so many in the air: memory stays flat
            waiting, futures = {}, as_completed(loop=client.loop)

            def send_one():
                task = next(tasks, None)
                if task is not None:
                    future = client.submit(function, task, pure=False, retries=2)
                    waiting[future.key] = task
                    futures.add(future)

            for _ in range(width):
                send_one()
            for future in futures:
                task = waiting.pop(future.key)
                if isinstance(problem := future.exception(), SandboxError):
                    raise problem  # the worker's fault: a record would say that it was the submission's
                yield future.result() if future.status == "finished" else lost(task[0])
                send_one()

    return mapped
