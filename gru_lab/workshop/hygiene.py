"""The rules a notebook must keep, each a function that yields a sentence for everything it finds.

nbval alone would pass a cell that was never run, and never looks at figures, links or prose: these rules close the
holes. A rule gets a `Page` and yields what is wrong; `check` runs those that apply and names the rule each time.
"""

import ast
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from gru_lab.workshop import prose
from gru_lab.workshop.chapter_hygiene import CHAPTER_RULES
from gru_lab.workshop.course import load
from gru_lab.workshop.normalise import CELL_METADATA, JUPYTER_CELL_METADATA, LANGUAGE_INFO, NOTEBOOK_METADATA

__all__ = ["CHAPTER_RULES", "EXCEPTIONS", "RULES", "Page", "check", "heading_anchors"]

TAGS = ("hide-input", "nbval-ignore-output", "raises-exception")
IGNORED_SHARE = 1 / 4  # of the code cells
# (file, rule): why this one may differ
EXCEPTIONS = {
    ("00_start_here.ipynb", "template"): "a welcome page teaches no part of the cell",
    ("00_start_here.ipynb", "answers"): "it has no section that looks back",
}

DATA_URI = re.compile(r"data:[\w/+.;=-]+,[A-Za-z0-9+/=%]*")
# A place on one machine: a root folder with something in it, or a drive.
ABSOLUTE_PATH = re.compile(
    r"(?<![\w.~<:/\\$}-])/(?:Users|Volumes|etc|home|mnt|opt|private|root|tmp|usr|var|work)/[\w.~-]+[^\s\"'<>)]*"
    r"|\b[A-Za-z]:\\\w[^\s\"'<>)]*|file://[^\s\"'<>)]*"
)
NOISY_FLOAT = re.compile(r"\d\.\d{10,}")


@dataclass
class Page:
    """A notebook, where it is, and the repository around it (or None)."""

    path: Path
    notebook: nbformat.NotebookNode
    root: Path | None = None

    @cached_property
    def code(self):
        return [cell for cell in self.notebook.cells if cell.cell_type == "code"]

    @cached_property
    def markdown(self):
        return [cell.source for cell in self.notebook.cells if cell.cell_type == "markdown"]

    @cached_property
    def prose(self):
        """What a reader reads, generated parts included."""
        return prose.read(self.markdown)

    @cached_property
    def written(self):
        """What the author wrote: without the generated parts."""
        return prose.read(self.markdown, generated=False)

    @cached_property
    def trees(self):
        """(number of the code cell, its syntax tree), with IPython's own commands turned into calls."""
        transform = TransformerManager().transform_cell
        return [(number, ast.parse(transform(cell.source))) for number, cell in enumerate(self.code, start=1)]

    @cached_property
    def anchors(self):
        """The addresses of its headings in JupyterLab."""
        return {anchor for source in self.markdown for anchor in heading_anchors(source)}

    def outputs(self):
        """(number of the code cell, its cell, one of its outputs) for each output."""
        for number, cell in enumerate(self.code, start=1):
            for output in cell.outputs:
                yield number, cell, output


def check(path, root=None):
    """All findings for the notebook at `path`, as "rule: what is wrong". root: the repository."""
    path = Path(path)
    # Not nbformat.read, which would give cells that share an id new ones.
    notebook = nbformat.reader.reads(path.read_text(encoding="utf-8"))
    page = Page(path, notebook, Path(root) if root else None)
    rules: tuple = RULES
    if path.resolve().parent.name == "chapters" and re.match(r"\d\d_", path.name):
        if path.name in {chapter.file for chapter in load(root).chapters}:
            rules += CHAPTER_RULES
        else:
            yield "contents: it is not in chapters/course.toml"
    for rule in rules:
        if (path.name, rule.__name__) not in EXCEPTIONS:
            for finding in rule(page):
                yield f"{rule.__name__}: {finding}"


# ---- every notebook ----


def counts(page):
    """Run from top to bottom in a fresh kernel: nbval compares nothing for a cell that has no number."""
    found = [cell.execution_count for cell in page.code]
    if found != list(range(1, len(found) + 1)):
        yield f"execution counts are {found}, not 1 to {len(found)}: run it with `gru-lab notebooks run`"


def metadata(page):
    """Nothing of one machine or one editor."""
    for key in set(page.notebook.metadata) - set(NOTEBOOK_METADATA):
        yield f"notebook metadata {key!r} is not on the list"
    if page.notebook.metadata.get("language_info") != LANGUAGE_INFO:
        yield "language_info is not reduced to its name"
    for cell in page.notebook.cells:
        for key in set(cell.metadata) - set(CELL_METADATA):
            yield f"cell {cell.get('id')}: metadata {key!r} is not on the list"
        for key in set(cell.metadata.get("jupyter", {})) - set(JUPYTER_CELL_METADATA):
            yield f"cell {cell.get('id')}: metadata jupyter.{key} is not on the list"


def valid(page):
    """The format itself, which includes that no two cells share an id."""
    for error in nbformat.validator.iter_validate(page.notebook):  # validate() would mend some of it in silence
        yield str(error).partition("\n")[0]
    ids = [cell.get("id") for cell in page.notebook.cells]
    for cell_id in {name for name in ids if name is None or ids.count(name) > 1}:
        yield f"{ids.count(cell_id)} cells have the id {cell_id}"


