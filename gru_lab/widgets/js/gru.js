// The maths of one GRU step and of a whole story, for all four conventions. No other module computes.
// gru_lab.cell is the reference: tests/widgets holds every number here to it within 1e-12.
//
// Names are the course's: x (D,) input, h (H,) state before the step, W_* (H, D), U_* (H, H), b_* (H,).
// A convention is {update: "keeps" | "takes", reset: "before" | "after"}; argument order is (x, h, ...).

/** σ(a) = (1 + tanh(a / 2)) / 2, which cannot overflow. */
export function sigmoid(a) {
  return 0.5 * (1 + Math.tanh(0.5 * a));
}

/** M v: matrix (rows of numbers) times vector. */
export function matvec(M, v) {
  return M.map((row) => row.reduce((sum, weight, j) => sum + weight * v[j], 0));
}

/** W x + U h + b, unit by unit. */
export function affine(x, h, W, U, b) {
  const fromInput = matvec(W, x);
  const fromState = matvec(U, h);
  return b.map((bias, i) => fromInput[i] + fromState[i] + bias);
}

const times = (a, b) => a.map((value, i) => value * b[i]);

/** The share of the old state that stays: z under "keeps", 1 − z under "takes". */
export function keptShare(z, convention) {
  return convention.update === "keeps" ? z : z.map((value) => 1 - value);
}

/** {kept, taken, h}: what comes of the old state, what of the candidate, and their sum. */
export function newState(h, candidate, keep) {
  const kept = times(keep, h);
  const taken = keep.map((value, i) => (1 - value) * candidate[i]);
  return { kept, taken, h: kept.map((value, i) => value + taken[i]) };
}

/** A gate's values with some units forced: null leaves a unit as computed, a number replaces it. */
export function force(gate, forced) {
  return forced ? gate.map((value, i) => (forced[i] ?? value)) : gate;
}

/**
 * One step with everything on the way. p has W_r … b_h, and perhaps b_Uh; forced is {r: [...] | null, z: [...] | null}.
 *
 * mixed is what U_h makes of the state (before the reset or after it); keep is the share of the old state that stays:
 * z under "keeps", 1 − z under "takes"; kept + taken = the new state.
 */
export function traceStep(x, h, p, convention, forced = {}) {
  const a_r = affine(x, h, p.W_r, p.U_r, p.b_r);
  const r = force(a_r.map(sigmoid), forced.r);
  const a_z = affine(x, h, p.W_z, p.U_z, p.b_z);
  const z = force(a_z.map(sigmoid), forced.z);

  const fromInput = matvec(p.W_h, x);
  let mixed, reset_memory, memory;
  if (convention.reset === "before") {
    reset_memory = times(r, h);
    mixed = matvec(p.U_h, reset_memory);
    memory = mixed;
  } else {
    const secondBias = p.b_Uh;
    mixed = matvec(p.U_h, h).map((value, i) => value + (secondBias ? secondBias[i] : 0));
    reset_memory = times(r, mixed);
    memory = reset_memory;
  }
  const a_candidate = p.b_h.map((bias, i) => fromInput[i] + memory[i] + bias);
  const candidate = a_candidate.map(Math.tanh);

  const keep = keptShare(z, convention);
  const blend = newState(h, candidate, keep);
  return { a_r, r, a_z, z, mixed, reset_memory, a_candidate, candidate, keep, kept: blend.kept, taken: blend.taken, h: blend.h };
}

/**
 * A sequence of steps: xs is a list of x. startAt[t], where there is one, replaces the state before step t.
 * -> a list of {x, h, trace}: what went in, and what came of it.
 */
export function traceSequence(xs, p, convention, { startAt = {}, forced = {} } = {}) {
  let h = p.b_r.map(() => 0);
  return xs.map((x, t) => {
    h = startAt[t] ?? h;
    const trace = traceStep(x, h, p, convention, forced);
    const step = { x, h, trace };
    h = trace.h;
    return step;
  });
}

/** The products that add up to a pre-activation: [{weight, value, product, source: "x" | "h", index}], and the bias. */
export function sumTerms(kind, unit, step, p, convention) {
  const { x, h, trace } = step;
  const letter = kind === "candidate" ? "h" : kind;
  const seen = kind === "candidate" && convention.reset === "before" ? trace.reset_memory : h;
  const products = (weights, values, source) =>
    weights.map((weight, index) => ({ weight, value: values[index], product: weight * values[index], source, index }));
  const secondBias = kind === "candidate" && convention.reset === "after" && p.b_Uh ? p.b_Uh[unit] : 0;
  return {
    fromInput: products(p[`W_${letter}`][unit], x, "x"),
    fromState: products(p[`U_${letter}`][unit], seen, "h"),
    bias: p[`b_${letter}`][unit],
    secondBias,
    sum: trace[`a_${kind}`][unit],
  };
}

