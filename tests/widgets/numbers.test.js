import assert from "node:assert/strict";
import { test } from "node:test";
import { initials, listed, percent, plain, signed, spoken } from "../../gru_lab/widgets/js/numbers.js";

test("numbers as text", () => {
  assert.equal(signed(0.814), "+0.81");
  assert.equal(signed(-0.2), "\u22120.20");
  assert.equal(signed(-0.001), "0.00"); // no minus before nothing
  assert.equal(plain(-1.5), "\u22121.50");
  assert.equal(plain(2), "2.00");
  assert.equal(percent(0.984), "98\u202f%");
  assert.equal(spoken(-0.5), "minus 0.50");
  assert.equal(listed(["a", "b", "c"]), "a, b and c");
  assert.equal(listed([]), "");
});

test("initials tell names apart", () => {
  assert.deepEqual(initials(["Power", "Conflict"]), ["P", "C"]);
  assert.deepEqual(initials(["Power", "Peace"]), ["Po", "Pe"]);
  assert.deepEqual(initials(["unit 1", "unit 12"]), ["1", "12"]);
});