def tags(page):
    for cell in page.notebook.cells:
        for tag in set(cell.metadata.get("tags", [])) - set(TAGS):
            yield f"cell {cell.id}: the tag {tag!r} is not one of {', '.join(TAGS)}"


def ignored(page):
    """An output that nobody compares is an output that nobody checks."""
    ignoring = [cell for cell in page.code if "nbval-ignore-output" in cell.metadata.get("tags", [])]
    if len(ignoring) > IGNORED_SHARE * len(page.code):
        yield f"{len(ignoring)} of {len(page.code)} code cells ignore their output; at most a quarter may"


def traps(page):
    """What nbval trips over, or passes silently."""
    for number, cell in enumerate(page.code, start=1):
        if not cell.source.strip():
            yield f"code cell {number} is empty"
        if cell.source.rstrip().endswith(";"):
            yield f"code cell {number} ends with a semicolon, which nbval does not honour"
        if re.search(r"^\s*#\s*(NBVAL_|PYTEST_VALIDATE)", cell.source, re.MULTILINE):
            yield f"code cell {number} speaks to nbval in a comment; use a tag, which the rules can count"


def errors(page):
    """An error is shown only where it is taught."""
    for number, cell in enumerate(page.code, start=1):
        raised = any(output.output_type == "error" for output in cell.outputs)
        tagged = "raises-exception" in cell.metadata.get("tags", [])
        if raised and not tagged:
            yield f"code cell {number} raised an error and is not tagged raises-exception"
        if tagged and not raised:
            yield f"code cell {number} is tagged raises-exception and raised nothing"


def stderr(page):
    for number, _, output in page.outputs():
        if output.get("name") == "stderr":
            yield f"code cell {number} wrote to stderr: {output.text.strip().splitlines()[0][:100]}"


def alternatives(page):
    """Every image, in text or in an output, says in words what it shows."""
    for target, alternative in page.prose.images:
        if not (alternative or "").strip():
            yield f"the image {target[:60]} has no alternative text"
    for number, _, output in page.outputs():
        data = output.get("data", {})
        for kind in data:
            if kind.startswith("image/"):
                yield f"code cell {number} shows a bare {kind}, which has no alternative text: use gru_lab.figures.show"
        for target, alternative in prose.read_html(data.get("text/html", ""))[1]:
            if not (alternative or "").strip():
                yield f"code cell {number}: the image {target[:40]} in its output has no alternative text"


def figures(page):
    """One way to show a figure, so that each has a text beside it."""
    for number, tree in page.trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                call = ast.unparse(node.func)
                if call in ("plt.show", "pyplot.show", "matplotlib.pyplot.show") or call.endswith(".savefig"):
                    yield f"code cell {number} calls {call}; show figures with gru_lab.figures.show"


def links(page):
    """Every link inside the repository leads somewhere, down to the heading it names."""
    targets = list(page.prose.links) + [target for target, _ in page.prose.images]
    for _, _, output in page.outputs():
        in_html, images = prose.read_html(output.get("data", {}).get("text/html", ""))
        targets += in_html + [target for target, _ in images]
    for target in dict.fromkeys(targets):
        if re.match(r"[a-z][a-z0-9+.-]*:", target, re.IGNORECASE) or target == "svg":
            continue
        file, _, anchor = unquote(target).partition("#")
        place = (page.path.parent / file).resolve() if file else page.path
        if file.startswith("/") or (page.root and not place.is_relative_to(page.root.resolve())):
            yield f"the link {target} leads out of the repository"
        elif file and not place.exists():
            yield f"the link {target} leads nowhere: there is no {file}"
        elif anchor and anchor not in (page.anchors if not file else _anchors_of(place)):
            yield f"the link {target} names a heading that is not there"


def heading_anchors(text):
    """The addresses of the headings of a Markdown cell in JupyterLab; one with a formula has none to rely on."""
    return [prose.jupyter_anchor(title) for _, title in prose.read([text]).headings if "$" not in title]


def _anchors_of(path):
    if path.suffix == ".ipynb":
        cells = nbformat.read(path, as_version=4).cells
        return {anchor for cell in cells if cell.cell_type == "markdown" for anchor in heading_anchors(cell.source)}
    if path.suffix == ".md":
        return {prose.github_anchor(title) for _, title in prose.read([path.read_text(encoding="utf-8")]).headings}
    return set()


def paths(page):
    """No path that exists on one machine alone."""
    for cell in page.notebook.cells:
        texts = [cell.source]
        for output in cell.get("outputs", []):
            texts += [output.get("text", ""), "\n".join(output.get("traceback", [])), output.get("evalue", "")]
            texts += [value for kind, value in output.get("data", {}).items() if kind.startswith("text/")]
        for text in texts:
            for match in ABSOLUTE_PATH.findall(DATA_URI.sub("", text)):
                yield f"cell {cell.id} names the absolute path {match}"


def noise(page):
    """The last digits of a float differ between machines: round what is printed."""
    for number, cell, output in page.outputs():
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            continue
        for text in (output.get("text", ""), output.get("data", {}).get("text/plain", "")):
            for match in NOISY_FLOAT.findall(text)[:1]:
                yield f"code cell {number} prints {match}…: round it, its last digits differ between machines"


RULES = (
    counts, metadata, valid, tags, ignored, traps, errors, stderr, alternatives, figures, links, paths, noise,
)  # fmt: skip
