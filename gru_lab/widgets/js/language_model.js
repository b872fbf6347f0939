// A trained GRU language model in the browser: a word in, the gates, the state, a probe's readings and the next word out.
//
// The equations are gru.js's, with z that keeps and the reset after the product, as torch.nn.GRU has them. Hundreds of
// units want flat arrays: M of shape (rows, columns) is a Float32Array, row after row. Reference: gru_lab.probing.read_words.

import { sigmoid } from "./gru.js";

/** bytes: an ArrayBuffer of float16, little end first -> Float32Array of the same numbers. Not every browser has a Float16Array. */
export function widened(bytes) {
  const halves = new DataView(bytes);
  return Float32Array.from({ length: bytes.byteLength / 2 }, (_, i) => {
    const bits = halves.getUint16(2 * i, true);
    const exponent = (bits >> 10) & 31;
    const fraction = (bits & 1023) / 1024;
    const size = exponent ? 2 ** (exponent - 15) * (1 + fraction) : 2 ** -14 * fraction; // below 2^-14 the steps stay equal
    return bits >> 15 ? -size : size;
  });
}

/**
 * bytes: a DataView of the weights as StoryReader in Python writes them: the model's in sizes.bytes (2 or 4) bytes each, then the
 * probe's in 4, little end first; sizes {V, D, H, K, bytes}.
 * -> {sizes, embedding (V, D), W (3H, D), U (3H, H), b (3H), b_U (3H), decoder (V, H), decoder_b (V), probe (K, H), probe_b (K)};
 * W, U and both biases hold r, z and the candidate, in this order.
 */
export function unpackModel(bytes, sizes) {
  const { V, D, H, K } = sizes;
  const lengths = { embedding: V * D, W: 3 * H * D, U: 3 * H * H, b: 3 * H, b_U: 3 * H, decoder: V * H, decoder_b: V };
  const probeLengths = { probe: K * H, probe_b: K };
  const total = Object.values(lengths).reduce((sum, length) => sum + length, 0);
  const needed = total * sizes.bytes + (K * H + K) * 4;
  if (bytes.byteLength !== needed) throw new Error(`the weights have ${bytes.byteLength} bytes, need ${needed}`);
  const part = (from, to) => bytes.buffer.slice(bytes.byteOffset + from, bytes.byteOffset + to); // a copy, so aligned
  const cut = total * sizes.bytes;
  const model = { sizes };
  const take = (numbers, named) => {
    let at = 0;
    for (const [name, length] of Object.entries(named)) {
      model[name] = numbers.subarray(at, at + length);
      at += length;
    }
  };
  take(sizes.bytes === 2 ? widened(part(0, cut)) : new Float32Array(part(0, cut)), lengths);
  take(new Float32Array(part(cut, needed)), probeLengths);
  return model;
}

/** M v + b -> Float64Array. */
function affineFlat(M, v, b) {
  const columns = v.length;
  const out = Float64Array.from(b);
  for (let i = 0, k = 0; i < out.length; i += 1) {
    let sum = 0;
    for (let j = 0; j < columns; j += 1, k += 1) sum += M[k] * v[j];
    out[i] += sum;
  }
  return out;
}

/** One word: its number and the state before -> {word, r, z, candidate, h, aspects}. */
export function readWord(model, word, before) {
  const { D, H } = model.sizes;
  const fromWord = affineFlat(model.W, model.embedding.subarray(word * D, (word + 1) * D), model.b);
  const fromState = affineFlat(model.U, before, model.b_U);
  const [r, z, candidate, h] = Array.from({ length: 4 }, () => new Float64Array(H));
  for (let i = 0; i < H; i += 1) {
    r[i] = sigmoid(fromWord[i] + fromState[i]);
    z[i] = sigmoid(fromWord[H + i] + fromState[H + i]);
    candidate[i] = Math.tanh(fromWord[2 * H + i] + r[i] * fromState[2 * H + i]);
    h[i] = z[i] * before[i] + (1 - z[i]) * candidate[i];
  }
  return { word, r, z, candidate, h, aspects: Array.from(affineFlat(model.probe, h, model.probe_b)) };
}

/** Word 0, which starts a story, and then `words` (numbers): a step each. `known` is an earlier answer, used as far as it goes. */
export function readStory(model, words, known = []) {
  const steps = [];
  for (const word of [0, ...words]) {
    const t = steps.length;
    const same = t < known.length && known[t].word === word && (t === 0 || known[t - 1] === steps[t - 1]);
    steps.push(same ? known[t] : readWord(model, word, t ? steps[t - 1].h : new Float64Array(model.sizes.H)));
  }
  return steps;
}

/** How likely each word of the vocabulary is after the state h: V numbers that add up to one. */
export function nextWords(model, h) {
  const logits = affineFlat(model.decoder, h, model.decoder_b);
  const highest = Math.max(...logits);
  const shares = logits.map((logit) => Math.exp(logit - highest));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
}

/** Places of the `count` largest, largest first. */
export function largest(values, count) {
  return Array.from(values, (_, i) => i).sort((a, b) => values[b] - values[a] || a - b).slice(0, count);
}

/** What each unit adds to the change of reading k at step t: its weight times its own change. They add up to that change. */
export function contributions(model, steps, t, k) {
  const { H } = model.sizes;
  const before = t ? steps[t - 1].h : new Float64Array(H);
  return Array.from(steps[t].h, (after, i) => model.probe[k * H + i] * (after - before[i]));
}

/** The `count` units that move reading k most in this story: the sum over its words of what each adds, up or down. */
export function tellingUnits(model, steps, k, count) {
  const total = new Float64Array(model.sizes.H);
  for (let t = 1; t < steps.length; t += 1) contributions(model, steps, t, k).forEach((by, i) => { total[i] += Math.abs(by); });
  return largest(total, count);
}

/** The mean of values, or of those at `places`. */
export function meanOf(values, places = null) {
  const chosen = places ? places.map((i) => values[i]) : values;
  return chosen.reduce((sum, value) => sum + value, 0) / chosen.length;
}
