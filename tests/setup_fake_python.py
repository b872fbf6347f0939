"""A stand-in for Python, for tests of course.py: makes no real environment, downloads nothing, writes down its calls.

It answers as `python -m venv FOLDER`, `python -m pip install …` and `python -c …`; anything else (JupyterLab, pytest,
gru-lab) only ends. FAKE_JOURNAL names the file of calls, FAKE_ENVIRONMENT the environment; FAKE_VENV, FAKE_PIP and
FAKE_RUN say how the three end.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

# The last words of a real pip 23.2 and a real venv in these plights, shortened.
NO_NETWORK = """\
Collecting matplotlib>=3.9 (from gru_lab==0.1.0)
WARNING: Retrying (Retry(total=4, connect=None, read=None, redirect=None, status=None)) after connection broken by \
'NewConnectionError('<HTTPSConnection object>: Failed to establish a new connection: [Errno -3] Temporary failure in \
name resolution')': /simple/matplotlib/
ERROR: Could not find a version that satisfies the requirement matplotlib>=3.9 (from gru_lab) (from versions: none)
ERROR: No matching distribution found for matplotlib>=3.9
"""
DISK_FULL = """\
Installing collected packages: numpy, torch
ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device
"""
NO_BUILD = """\
ERROR: Could not find a version that satisfies the requirement torch>=2.6 (from gru_lab) (from versions: 2.2.0, 2.2.2)
ERROR: No matching distribution found for torch>=2.6
"""
CERTIFICATE = """\
WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by \
'SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed \
certificate in certificate chain'))': /simple/numpy/
ERROR: No matching distribution found for numpy>=2.0
"""
LOCKED_FILE = """\
Installing collected packages: numpy
ERROR: Could not install packages due to an OSError: [WinError 5] Access is denied: 'numpy.pyd'
"""
NO_ENSUREPIP = "Error: Command '['.venv/bin/python3', '-m', 'ensurepip']' returned non-zero exit status 1.\n"
LONG_PATH = (
    "ERROR: [Errno 2] No such file or directory. HINT: this system does not have Windows Long Path support enabled."
)
CONFLICT = """\
ERROR: Cannot install torch because these package versions have conflicting dependencies.
ERROR: ResolutionImpossible: for help visit a page about dependency resolution
"""
STRANGE = "ERROR: something that nobody foresaw\n"
PLIGHTS = {
    "no network": NO_NETWORK,
    "disk full": DISK_FULL,
    "no build": NO_BUILD,
    "conflict": CONFLICT,
    "certificate": CERTIFICATE,
    "locked file": LOCKED_FILE,
    "long path": LONG_PATH,
    "strange": STRANGE,
}
GOOD = """\
Obtaining file:///course
Collecting numpy>=2.0 (from gru_lab==0.1.0)
  Downloading numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.whl.metadata (6.6 kB)
Downloading numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.whl (16.9 MB)
Installing collected packages: numpy, torch
Successfully installed numpy-2.4.6 torch-2.13.0
"""


def launcher(path, role):
    """Write an executable at `path` that runs this file as `role`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    script = f'#!/bin/sh\nexec "{sys.executable}" -I -S "{Path(__file__).resolve()}" {role} "$@"\n'
    path.write_text(script, encoding="utf-8")
    path.chmod(0o755)


def venv(folder):
    if os.environ.get("FAKE_VENV") == "disk full":
        sys.exit(NO_ENSUREPIP)
    launcher(folder / "bin" / "python", "environment")
    launcher(folder / "bin" / "gru-lab", "gru-lab")
    (folder / "pyvenv.cfg").write_text("home = somewhere\n")


def pip(installed):
    """`installed` is the file that stands for all packages."""
    plight = os.environ.get("FAKE_PIP", "")
    if plight in PLIGHTS:
        print(PLIGHTS[plight], end="")
        return 1
    if plight == "hangs while it unpacks":
        print("Installing collected packages: numpy, torch", flush=True)
        installed.write_text("half a package")
        Path(os.environ["FAKE_JOURNAL"]).with_suffix(".hangs").write_text(str(os.getpid()))
        time.sleep(120)
    if plight == "hangs while it downloads":
        print(GOOD.partition("Installing")[0], end="", flush=True)
        Path(os.environ["FAKE_JOURNAL"]).with_suffix(".hangs").write_text(str(os.getpid()))
        time.sleep(120)
    print(GOOD, end="")
    time.sleep(float(os.environ.get("FAKE_PIP_SECONDS", "0")))
    installed.write_text("whole")
    return 0


def main(role, arguments):
    seen = {
        name: os.environ.get(name)
        for name in ("PATH", "VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PIP_USER", "JUPYTER_PREFER_ENV_PATH")
    }
    with open(os.environ["FAKE_JOURNAL"], "a", encoding="utf-8") as journal:  # noqa: PTH123 - one line, appended
        journal.write(json.dumps({"role": role, "argv": arguments, "cwd": os.getcwd(), **seen}) + "\n")  # noqa: PTH109
    environment = Path(os.environ["FAKE_ENVIRONMENT"])
    if arguments[:2] == ["-m", "venv"]:
        return venv(Path(arguments[2]))
    if arguments[:3] == ["-m", "pip", "install"]:
        return pip(environment / "packages")
    if "-c" in arguments:
        if "-S" in arguments or role == "bare":  # asks for the version, or has no packages: this process will do
            exec(arguments[arguments.index("-c") + 1], {})
            return 0
        return subprocess.run([sys.executable, *arguments]).returncode
    return int(os.environ.get("FAKE_RUN", "0"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
