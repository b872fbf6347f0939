// What the reader has set, and everything that follows from it. Pure functions: state in, state or picture-data out.
//
// The reader's edits lie beside the originals, never over them: so a ghost of the unedited run can always be drawn,
// undo is one step back in a list, and a short snippet restores everything.

import { traceSequence, negateUpdateGate } from "./gru.js";

/** The part of the state that an edit may change: what undo restores and what a snippet writes down. */
export const EDITABLE = ["t", "convention", "x_edits", "h_edits", "weight_edits", "force", "own_sentences"];

/** A weight's place as text and back: "U_h[0,1]" is row 0 (unit), column 1; "b_h[2]" is unit 2's bias. */
export function weightKey(name, row, column) {
  return column === undefined ? `${name}[${row}]` : `${name}[${row},${column}]`;
}

export function parseWeightKey(key) {
  const match = /^([WUb]_(?:r|z|h|Uh))\[(\d+)(?:,(\d+))?\]$/.exec(key);
  if (!match) throw new Error(`weight_edits has the key ${key}, needs a form like U_h[0,1] or b_z[2]`);
  return { name: match[1], row: Number(match[2]), column: match[3] === undefined ? undefined : Number(match[3]) };
}

/** parameters with the reader's weight edits laid over them; only touched rows are copied. */
export function withEdits(parameters, edits) {
  const result = { ...parameters };
  for (const [key, value] of Object.entries(edits)) {
    const { name, row, column } = parseWeightKey(key);
    if (result[name] === parameters[name]) result[name] = [...parameters[name]];
    if (column === undefined) result[name][row] = value;
    else result[name][row] = result[name][row].map((old, j) => (j === column ? value : old));
  }
  return result;
}

/** Original sentences, then the reader's own, each with the features it is read with. */
export function sentences(state) {
  const original = state.story.map((sentence, t) => ({ ...sentence, x: state.x_edits[t] ?? sentence.x, own: false }));
  return [...original, ...state.own_sentences.map((sentence) => ({ ...sentence, own: true }))];
}

/**
 * Everything that the picture shows. ghost is the run that nobody edited; edited says whether it differs in anything
 * but the sentence looked at.
 */
export function derive(state, cache = {}) {
  const parameters = withEdits(state.parameters, state.weight_edits);
  const story = sentences(state);
  const xs = story.map((sentence) => sentence.x);
  const run = traceSequence(xs, parameters, state.convention, { startAt: state.h_edits, forced: state.force });
  const t = Math.min(state.t, run.length - 1);

  const ghostIsKnown =
    cache.parameters === state.parameters && cache.story === state.story && cache.convention === state.unedited_convention;
  if (!ghostIsKnown) {
    const unedited = traceSequence(state.story.map((sentence) => sentence.x), state.parameters, state.unedited_convention);
    Object.assign(cache, {
      parameters: state.parameters,
      story: state.story,
      convention: state.unedited_convention,
      ghost: unedited.map((step) => step.trace.h),
    });
  }
  return { parameters, story, run, t, now: run[t], ghost: cache.ghost, edited: isEdited(state) };
}

const isForced = (list) => Boolean(list && list.some((value) => value !== null && value !== undefined));

export function isEdited(state) {
  return (
    Object.keys(state.x_edits).length > 0 ||
    Object.keys(state.h_edits).length > 0 ||
    Object.keys(state.weight_edits).length > 0 ||
    isForced(state.force.r) ||
    isForced(state.force.z) ||
    state.own_sentences.length > 0 ||
    state.convention.update !== state.unedited_convention.update ||
    state.convention.reset !== state.unedited_convention.reset
  );
}

const RESETS = ["convention", "x_edits", "h_edits", "weight_edits", "force", "own_sentences"];

/** Is there anything to reset: does the state differ from the one that the explorer was made with? */
export function canReset(state) {
  const now = edit.reset(state);
  return RESETS.some((key) => JSON.stringify(state[key]) !== JSON.stringify(now[key]));
}

const replaced = (list, index, value) => list.map((old, i) => (i === index ? value : old));

