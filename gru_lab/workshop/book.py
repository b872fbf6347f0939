"""The site from the same notebooks: a folder of sources for Sphinx, then Sphinx.

    python course.py book            # build/book/html/index.html
    python course.py book --pdf      # and the chapters for paper beside it

The pages show the committed outputs. A notebook in git holds its widgets' text only, for their states are large and
differ from run to run; so the notebooks that show widgets are run once more here, and each widget's state is put beside
its text. What was collected is kept in build/, and collected again when a notebook or the package has changed.
"""

import argparse
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from tqdm import tqdm

from gru_lab import widgets
from gru_lab.workshop import book_pages, book_pdf, course
from gru_lab.workshop.chromium import NoBrowser, start_browser
from gru_lab.workshop.execute import execute

__all__ = ["build", "main", "prepare"]

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
WIDGET_TEXT = re.compile(rf"({'|'.join(widgets.__all__)})\(")
WORKERS = 2  # kernels at once: each needs a core and half a gigabyte


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python course.py book", description="Build the site from the notebooks; warnings are errors."
    )
    parser.add_argument("--out", type=Path, help="the folder for the pages (default: build/book/html)")
    parser.add_argument(
        "--repository",
        metavar="URL",
        help="where the edit links lead (default: pyproject.toml's address)",
    )
    parser.add_argument(
        "--pdf",
        action="store_true",
        help="print the chapters into one PDF beside the site's first page; needs a Chromium or Chrome",
    )
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    try:
        index = build(course.find_root(), options.out, options.repository, options.pdf)
    except subprocess.CalledProcessError as error:
        print(f"Sphinx stopped with exit code {error.returncode}; what it said stands above.", file=sys.stderr)
        return 1
    except (NoBrowser, book_pdf.NotPrinted) as error:
        print(f"No PDF: {error}", file=sys.stderr)
        return 1
    print(f"The book is built ({time.perf_counter() - started:.0f} s). Open {index}")
    return 0


def build(root, out=None, repository=None, pdf=False):
    """Build the site of the course at `root` and return the path of its first page.

    out: the folder for the pages. repository: the address for edit links; "" for none.
    pdf: whether the chapters are printed too, into a file beside that page.
    Raises CalledProcessError when Sphinx finds anything to warn of, NoBrowser or NotPrinted when there is no PDF.
    """
    if pdf:
        with start_browser():  # asked before the minutes of building, not after them
            pass
    folder = root / "build" / "book"
    out = Path(out).absolute() if out else folder / "html"
    (out / book_pdf.NAME).unlink(missing_ok=True)  # of an older build
    source = prepare(root, folder)
    environment = dict(os.environ)
    if repository is not None:
        environment["GRU_LAB_REPOSITORY"] = repository
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-j", "2"]
    command += ["-d", str(folder / "doctrees"), str(source), str(out)]
    subprocess.run(command, check=True, env=environment, cwd=root)
    if pdf:
        with start_browser() as browser:
            release = importlib.metadata.version("gru_lab")
            book_pdf.print_pdf(browser, out, folder, course.load(root), release)
    return out / "index.html"


def prepare(root, folder):
    """Write Sphinx's sources under `folder` and return where: notebooks with living widgets, and the other pages."""
    source = folder / "source"
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(root / "book", source, ignore=shutil.ignore_patterns("__pycache__"))
    contents = course.load(root)
    paths = [chapter.path for chapter in contents.present] + [root / "chapters" / "glossary.ipynb"]
    notebooks = {path: nbformat.read(path, as_version=4) for path in paths}
    enliven(root, folder / "states", notebooks)
    for path, notebook in notebooks.items():
        page = source / path.relative_to(root)
        page.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(book_pages.notebook_page(notebook, path, root), page)
    book_pages.write_pages(root, contents, source)
    return source


def enliven(root, kept, notebooks):
    """Put the widgets' states into `notebooks`, {path: notebook}: from the folder `kept`, or from a run."""
    kept.mkdir(parents=True, exist_ok=True)
    package = _fingerprint((root / "gru_lab").rglob("*"))
    to_do = {path: notebook for path, notebook in notebooks.items() if any(widget_outputs(notebook))}

    def collect(path):
        store = kept / f"{path.stem}-{_fingerprint([path], package)}.json"
        if not store.is_file():
            found = _run(to_do[path], path.parent)
            for old in kept.glob(f"{path.stem}-*.json"):
                old.unlink()
            store.write_text(json.dumps(found), encoding="utf-8")
        return path, json.loads(store.read_text(encoding="utf-8"))

    with ThreadPoolExecutor(WORKERS) as pool:
        for path, found in tqdm(pool.map(collect, to_do), total=len(to_do), desc="widgets", unit="notebook"):
            notebook = to_do[path]
            notebook.metadata["widgets"] = {STATE: found["state"]}
            for output in widget_outputs(notebook):
                output["data"][VIEW] = found["views"].pop(0)


def widget_outputs(notebook):
    """The outputs of `notebook` that are the text of one of the course's widgets."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if WIDGET_TEXT.match("".join(output.get("data", {}).get("text/plain", ""))):
                yield output


def _run(notebook, folder):
    run = execute(notebook, folder)
    views = [output["data"][VIEW] for output in widget_outputs(run)]
    return {"views": views, "state": run.metadata["widgets"][STATE]}


def _fingerprint(paths, salt=""):
    digest = hashlib.sha256(salt.encode())
    for path in sorted(path for path in paths if path.suffix in (".ipynb", ".py", ".js", ".css", ".json", ".toml")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main())
