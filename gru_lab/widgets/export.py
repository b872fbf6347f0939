"""A notebook as one HTML page whose course widgets stay alive: no kernel, no network, opened from a disk or a server.

    python -m gru_lab.widgets.export chapters/05_flow_diagram.ipynb page.html

nbconvert writes the page, with the widgets' saved traits in it; static_host.js, which is put in, draws them. Other
ipywidgets show their text. Needs nbconvert and nbclient, which JupyterLab brings.
"""

import argparse
from pathlib import Path

HOST = Path(__file__).with_name("static_host.js")


def export_html(notebook, out):
    """Run `notebook` (a path), and write it with its outputs and live widgets to the file `out`."""
    import nbformat
    from nbclient import NotebookClient
    from nbconvert import HTMLExporter

    path = Path(notebook)
    run = nbformat.read(path, as_version=4)
    NotebookClient(run, timeout=300, store_widget_state=True, resources={"metadata": {"path": path.parent}}).execute()
    # nbconvert would load these from elsewhere. Our widgets need none of them; formulas stay as they were written.
    options = ("require_js_url", "jquery_url", "mathjax_url", "mermaid_js_url", "widget_renderer_url")
    exporter = HTMLExporter(**dict.fromkeys(options, "data:text/javascript,"))
    page, _ = exporter.from_notebook_node(run)
    Path(out).write_text(with_live_widgets(page), encoding="utf-8")


def with_live_widgets(page):
    """The text of an HTML page with static_host.js at the end of its body. Raises ValueError for a page without one."""
    head, body_end, tail = page.rpartition("</body>")
    if not body_end:
        raise ValueError("page has no </body>, needs a whole HTML page")
    return f"{head}<script>\n{HOST.read_text(encoding='utf-8')}</script>\n{body_end}{tail}"


def main():
    parser = argparse.ArgumentParser(prog="python -m gru_lab.widgets.export", description=__doc__.splitlines()[0])
    parser.add_argument("notebook", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    export_html(options.notebook, options.out)
    print(f"wrote {options.out}")


if __name__ == "__main__":
    main()
