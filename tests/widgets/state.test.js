// Edits, undo, the ghost, the snippet: all pure, so all testable without a page.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { canReset, createUndo, derive, edit, isEdited, parseWeightKey, pythonLiteral, snippet, withEdits } from "../../gru_lab/widgets/js/state.js";

const { story } = JSON.parse(readFileSync(new URL("./vectors.json", import.meta.url), "utf-8"));
const fresh = () => ({
  parameters: story.parameters, units: story.units, features: story.features, story: story.sentences,
  convention: { update: "keeps", reset: "before" }, unedited_convention: { update: "keeps", reset: "before" },
  t: 0, stage: 5, x_edits: {}, h_edits: {}, weight_edits: {}, force: { r: null, z: null }, own_sentences: [],
  selected: { kind: "h_t", unit: 0 }, given: [],
});
const apply = (state, change) => ({ ...state, ...change });

test("unedited, run and ghost agree", () => {
  const derived = derive(fresh());
  assert.deepEqual(derived.ghost, derived.run.map(({ trace }) => trace.h));
  assert.equal(derived.edited, false);
});

test("an edit changes the story from there on, and not the ghost", () => {
  let state = { ...fresh(), t: 2 };
  const before = derive(state);
  state = apply(state, edit.x(state, before, 2, 0)); // nobody dies
  const after = derive(state);
  assert.deepEqual(after.ghost, before.ghost);
  assert.deepEqual(after.run[1].trace.h, before.run[1].trace.h);
  assert.ok(after.run[7].trace.h.some((value, i) => value !== before.run[7].trace.h[i]));
  assert.ok(after.run[2].trace.h[2] < 0.1);
  assert.ok(isEdited(state));
});

test("an intervention on the state is what the next sentences start from", () => {
  let state = { ...fresh(), t: 4 };
  state = apply(state, edit.h(state, derive(state), 3, -1));
  const derived = derive(state);
  assert.equal(derived.now.h[3], -1);
  assert.notEqual(derived.run[4].h[3], derived.run[3].trace.h[3]);
});

test("weights: edits lie over the originals, which stay as they are", () => {
  const state = apply(fresh(), edit.weight(fresh(), "U_h", 0, 1, 0.75));
  assert.equal(derive(state).parameters.U_h[0][1], 0.75);
  assert.equal(state.parameters.U_h[0][1], -0.3);
  assert.deepEqual(edit.weight(fresh(), "b_z", 2, undefined, -1).weight_edits, { "b_z[2]": -1 });
  assert.throws(() => withEdits(state.parameters, { "U_q[0,1]": 1 }), /weight_edits/);
  assert.deepEqual(parseWeightKey("W_r[3,4]"), { name: "W_r", row: 3, column: 4 });
});

test("switching the convention and negating z's weights gives the same run; twice is once", () => {
  let state = fresh();
  const before = derive(state).run.map(({ trace }) => trace.h);
  state = apply(state, edit.convention(state, { update: "takes" }));
  assert.ok(derive(state).run.some(({ trace }, t) => Math.abs(trace.h[0] - before[t][0]) > 0.1));
  state = apply(state, edit.negateUpdateGate(state));
  derive(state).run.forEach(({ trace }, t) => trace.h.forEach((v, i) => assert.ok(Math.abs(v - before[t][i]) < 1e-12)));
  state = apply(state, edit.negateUpdateGate(state));
  assert.deepEqual(state.weight_edits, {});
});

test("forcing: all units, one unit, and none again", () => {
  let state = apply(fresh(), edit.force(fresh(), "z", null, 1));
  derive(state).run.forEach(({ trace }) => assert.deepEqual(trace.h, [0, 0, 0, 0])); // keeps everything: nothing
  state = apply(state, edit.force(state, "z", 0, null));
  assert.deepEqual(state.force.z, [null, 1, 1, 1]);
  state = apply(state, edit.force(state, "z", null, null));
  assert.equal(state.force.z, null);
  assert.equal(isEdited(state), false);
});

test("own sentences: added, edited, removed", () => {
  let state = apply(fresh(), edit.addSentence(fresh(), "Edda forgives."));
  assert.equal(state.t, 8);
  state = apply(state, edit.x(state, derive(state), 3, 1));
  assert.deepEqual(state.own_sentences[0], { text: "Edda forgives.", x: [0, 0, 0, 1, 0] });
  assert.equal(derive(state).run.length, 9);
  assert.equal(derive(state).ghost.length, 8);
  state = apply(state, edit.h(state, derive(state), 0, 1));
  state = apply(state, edit.removeSentence(state, 0));
  assert.equal(state.t, 7);
  assert.equal(isEdited(state), false);
});

test("undo goes back one gesture, however many steps it had", () => {
  const undo = createUndo(800);
  let state = { ...fresh(), t: 3 };
  const start = state;
  for (let k = 0; k < 5; k += 1) {
    undo.remember(state, "x 0", 1000 + 100 * k);
    state = apply(state, edit.x(state, derive(state), 0, k / 10));
  }
  undo.remember(state, "h 1", 1600);
  state = apply(state, edit.h(state, derive(state), 1, 1));
  state = apply(state, undo.back());
  assert.deepEqual(state.h_edits, {});
  assert.equal(derive(state).now.x[0], 0.4);
  state = apply(state, undo.back());
  assert.deepEqual(state.x_edits, start.x_edits);
  assert.equal(undo.back(), null);
  assert.equal(undo.possible, false);
});

test("reset takes back every edit", () => {
  let state = fresh();
  state = apply(state, edit.addSentence(state, "A."));
  state = apply(state, edit.convention(state, { reset: "after" }));
  state = apply(state, edit.weight(state, "W_h", 0, 0, 9));
  state = apply(state, edit.reset(state));
  assert.equal(isEdited(state), false);
  assert.ok(state.t < 8);
});

test("reset goes back to the memory that the explorer was made with", () => {
  const opened = { convention: { update: "keeps", reset: "before" }, x_edits: {}, h_edits: { 4: [0.9, 0.6, 0.9, 0] }, weight_edits: {}, force: { r: null, z: null }, own_sentences: [] };
  let state = { ...fresh(), t: 4, h_edits: opened.h_edits, opened };
  assert.equal(canReset(state), false);
  state = apply(state, edit.h(state, derive(state), 2, 0));
  state = apply(state, edit.force(state, "r", null, 0));
  assert.equal(canReset(state), true);
  state = apply(state, edit.reset(state));
  assert.deepEqual(derive(state).now.h, [0.9, 0.6, 0.9, 0]);
  assert.equal(state.force.r, null);
  assert.equal(canReset(state), false);
  assert.equal(state.t, 4);
});

test("the snippet names what differs, in Python", () => {
  assert.equal(snippet(fresh()), "GRUCellExplorer()");
  let state = { ...fresh(), t: 2, stage: 3, given: ["parameters"] };
  state = apply(state, edit.x(state, derive(state), 2, 0));
  state = apply(state, edit.convention(state, { update: "takes" }));
  state = apply(state, edit.force(state, "r", 1, 0));
  assert.equal(snippet(state), 'GRUCellExplorer(parameters=parameters, t=2, stage=3, convention=("takes", "before"), ' +
    'unedited_convention=("keeps", "before"), x_edits={2: [1, 0, 0, 0, 0]}, force={"r": [None, 0, None, None]})');
  assert.equal(pythonLiteral({ a: [1, -0, null, true, 'say "b"\n'] }), '{"a": [1, -0.0, None, True, "say \\"b\\"\\n"]}');
});
