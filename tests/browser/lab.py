"""A real JupyterLab and a real browser, for tests and for authors' screenshots.

    with start_lab(folder) as lab, start_browser() as browser:
        page = new_page(browser)
        lab.open(page, "chapters/05_flow_diagram.ipynb")
        lab.run_all(page)

The server has a random port, a token, and its own configuration, data and workspaces: nothing of the person at this
machine gets in, nothing is left behind.
"""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from gru_lab.workshop.chromium import find_chromium, start_browser

__all__ = ["THEMES", "WAIT", "find_chromium", "lab_command", "new_page", "start_browser", "start_lab"]

START_SECONDS = 60
WAIT = 120_000  # milliseconds, for the slowest cell of a slow machine

THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
THEME_SETTING = "@jupyterlab/apputils-extension:themes"
# No news dialog, and no call to the network for it.
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    }
}


def lab_command(root):
    """The command line that opens JupyterLab on `root`, without the options that only tests need."""
    return [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}"]


@contextlib.contextmanager
def start_lab(root, command=None, settings=None):
    """A `Lab` that serves the folder `root`, stopped at the end with all its kernels.

    command: the command line without the options for tests; default `lab_command(root)`.
    settings: JupyterLab's, as {"@package:plugin": {…}}, over the ones above.
    """
    port, token = _free_port(), secrets.token_hex(16)
    own = Path(tempfile.mkdtemp(prefix="gru-lab-browser-"))
    environment = {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    environment |= {
        "IPYTHONDIR": str(own / "ipython"),
        "JUPYTERLAB_SETTINGS_DIR": str(own / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(own / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(own / "config"),
        "JUPYTER_DATA_DIR": str(own / "data"),
        "JUPYTER_RUNTIME_DIR": str(own / "runtime"),
    }
    for plugin, values in (SETTINGS | (settings or {})).items():
        package, name = plugin.split(":")
        file = own.joinpath("settings", *package.split("/"), f"{name}.jupyterlab-settings")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values), encoding="utf-8")
    for_tests = [
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={token}",
        "--LabApp.expose_app_in_browser=True",  # window.jupyterapp: cells that are not on screen can be asked too
    ]
    log_path = own / "lab.log"
    with log_path.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [str(word) for word in [*(command or lab_command(root)), *for_tests]],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        lab = Lab(f"http://127.0.0.1:{port}", token, Path(root))
        try:
            lab.wait_until_up(process, log_path)
            yield lab
        finally:
            _stop(lab, process)
            shutil.rmtree(own, ignore_errors=True)


class Lab:
    """A running JupyterLab: `url`, `token`, the folder `root` that it serves."""

    def __init__(self, url, token, root):
        self.url, self.token, self.root = url, token, root

    def api(self, path, method="GET", data=None):
        """Call the server's REST interface (`path` from the server's root) and return its JSON."""
        request = urllib.request.Request(
            f"{self.url}/{path}",
            method=method,
            data=None if data is None else json.dumps(data).encode(),
            headers={"Authorization": f"token {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or "null")

    def wait_until_up(self, process, log):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if process.poll() is not None:
                break
            with contextlib.suppress(OSError):
                self.api("api/status")
                return
            time.sleep(0.1)
        raise RuntimeError("JupyterLab did not start:\n" + log.read_text(encoding="utf-8")[-3000:])

    def set_theme(self, theme):
        """theme: "light" or "dark"; for the pages opened from now on."""
        raw = json.dumps({"theme": THEMES[theme]})
        self.api(f"lab/api/settings/{THEME_SETTING}", "PUT", {"raw": raw})

    def open(self, page, notebook):
        """Open `notebook` (its path below the root) in `page` with a kernel of its own, and wait until both are ready.

        The kernel is started over REST first and the page attaches to it: on a fresh server JupyterLab may otherwise
        ask which kernel to take.
        """
        self.close_kernels(notebook)
        name = notebook.rpartition("/")[2]
        self.api(
            "api/sessions",
            "POST",
            {"path": notebook, "name": name, "type": "notebook", "kernel": {"name": "python3"}},
        )
        workspace = f"auto-{secrets.token_hex(3)}"
        page.goto(f"{self.url}/lab/workspaces/{workspace}/tree/{notebook}?token={self.token}")
        self.wait_until_attached(page, notebook)

    def wait_until_attached(self, page, notebook):
        """Wait until the page shows `notebook` and is connected to its kernel, which is idle."""
        page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook").wait_for(timeout=WAIT)
        end = time.monotonic() + WAIT / 1000
        while time.monotonic() < end:
            kernels = [session["kernel"] for session in self.api("api/sessions") if session["path"] == notebook]
            if any(kernel["connections"] and kernel["execution_state"] == "idle" for kernel in kernels):
                return self.wait_until_idle(page)
            question = page.locator(".jp-Dialog .jp-mod-accept")
            if question.count():
                question.first.click()
            page.wait_for_timeout(100)
        raise TimeoutError(f"JupyterLab never attached to a kernel for {notebook}")

    def run_all(self, page):
        """Run every cell of the open notebook from the menu, as a reader does, and wait for the last."""
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.locator('.lm-Menu li[data-command="runmenu:run-all"]').click()
        self.wait_until_idle(page, ran=True)

    def wait_until_idle(self, page, ran=False):
        """Wait until the kernel is idle and no cell waits; ran=True: until each code cell has been run, too, or one
        raised an error that is not expected, after which JupyterLab runs no other.

        The notebook's model is asked, not the page: JupyterLab takes cells far from the screen out of the page.
        """
        page.wait_for_function(
            """(ran) => {
                const panel = window.jupyterapp?.shell.currentWidget;
                const model = panel?.content?.model;
                if (!model || !panel.context.isReady) return false;
                if (panel.sessionContext.session?.kernel?.status !== "idle") return false;
                const cells = [...model.cells].filter((cell) => cell.type === "code" && cell.sharedModel.source.trim());
                if (cells.some((cell) => cell.executionState === "running")) return false;
                const raised = (cell) => cell.outputs.toJSON().some((output) => output.output_type === "error");
                const expected = (cell) => (cell.getMetadata("tags") ?? []).includes("raises-exception");
                const stopped = cells.some((cell) => raised(cell) && !expected(cell));
                return !ran || stopped || cells.every((cell) => cell.executionCount > 0);
            }""",
            arg=ran,
            timeout=WAIT,
        )

    def cells(self, page):
        """The cells of the open notebook as JSON, on screen or not: source, outputs, execution_count …"""
        return page.evaluate(
            "[...window.jupyterapp.shell.currentWidget.content.model.cells].map((cell) => cell.toJSON())"
        )

    def save(self, page):
        """Save the open notebook, as Ctrl+S does."""
        page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")

    def close_kernels(self, notebook=None):
        """End the kernel of `notebook`, or all of them."""
        for session in self.api("api/sessions"):
            if notebook in (None, session["path"]):
                with contextlib.suppress(urllib.error.HTTPError):  # it may have ended on its own
                    self.api(f"api/sessions/{session['id']}", "DELETE")


def new_page(browser, width=1400, height=1000, **context):
    """A page in a context of its own. `page.errors` collects what the console calls an error and what scripts throw."""
    page = browser.new_context(viewport={"width": width, "height": height}, **context).new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(f"thrown: {error}"))
    page.on("console", lambda message: _collect(page.errors, message))
    return page


def _collect(errors, message):
    where = message.location.get("url", "")
    if message.type == "error" and not where.endswith("favicon.ico"):
        errors.append(f"{message.text} ({where})")


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _stop(lab, process):
    """Ask the server to stop, which ends its kernels; end it if it does not."""
    with contextlib.suppress(OSError):
        lab.close_kernels()
        lab.api("api/shutdown", "POST")
    for stop in (lambda: None, process.terminate, process.kill):
        stop()
        try:
            process.wait(15)
            return
        except subprocess.TimeoutExpired:
            continue
