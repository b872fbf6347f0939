// The picture fits: at every width from 430 to 1400, for every convention, nothing is cut off and no box lies on another.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ROOMY, SMALLEST, cellLayout } from "../../gru_lab/widgets/js/layout.js";

const units = ["Power", "Conflict", "Tragedy", "Revenge"];
const features = ["crown", "quarrel", "death", "oath", "new chapter"];
const overlap = (a, b, air = 0) => a.x < b.x + b.w + air && b.x < a.x + a.w + air && a.y < b.y + b.h + air && b.y < a.y + a.h + air;

for (const reset of ["before", "after"]) {
  test(`H = 4, D = 5, reset ${reset}: inside the picture and apart`, () => {
    for (let width = SMALLEST; width <= 1400; width += 7) {
      const layout = cellLayout(width, units, features, reset);
      const boxes = Object.entries({ ...layout.panels, ...layout.matrices, ...layout.boxes, ...layout.valves });
      for (const [name, box] of boxes) {
        assert.ok(box.x >= 0 && box.x + box.w <= layout.width + 0.5, `${width}: ${name} spans ${box.x}–${box.x + box.w} of ${layout.width}`);
        assert.ok(box.y >= 0 && box.y + box.h <= layout.height, `${width}: ${name} ends below`);
        for (const [other, second] of boxes) if (other < name) assert.ok(!overlap(box, second), `${width}: ${name} on ${other}`);
      }
      if (width >= 560) assert.equal(layout.width, width);
      for (const { id, points } of [...layout.pipes, ...layout.wires]) {
        for (const [x, y] of points) assert.ok(x >= 0 && x <= layout.width + 0.5 && y >= 0 && y <= layout.height, `${width}: ${id} leaves the picture`);
        points.slice(1).forEach(([x, y], i) => assert.ok(Math.abs(x - points[i][0]) < 1e-6 || Math.abs(y - points[i][1]) < 1e-6, `${width}: ${id} runs askew`));
      }
      for (const panel of Object.values(layout.panels)) assert.ok(panel.track.unit >= (panel.signed ? 9 : 20), `${width}: ${panel.id} has a bar of ${panel.track.unit}`);
    }
  });

  test(`the pipes follow the equations, reset ${reset}`, () => {
    const { pipes } = cellLayout(ROOMY + 100, units, features, reset);
    const of = (quantity) => pipes.filter((pipe) => pipe.quantity === quantity);
    for (const quantity of ["kept", "taken", "mixed", "reset_memory", "a_candidate", "new"]) assert.equal(of(quantity).length, 4, quantity);
    assert.equal(of("x").length, 5);
    // what leaves the matrix along a row is the mixture; what reaches it down a column is the memory, reset or not yet
    const arrivesAtMatrix = reset === "before" ? "reset_memory" : "h";
    const { U_h } = cellLayout(ROOMY + 100, units, features, reset).matrices;
    const top = pipes.filter(({ points }) => Math.abs(points.at(-1)[1] - U_h.y) < 1e-9 && points.at(-1)[0] < U_h.x + U_h.w);
    assert.deepEqual([...new Set(top.map(({ quantity }) => quantity))], [arrivesAtMatrix]);
    assert.ok(of("mixed").every(({ points }) => Math.abs(points[0][0] - (U_h.x + U_h.w)) < 1e-9));
  });
}

test("larger cells keep apart as well", () => {
  for (const [H, D] of [[1, 1], [2, 12], [8, 3], [16, 5], [16, 16]]) {
    const names = (n, letter) => Array.from({ length: n }, (_, i) => `${letter} ${i}`);
    for (const width of [600, 900, 1200]) {
      const layout = cellLayout(width, names(H, "unit"), names(D, "x"), "before");
      const boxes = Object.entries({ ...layout.panels, ...layout.matrices, ...layout.boxes, ...layout.valves });
      for (const [name, box] of boxes) for (const [other, second] of boxes) if (other < name) assert.ok(!overlap(box, second), `H=${H} D=${D} ${width}: ${name} on ${other}`);
    }
  }
});
