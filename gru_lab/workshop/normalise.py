"""Make an executed notebook the same, byte for byte, on every run, and write it in one piece.

What a run leaves that another run would leave differently: kernel and editor metadata, memory addresses, the kernel's
temporary file names, the paths of this machine in tracebacks, the random names of widget models.
"""

import os
import re
import sys
import sysconfig
from pathlib import Path

import nbformat

__all__ = ["CELL_METADATA", "NOTEBOOK_METADATA", "normalise", "write"]

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE_INFO = {"name": "python"}

NOTEBOOK_METADATA = ("gru_lab", "kernelspec", "language_info", "widgets")
CELL_METADATA = ("deletable", "editable", "gru_lab", "jupyter", "nbgrader", "tags")
JUPYTER_CELL_METADATA = ("outputs_hidden", "source_hidden")

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"

ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,16}\b")
KERNEL_FILE = re.compile(r"(?:[A-Za-z]:)?[^\s'\"()]*ipykernel_\d+[\\/]+\d+\.py")


def normalise(notebook, root=None):
    """Change `notebook` (an nbformat 4 notebook that was just executed) in place, and return it.

    root: the repository, whose path is cut from tracebacks; None leaves it in.

    Widgets: the views that a kernel made are dropped, and the text and HTML beside them stay, unless the notebook's own
    metadata says {"gru_lab": {"widgets": "keep"}}: then the views and their state are kept under names that do not
    change, and the page shows them with no kernel.
    """
    keep_widgets = notebook.metadata.get("gru_lab", {}).get("widgets") == "keep"
    metadata = {
        **{key: notebook.metadata[key] for key in NOTEBOOK_METADATA if key in notebook.metadata},
        "kernelspec": KERNELSPEC,
        "language_info": LANGUAGE_INFO,
    }
    if not keep_widgets:
        metadata.pop("widgets", None)
    notebook.metadata = nbformat.from_dict(metadata)
    notebook.nbformat, notebook.nbformat_minor = 4, 5

    count = 0
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict(_cell_metadata(cell.metadata))
        if cell.cell_type != "code":
            continue
        if not cell.source.strip():  # the kernel never saw it
            cell.execution_count, cell.outputs = None, []
            continue
        count += 1
        cell.execution_count = count
        cell.outputs = [_output(output, count, keep_widgets, root) for output in cell.outputs]
        cell.outputs = [output for output in cell.outputs if output.get("data", True)]  # nothing was left of it
    return _rename_widget_models(notebook) if keep_widgets else notebook


def write(notebook, path):
    """Write `notebook` to `path` in one piece: a reader finds the old file or the new one, never half of one.

    Returns True when the bytes changed. Raises nbformat.ValidationError, with the file as it was, for an invalid one.
    """
    nbformat.validate(notebook)
    path = Path(path)
    text = nbformat.writes(notebook, version=nbformat.NO_CONVERT)
    data = (text if text.endswith("\n") else text + "\n").encode("utf-8")
    if path.exists() and path.read_bytes() == data:
        return False
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_bytes(data)
        if path.exists():
            beside.chmod(path.stat().st_mode)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return True


def _cell_metadata(metadata):
    kept = {key: metadata[key] for key in CELL_METADATA if key in metadata}
    if "jupyter" in kept:
        kept["jupyter"] = {key: kept["jupyter"][key] for key in JUPYTER_CELL_METADATA if key in kept["jupyter"]}
    return {key: value for key, value in kept.items() if value not in ({}, [])}


def _output(output, count, keep_widgets, root):
    if output.output_type == "execute_result":
        output.execution_count = count
    if "metadata" in output:
        output.metadata = nbformat.from_dict({})
    if output.output_type == "stream":
        output.text = _settle(output.text)
    elif output.output_type == "error":
        output.evalue = _settle(output.evalue)
        output.traceback = [_cut_paths(_settle(line), root) for line in output.traceback]
    else:
        if not keep_widgets:
            output.data.pop(WIDGET_VIEW, None)
        for kind, value in output.data.items():
            if isinstance(value, str) and (kind.startswith("text/") or kind == "image/svg+xml"):
                output.data[kind] = _settle(value)
    return output


def _settle(text):
    text = ADDRESS.sub("at 0xADDR", text)
    if "ipykernel_" not in text:  # the pattern is slow on long words: minutes for a picture's base64
        return text
    return KERNEL_FILE.sub("<cell>", text)


def _cut_paths(text, root):
    """Tracebacks name files: cut what belongs to one machine, the same whether or not the home was shortened to ~."""
    site, library = sysconfig.get_path("purelib"), sysconfig.get_path("stdlib")
    for place, short in ((root, ""), (site, "site-packages"), (library, "python"), (sys.prefix, "")):
        if place is None:
            continue
        spellings = [str(place)]
        home = str(Path.home())
        if spellings[0].startswith(home + os.sep):
            spellings.append("~" + spellings[0][len(home) :])
        for spelling in spellings:
            text = text.replace(spelling + os.sep, f"{short}/" if short else "")
    return text


def _rename_widget_models(notebook):
    """Name each widget model by its place among the models alone, so that a second run says the same."""
    state = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    names = {old: f"{place:032x}" for place, old in enumerate(state, start=1)}  # the kernel made them in this order

    def renamed(value):
        if isinstance(value, dict):
            return {names.get(key, key): renamed(item) for key, item in value.items()}
        if isinstance(value, list):
            return [renamed(item) for item in value]
        if isinstance(value, str):
            if value.startswith("IPY_MODEL_"):
                return "IPY_MODEL_" + names.get(value[10:], value[10:])
            return names.get(value, value)
        return value

    if "widgets" in notebook.metadata:
        notebook.metadata.widgets = nbformat.from_dict(renamed(notebook.metadata.widgets))
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if WIDGET_VIEW in output.get("data", {}):
                output.data[WIDGET_VIEW] = nbformat.from_dict(renamed(output.data[WIDGET_VIEW]))
    return notebook
