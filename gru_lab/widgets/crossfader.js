// Crossfader: one fader per unit between the old state and the candidate. The fader is z.

import { attribute, button, content, html, style } from "./js/dom.js";
import { onResize, openFrame, rangeField } from "./js/frame.js";
import { keptShare, newState } from "./js/gru.js";
import { connect } from "./js/model.js";
import { percent, plain, signed, spoken } from "./js/numbers.js";
import { mathml } from "./js/tex.js";
import { createTrack } from "./js/track.js";

const KEYS = ["h", "candidate", "z", "units", "convention"];

function render({ model, el }) {
  const { root, signal, finish } = openFrame(el, "crossfader", "A crossfader for each unit");
  const link = connect(model, KEYS, signal, draw);
  const start = { h: link.state.h, candidate: link.state.candidate, z: link.state.z };
  const replaced = (list, index, value) => list.map((old, i) => (i === index ? value : old));

  const equation = html("div", { class: "equation" });
  equation.innerHTML = mathml(model.get("equation")); // our own markup, from the course's own equation
  const all = rangeField({
    label: html("span", {}, html("b", { class: "q-z", text: "z" }), " for all units"), name: "z for all units", min: 0, max: 1, step: 0.01,
    tint: "z", signal, changed: (value) => set({ z: link.state.z.map(() => value) }),
  });
  const equal = button("Equal blend", () => set({ z: link.state.z.map(() => 0.5) }), signal);
  const reset = button("Reset", () => set(start), signal, { class: "quiet" });
  const key = html("p", { class: "track-key" }, html("span", { text: "\u25cb old value: drag" }), html("span", { text: "\u25c6 candidate: drag" }), html("span", { text: "\u25ae new value" }));
  const rows = html("div", { class: "faders" });
  const vector = html("p", { class: "vector", role: "status" });
  root.append(html("div", { class: "head-line" }, equation, all.element, equal, reset), key, rows, vector);

  const units = link.state.units.map((name, i) => {
    const track = createTrack({
      name, signal,
      on: { old: (value) => set({ h: replaced(link.state.h, i, value) }), candidate: (value) => set({ candidate: replaced(link.state.candidate, i, value) }) },
    });
    const z = rangeField({ label: html("b", { class: "q-z", text: "z" }), name: `z of ${name}`, min: 0, max: 1, step: 0.01, tint: "z", signal, changed: (value) => set({ z: replaced(link.state.z, i, value) }) });
    const result = html("b", { class: "result" });
    const sum = html("span", { class: "sum" });
    const host = html("div", { class: "track-host" }, track.element);
    const share = html("i", { class: "share-old" });
    rows.append(html("div", { class: "fader" }, html("span", { class: "name", text: name }), host, result, html("div", { class: "mix" }, z.element, html("span", { class: "share", "aria-hidden": "true" }, share)), sum));
    return { name, track, z, result, sum, share };
  });

  function set(changes) {
    link.set(changes);
    draw();
  }

  function draw() {
    const { h, candidate, z, convention } = link.state;
    const keep = keptShare(z, convention);
    const blend = newState(h, candidate, keep);
    const same = z.every((value) => value === z[0]);
    all.update(same ? z[0] : z.reduce((sum, value) => sum + value, 0) / z.length, same ? plain(z[0]) : "mixed");
    units.forEach(({ name, track, z: field, result, sum, share }, i) => {
      track.update({ old: h[i], candidate: candidate[i], result: blend.h[i] });
      field.update(z[i], plain(z[i]), `${spoken(z[i])}, keeps ${Math.round(keep[i] * 100)} per cent of ${name}`);
      content(result, signed(blend.h[i]));
      content(sum, `${plain(keep[i])} \u00b7 ${plain(h[i])} + ${plain(1 - keep[i])} \u00b7 ${plain(candidate[i])} = ${signed(blend.h[i])}`);
      style(share, "width", percent(keep[i]).replace("\u202f", ""));
    });
    content(vector, `h\u209c = [${blend.h.map((value) => plain(value)).join(", ")}]`);
  }

  onResize(rows, signal, () => {
    for (const { track } of units) track.resize(track.element.parentElement.clientWidth);
  });
  for (const { track } of units) track.resize(300);
  draw();
  attribute(root, "data-ready", "true");
  return finish;
}

export default { render };
