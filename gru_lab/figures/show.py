"""Show a matplotlib figure with a text alternative that JupyterLab, nbconvert and a Sphinx book all keep."""

import base64
import html
import io

import matplotlib.pyplot as plt
from IPython.display import HTML, display


def show(figure, alt, caption="", dpi=110):
    """Display `figure` as a PNG inside an HTML <figure>, with its alternative text and caption; then close it.

    alt: what is seen and what it means, one to three sentences. caption: the figure's one message, shown below it.
    Output metadata {"image/png": {"alt": …}} is dropped by JupyterLab, nbconvert and Sphinx; an HTML figure is kept.

    Raises ValueError when alt is empty.
    """
    if not alt.strip():
        raise ValueError("alt is empty, needs a sentence that says what the figure shows")
    png = io.BytesIO()
    # No Software or date entry: the bytes depend on the picture alone.
    figure.savefig(png, format="png", dpi=dpi, bbox_inches="tight", facecolor="white", metadata={"Software": None})
    plt.close(figure)
    data = base64.b64encode(png.getvalue()).decode()
    below = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
    display(
        HTML(f'<figure><img alt="{html.escape(alt, quote=True)}" src="data:image/png;base64,{data}">{below}</figure>')
    )
