// A story's readings as rows over its words: an area for each aspect, two more for the gates, a line at the word looked at.

import { attribute, html, svg } from "./dom.js";
import { onResize } from "./frame.js";
import { clamp } from "./numbers.js";

const ROW = 46;
const GAP = 10;
const EDGE = 8;
const NARROWEST = 7; // pixels for a word; more words than that scroll
const WIDEST = 26;

/**
 * rows: [{name, tint, low, high}], what a row has room for. on.go(t): the reader chose a word. -> {element, draw({values, lines, ends, t, said})}:
 * values[row][t] the areas; lines[row] the same for a dashed line, or null; ends: the words that end a sentence.
 */
export function createWordChart({ rows, on, signal }) {
  const height = rows.length * (ROW + GAP);
  const names = html("div", { class: "row-names", "aria-hidden": "true" }, ...rows.map(({ name }) => html("span", { text: name })));
  const scroll = html("div", { class: "scroll" });
  let view = null;
  let step = WIDEST;

  const X = (t) => EDGE + (t + 0.5) * step;
  const Y = (row, value) => {
    const { low, high } = rows[row];
    return row * (ROW + GAP) + GAP / 2 + (ROW * (high - clamp(value, low, high))) / (high - low);
  };
  const scale = svg("svg", { class: "scale", width: 8, height, "aria-hidden": "true" }, // beside what scrolls, so that it stays
    ...rows.flatMap((_, row) => [0, 1].map((value) => svg("text", { y: Y(row, value) + 4, text: `${value}` }))));
  const element = html("div", { class: "word-chart" }, names, scale, scroll);

  const choose = (event) => {
    const x = event.clientX - scroll.getBoundingClientRect().left + scroll.scrollLeft - EDGE;
    on.go(clamp(Math.floor(x / step), 0, view.values[0].length - 1));
  };
  scroll.addEventListener("pointerdown", (event) => event.button === 0 && choose(event), { signal });
  scroll.addEventListener("pointermove", (event) => event.buttons === 1 && event.pointerType === "mouse" && choose(event), { signal });

  function redraw() {
    const { values, lines, ends, t, said } = view;
    const count = values[0].length;
    const room = scroll.clientWidth || 600;
    step = clamp((room - 2 * EDGE) / count, NARROWEST, WIDEST);
    const width = Math.max(2 * EDGE + count * step, Math.min(room, 200));
    const picture = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": said });
    rows.forEach(({ tint }, row) => {
      const zero = Y(row, 0);
      for (const value of [0, 1]) picture.append(svg("line", { x1: EDGE, x2: EDGE + count * step, y1: Y(row, value), y2: Y(row, value), class: "rule" }));
      const top = values[row].map((value, k) => `${X(k) - step / 2} ${Y(row, value).toFixed(1)}L${X(k) + step / 2} ${Y(row, value).toFixed(1)}`).join("L");
      picture.append(svg("path", { d: `M${EDGE} ${zero}L${top}L${EDGE + count * step} ${zero}Z`, class: `area tint-${tint}` }));
      if (lines[row]) picture.append(svg("path", { d: `M${lines[row].map((value, k) => `${X(k).toFixed(1)} ${Y(row, value).toFixed(1)}`).join("L")}`, class: `telling tint-${tint}` }));
      else for (const k of ends) picture.append(svg("circle", { cx: X(k), cy: Y(row, values[row][k]), r: 3.5, class: "end" }));
    });
    picture.append(svg("rect", { x: X(t) - step / 2, width: step, y: 0, height, rx: 3, class: "here" }));
    scroll.replaceChildren(picture);
    const overflows = width > room + 1;
    for (const [name, value] of [["tabindex", 0], ["role", "group"], ["aria-label", "Readings, scrolls sideways"]]) attribute(scroll, name, overflows ? value : null);
    if (overflows && (X(t) < scroll.scrollLeft + 40 || X(t) > scroll.scrollLeft + room - 40)) scroll.scrollLeft = X(t) - room / 2;
  }

  onResize(element, signal, () => view && redraw());

  return {
    element,
    draw(next) {
      view = next;
      redraw();
    },
  };
}
