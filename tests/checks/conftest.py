"""No test writes into anybody's progress file."""

import pytest

from gru_lab import check
from gru_lab.checks import record


@pytest.fixture(autouse=True)
def progress_off(monkeypatch):
    monkeypatch.setenv("GRU_LAB_PROGRESS", "off")
    monkeypatch.setattr(record, "_current", None)
    monkeypatch.setattr(check, "_given", {})
