// gru.js against gru_lab.cell: every number of every convention within 1e-12.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { dependence, negateUpdateGate, shiftUpdateBias, sumTerms, traceSequence, traceStep } from "../../gru_lab/widgets/js/gru.js";

export const vectors = JSON.parse(readFileSync(new URL("./vectors.json", import.meta.url), "utf-8"));
const TOLERANCE = 1e-12;

function assertClose(found, wanted, what) {
  assert.equal(found.length, wanted.length, what);
  found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) <= TOLERANCE * Math.max(1, Math.abs(wanted[i])), `${what}[${i}] is ${value}, needs ${wanted[i]}`));
}

test("every convention, size and scale", () => {
  assert.ok(vectors.cases.length >= 36);
  for (const { x, h, parameters, convention, force, trace } of vectors.cases) {
    const found = traceStep(x, h, parameters, convention, force);
    for (const [name, wanted] of Object.entries(trace)) {
      assertClose(found[name], wanted, `${convention.update} ${convention.reset} H=${h.length}: ${name}`);
    }
  }
});

test("kept and taken add up to the new state, keep is a share", () => {
  for (const { x, h, parameters, convention } of vectors.cases) {
    const trace = traceStep(x, h, parameters, convention);
    trace.h.forEach((value, i) => {
      assert.ok(Math.abs(trace.kept[i] + trace.taken[i] - value) < 1e-15);
      assert.ok(trace.keep[i] >= 0 && trace.keep[i] <= 1);
    });
  }
});

test("a forced gate is held, the others stay as computed", () => {
  const { x, h, parameters, convention } = vectors.cases.find((c) => c.h.length === 4);
  const free = traceStep(x, h, parameters, convention);
  const held = traceStep(x, h, parameters, convention, { z: [1, null, 0, null], r: null });
  assert.equal(held.z[0], 1);
  assert.equal(held.z[2], 0);
  assert.equal(held.z[1], free.z[1]);
  assert.deepEqual(held.r, free.r);
  assert.equal(held.h[0], convention.update === "keeps" ? h[0] : free.candidate[0]);
});

test("the story, and a story that an intervention changes", () => {
  const { sentences, parameters, states } = vectors.story;
  const convention = { update: "keeps", reset: "before" };
  const xs = sentences.map(({ x }) => x);
  const run = traceSequence(xs, parameters, convention);
  run.forEach(({ trace }, t) => assertClose(trace.h, states[t], `state ${t}`));
  const changed = traceSequence(xs, parameters, convention, { startAt: { 3: [0, 0, 0, 0] } });
  assert.deepEqual(changed[2].trace.h, run[2].trace.h);
  assert.deepEqual(changed[3].h, [0, 0, 0, 0]);
  assert.notDeepEqual(changed[7].trace.h, run[7].trace.h);
});

test("the terms shown add up to the pre-activation", () => {
  for (const { x, h, parameters, convention } of vectors.cases.filter(({ force }) => !force.r)) {
    const step = { x, h, trace: traceStep(x, h, parameters, convention) };
    for (const kind of ["r", "z", "candidate"]) {
      h.forEach((_, unit) => {
        const { fromInput, fromState, bias, secondBias, sum } = sumTerms(kind, unit, step, parameters, convention);
        const add = (list) => list.reduce((total, { product }) => total + product, 0);
        const outer = kind === "candidate" && convention.reset === "after" ? step.trace.r[unit] : 1;
        const total = add(fromInput) + outer * (add(fromState) + secondBias) + bias;
        assert.ok(Math.abs(total - sum) <= 1e-12 * Math.max(1, Math.abs(sum)), `${kind} ${unit}: ${total} for ${sum}`);
      });
    }
  }
});

test("negating the update gate turns z keeps into z takes exactly", () => {
  for (const { x, h, parameters, convention, force } of vectors.cases) {
    if (force.z) continue;
    const other = { ...convention, update: convention.update === "keeps" ? "takes" : "keeps" };
    assertClose(traceStep(x, h, negateUpdateGate(parameters), other).h, traceStep(x, h, parameters, convention).h, "h");
  }
});

test("the gradient that reaches back is gru_lab.sequence.backward's", () => {
  assert.equal(vectors.dependence.length, 4);
  for (const { X, parameters, convention, target, unit, d_X } of vectors.dependence) {
    const { inputs, states } = dependence(traceSequence(X, parameters, convention), target, unit, parameters, convention);
    inputs.forEach((found, t) => assertClose(found, d_X[t], `${convention.update} ${convention.reset} dX[${t}]`));
    assert.equal(inputs.length, target + 1);
    assert.ok(d_X.slice(target + 1).flat().every((value) => value === 0));
    assert.deepEqual(states[target], parameters.b_r.map((_, i) => (i === unit ? 1 : 0)));
  }
});

test("a larger update bias makes the gradient reach further back, under z keeps", () => {
  const { sentences, parameters } = vectors.story;
  const convention = { update: "keeps", reset: "before" };
  const xs = sentences.map(() => [0, 0, 0, 0, 0]);
  const reach = (shift) => {
    const shifted = shiftUpdateBias(parameters, shift);
    return dependence(traceSequence(xs, shifted, convention), 7, 0, shifted, convention).states[0][0];
  };
  assert.ok(reach(2) > reach(0) && reach(0) > reach(-4));
  assert.equal(parameters.b_z[0], 4);
});
