// The panel that shows how the chosen number came about: the equation, then the same with numbers put in.

import { button, html } from "./dom.js";
import { sumTerms } from "./gru.js";
import { percent, plain, signed } from "./numbers.js";
import { mathml } from "./tex.js";

const EQUATION = { r: "r", z: "z", candidate: "candidate", h_t: "h" };
const SHOWN_FROM = { r: 2, candidate: 3, z: 4, h_t: 5 }; // stages

/** What can be shown at a stage: the chosen number, or the stage's own where that is still to come; nothing at stage 1. */
export function kindAt(stage, kind) {
  if (SHOWN_FROM[kind] <= stage) return kind;
  return { 2: "r", 3: "candidate", 4: "z" }[stage] ?? null;
}

/** host: where to draw. on.force(gate, unit, value) lets the reader hold one gate. */
export function createArithmetic(host, { units, features, equations, on, signal }) {
  let shown = null; // what the panel was drawn for; numbers inside change often, the frame seldom
  const equation = html("div", { class: "equation" });
  const numbers = html("div", { class: "numbers" });
  const meaning = html("p", { class: "meaning" });
  const forcing = html("div", { class: "forcing" });
  host.append(equation, numbers, meaning, forcing);

  const number = (value, kind) => html("b", { class: kind ? `q-${kind}` : null, text: plain(value) });
  const name = (text) => html("span", { class: "of", text });
  const line = (...parts) => html("span", { class: "part" }, ...parts);

  function update({ state, derived, prediction }) {
    const { unit } = state.selected;
    const kind = prediction ? "h_t" : kindAt(state.stage, state.selected.kind);
    host.hidden = kind === null;
    if (kind === null) return;
    const latex = equations[`${state.convention.update} ${state.convention.reset}`][EQUATION[kind]];
    const key = `${latex} ${kind}`;
    if (shown !== key) {
      equation.innerHTML = mathml(latex); // our own markup, made from the course's own equations
      shown = key;
    }
    const hidden = kind === "h_t" && prediction && !prediction.revealed;
    if (kind === "h_t") numbers.replaceChildren(...(hidden ? ["Predict first: the result is hidden."] : blend(state, derived, unit)));
    else numbers.replaceChildren(...sum(state, derived, kind, unit));
    meaning.textContent = hidden ? "" : explain(state, derived, kind, unit);
    drawForcing(state, kind, unit);
  }

  function blend(state, derived, i) {
    const { h, trace } = derived.now;
    const z = () => number(trace.z[i], "z");
    const oneMinus = () => html("span", {}, "(1 \u2212 ", z(), ")");
    const [old, fresh] = state.convention.update === "keeps" ? [z, oneMinus] : [oneMinus, z];
    return [
      line(html("b", { text: `h[${units[i]}]` })),
      line(" = ", old(), " \u00b7 ", number(h[i]), name("old")),
      line(" + ", fresh(), " \u00b7 ", number(trace.candidate[i], "candidate"), name("candidate")),
      line(" = ", number(trace.kept[i]), " + ", number(trace.taken[i], "candidate")),
      line(" = ", html("b", { class: "result", text: signed(trace.h[i]) })),
    ];
  }

  function sum(state, derived, kind, i) {
    const { convention, force } = state;
    const { trace } = derived.now;
    const terms = sumTerms(kind, i, derived.now, derived.parameters, convention);
    const letter = kind === "candidate" ? "h\u0303" : kind;
    const squash = kind === "candidate" ? "tanh" : "\u03c3";
    const resetBefore = kind === "candidate" && convention.reset === "before";
    const resetAfter = kind === "candidate" && convention.reset === "after";
    const visible = (list) => list.filter(({ product }) => product !== 0);
    const product = ({ weight, value, index }, names) => [number(weight), " \u00b7 ", number(value), name(names[index])];

    const parts = visible(terms.fromInput).map((term) => product(term, features));
    const fromState = visible(terms.fromState).map((term) => product(term, resetBefore ? units.map((unit) => `r\u2299${unit}`) : units));
    if (!resetAfter) parts.push(...fromState);
    else {
      if (terms.secondBias !== 0) fromState.push([number(terms.secondBias), name("b_Uh")]);
      const inside = fromState.flatMap((term, k) => (k ? [" + ", ...term] : term));
      if (inside.length) parts.push([number(trace.r[i], "r"), name("r"), " \u00b7 (", ...inside, ")"]);
    }
    if (terms.bias !== 0 || !parts.length) parts.push([number(terms.bias), name("bias")]);
    const zeros = terms.fromInput.length + terms.fromState.length - visible(terms.fromInput).length - visible(terms.fromState).length;

    const forced = (force[kind]?.[i] ?? null) !== null;
    const value = trace[kind][i];
    const result = html("b", { class: `result q-${kind}`, text: kind === "candidate" ? signed(value) : plain(value) });
    return [
      line(html("b", { class: `q-${kind}`, text: `${letter}[${units[i]}]` }), ` = ${squash}(`),
      ...parts.map((part, k) => line(k ? " + " : " ", ...part)),
      zeros ? line(html("span", { class: "of", text: ` + ${zeros} product${zeros > 1 ? "s" : ""} that ${zeros > 1 ? "are" : "is"} 0` })) : "",
      line(` ) = ${squash}(`, number(terms.sum), ")"),
      line(forced ? ", but you hold it at " : " = ", result),
    ];
  }

  function explain(state, derived, kind, i) {
    const { trace } = derived.now;
    const unit = units[i];
    if (kind === "r") return `The candidate sees ${percent(trace.r[i])} of ${state.convention.reset === "before" ? `the old ${unit}` : `what U\u2095 makes for ${unit}`}.`;
    if (kind === "z") return `${unit} keeps ${percent(trace.keep[i])} of its old value and takes ${percent(1 - trace.keep[i])} of the candidate.`;
    if (kind === "candidate") return `If nothing were kept, ${unit} would become ${signed(trace.candidate[i])}.`;
    return `${unit} keeps ${percent(trace.keep[i])} of what it was and takes ${percent(1 - trace.keep[i])} of the candidate.`;
  }

  // Holding one unit's gate at 0 or 1, where a gate is chosen
  const choices = [[null, "as computed"], [0, "hold at 0"], [1, "hold at 1"]].map(([value, label]) => ({
    value,
    element: button(label, () => {
      const { kind, unit } = current;
      on.force(kind, unit, value);
    }, signal),
  }));
  let current = { kind: "h_t", unit: 0 };
  forcing.append(html("span", { class: "of", text: "This valve: " }), ...choices.map(({ element }) => element));

  function drawForcing(state, kind, unit) {
    current = { kind, unit };
    const isGate = kind === "r" || kind === "z";
    forcing.hidden = !isGate;
    if (!isGate) return;
    const held = state.force[kind]?.[unit] ?? null;
    for (const { value, element } of choices) element.setAttribute("aria-pressed", value === held);
  }

  return { update };
}
