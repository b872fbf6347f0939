"""Showing what a check has to say: as HTML in a notebook, as text in a terminal, the same words in both."""

import html
import sys
from dataclasses import dataclass

__all__ = ["Report", "show"]

# status: (mark, word, colour). The colours reach 3:1 on white and on JupyterLab's dark #111; the words say the same.
_MARKS = {
    "right": ("✓", "right", "#1a8754"),
    "near": ("≈", "near", "#1a8754"),
    "off": ("→", "revealed", "#7a6fd0"),
    "kept": ("✎", "kept, not marked", "#7a6fd0"),
    "wrong": ("✗", "not yet", "#d1495b"),
    "waiting": ("…", "waiting", "#7d8590"),
    "note": ("·", "", "#7d8590"),
}
_BOX = "padding:4px 0 4px 10px;margin:4px 0;line-height:1.45;max-width:60em"
_ROWS = "display:grid;grid-template-columns:max-content 1fr;gap:1px 10px;margin:4px 0"
_LABEL = "text-align:right;white-space:nowrap"
_TEXT = "overflow-wrap:anywhere;"
_CODE = "font-family:var(--jp-code-font-family,monospace);font-size:0.92em"


@dataclass(frozen=True)
class Report:
    """status: a key of `_MARKS`. head: "4.2 gru_step". says: a sentence. rows: ((label, text), …). lines: sentences.

    prose: the rows hold words, not numbers and code.
    """

    status: str
    head: str
    says: str = ""
    rows: tuple = ()
    lines: tuple = ()
    prose: bool = False

    def text(self):
        mark, word, _ = _MARKS[self.status]
        title = f"{mark} {self.head}" + (f" · {word}" if word else "")
        width = max((len(label) for label, _ in self.rows), default=0)
        body = [self.says] if self.says else []
        body += [f"{label:>{width}}  {text}" for label, text in self.rows]
        body += self.lines
        if len(body) == 1 and not self.rows:
            return f"{title}: {body[0]}"
        return "\n".join([title, *(f"  {line}" for line in body)])

    def html(self):
        mark, word, colour = _MARKS[self.status]
        title = f"<strong>{mark} {html.escape(self.head)}{f' · {word}' if word else ''}</strong>"
        says = f": {html.escape(self.says)}" if self.says else ""
        text_style = _TEXT if self.prose else _TEXT + _CODE
        rows = "".join(
            f'<div style="{_LABEL}">{html.escape(label)}</div><div style="{text_style}">{html.escape(text)}</div>'
            for label, text in self.rows
        )
        table = f'<div style="{_ROWS}">{rows}</div>' if rows else ""
        lines = "".join(f'<div style="margin-top:3px">{html.escape(line)}</div>' for line in self.lines)
        style = f"border-left:4px solid {colour};{_BOX}"
        return f'<div role="status" style="{style}"><div>{title}{says}</div>{table}{lines}</div>'

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": self.text(), "text/html": self.html()}


def show(report):
    """Display in a notebook or IPython; print elsewhere."""
    if "IPython" in sys.modules:
        from IPython import display, get_ipython

        if get_ipython() is not None:
            display.display(report)
            return
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(report.text().encode(encoding, "replace").decode(encoding))  # an old Windows console has no ✓
