// A question before the answer: where will this unit land? The reader's guess stays on the picture beside the truth.

import { button, content, html } from "./dom.js";
import { clamp, plain, signed } from "./numbers.js";
import { predictionVerdict } from "./words.js";

/** on.guess(value), on.reveal(), on.skip(). */
export function createPrediction(host, { units, on, signal }) {
  const question = html("p", { class: "question" });
  const field = html("input", { type: "range", min: -1, max: 1, step: 0.01, class: "guess-field", "aria-label": "Your prediction" });
  const shown = html("output", { class: "guess-value" });
  const reveal = button("Reveal", () => on.reveal(), signal, { class: "primary" });
  const skip = button("Not now", () => on.skip(), signal);
  const line = html("div", { class: "line" }, html("span", { class: "of", text: "\u22121" }), field, html("span", { class: "of", text: "+1" }), shown, reveal, skip);
  const verdict = html("p", { class: "verdict", role: "status" });
  const close = button("Go on", () => on.skip(), signal);
  const after = html("div", { class: "line" }, verdict, close);
  const panel = html("div", { class: "prediction", role: "group", "aria-label": "Predict first" }, html("b", { class: "badge", text: "Predict first" }), question, line, after);
  panel.hidden = true;
  host.append(panel);
  field.addEventListener("input", () => on.guess(clamp(Number(field.value), -1, 1)), { signal });

  function update({ derived, prediction }) {
    panel.hidden = !prediction;
    if (!prediction) return;
    const { unit, guess, revealed } = prediction;
    const { h, trace } = derived.now;
    const name = units[unit];
    content(question, `${name}: the old value \u25cb is ${plain(h[unit])}, the candidate \u25c6 says ${signed(trace.candidate[unit])}, and ${name} keeps ${Math.round(trace.keep[unit] * 100)}\u202f% of the old. Where will the new value land?`);
    line.hidden = revealed;
    after.hidden = !revealed;
    if (Number(field.value) !== guess) field.value = String(guess);
    content(shown, signed(guess));
    field.setAttribute("aria-valuetext", signed(guess));
    content(verdict, revealed ? predictionVerdict(name, guess, trace.h[unit]) : "");
  }

  return { update, focus: () => field.focus({ preventScroll: true }) };
}
