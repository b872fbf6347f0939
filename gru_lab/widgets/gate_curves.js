// GateCurves: σ and tanh at work, and where they saturate: where the gate is shut or open so hard that nothing moves it.

import { attribute, content, html, svg } from "./js/dom.js";
import { choiceField, onResize, openFrame, rangeField } from "./js/frame.js";
import { sigmoid, sigmoidSlope, tanhSlope } from "./js/gru.js";
import { connect } from "./js/model.js";
import { inFull, plain, signed, small } from "./js/numbers.js";
import { createPlot } from "./js/plot.js";

const KEYS = ["w", "x", "b", "curve"];
const WIDEST = 8; // of a, either way
// edge: |a| from which a curve counts as saturated. Both slopes have 7 % of their largest there, as tanh(a) = 2σ(2a) − 1.
const CURVES = {
  sigmoid: { f: sigmoid, slope: sigmoidSlope, steepest: 0.25, edge: 4, tint: "r", text: "\u03c3", name: "\u03c3, for the gates r and z" },
  tanh: { f: Math.tanh, slope: tanhSlope, steepest: 1, edge: 2, tint: "candidate", text: "tanh", name: "tanh, for the candidate" },
};

function render({ model, el }) {
  const { root, signal, finish } = openFrame(el, "gate-curves", "Gate curves and where they saturate");
  const link = connect(model, KEYS, signal, draw);
  const curve = choiceField({ label: "Curve", options: Object.entries(CURVES).map(([key, { name }]) => [key, name]), signal, changed: (value) => set({ curve: value }) });
  const field = (key, text, min, max, tint) => rangeField({
    label: html("span", {}, html("b", { text: key }), ` ${text}`), name: `${key}, ${text}`, min, max, step: 0.05, tint, signal, changed: (value) => set({ [key]: value }),
  });
  const fields = { w: field("w", "weight", -8, 8, "h"), x: field("x", "input", -1, 1, "x"), b: field("b", "bias", -6, 6, "h") };
  const sum = html("p", { class: "sum" });
  const verdict = html("p", { class: "lead", role: "status" });
  const host = html("div", { class: "plot-host" });
  root.append(curve.element, html("div", { class: "fields" }, ...Object.values(fields).map(({ element }) => element)), sum, host, verdict);

  function set(changes) {
    link.set(changes);
    draw();
  }

  function draw() {
    const { w, x, b, curve: chosen } = link.state;
    const { f, slope, steepest, edge, text } = CURVES[chosen];
    const a = w * x + b;
    const value = f(a);
    const share = slope(a) / steepest;
    curve.update(chosen);
    for (const [key, field_] of Object.entries(fields)) field_.update(link.state[key], signed(link.state[key]));
    content(sum, `a = w\u00b7x + b = ${plain(w)} \u00b7 ${plain(x)} + ${plain(b)} = ${inFull(a)}        ${text}(a) = ${plain(value, 3)}`);
    content(verdict, Math.abs(a) >= edge - 1e-9
      ? `Saturated: the slope is ${small(slope(a), 4)}, ${small(100 * share, 1)} % of the steepest. A small change of any weight changes next to nothing here, so next to nothing is learned here either.`
      : `The slope is ${plain(slope(a), 3)}, ${plain(100 * share, 0)} % of the steepest: a change of 0.1 in a moves the ${chosen === "tanh" ? "candidate" : "gate"} by about ${plain(0.1 * slope(a), 3)}.`);
    drawPlot(a, value, CURVES[chosen]);
    attribute(host.firstChild, "aria-label", `${text} over a from minus ${WIDEST} to ${WIDEST}; the point is at a = ${plain(a)}, value ${plain(value, 3)}`);
  }

  function drawPlot(a, value, { f, slope, steepest, edge, tint, text }) {
    const width = host.clientWidth || 700;
    const lowest = text === "\u03c3" ? 0 : -1;
    const plot = createPlot({
      width, height: 300, x: [-WIDEST, WIDEST], y: [lowest - 0.05, 1.05], name: "",
      ticks: { x: [-8, -6, -4, -2, 0, 2, 4, 6, 8], y: lowest === 0 ? [0, 0.25, 0.5, 0.75, 1] : [-1, -0.5, 0, 0.5, 1] },
      labels: { x: "a, what the curve is given" },
    });
    const { X, Y } = plot;
    for (const [from, to] of [[-WIDEST, -edge], [edge, WIDEST]]) {
      plot.add(svg("rect", { x: X(from), y: Y(1.05), width: X(to) - X(from), height: Y(lowest - 0.05) - Y(1.05), class: "zone" }),
        svg("text", { x: X((from + to) / 2), y: Y((lowest + 1) / 2) + 4, "text-anchor": "middle", class: "quiet-text", text: "saturated" }));
    }
    const at = Math.max(-WIDEST, Math.min(WIDEST, a));
    const reach = 1.6;
    plot.add(
      svg("path", { d: plot.path((v) => (slope(v) / steepest) * 0.5 + (lowest === 0 ? 0 : -1)), class: "curve thin stroke-h" }),
      svg("text", { x: X(0.7), y: Y(lowest === 0 ? 0.52 : -0.48), class: "quiet-text", text: "slope, scaled" }),
      svg("path", { d: plot.path(f), class: `curve stroke-${tint}` }),
      svg("path", { d: `M${X(at)} ${Y(lowest - 0.05)}V${Y(value)}H${X(-WIDEST)}`, class: `guide stroke-${tint}` }),
      svg("line", { x1: X(at - reach), x2: X(at + reach), y1: Y(value - reach * slope(a)), y2: Y(value + reach * slope(a)), class: "stroke-h", "stroke-width": 2.5 }),
      svg("circle", { cx: X(at), cy: Y(value), r: 8, class: `point paint-${tint}` }),
      svg("text", { x: X(at) + (at > 5 ? -14 : 14), y: Y(value) + (value > (lowest + 1) / 2 ? 24 : -14), "text-anchor": at > 5 ? "end" : "start", class: "value-text", text: `${text}(${plain(a)}) = ${plain(value, 3)}` }));
    host.replaceChildren(plot.element);
  }

  onResize(host, signal, draw);
  draw();
  attribute(root, "data-ready", "true");
  return finish;
}

export default { render };
