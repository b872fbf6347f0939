// A number line from −1 to 1 with an old value ○, a candidate ◆, and the blend of the two between them.

import { attribute, slider, svg, toggle } from "./dom.js";
import { spoken } from "./numbers.js";

const HEIGHT = 46;
const MARGIN = 14;

/**
 * name: of the unit. on.old(value), on.candidate(value): the reader moved a mark; leave them out for marks that stay.
 * -> {element, resize(width), update({old, candidate, result})}
 */
export function createTrack({ name, on = {}, signal }) {
  const y = HEIGHT / 2 - 3;
  const line = svg("line", { y1: y, y2: y, class: "axis" });
  const ticks = [-1, -0.5, 0, 0.5, 1].map((value) => ({ value, tick: svg("line", { y1: y - 4, y2: y + 4, class: "axis" }), label: svg("text", { y: HEIGHT - 3, class: "quiet-text", "text-anchor": "middle", text: String(value).replace("-", "\u2212") }) }));
  const between = svg("line", { y1: y, y2: y, class: "between" });
  const result = svg("rect", { y: y - 11, width: 7, height: 22, rx: 2, class: "result-mark" });
  const old = svg("g", { class: "mark mark-old" }, svg("circle", { r: 14, class: "grasp" }), svg("circle", { r: 8, class: "shape" }));
  const candidate = svg("g", { class: "mark mark-candidate" }, svg("circle", { r: 14, class: "grasp" }), svg("path", { d: "M0 -9.5L9.5 0L0 9.5L-9.5 0z", class: "shape" }));
  const element = svg("svg", { height: HEIGHT, class: "track-line", role: "group", "aria-label": name }, line,
    ...ticks.flatMap(({ tick, label }) => [tick, label]), between, result, candidate, old);
  let width = 300;
  let values = { old: 0, candidate: 0, result: 0 };
  const at = (value) => MARGIN + ((value + 1) / 2) * (width - 2 * MARGIN);

  const movable = (mark, key, label) => {
    if (!on[key]) return;
    mark.classList.add("movable");
    slider(mark, {
      label: `${name}, ${label}`, min: -1, max: 1, signal,
      read: () => values[key],
      write: (value) => value !== values[key] && on[key](value),
      valueAt: (event) => ((event.clientX - element.getBoundingClientRect().left - MARGIN) / (width - 2 * MARGIN)) * 2 - 1,
    });
  };
  movable(old, "old", "old value");
  movable(candidate, "candidate", "candidate");

  function update(next) {
    values = next;
    attribute(between, "x1", at(values.old));
    attribute(between, "x2", at(values.candidate));
    attribute(result, "x", at(values.result) - 3.5);
    for (const [mark, key] of [[old, "old"], [candidate, "candidate"]]) {
      attribute(mark, "transform", `translate(${at(values[key])} ${y})`);
      if (!on[key]) continue;
      attribute(mark, "aria-valuenow", values[key].toFixed(2));
      attribute(mark, "aria-valuetext", `${spoken(values[key])}, result ${spoken(values.result)}`);
    }
    toggle(element, "meets", Math.abs(values.old - values.candidate) < 0.01);
  }

  function resize(next) {
    width = Math.max(160, next);
    attribute(element, "width", width);
    attribute(element, "viewBox", `0 0 ${width} ${HEIGHT}`);
    attribute(line, "x1", MARGIN);
    attribute(line, "x2", width - MARGIN);
    for (const { value, tick, label } of ticks) {
      attribute(tick, "x1", at(value));
      attribute(tick, "x2", at(value));
      attribute(label, "x", at(value));
    }
    update(values);
  }

  return { element, resize, update };
}
