"""mypy finds nothing in the package; its settings are in pyproject.toml, the same for every machine."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

FAULTS = {
    "arg-type": "def untyped(text):\n    return len(3)\n",
    "no-untyped-def": "def half(text: str, number):\n    return text\n",
    "unreachable": "def after(text: str) -> None:\n    if isinstance(text, int):\n        print(text)\n",
    "unused-ignore": "one = 1  # type: ignore[assignment]\n",
    "import-not-found": "import a_package_that_nobody_has\n",
}


def mypy(*arguments):
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def test_the_package_is_in_order():
    asked = mypy()
    assert asked.returncode == 0, asked.stdout + asked.stderr


def test_mypy_sees_what_the_settings_ask_for(tmp_path):
    for code, source in FAULTS.items():
        (tmp_path / f"{code.replace('-', '_')}.py").write_text(source, encoding="utf-8")
    asked = mypy("--cache-dir", tmp_path / "cache", tmp_path)
    assert asked.returncode == 1, asked.stdout + asked.stderr
    for code in FAULTS:
        lines = [line for line in asked.stdout.splitlines() if f"{code.replace('-', '_')}.py:" in line]
        assert any(f"[{code}]" in line for line in lines), f"{code} goes unseen: {asked.stdout}"
