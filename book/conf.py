"""Sphinx's settings for the site. `python course.py book` prepares its sources and runs it."""

import importlib.metadata
import importlib.util
import os
import shutil
import tomllib
from pathlib import Path

from gru_lab.palette import css_variables
from gru_lab.widgets.export import HOST
from gru_lab.workshop import course
from gru_lab.workshop.book_api import docstring_to_rst

ROOT = course.find_root()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = "Gated Recurrent Units"
author = "the gru_lab team"
release = importlib.metadata.version("gru_lab")
language = "en"
root_doc = "index"
extensions = ["myst_nb", "sphinx.ext.autodoc"]

# ---- notebooks: the committed outputs, never run here
nb_execution_mode = "off"
nb_ipywidgets_js = {}  # no RequireJS, nothing from elsewhere: static_host.js draws the widgets
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence"]
myst_heading_anchors = 4
myst_heading_slug_func = "gru_lab.workshop.book_pages.slug"

# ---- maths: MathJax from the package sphinx-mathjax-offline, with SVG, which needs no font files
MATHJAX = Path(importlib.util.find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax"
mathjax_path = "mathjax/tex-svg.js"
mathjax3_config = {"startup": {"typeset": True}, "svg": {"fontCache": "local"}}

# ---- the public API
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True  # as they are written: DEFAULT, not what it is
autodoc_typehints = "none"  # they stand in the signature

# ---- the look
html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["_static"]
html_css_files = ["book.css"]
html_js_files = [(HOST.name, {"defer": "defer"})]
html_show_sourcelink = False
html_copy_source = True
repository = os.environ.get("GRU_LAB_REPOSITORY", PROJECT.get("urls", {}).get("Repository", ""))
html_theme_options = {
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "use_download_button": True,
    "home_page_in_toc": True,
    "use_fullscreen_button": False,
    "repository_branch": "main",
    "navbar_persistent": [],  # the search field stands in the side bar
}
html_context = {"default_mode": "auto"}
if repository:
    html_theme_options |= {
        "repository_url": repository,
        "use_repository_button": True,
        "use_edit_page_button": True,
        "use_issues_button": True,
    }


def palette(dark):
    return "".join(f"{name}: {value}; " for name, value in css_variables(dark).items())


def write_assets(app):
    """What exists once elsewhere and the site needs too: the widgets' host and the course's colours."""
    static = Path(app.srcdir) / "_static"
    unused = shutil.ignore_patterns("*chtml*", "*-full*", "mml-*", "node-main.js", "asciimath*", "latest.js")
    shutil.copytree(MATHJAX, static / "mathjax", ignore=unused, dirs_exist_ok=True)
    (static / HOST.name).write_text(HOST.read_text(encoding="utf-8"), encoding="utf-8")
    rules = f"html[data-theme=light] {{ {palette(False)}}}\nhtml[data-theme=dark] {{ {palette(True)}}}\n"
    css = static / "book.css"
    css.write_text(rules + css.read_text(encoding="utf-8"), encoding="utf-8")


def process_docstring(app, what, name, obj, options, lines):
    lines[:] = docstring_to_rst(lines)


def setup(app):
    app.connect("builder-inited", write_assets)
    app.connect("autodoc-process-docstring", process_docstring)
