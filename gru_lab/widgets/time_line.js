// TimeLine: one unit's memory flowing through a whole sequence, its gates at every step, and how far a gradient reaches back.

import { attribute, button, content, html, roving, svg, toggle } from "./js/dom.js";
import { choiceField, onResize, openFrame, rangeField } from "./js/frame.js";
import { dependence, norm, shiftUpdateBias, traceSequence } from "./js/gru.js";
import { connect } from "./js/model.js";
import { plain, signed, spoken } from "./js/numbers.js";

const KEYS = ["parameters", "story", "units", "convention", "unit", "target", "shift"];
const NAMES = 92; // pixels for the names of the rows
const RIVER = { middle: 54, widest: 44, bottom: 114 };
const GATES = { top: 126 };
const GRADIENT = { top: 202, height: 96 };
const HEIGHT = 328;

function render({ model, el }) {
  const { root, signal, finish } = openFrame(el, "time-line", "A sequence through time");
  const link = connect(model, KEYS, signal, draw);
  const { units, story } = link.state;
  const start = { shift: link.state.shift, target: link.state.target, unit: link.state.unit };

  const unit = choiceField({ label: "Unit", options: units.map((name, i) => [i, name]), signal, changed: (value) => set({ unit: value }) });
  const shift = rangeField({
    label: html("span", {}, "added to ", html("b", { class: "q-z", text: "b_z" })), name: "added to the update gate's bias", min: -6, max: 6, step: 0.1,
    tint: "z", signal, changed: (value) => set({ shift: value }),
  });
  const reset = button("Reset", () => set(start), signal, { class: "quiet" });
  const lead = html("p", { class: "lead", role: "status" });
  const scroll = html("div", { class: "scroll" });
  const heads = html("div", { class: "heads", role: "group", "aria-label": "From which state the gradient goes back" });
  const picture = html("div", { class: "picture" });
  scroll.append(heads, picture);
  root.append(html("div", { class: "controls" }, unit.element, shift.element, reset), lead, scroll,
    html("p", { class: "note", text: "The river is the unit\u2019s memory: as wide as |h|, hollow when negative; each step lets the share z of it through and takes in (1 \u2212 z) of the candidate from below. Choose a sentence: the bars at the bottom say how strongly the memory after it still depends on every earlier state." }));

  const columns = story.map((sentence, t) => {
    const element = html("button", { type: "button", class: "head" }, html("b", { text: t + 1 }), html("span", { class: "words", text: sentence.text }));
    element.addEventListener("click", () => set({ target: t }), { signal });
    heads.append(element);
    return element;
  });
  roving(columns, signal, columns.length);

  function set(changes) {
    link.set(changes);
    draw();
  }

  function draw() {
    const { parameters, convention, unit: i, target, shift: by } = link.state;
    const shifted = by === 0 ? parameters : shiftUpdateBias(parameters, by);
    const run = traceSequence(story.map(({ x }) => x), shifted, convention);
    const { states } = dependence(run, target, i, shifted, convention);
    const reach = states.map(norm);
    unit.update(i);
    shift.update(by, signed(by, 1));
    columns.forEach((element, t) => {
      attribute(element, "aria-pressed", t === target);
      if (!heads.matches(":focus-within")) attribute(element, "tabindex", t === target ? 0 : -1); // where Tab enters
      toggle(element, "after", t > target);
      attribute(element, "aria-label", `Sentence ${t + 1}: ${story[t].text} State ${spoken(run[t].trace.h[i])}` + (t <= target ? `, gradient ${reach[t].toPrecision(2)}` : ""));
    });
    content(lead, describe(reach, target, units[i]));
    drawPicture(run, reach, i, target);
  }

  function describe(reach, target, name) {
    if (target === 0) return `${name} after sentence 1: nothing earlier to depend on. Choose a later sentence.`;
    const half = reach.findLastIndex((value) => value < 0.5);
    const first = reach[0] < 0.001 ? "less than a thousandth" : plain(reach[0], reach[0] < 0.1 ? 3 : 2);
    return `A small change of the state after sentence 1 changes ${name} after sentence ${target + 1} by ${first} of its size.` +
      (half < 0 ? " More than half of the gradient reaches all the way back." : ` The gradient falls below a half at sentence ${half + 1}.`);
  }

  function drawPicture(run, reach, i, target) {
    const T = story.length;
    const column = Math.max(58, (scroll.clientWidth - NAMES - 10) / T);
    const width = NAMES + column * T + 2;
    heads.style.gridTemplateColumns = `repeat(${T}, ${column}px)`;
    heads.style.marginLeft = `${NAMES}px`;
    heads.style.width = `${column * T}px`;
    const X = (t) => NAMES + (t + 0.5) * column;
    const parts = [];
    const add = (tag, attributes, ...children) => parts.push(svg(tag, attributes, ...children));
    const river = (x1, x2, value) => {
      const thick = Math.max(1, RIVER.widest * Math.min(1, Math.abs(value)));
      add("line", { x1, x2, y1: RIVER.middle, y2: RIVER.middle, "stroke-width": thick, class: "river" });
      if (value < 0) add("line", { x1, x2, y1: RIVER.middle, y2: RIVER.middle, "stroke-width": Math.max(0, thick - 5), class: "hollow" });
    };
    for (const [text, y] of [["memory h", RIVER.middle + 5], [`z ${link.state.convention.update}`, GATES.top + 16], ["r shows", GATES.top + 38], ["gradient", GRADIENT.top + GRADIENT.height - 28], ["back to", GRADIENT.top + GRADIENT.height - 12]]) {
      add("text", { x: NAMES - 10, y, "text-anchor": "end", class: "row-name", text });
    }
    run.forEach(({ h, trace }, t) => {
      const x = X(t);
      if (t === target) add("rect", { x: x - column / 2 + 2, y: 2, width: column - 4, height: HEIGHT - 4, rx: 8, class: "target" });
      if (t > 0) river(X(t - 1), x, h[i]);
    });
    run.forEach(({ trace }, t) => {
      const x = X(t);
      const taken = Math.max(0.5, RIVER.widest * 0.6 * Math.min(1, Math.abs(trace.taken[i])));
      add("line", { x1: x, x2: x, y1: RIVER.bottom, y2: RIVER.middle + 4, "stroke-width": taken, class: "inflow" });
      if (t === run.length - 1) river(x, x + column / 2, trace.h[i]);
      // the valve: two jaws that leave the share that is kept open
      const half = RIVER.widest / 2 + 3;
      const open = half * trace.keep[i];
      for (const [y, height] of [[RIVER.middle - half, half - open], [RIVER.middle + open, half - open]]) {
        add("rect", { x: x - 5, y, width: 10, height: Math.max(0, height), rx: 2, class: "paint-z" });
      }
      add("rect", { x: x - 5.75, y: RIVER.middle - half - 0.75, width: 11.5, height: 2 * half + 1.5, rx: 4, class: "frame" });
      add("text", { x, y: RIVER.middle - half - 6, "text-anchor": "middle", class: "value", text: signed(trace.h[i]) });
      // gates as bars
      const bar = Math.min(column - 16, 70);
      for (const [value, tint, y] of [[trace.z[i], "z", GATES.top + 4], [trace.r[i], "r", GATES.top + 26]]) {
        add("rect", { x: x - bar / 2, y, width: bar, height: 16, rx: 3, class: "track" });
        add("rect", { x: x - bar / 2, y, width: bar * value, height: 16, rx: 3, class: `gate paint-${tint}` });
        add("text", { x, y: y + 12.5, "text-anchor": "middle", class: "value on-bar", text: value.toFixed(2) });
      }
      // the gradient
      if (t <= target) {
        const height = GRADIENT.height * Math.min(1, reach[t]);
        const base = GRADIENT.top + GRADIENT.height;
        add("rect", { x: x - bar / 2, y: base - height, width: bar, height: Math.max(1, height), rx: 3, class: "gradient" });
        add("text", { x, y: base - height - 6, "text-anchor": "middle", class: "value", text: reach[t] >= 0.005 ? plain(reach[t]) : reach[t].toExponential(0).replace("e-", "e\u2212") });
        if (t > 0) add("path", { d: `M${x - bar / 2 - 1} ${base + 14}H${X(t - 1) + bar / 2 + 5}m5 -4l-6 4l6 4`, class: "back" });
      }
    });
    add("line", { x1: NAMES, x2: width - 2, y1: GRADIENT.top + GRADIENT.height, y2: GRADIENT.top + GRADIENT.height, class: "ground" });
    picture.replaceChildren(svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, "aria-hidden": "true" }, ...parts));
  }

  onResize(root, signal, draw);
  draw();
  attribute(root, "data-ready", "true");
  return finish;
}

export default { render };
