"""Who may import whom: the floors of pyproject.toml hold, and CONTRIBUTING.md shows the same ones."""

import re
import sys
import tomllib
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

import gru_lab

ROOT = Path(__file__).parents[1]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]


@pytest.fixture(autouse=True)
def here(monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(str(ROOT))


def test_every_room_imports_from_below_only(capsys):
    assert lint_imports(no_cache=True) == 0, capsys.readouterr().out


def test_a_room_that_reaches_up_is_found(tmp_path, monkeypatch, capsys):
    package = tmp_path / "upside_down"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "cell.py").write_text("from upside_down import widgets\n")
    (package / "widgets.py").write_text("")
    settings = (
        "[tool.importlinter]\nroot_package = 'upside_down'\n[[tool.importlinter.contracts]]\nname = 'floors'\n"
        "type = 'layers'\nlayers = ['upside_down.widgets', 'upside_down.cell']\n"
    )
    (tmp_path / "pyproject.toml").write_text(settings)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert lint_imports(no_cache=True) == 1
    assert "upside_down.cell is not allowed to import upside_down.widgets" in capsys.readouterr().out
    sys.modules.pop("upside_down", None)


def test_every_room_has_a_floor_and_contributing_shows_them():
    layers = CONTRACTS[0]["layers"]
    floors = [[room.strip().removeprefix("gru_lab.") for room in layer.split("|")] for layer in layers]
    rooms = {
        path.stem for path in (ROOT / "gru_lab").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    private = {"__init__", "_arrays", "_machine", "palette", "bench_training", "bench_widgets"}
    assert rooms - private == {room for floor in floors for room in floor}
    rows = re.findall(r"^\| (\d+) \| (.*) \|$", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE)
    shown = [re.findall(r"`(\w+)`", rooms) for _, rooms in rows]
    assert shown == floors and [int(number) for number, _ in rows] == list(range(len(floors), 0, -1))


def test_the_package_lists_what_it_brings_only_when_asked():
    assert {"check", "doctor", "gru_step"} <= set(dir(gru_lab))
    with pytest.raises(AttributeError, match="has no attribute 'not_there'"):
        gru_lab.not_there  # noqa: B018
