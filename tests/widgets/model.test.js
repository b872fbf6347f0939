// The link to Python: told once after a pause, and never able to take back what the reader has just done.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { connect } from "../../gru_lab/widgets/js/model.js";

class FakeModel {
  constructor(values) {
    Object.assign(this, { values, listeners: {}, saved: [], broken: false });
  }
  get(key) { return this.values[key]; }
  set(key, value) {
    if (this.values[key] === value) return;
    this.values[key] = value;
    for (const listener of this.listeners[`change:${key}`] ?? []) listener();
  }
  on(event, listener) { (this.listeners[event] ??= []).push(listener); }
  off(event, listener) { this.listeners[event] = this.listeners[event].filter((one) => one !== listener); }
  save_changes() {
    if (this.broken) throw new Error("no kernel");
    this.saved.push({ ...this.values });
  }
}

const open = (values) => {
  const model = new FakeModel(values);
  const ending = new AbortController();
  const seen = { count: 0 };
  const link = connect(model, Object.keys(values), ending.signal, () => { seen.count += 1; });
  return { model, link, ending, seen };
};

test("many changes are told once, the last one", async () => {
  const { model, link } = open({ a: 0, b: 0 });
  for (let k = 1; k <= 5; k += 1) link.set({ a: k });
  assert.equal(model.saved.length, 0);
  await wait(250);
  assert.deepEqual(model.saved, [{ a: 5, b: 0 }]);
});

test("an echo of an older value does not take back a newer one", async () => {
  const { model, link, seen } = open({ a: 0, b: 0 });
  link.set({ a: 1 });
  await wait(250); // told; the echo is on its way
  link.set({ a: 2 });
  model.set("a", 1); // it arrives
  assert.equal(link.state.a, 2);
  assert.equal(model.get("a"), 2);
  assert.equal(seen.count, 0);
  model.set("b", 7); // another trait may change meanwhile
  assert.equal(link.state.b, 7);
  assert.equal(link.state.a, 2);
  assert.equal(seen.count, 1);
  await wait(250);
  assert.equal(model.saved.at(-1).a, 2);
  model.set("a", 9); // and Python may speak once the reader is done
  assert.equal(link.state.a, 9);
});

test("no kernel: nothing is thrown, the state goes on", async () => {
  const { model, link } = open({ a: 0 });
  model.broken = true;
  link.set({ a: 3 });
  await wait(250);
  assert.equal(link.state.a, 3);
});

test("the end: what is untold is told, nothing is heard any more", () => {
  const { model, link, ending, seen } = open({ a: 0 });
  link.set({ a: 4 });
  ending.abort();
  assert.deepEqual(model.saved, [{ a: 4 }]);
  model.set("a", 5);
  assert.equal(seen.count, 0);
  assert.deepEqual(model.listeners["change:a"], []);
});
