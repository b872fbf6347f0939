// The equations shown are the equations computed: each is parsed, evaluated with numbers and compared with gru_lab.cell.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { matvec, sigmoid } from "../../gru_lab/widgets/js/gru.js";
import { mathml, parseEquation } from "../../gru_lab/widgets/js/tex.js";

const vectors = JSON.parse(readFileSync(new URL("./vectors.json", import.meta.url), "utf-8"));
const isMatrix = (value) => Array.isArray(value) && Array.isArray(value[0]);
const zip = (a, b, f) => (Array.isArray(a) ? a.map((v, i) => f(v, Array.isArray(b) ? b[i] : b)) : Array.isArray(b) ? b.map((v) => f(a, v)) : f(a, b));

function evaluate(node, values) {
  switch (node.type) {
    case "sum":
      return node.terms.map((term) => evaluate(term, values)).reduce((total, term, i) => zip(total, term, (a, b) => (node.signs[i] === "-" ? a - b : a + b)));
    case "product": // from the right: W U v would be W (U v)
      return node.factors.map((factor) => evaluate(factor, values)).reduceRight((right, left, i) => {
        if (!node.dot[i + 1]) {
          assert.ok(isMatrix(left), "without ⊙ the left factor is a matrix");
          return matvec(left, right);
        }
        return zip(left, right, (a, b) => a * b);
      });
    case "call":
      return evaluate(node.argument, values).map(node.name === "sigma" ? sigmoid : Math.tanh);
    case "group":
      return evaluate(node.inner, values);
    case "number":
      return Number(node.text);
    default:
      return values[node.below === "" ? node.name : `${node.name}_${node.below}`];
  }
}

test("each equation computes what the cell computes", () => {
  let compared = 0;
  for (const { x, h, parameters, convention, force, trace } of vectors.cases) {
    if (force.r || force.z) continue;
    const values = { ...parameters, b_Uh: parameters.b_Uh ?? h.map(() => 0), x_t: x, "h_t-1": h, r_t: trace.r, z_t: trace.z, candidate_t: trace.candidate };
    const equations = vectors.equations[`${convention.update} ${convention.reset}`];
    for (const [name, wanted] of [["r", trace.r], ["z", trace.z], ["candidate", trace.candidate], ["h", trace.h]]) {
      const { right } = parseEquation(equations[name]);
      evaluate(right, values).forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) <= 1e-12, `${equations[name]}: ${value} for ${wanted[i]}`));
      compared += 1;
    }
  }
  assert.ok(compared >= 4 * 32);
});

test("MathML: colours by quantity, breaks between the terms of the outermost sum only", () => {
  const z = mathml(vectors.equations["keeps before"].h);
  assert.equal(z.match(/<math/g).length, 2);
  assert.match(z, /class="q-z"/);
  assert.match(z, /class="q-candidate"/);
  const candidate = mathml(vectors.equations["keeps after"].candidate);
  assert.equal(candidate.match(/<math/g).length, 3); // W_h x, r ⊙ (…), b_h; not inside the brackets
  for (const piece of [...z.split("</math>"), ...candidate.split("</math>")]) {
    assert.equal((piece.match(/<mrow/g) ?? []).length, (piece.match(/<\/mrow>/g) ?? []).length);
  }
});

test("what it cannot read is an error", () => {
  for (const latex of ["r_t = \\sqrt{2}", "r_t", "r_t = (a", "r_t = a = b", "rt = a"]) assert.throws(() => parseEquation(latex), /cannot read/);
});
