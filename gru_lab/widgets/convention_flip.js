// ConventionFlip: one z, two readings. And the exact way from one to the other: change the sign of what σ is given.

import { attribute, content, html, style, toggle } from "./js/dom.js";
import { onResize, openFrame, rangeField } from "./js/frame.js";
import { keptShare, newState, sigmoid } from "./js/gru.js";
import { connect } from "./js/model.js";
import { percent, plain, signed } from "./js/numbers.js";
import { mathml } from "./js/tex.js";
import { createTrack } from "./js/track.js";

const KEYS = ["a", "h", "candidate", "negated"];
const READINGS = [
  { update: "keeps", title: "z keeps", who: "Cho et al. 2014, PyTorch, Keras; this course" },
  { update: "takes", title: "z takes", who: "Chung et al. 2014, Haiku; the article's section 13" },
];

function render({ model, el }) {
  const { root, signal, finish } = openFrame(el, "convention-flip", "One z, two readings");
  const link = connect(model, KEYS, signal, draw);

  const field = (key, label, name, min, max, step, tint) =>
    rangeField({ label: html("span", {}, ...label), name, min, max, step, tint, signal, changed: (value) => set({ [key]: value }) });
  const a = field("a", [html("b", { text: "a" }), " what \u03c3 is given"], "a, what sigma is given", -6, 6, 0.1, "z");
  const negate = html("button", { type: "button", class: "primary" });
  negate.addEventListener("click", () => set({ negated: !link.state.negated }), { signal });
  const verdict = html("p", { class: "lead", role: "status" });
  const panels = html("div", { class: "readings" });
  root.append(html("div", { class: "head-line" }, a.element, negate), verdict, panels,
    html("p", { class: "note", text: "Drag \u25cb the old value or \u25c6 the candidate in either panel. \u03c3(\u2212a) = 1 \u2212 \u03c3(a): so changing the sign of W, U and b of the update gate turns one reading into the other, exactly." }));

  const readings = READINGS.map(({ update, title, who }) => {
    const equation = html("div", { class: "equation" });
    equation.innerHTML = mathml(model.get("equations")[update]); // our own markup, from the course's own equation
    const z = html("p", { class: "z-line" });
    const old = html("i", { class: "share-old" });
    const fresh = html("i", { class: "share-new" });
    const oldText = html("span");
    const freshText = html("span");
    const track = createTrack({ name: title, signal, on: { old: (value) => set({ h: value }), candidate: (value) => set({ candidate: value }) } });
    const sum = html("p", { class: "sum" });
    const panel = html("section", { class: "reading", "aria-label": title },
      html("h4", { text: title }), html("p", { class: "of", text: who }), equation, z,
      html("div", { class: "shares" }, html("span", { class: "share", "aria-hidden": "true" }, old, fresh), html("div", { class: "share-names" }, oldText, freshText)),
      html("div", { class: "track-host" }, track.element), sum);
    panels.append(panel);
    return { update, z, old, fresh, oldText, freshText, track, sum, panel };
  });

  function set(changes) {
    link.set(changes);
    draw();
  }

  function draw() {
    const { a: given, h, candidate, negated } = link.state;
    a.update(given, signed(given, 1));
    content(negate, negated ? "Give both the same a" : "Give \u201cz takes\u201d \u2212a instead");
    attribute(negate, "aria-pressed", negated);
    const results = readings.map((reading) => {
      const isNegated = negated && reading.update === "takes";
      const z = sigmoid(isNegated ? -given : given);
      const [keep] = keptShare([z], { update: reading.update });
      const { h: [result] } = newState([h], [candidate], [keep]);
      content(reading.z, `z = \u03c3(${isNegated ? `\u2212a` : "a"}) = \u03c3(${plain(isNegated ? -given : given, 1)}) = ${plain(z)}`);
      style(reading.old, "width", `${keep * 100}%`);
      style(reading.fresh, "width", `${(1 - keep) * 100}%`);
      content(reading.oldText, `\u25cb old ${percent(keep)}`);
      content(reading.freshText, `\u25c6 candidate ${percent(1 - keep)}`);
      reading.track.update({ old: h, candidate, result });
      content(reading.sum, `h\u209c = ${plain(keep)} \u00b7 ${plain(h)} + ${plain(1 - keep)} \u00b7 ${plain(candidate)} = ${signed(result)}`);
      return result;
    });
    const equal = Math.abs(results[0] - results[1]) < 1e-12;
    toggle(root, "equal", equal);
    content(verdict, equal && negated
      ? `The same new state, ${signed(results[0])}, in both readings: the weights differ by a sign, the layer does not.`
      : equal
        ? `Both say ${signed(results[0])}: at z = 0.5, or when old and candidate agree, the readings cannot be told apart.`
        : `The same z = ${plain(sigmoid(given))} means opposite things: ${signed(results[0])} in one book, ${signed(results[1])} in the other.`);
  }

  onResize(panels, signal, () => {
    for (const { track } of readings) track.resize(track.element.parentElement.clientWidth);
  });
  for (const { track } of readings) track.resize(280);
  draw();
  attribute(root, "data-ready", "true");
  return finish;
}

export default { render };