/** Parameters of the other update convention that compute the same: W_z, U_z and b_z change sign. */
export function negateUpdateGate(p) {
  const negative = (array) => (Array.isArray(array) ? array.map(negative) : -array);
  return { ...p, W_z: negative(p.W_z), U_z: negative(p.U_z), b_z: negative(p.b_z) };
}

/** How many numbers a layer has to learn, D numbers in, H units: {name: count}. Two bias sets are PyTorch's habit. */
export function parameterCounts(D, H) {
  const block = H * D + H * H + H; // one W, one U, one b
  return { rnn: block, gru: 3 * block, gru_two_biases: 3 * (block + H), lstm: 4 * block };
}

/** The derivative of σ: what of a change in a reaches the gate; 1/4 at most. */
export function sigmoidSlope(a) {
  const value = sigmoid(a);
  return value * (1 - value);
}

/** The derivative of tanh; 1 at most. */
export function tanhSlope(a) {
  return 1 - Math.tanh(a) ** 2;
}

/** What is left of a memory after k steps that each keep the share z of it. */
export function remains(z, k) {
  return z ** k;
}

/** After how many steps half of it is left: −1 / log2(z); 0 for z = 0, Infinity for z = 1. */
export function halfLife(z) {
  return z === 0 ? 0 : -1 / Math.log2(z);
}

/**
 * One step of backpropagation through time: g is dL/dh_t, step is {x, h, trace} of traceSequence.
 * -> {h, x}: dL/dh_{t-1} and dL/dx_t. Source: the chain rule, line by line as in gru_lab.sequence.backward.
 */
export function stepBack(g, { h, trace }, p, convention) {
  const { r, z, keep, candidate, mixed } = trace;
  const d_a_candidate = g.map((value, i) => value * (1 - keep[i]) * (1 - candidate[i] ** 2));
  const sign = convention.update === "keeps" ? 1 : -1;
  const d_a_z = g.map((value, i) => sign * value * (h[i] - candidate[i]) * z[i] * (1 - z[i]));

  const before = convention.reset === "before";
  const d_reset_memory = before ? backThrough(p.U_h, d_a_candidate) : d_a_candidate;
  const memory = before ? h : mixed; // what r multiplies
  const d_a_r = d_reset_memory.map((value, i) => value * memory[i] * r[i] * (1 - r[i]));
  const d_memory = times(d_reset_memory, r);

  const ways = [times(g, keep), before ? d_memory : backThrough(p.U_h, d_memory), backThrough(p.U_z, d_a_z), backThrough(p.U_r, d_a_r)];
  const inputs = [backThrough(p.W_h, d_a_candidate), backThrough(p.W_z, d_a_z), backThrough(p.W_r, d_a_r)];
  const add = (lists) => lists[0].map((_, i) => lists.reduce((sum, list) => sum + list[i], 0));
  return { h: add(ways), x: add(inputs) };
}

/** Mᵀ v: the way back through a matrix. */
function backThrough(M, v) {
  return M[0].map((_, j) => M.reduce((sum, row, i) => sum + row[j] * v[i], 0));
}

/**
 * How the state of `unit` after step `target` depends on all before: {states, inputs}, states[t] = dh_target[unit]/dh_t
 * (h_t after step t), inputs[t] = dh_target[unit]/dx_t, for t = 0 … target.
 */
export function dependence(run, target, unit, p, convention) {
  const states = [];
  const inputs = [];
  let g = p.b_r.map((_, i) => (i === unit ? 1 : 0));
  for (let t = target; t >= 0; t -= 1) {
    states[t] = g;
    const back = stepBack(g, run[t], p, convention);
    inputs[t] = back.x;
    g = back.h;
  }
  return { states, inputs };
}

/** The length of a vector. */
export function norm(v) {
  return Math.hypot(...v);
}

/** Parameters whose update gate's bias is larger by `shift` in every unit. */
export function shiftUpdateBias(p, shift) {
  return { ...p, b_z: p.b_z.map((value) => value + shift) };
}
