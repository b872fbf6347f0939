"""What every widget sends to the browser: its bundled script, and its style with the course's colours before it."""

from pathlib import Path

from gru_lab.palette import css_variables
from gru_lab.widgets._bundle import bundle

HERE = Path(__file__).parent


def script(name):
    """The ES module of the widget `name`, in one text."""
    return bundle(HERE / f"{name}.js")


def style_sheet(name, *shared):
    """The palette as CSS variables, what all widgets share, other `shared` sheets, and the widget's own rules."""

    def block(selector, variables):
        return f"{selector} {{ {' '.join(f'{key}: {value};' for key, value in variables.items())} }}"

    files = ["gru_widget", *shared, name]
    return "\n".join(
        [
            block(".gru-widget", css_variables()),
            block('.gru-widget[data-theme="dark"]', css_variables(dark=True)),
            *((HERE / f"{file}.css").read_text(encoding="utf-8") for file in files),
        ]
    )
