import assert from "node:assert/strict";
import { test } from "node:test";
import { difference, inFull, initials, listed, percent, plain, signed, small, spoken } from "../../gru_lab/widgets/js/numbers.js";

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

test("what is shown adds up", () => {
  assert.equal(difference(0.9646, 0.0376), -0.92); // 0.96 and 0.04 are shown; their exact difference is 0.927
  assert.equal(difference(0.004, -0.004), 0);
  assert.equal(difference(-0.145, 0.355), Number((0.355).toFixed(2)) + Number((0.145).toFixed(2)));
  assert.equal(inFull(7.95 * 0.5 + 6), "9.975");
  assert.equal(inFull(-1), "\u22121.00");
  assert.equal(inFull(-3 * 0.05 + 0.15), "0.00");
  assert.equal(small(0.0177, 4), "0.0177");
  assert.equal(small(0.00001, 4), "less than 0.0001");
});

test("initials tell names apart", () => {
  assert.deepEqual(initials(["Power", "Conflict"]), ["P", "C"]);
  assert.deepEqual(initials(["Power", "Peace"]), ["Po", "Pe"]);
  assert.deepEqual(initials(["unit 1", "unit 12"]), ["1", "12"]);
});
