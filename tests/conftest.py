"""Marks that tests carry. conftest.py above holds what the notebooks' run needs as well."""


def pytest_configure(config):
    config.addinivalue_line("markers", "browser: needs a Chromium; opens a real JupyterLab")
