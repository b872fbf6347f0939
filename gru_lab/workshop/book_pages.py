"""What the site's pages hold: each notebook as a page, the landing page with explorer and map, the public API."""

import json
import re
from pathlib import Path

import nbformat

__all__ = ["api_page", "landing_page", "notebook_page", "slug", "write_pages"]

# The rooms whose names a reader may use, in the order of the floors; what is not there is left out.
ROOMS = (
    ("Maths", ("cell", "conventions", "sequence", "sequence_fast", "interop")),
    ("Story", ("story",)),
    ("Pictures and widgets", ("widgets", "figures", "palette")),
    ("Questions", ("checks",)),
    ("Models and training", ("models", "training", "probing", "trained")),
    ("This machine", ("doctor", "bench")),
)
NAVIGATION = re.compile(r"^\[←? ?[^\n]*\]\(00_start_here\.ipynb\)[^\n]*\n", re.MULTILINE)
WELCOME = "00_start_here.ipynb"


def notebook_page(notebook, path, root):
    """`notebook`, which stands at `path`, as a page: with the site's links, and a word on how to run it."""
    inside = path.relative_to(root).as_posix()
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        cell.source = local_links(without_navigation(cell.source), inside)
    notebook.cells = [cell for cell in notebook.cells if cell.source.strip()]
    how = f"To run this page, start `python course.py lab` in the course's folder and open `{inside}`."
    notebook.cells.insert(1, nbformat.v4.new_markdown_cell(f"```{{tip}}\n{how}\n```", id="how-to-run"))
    return notebook


def without_navigation(text):
    """The text without the line of links to the chapters before and after: the site has its own."""
    text = NAVIGATION.sub("", text)
    return "" if re.fullmatch(r"(\s|---|<!-- foot:(start|end) -->)*", text) else text


def local_links(text, inside):
    """Links to files that are no pages of the site, as the file's name in the repository."""

    def mended(match):
        words, target = match.groups()
        path = target.partition("#")[0]
        page = path.endswith(".ipynb") and not path.startswith("../exercises/")  # those are for JupyterLab
        if "://" in target or not path or page:
            return match[0]
        if Path(path).name == "README.md":
            return f"[{words}](../index.md)"
        return f"{words} (`{path.removeprefix('../')}`)"

    return re.sub(r"\[([^\]]*)\]\(([^)\s]+)\)", mended, text) if inside.endswith(".ipynb") else text


def slug(title):
    """The anchor that JupyterLab gives a heading, so that one link serves both."""
    return title.strip().replace(" ", "-")


def write_pages(root, contents, source):
    """Write the pages that are no notebooks into the folder `source`."""
    index = source / "index.md"
    index.write_text(landing_page(index.read_text(encoding="utf-8"), root, contents), encoding="utf-8")
    (source / "api.md").write_text(api_page(root), encoding="utf-8")
    names = ("CHANGELOG", "CONTRIBUTING", "INSTRUCTORS")
    for name in names:
        text = (root / f"{name}.md").read_text(encoding="utf-8")
        for other in names:
            text = text.replace(f"]({other}.md)", f"]({other.lower()}.md)")
        (source / f"{name.lower()}.md").write_text(text, encoding="utf-8")


# ---- the landing page


def landing_page(text, root, contents):
    """book/index.md with the explorer, the map and the table of contents in their places."""
    makers = {
        "explorer": explorer,
        "map": lambda: course_map(root),
        "contents": lambda: table_of_contents(contents),
    }
    for marker, make in makers.items():
        place = f"<!-- {marker} -->"
        if place not in text:
            raise ValueError(f"book/index.md lacks {place}")
        text = text.replace(place, make())
    return text


def explorer():
    """The story's cell as raw HTML: its state and the place where static_host.js draws it."""
    from ipywidgets.embed import embed_data

    from gru_lab.widgets import GRUCellExplorer

    data = embed_data(views=[GRUCellExplorer()], drop_defaults=False)
    scripts = [
        f'<script type="application/vnd.jupyter.widget-{kind}+json">{_in_script(value)}</script>'
        for kind, value in (("state", data["manager_state"]), ("view", data["view_specs"][0]))
    ]
    return raw_html(f'<div class="landing-explorer">{"".join(scripts)}</div>')


def _in_script(value):
    return json.dumps(value).replace("</", "<\\/")


def course_map(root):
    """The map of chapter 00, with the text alternative that it has there."""
    notebook = nbformat.read(root / "chapters" / WELCOME, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code" and "course_map(" in cell.source:
            for output in cell.outputs:
                figure = output.get("data", {}).get("text/html")
                if figure and "<figure>" in figure:
                    return raw_html(figure)
    raise ValueError(f"chapters/{WELCOME} shows no course_map")


def raw_html(text):
    return f"```{{raw}} html\n{text}\n```"


def table_of_contents(contents):
    """A card for each part with its chapters, and the hidden toctrees that order the site."""
    parts: dict[str, list] = {}
    for chapter in contents.present:
        parts.setdefault(chapter.part, []).append(chapter)
    lists, trees = [], []
    for part, chapters in parts.items():
        items = "\n".join(
            f"- [{chapter.number:02d} · {chapter.title}](chapters/{chapter.file})  \n  {chapter.promise}"
            for chapter in chapters
        )
        lists.append(f"### {part}\n\n{contents.parts[part]}\n\n{items}")
        trees.append(toctree(part, [f"chapters/{Path(chapter.file).stem}" for chapter in chapters]))
    trees.append(toctree("More", ["chapters/glossary", "instructors", "api", "contributing", "changelog"]))
    return "\n\n".join(lists + trees)


def toctree(caption, names):
    """A list that orders the site's pages, shown in the side bar alone."""
    return "\n".join(["```{toctree}", ":hidden:", f":caption: {caption}", "", *names, "```"])


# ---- the public API, from docstrings


def api_page(root):
    """Every public name of the package, room by room, for Sphinx's autodoc to fill in."""
    parts = [
        "# The package",
        "",
        "`gru_lab`, room by room: what its docstrings say. `gru-lab --help` lists its commands.",
        "",
    ]
    for title, rooms in ROOMS:
        present = [room for room in rooms if _exists(root, room)]
        if not present:
            continue
        parts += [f"## {title}", ""]
        for room in present:
            parts += [
                f"### gru_lab.{room}",
                "",
                "```{eval-rst}",
                f".. automodule:: gru_lab.{room}",
                "   :members:",
                "```",
                "",
            ]
    return "\n".join(parts)


def _exists(root, room):
    place = root / "gru_lab" / room
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


def docstring_to_rst(lines):
    """A docstring of this package as reStructuredText: paragraphs keep their lines, indented blocks their form."""
    out, block = [], []
    for line in [*lines, ""]:
        if line.strip():
            block.append(line)
            continue
        if block:
            out += _block(block)
        block = []
    return out


def _block(block):
    if all(line.startswith("    ") for line in block):
        return ["::", "", *block, ""]
    return [*(f"| {_inline(line.strip())}" for line in block), ""]


def _inline(text):
    """Code between single backticks becomes RST's; everything else is taken literally."""
    pieces = re.split(r"(`[^`]+`)", text)
    return "".join(
        f"``{piece[1:-1]}``" if piece.startswith("`") and len(piece) > 2 else re.sub(r"([\\*_|`])", r"\\\1", piece)
        for piece in pieces
    )