/** Each function returns only the keys that change. */
export const edit = {
  /** One feature of the sentence looked at. */
  x(state, derived, index, value) {
    const x = replaced(derived.now.x, index, value);
    const own = derived.t - state.story.length;
    if (own < 0) return { x_edits: { ...state.x_edits, [derived.t]: x } };
    return { own_sentences: replaced(state.own_sentences, own, { ...state.own_sentences[own], x }) };
  },

  /** One unit of the state before the sentence looked at: an intervention, which the rest of the story follows. */
  h(state, derived, index, value) {
    return { h_edits: { ...state.h_edits, [derived.t]: replaced(derived.now.h, index, value) } };
  },

  weight(state, name, row, column, value) {
    return { weight_edits: { ...state.weight_edits, [weightKey(name, row, column)]: value } };
  },

  convention(state, change) {
    return { convention: { ...state.convention, ...change } };
  },

  /** gate "r" or "z"; unit a number, or null for all of them; value 0, 1, or null to let the weights decide. */
  force(state, gate, unit, value) {
    const size = state.units.length;
    const old = state.force[gate] ?? Array(size).fill(null);
    const list = unit === null ? Array(size).fill(value) : replaced(old, unit, value);
    return { force: { ...state.force, [gate]: isForced(list) ? list : null } };
  },

  /** Change sign of the update gate's weights: with the switched convention, the same run as before. */
  negateUpdateGate(state) {
    const original = state.parameters;
    const negated = negateUpdateGate(withEdits(original, state.weight_edits));
    const weight_edits = { ...state.weight_edits };
    const put = (name, row, column, value, was) => {
      const key = weightKey(name, row, column);
      if (value === was || (value === 0 && was === 0)) delete weight_edits[key];
      else weight_edits[key] = value;
    };
    for (const name of ["W_z", "U_z"]) {
      negated[name].forEach((cells, row) => cells.forEach((v, column) => put(name, row, column, v, original[name][row][column])));
    }
    negated.b_z.forEach((value, row) => put("b_z", row, undefined, value, original.b_z[row]));
    return { weight_edits };
  },

  addSentence(state, text) {
    const x = state.features.map(() => 0);
    return { own_sentences: [...state.own_sentences, { text, x }], t: state.story.length + state.own_sentences.length };
  },

  renameSentence(state, own, text) {
    return { own_sentences: replaced(state.own_sentences, own, { ...state.own_sentences[own], text }) };
  },

  removeSentence(state, own) {
    const gone = state.story.length + own;
    const moved = Object.entries(state.h_edits)
      .filter(([t]) => Number(t) !== gone)
      .map(([t, h]) => [Number(t) > gone ? Number(t) - 1 : Number(t), h]);
    return {
      own_sentences: state.own_sentences.filter((_, i) => i !== own),
      h_edits: Object.fromEntries(moved),
      t: Math.min(state.t, gone - 1),
    };
  },

  /** Back to what the explorer was made with: a memory that a chapter set is part of the task. */
  reset(state) {
    const made = {
      convention: state.unedited_convention,
      x_edits: {},
      h_edits: {},
      weight_edits: {},
      force: { r: null, z: null },
      own_sentences: [],
      ...state.opened,
    };
    return { ...made, t: Math.min(state.t, state.story.length + made.own_sentences.length - 1) };
  },
};

/** Undo as a list of earlier states. Edits by one control within `pause` milliseconds count as one. */
export function createUndo(pause = 800) {
  const earlier = [];
  let lastControl = null;
  let lastTime = -Infinity;
  return {
    remember(state, control, time) {
      const sameGesture = control === lastControl && time - lastTime < pause;
      lastControl = control;
      lastTime = time;
      if (sameGesture) return;
      earlier.push(Object.fromEntries(EDITABLE.map((key) => [key, state[key]])));
      if (earlier.length > 200) earlier.shift();
    },
    back() {
      lastControl = null;
      return earlier.pop() ?? null;
    },
    get possible() {
      return earlier.length > 0;
    },
  };
}

/** A Python literal of a value made of numbers, texts, lists, null and plain objects. */
export function pythonLiteral(value, key = (name) => JSON.stringify(name)) {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return Object.is(value, -0) ? "-0.0" : String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => pythonLiteral(item, key)).join(", ")}]`;
  return `{${Object.entries(value).map(([name, item]) => `${key(name)}: ${pythonLiteral(item, key)}`).join(", ")}}`;
}

const DEFAULT_CONVENTION = { update: "keeps", reset: "before" };

/**
 * The call that restores what is on the screen; only what differs from a fresh widget is written. What the caller gave
 * (its own parameters, say) is named as a variable, for the numbers are already in the notebook.
 */
export function snippet(state) {
  const parts = (state.given ?? []).map((name) => `${name}=${name}`);
  const number = (name) => String(Number(name)); // x_edits and h_edits are numbered by sentence
  if (state.t !== 0) parts.push(`t=${state.t}`);
  if (state.stage !== 5) parts.push(`stage=${state.stage}`);
  const pair = ({ update, reset }) => `("${update}", "${reset}")`;
  const current = pair(state.convention);
  const unedited = pair(state.unedited_convention);
  if (current !== pair(DEFAULT_CONVENTION)) parts.push(`convention=${current}`);
  if (unedited !== current) parts.push(`unedited_convention=${unedited}`);
  if (Object.keys(state.x_edits).length) parts.push(`x_edits=${pythonLiteral(state.x_edits, number)}`);
  if (Object.keys(state.h_edits).length) parts.push(`h_edits=${pythonLiteral(state.h_edits, number)}`);
  if (Object.keys(state.weight_edits).length) parts.push(`weight_edits=${pythonLiteral(state.weight_edits)}`);
  const forced = Object.fromEntries(Object.entries(state.force).filter(([, list]) => isForced(list)));
  if (Object.keys(forced).length) parts.push(`force=${pythonLiteral(forced)}`);
  if (state.own_sentences.length) {
    const own = state.own_sentences.map(({ text, x }) => `(${JSON.stringify(text)}, ${pythonLiteral(x)})`);
    parts.push(`own_sentences=[${own.join(", ")}]`);
  }
  return `GRUCellExplorer(${parts.join(", ")})`;
}
