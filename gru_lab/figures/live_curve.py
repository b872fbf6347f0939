"""A loss curve that grows in a cell's output while the cell runs."""

import html
import math

from IPython.display import HTML, display

__all__ = ["LiveCurve"]

WIDTH, HEIGHT, LEFT, BELOW, ABOVE = 640, 240, 64, 40, 26


class LiveCurve:
    """A curve of `steps` losses on a logarithmic axis; `add` draws it anew as the training goes.

    title: what is learned. floor: a loss to compare with, drawn as a dotted line with the name `floor_name`.
    every: losses between two drawings. unit: what a loss is of, in the singular. The picture is an SVG with a text
    alternative; its lines have the colour of the page's text, so that it can be read in a dark theme, too.
    Raises ValueError for steps or every below 1.
    """

    def __init__(self, steps, title, floor=None, floor_name="", every=25, unit="step"):
        if steps < 1 or every < 1:
            raise ValueError(f"steps is {steps} and every is {every}, needs 1 or more")
        self._steps, self._title, self._floor, self._floor_name, self._every = steps, title, floor, floor_name, every
        self._unit = unit
        self._losses, self._shown, self._handle = [], False, None

    def add(self, loss):
        """The next loss, a number. It is drawn if its turn has come. Raises ValueError where it is no number."""
        if not math.isfinite(loss):
            raise ValueError(f"the loss is {loss} at {self._unit} {len(self._losses) + 1}: try a smaller rate")
        self._losses.append(float(loss))
        done = len(self._losses)
        if done % self._every and done != self._steps:
            return
        if not self._shown:
            self._shown, self._handle = True, display(HTML(self.svg()), display_id=True)
        elif self._handle is not None:  # as it is outside IPython
            self._handle.update(HTML(self.svg()))

    def svg(self):
        """The picture as it is now, as text."""
        losses = _means(self._losses, self._every)
        shown = [loss for _, loss in losses] + ([self._floor] if self._floor else [])
        low, high = math.log10(max(min(shown), 1e-12)), math.log10(max(max(shown), 1e-12))
        low, high = math.floor(low), max(math.ceil(high), math.floor(low) + 1)

        def x(step):
            return LEFT + (WIDTH - LEFT - 12) * step / self._steps

        def y(loss):
            share = (math.log10(max(loss, 1e-12)) - low) / (high - low)
            return ABOVE + (HEIGHT - ABOVE - BELOW) * (1 - share)

        done, last = len(self._losses), losses[-1][1]
        said = f"{html.escape(self._title, quote=True)}: {self._unit} {done:,} of {self._steps:,}, loss {last:.2g}"
        parts = [
            f'<svg role="img" aria-label="{said}" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'style="max-width:{WIDTH}px;width:100%" fill="currentColor" font-family="sans-serif" font-size="13">',
            f'<text x="{LEFT}" y="16">{said}</text>',
        ]
        for power in range(low, high + 1):
            at = y(10.0**power)
            parts.append(
                f'<path d="M{LEFT} {at:.1f}H{WIDTH - 12}" stroke="currentColor" stroke-opacity="0.2"/>'
                f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{10.0**power:g}</text>'
            )
        for share in (0, 0.5, 1):
            anchor = {0: "start", 0.5: "middle", 1: "end"}[share]
            parts.append(
                f'<text x="{x(share * self._steps):.1f}" y="{HEIGHT - 22}" text-anchor="{anchor}">'
                f"{share * self._steps:,.0f}</text>"
            )
        parts.append(f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 5}" text-anchor="middle">{self._unit}s</text>')
        if self._floor:
            at = y(self._floor)
            parts.append(
                f'<path d="M{LEFT} {at:.1f}H{WIDTH - 12}" stroke="currentColor" stroke-dasharray="2 4"/>'
                f'<text x="{WIDTH - 12}" y="{at + 15:.1f}" text-anchor="end">{html.escape(self._floor_name)}</text>'
            )
        points = " ".join(f"{x(step):.1f},{y(loss):.1f}" for step, loss in losses)
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="2.5" class="loss"/></svg>'
        )
        return "".join(parts)


def _means(losses, every):
    """[(step, mean of the losses since the last point)], a point for each `every` losses and one for what is left."""
    pieces = [(at, losses[at : at + every]) for at in range(0, len(losses), every)]
    return [(at + len(piece), sum(piece) / len(piece)) for at, piece in pieces]
