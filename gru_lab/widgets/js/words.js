// What the explorer says: the line under each stage, names for a screen reader, the result in a sentence.

import { listed, percent, plain, signed, spoken } from "./numbers.js";

export const STAGES = [
  { number: 1, title: "Inputs", short: "Inputs" },
  { number: 2, title: "Reset gate r", short: "Reset r" },
  { number: 3, title: "Candidate h\u0303", short: "Candidate" },
  { number: 4, title: "Update gate z", short: "Update z" },
  { number: 5, title: "New state h", short: "New state" },
];

export const QUANTITY_NAMES = {
  h: "memory before",
  x: "input",
  r: "reset gate r",
  z: "update gate z",
  candidate: "candidate",
  h_t: "new memory",
};

const large = (names, values, threshold = 0.05) =>
  names.map((name, i) => ({ name, value: values[i] })).filter(({ value }) => Math.abs(value) >= threshold);

const named = (items) => listed(items.map(({ name, value }) => `${name} ${plain(value)}`));

/** How the new state differs from the old, largest change first. */
export function changes(units, before, after) {
  return units
    .map((name, i) => ({ name, from: before[i], to: after[i], by: after[i] - before[i] }))
    .filter(({ by }) => Math.abs(by) >= 0.05)
    .sort((a, b) => Math.abs(b.by) - Math.abs(a.by));
}

/** One or two short sentences for a stage, with the numbers that are on the screen. */
export function narrate(stage, { units, features, now, convention }) {
  const { x, h, trace } = now;
  if (stage === 1) {
    const memory = large(units, h);
    const said = large(features, x);
    return (
      (memory.length ? `Before this sentence the memory holds ${named(memory)}. ` : "The memory is still empty. ") +
      (said.length ? `The sentence speaks of ${named(said)}.` : "The sentence speaks of nothing that the cell listens to.")
    );
  }
  if (stage === 2) {
    const where = convention.reset === "before" ? "before U\u2095 mixes it" : "after U\u2095 has mixed it";
    const lowest = Math.min(...trace.r);
    if (lowest > 0.75) return `r is near 1 for every unit: the candidate may look at the whole memory, ${where}.`;
    if (Math.max(...trace.r) < 0.25) return `r is near 0 for every unit: the candidate sees almost none of the memory. Nothing is deleted yet.`;
    const hidden = large(units, trace.r.map((value) => 1 - value), 0.25).map(({ name }) => name);
    return `r hides ${listed(hidden)} from the candidate, ${where}. Nothing is deleted: z decides that.`;
  }
  if (stage === 3) {
    const ideas = large(units, trace.candidate, 0.05);
    return ideas.length
      ? `The sentence (through W\u2095) and the memory that r lets through (through U\u2095) propose a new memory: ${named(ideas)}.`
      : "Sentence and memory propose an empty new memory.";
  }
  if (stage === 4) {
    const rewritten = large(units, trace.keep.map((value) => 1 - value), 0.25);
    if (!rewritten.length) return "z keeps the old value of every unit: whatever the candidate says, little will change.";
    const list = listed(rewritten.map(({ name, value }) => `${name} (takes ${percent(value)} of the candidate)`));
    return `z opens ${list}.` + (rewritten.length < units.length ? " The other units keep what they have." : "");
  }
  const moved = changes(units, h, trace.h);
  if (!moved.length) return "Old and new are blended, unit by unit. This time no unit changes by as much as 0.05: " + unmoved(units, h, trace);
  const list = moved.slice(0, 3).map(({ name, from, to }) => `${name} goes from ${plain(from)} to ${plain(to)}`);
  return `Old and new are blended, unit by unit: ${listed(list)}.` + (moved.length < units.length ? " The rest stays as it was." : "");
}

/** Why nothing moved: the gates keep, or what they let in says what the memory said. */
function unmoved(units, h, trace) {
  const rewritten = units.filter((_, i) => trace.keep[i] < 0.5 && (Math.abs(h[i]) >= 0.05 || Math.abs(trace.candidate[i]) >= 0.05));
  if (!rewritten.length) return "the memory is kept.";
  return `${listed(rewritten)} ${rewritten.length === 1 ? "takes" : "take"} a candidate that says what the memory said already.`;
}

/** What a screen reader says for a row. gated: say what the update gate does with it, too. */
export function rowText(kind, i, { units, features, now }, gated = true) {
  const { x, h, trace } = now;
  const keeps = `keeps ${Math.round(trace.keep[i] * 100)} per cent`;
  if (kind === "x") return `${features[i]} ${spoken(x[i])}`;
  if (kind === "h") return `${units[i]} ${spoken(h[i])}${gated ? `, ${keeps}` : ""}`;
  if (kind === "r") return `reset gate r, ${units[i]}: ${spoken(trace.r[i])}, shows ${Math.round(trace.r[i] * 100)} per cent of the memory`;
  if (kind === "z") return `update gate z, ${units[i]}: ${spoken(trace.z[i])}, ${keeps}`;
  if (kind === "candidate") return `candidate, ${units[i]}: ${spoken(trace.candidate[i])}`;
  return `new memory, ${units[i]}: ${spoken(trace.h[i])}, was ${spoken(h[i])}, candidate ${spoken(trace.candidate[i])}, ${keeps}`;
}

/** The result in one breath, for the live region. */
export function resultText({ units, now }) {
  return `New memory: ${units.map((name, i) => `${name} ${spoken(now.trace.h[i])}`).join(", ")}.`;
}

/** The unit whose new value is hardest to guess without thinking: old and candidate far apart, the gate in between. */
export function unitToPredict({ now }) {
  const { h, trace } = now;
  const interest = h.map((old, i) => Math.abs(old - trace.candidate[i]) * (0.25 + trace.keep[i] * (1 - trace.keep[i])));
  return interest.indexOf(Math.max(...interest));
}

export function predictionVerdict(name, guess, truth) {
  const miss = Math.abs(guess - truth);
  const said = `You said ${signed(guess)}, it is ${signed(truth)}.`;
  if (miss < 0.05) return `${said} Well seen.`;
  if (miss < 0.2) return `${said} Close.`;
  return `${said} Look at how far ${name}'s gate lets the candidate pull the old value.`;
}
