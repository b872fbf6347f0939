"""Pictures of notebooks as JupyterLab shows them, whole, for authors to look at.

    python -m tests.browser.shots chapters/04_the_four_steps.ipynb shots --theme dark --width 800
    python -m tests.browser.shots chapters/05_*.ipynb shots --run --pages 1400

The notebooks' folder is copied first: nothing here writes to a chapter.
"""

import argparse
import contextlib
import io
import shutil
import sys
import tempfile
from pathlib import Path

from .lab import THEMES, WAIT, find_chromium, new_page, start_browser, start_lab

PANE = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer"
PANE_HEIGHT = 3000  # a browser paints at most 16,384 pixels at once
EDGE = 8  # the pane's own shadow and border: two parts overlap by as much
# All cells stay in the page, so that one can scroll past them all.
SETTINGS = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none", "scrollPastEnd": False}}


def screenshot_notebook(path, out, theme="light", width=1000, run=False):
    """Write a PNG of the whole notebook at `path`, as it is saved or (run=True) after running it, to the file `out`.

    width: of the notebook's pane in pixels. Returns the console errors seen on the way.
    """
    [(_, errors)] = screenshot_notebooks([path], lambda _: out, theme, width, run)
    return errors


def screenshot_notebooks(paths, out_of, theme="light", width=1000, run=False, browser=None):
    """Yield (file written, console errors) for each notebook; `out_of(path)` names its file. One server serves all.

    browser: a running one to use; default a new one.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as root:
        copies = {}
        for path in map(Path, paths):
            folder = path.resolve().parent
            if folder not in copies:
                copies[folder] = Path(root, f"{len(copies)}", folder.name)
                shutil.copytree(folder, copies[folder], ignore=shutil.ignore_patterns(".*", "__pycache__"))
        given = contextlib.nullcontext(browser) if browser else start_browser()
        with start_lab(root, settings=SETTINGS) as lab, given as browser:
            lab.set_theme(theme)
            for path in map(Path, paths):
                notebook = (copies[path.resolve().parent] / path.name).relative_to(root).as_posix()
                page = new_page(browser, width + 200, PANE_HEIGHT + 200)
                lab.open(page, notebook)
                if run:
                    lab.run_all(page)
                out = Path(out_of(path))
                out.parent.mkdir(parents=True, exist_ok=True)
                _whole_pane(page, width).save(out)
                errors = page.errors
                page.context.close()
                lab.close_kernels()
                yield out, errors


def _whole_pane(page, width):
    """A PIL image of the notebook's pane from top to bottom: the pane is scrolled, and what it shows is joined."""
    from PIL import Image

    page.evaluate(
        """() => {
            const app = window.jupyterapp;
            app.shell.collapseLeft(); app.shell.collapseRight();
            document.activeElement?.blur();
        }"""
    )
    _fit(page, width)
    _settled(page)
    pane = page.locator(PANE)
    total, height = pane.evaluate(
        """(pane) => {
            const bottom = (cell) => cell.getBoundingClientRect().bottom;
            const end = Math.max(...[...pane.querySelectorAll(".jp-Cell")].map(bottom));
            const used = end - pane.getBoundingClientRect().top + pane.scrollTop + 24;
            return [Math.min(pane.scrollHeight, Math.ceil(used)), pane.clientHeight];
        }"""
    )
    whole = None
    for top in range(0, total, height - 2 * EDGE):
        reached = pane.evaluate("(pane, top) => { pane.scrollTop = top; return pane.scrollTop; }", top)
        page.wait_for_timeout(150)
        part = Image.open(io.BytesIO(pane.screenshot()))
        whole = whole or Image.new("RGB", (part.width, total), "white")
        above = EDGE if reached else 0
        whole.paste(part.crop((0, above, part.width, part.height)), (0, round(reached) + above))
    return whole


def _fit(page, width):
    """Resize the window so that the pane is `width` wide."""
    have = page.locator(PANE).evaluate("(pane) => pane.getBoundingClientRect().width")
    size = page.viewport_size
    page.set_viewport_size({"width": round(size["width"] + width - have), "height": size["height"]})
    page.wait_for_timeout(300)


def _settled(page):
    """Wait for fonts, images and typeset maths."""
    page.wait_for_function(
        """() => [...document.images].every((image) => image.complete)
            && document.fonts.status === "loaded"
            && [...document.querySelectorAll(".jp-RenderedMarkdown")].every((cell) => {
                const copy = cell.cloneNode(true);
                copy.querySelectorAll("code, pre, mjx-container, .MathJax").forEach((node) => node.remove());
                return !/\\$[^$]+\\$/.test(copy.textContent);
            })""",
        timeout=WAIT,
    )
    page.wait_for_timeout(500)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tests.browser.shots", description=__doc__.partition("\n")[0])
    parser.add_argument("notebooks", nargs="+", metavar="NOTEBOOK")
    parser.add_argument("folder", metavar="OUTDIR", help="where the PNGs go, as NAME.THEME.WIDTH.png")
    parser.add_argument("--theme", choices=THEMES, default="light")
    parser.add_argument("--width", type=int, default=1000, help="of the notebook's pane, in pixels (default 1000)")
    parser.add_argument("--run", action="store_true", help="run all cells first (a copy is run)")
    parser.add_argument(
        "--pages", type=int, metavar="HEIGHT", help="cut each picture into pages of this height as well"
    )
    options = parser.parse_args(arguments)
    if not find_chromium():
        print("no Chromium found: install one, or name it in GRU_LAB_CHROMIUM", file=sys.stderr)
        return 1

    def out_of(path):
        return Path(options.folder, f"{path.stem}.{options.theme}.{options.width}.png")

    for out, errors in screenshot_notebooks(options.notebooks, out_of, options.theme, options.width, options.run):
        print(out)
        for error in errors:
            print(f"  console: {error}")
        for page in _cut(out, options.pages) if options.pages else ():
            print(f"  {page}")
    return 0


def _cut(path, height):
    from PIL import Image

    with Image.open(path) as whole:
        for number, top in enumerate(range(0, whole.height, height), start=1):
            page = path.with_suffix(f".p{number:02}.png")
            whole.crop((0, top, whole.width, min(top + height, whole.height))).save(page)
            yield page


if __name__ == "__main__":
    sys.exit(main())
