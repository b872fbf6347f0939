// A small line plot: axes with ticks, curves as paths. Coordinates are data; pixels are worked out here.

import { svg } from "./dom.js";

const LEFT = 44;
const RIGHT = 14;
const TOP = 12;
const BOTTOM = 40;

/** A frame for x in [x0, x1], y in [y0, y1]: {element, X, Y, path, add}; ticks: {x: [...], y: [...]}. */
export function createPlot({ width, height, x: [x0, x1], y: [y0, y1], ticks, labels, name }) {
  const X = (value) => LEFT + ((value - x0) / (x1 - x0)) * (width - LEFT - RIGHT);
  const Y = (value) => height - BOTTOM - ((value - y0) / (y1 - y0)) * (height - TOP - BOTTOM);
  const element = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, class: "plot", role: "img", "aria-label": name });
  const text = (value) => String(value).replace("-", "\u2212");
  for (const value of ticks.x) {
    element.append(svg("line", { x1: X(value), x2: X(value), y1: Y(y0), y2: Y(y1), class: "rule" }),
      svg("text", { x: X(value), y: height - BOTTOM + 17, "text-anchor": "middle", class: "quiet-text", text: text(value) }));
  }
  for (const value of ticks.y) {
    element.append(svg("line", { x1: X(x0), x2: X(x1), y1: Y(value), y2: Y(value), class: value === 0 ? "rule strong" : "rule" }),
      svg("text", { x: LEFT - 8, y: Y(value) + 4, "text-anchor": "end", class: "quiet-text", text: text(value) }));
  }
  element.append(svg("text", { x: X((x0 + x1) / 2), y: height - 5, "text-anchor": "middle", text: labels.x }));
  if (labels.y) element.append(svg("text", { x: X(x0) + 6, y: Y(y1) + 13, text: labels.y, class: "quiet-text" }));
  const path = (f, steps = 160) => {
    const points = Array.from({ length: steps + 1 }, (_, k) => x0 + ((x1 - x0) * k) / steps);
    return `M${points.map((x) => `${X(x).toFixed(1)} ${Y(f(x)).toFixed(1)}`).join("L")}`;
  };
  return { element, X, Y, path, add: (...parts) => element.append(...parts) };
}
