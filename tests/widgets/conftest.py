"""Widgets are tested in three places: Python, node (the modules alone) and a browser with a real JupyterLab."""

import pytest

pytest_plugins = []


@pytest.fixture(scope="session")
def notebook_of():
    """notebook_of(folder, name, *cells) writes a notebook of code cells and returns its name."""
    import nbformat

    def write(folder, name, *cells):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, folder / name)
        return name

    return write
