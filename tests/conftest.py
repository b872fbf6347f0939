"""Marks that tests carry. conftest.py above holds what the notebooks' run needs as well."""

import signal


def pytest_configure(config):
    config.addinivalue_line("markers", "browser: needs a Chromium; opens a real JupyterLab")
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # a shell's background job: what tests start must hear Ctrl-C
        signal.signal(signal.SIGINT, signal.default_int_handler)
