// Where every box, wire and valve of the cell diagram stands, in pixels. Pure: sizes in, geometry out.
//
// The widget draws from this, and so can a static figure: gru_lab/widgets/cell_layout.json is this function's answer for
// the story cell. Two arrangements share one topology:
//
//   h_{t-1} ══╦══════════════[×z]══════⊕══ h_t        roomy: lanes leave and join the belt itself
//             ║ ×r ← r gate    z gate → ×(1−z)
//            U_h ══════ W_h ═ tanh ═ h̃ ═╝              compact: they leave and join below the state panels
//                        ║
//                     x_t
//
// U_h is a crossbar: what comes down a column is one unit of the memory, what leaves along a row is a mixture of all.

import { clamp, initials } from "./numbers.js";

export const ROOMY = 960; // pixels of width from which the lanes have room to leave the belt sideways
export const SMALLEST = 436; // narrower than this, the picture is scaled

const HEADER = 42; // title and subtitle of a panel
const FOOT = 8;

const KNOB = 7; // a slider's knob may stand at the very end of its track
export const LETTER = 7.3; // pixels of an average letter at 13 px, in a wide typeface

const middle = (a, b) => (a + b) / 2;
const bottom = (box) => box.y + box.h;
const right = (box) => box.x + box.w;
const textWidth = (texts) => Math.max(...texts.map((text) => text.length)) * LETTER;

/** Row heights and lane distances: generous for few units, tight for many. */
function pitches(width, H, D, roomy) {
  const many = Math.max(H, D) > 8;
  const lane = many ? (roomy ? 11 : 8) : roomy ? 20 : width < 520 ? 11 : width < 700 ? 13 : 16;
  return { row: many ? 18 : 24, lane };
}

/** margin: what the ends of the track leave free, for a knob or a mark. */
function panel(id, x, y, w, labels, row, { signed = true, margin = 0 } = {}) {
  const nameWidth = Math.min(textWidth(labels), w * (w < 210 ? 0.36 : 0.42));
  const numberWidth = signed ? 40 : 32;
  const left = x + 12 + nameWidth + 5 + margin;
  const right = x + w - 10 - numberWidth - 4 - margin;
  const zero = signed ? middle(left, right) : left;
  return {
    id, x, y, w, h: HEADER + labels.length * row + FOOT,
    labels, nameWidth, signed,
    track: { left, right, zero, unit: signed ? (right - left) / 2 : right - left },
    rows: labels.map((_, i) => y + HEADER + (i + 0.5) * row),
    rowHeight: row,
  };
}

/**
 * width: pixels there are. units, features: names, H and D of them. reset: "before" | "after".
 * -> {width, height, roomy, lane, panels, matrices, boxes, valves, plus, side, pipes, wires}; side is the free corner
 * beside the picture, or null where there is none.
 *
 * pipes: {id, quantity, unit, from, points, tint}: one lane each; its width on screen is |quantity[unit]|; from is the
 * stage (1–5) at which it appears. wires: {id, from, tint, points, label}: thin arrows, "this reads that".
 */
export function cellLayout(width, units, features, reset = "before") {
  const H = units.length;
  const D = features.length;
  const short = initials(units);
  const roomy = width >= ROOMY;
  const W = Math.max(width, SMALLEST);
  const { row, lane } = pitches(W, H, D, roomy);
  const g = roomy ? roomyColumns(W, H, D, lane) : compactColumns(W, H, D, lane);

  // Rows of boxes, from the top: the belt; the gates; the matrices and the candidate; the input.
  const gap = roomy ? 36 : 34;
  const h = panel("h", 0, 0, g.hWidth, units, row, { margin: KNOB });
  const h_t = panel("h_t", g.right - g.htWidth, 0, g.htWidth, units, row, { margin: KNOB });
  const gateY = h.h + gap;
  const namesFor = (w) => (w - textWidth(units) > 104 ? units : short);
  const r = panel("r", g.rX, gateY, g.gateWidth, namesFor(g.gateWidth), row, { signed: false });
  const z = panel("z", g.zX, gateY, g.gateWidth, namesFor(g.gateWidth), row, { signed: false });
  const candidateY = gateY + r.h + (roomy ? 30 : 34);
  const candidate = panel("candidate", g.candidateX, candidateY, g.candidateWidth, namesFor(g.candidateWidth - 20), row);
  const mixTop = candidateY + HEADER;
  const mixBottom = mixTop + H * row;
  // beside the matrices where they leave room, beneath them where they do not
  const xWidth = Math.min(g.hWidth, g.wX - 10);
  const xY = xWidth < g.uX - 24 ? Math.max(mixBottom + 18 - HEADER, gateY + r.h + 40) : mixBottom + 16;
  const x = panel("x", 0, xY, xWidth, features, row, { margin: KNOB });
  const panels = { h, h_t, r, z, candidate, x };

  const matrices = {
    U_h: { id: "U_h", x: g.uX, y: mixTop, lane, row, rows: H, columns: H, w: H * lane, h: H * row },
    W_h: { id: "W_h", x: g.wX, y: mixTop, lane, row, rows: H, columns: D, w: D * lane, h: H * row },
  };
  const boxes = { tanh: { id: "tanh", x: g.tanhX, y: mixTop - 4, w: g.tanhWidth, h: H * row + 8, label: "tanh" } };

  const columnOf = (matrix, j) => matrix.x + (j + 0.5) * matrix.lane;
  const memoryColumn = (j) => columnOf(matrices.U_h, j);
  const inputColumn = (k) => columnOf(matrices.W_h, k);
  const riseColumn = (i) => g.riseX + (i + 0.5) * lane;
  const valveY = middle(z.y, z.y + z.h);

  // Valves: a box across the lanes, one pair of jaws per lane, open by the gate's value.
  const across = (id, x0, y, gate, lanes) => ({
    id, gate, axis: "vertical", x: x0 - 4, y: y - 13, w: lanes.length * lane + 8, h: 26, lanes, pitch: lane,
  });
  const resetValve =
    reset === "before"
      ? across("reset", g.uX, middle(r.y, r.y + r.h), "r", Array.from({ length: H }, (_, j) => memoryColumn(j)))
      : { id: "reset", gate: "r", axis: "horizontal", x: g.afterX - 12, y: mixTop - 4, w: 24, h: H * row + 8, lanes: candidate.rows, pitch: row };
  const keepValve = {
    id: "keep", gate: "z", axis: "horizontal", x: g.keepX - 14, y: h.rows[0] - row / 2 - 4, w: 28, h: H * row + 8, lanes: h.rows, pitch: row,
  };
  const takeValve = across("take", g.riseX, valveY, "z", Array.from({ length: H }, (_, i) => riseColumn(i)));
  const valves = { reset: resetValve, keep: keepValve, take: takeValve };

  // one plus on each lane of the belt, or one for all lanes under the new memory
  const plus = roomy
    ? h.rows.map((y, i) => ({ x: riseColumn(i) - 8, y: y - 8, w: 16, h: 16 }))
    : [{ x: g.riseX - 3, y: h_t.h + 6, w: H * lane + 6, h: 18 }];

  const pipes = [];
  const pipe = (quantity, unit, from, tint, points) => pipes.push({ id: `${quantity}-${unit}-${from}-${pipes.length}`, quantity, unit, from, tint, points });
  const hRight = h.x + h.w;
  for (let i = 0; i < H; i += 1) {
    const y = h.rows[i];
    const mixY = candidate.rows[i];
    const column = memoryColumn(i);
    const rise = riseColumn(i);
    // the belt
    pipe("h", i, 5, "h", [[hRight, y], [g.keepX, y]]);
    if (roomy) {
      pipe("kept", i, 5, "h", [[g.keepX, y], [rise, y]]);
      pipe("new", i, 5, "h", [[rise, y], [h_t.x, y]]);
    } else {
      pipe("kept", i, 5, "h", [[g.keepX, y], [h_t.x, y]]);
    }
    // down to U_h
    const start = roomy ? [[hRight, y], [column, y]] : [[column, h.y + h.h]];
    if (reset === "before") {
      const valve = resetValve.y + resetValve.h / 2;
      pipe("h", i, 3, "h", [...start, [column, valve]]);
      pipe("reset_memory", i, 3, "h", [[column, valve], [column, mixTop]]);
      pipe("mixed", i, 3, "h", [[matrices.U_h.x + matrices.U_h.w, mixY], [g.wX, mixY]]);
    } else {
      pipe("h", i, 3, "h", [...start, [column, mixTop]]);
      pipe("mixed", i, 3, "h", [[matrices.U_h.x + matrices.U_h.w, mixY], [g.afterX, mixY]]);
      pipe("reset_memory", i, 3, "h", [[g.afterX, mixY], [g.wX, mixY]]);
    }
    // through W_h and tanh to the candidate
    pipe("a_candidate", i, 3, "candidate", [[matrices.W_h.x + matrices.W_h.w, mixY], [g.tanhX, mixY]]);
    pipe("candidate", i, 3, "candidate", [[g.tanhX + g.tanhWidth, mixY], [candidate.x, mixY]]);
    // up to the belt
    const valve = takeValve.y + takeValve.h / 2;
    pipe("candidate", i, 5, "candidate", [[candidate.x + candidate.w, mixY], [rise, mixY], [rise, valve]]);
    pipe("taken", i, 5, "candidate", [[rise, valve], [rise, roomy ? y : bottom(h_t)]]);
  }
  for (let k = 0; k < D; k += 1) {
    pipe("x", k, 3, "x", [[x.x + x.w, x.rows[k]], [inputColumn(k), x.rows[k]], [inputColumn(k), mixBottom]]);
  }

  const wires = [];
  const wire = (id, from, tint, points, label = "") => wires.push({ id, from, tint, points, label });
  // r reads h and x
  const rRead = r.x + Math.min(r.w, h.w) * 0.35;
  wire("h-r", 2, "r", [[rRead, bottom(h)], [rRead, r.y]]);
  wire("x-r", 2, "r", [[rRead, x.y], [rRead, bottom(r)]]);
  // z reads h and x
  const hTap = roomy ? bottom(h) - 4 : bottom(h);
  if (roomy) {
    const zRead = z.x + z.w * 0.28;
    const channel = bottom(h) + 12;
    wire("h-z", 4, "z", [[h.w * 0.75, hTap + 4], [h.w * 0.75, channel], [zRead, channel], [zRead, z.y]]);
    const floor = candidateY - 14;
    wire("x-z", 4, "z", [[x.w * 0.75, x.y], [x.w * 0.75, floor], [zRead, floor], [zRead, bottom(z)]]);
  } else {
    const readY = z.y + 18;
    const side = h.w - 8;
    wire("h-z", 4, "z", [[side, hTap], [side, readY], [z.x, readY]]);
    const channel = middle(matrices.U_h.x + matrices.U_h.w, g.afterX - (reset === "after" ? 12 : 0)) - (reset === "after" ? 0 : 2);
    const floor = candidateY - 12;
    const zRead = z.x + z.w * 0.28;
    wire("x-z", 4, "z", [[channel, x.y], [channel, floor], [zRead, floor], [zRead, bottom(z)]]);
  }
  // gates turn valves
  if (reset === "before") {
    const y = middle(r.y, bottom(r));
    wire("r-reset", 3, "r", [[right(r), y], [resetValve.x, y]]);
  } else {
    const y = middle(r.y, bottom(r));
    const turn = g.afterX;
    wire("r-reset", 3, "r", [[right(r), y], [turn, y], [turn, resetValve.y]]);
  }
  const zUp = clamp(g.keepX, z.x + 12, right(z) - 12);
  wire("z-keep", 5, "z", [[zUp, z.y], [zUp, keepValve.y + keepValve.h]]);
  wire("z-take", 5, "z", [[right(z), valveY], [takeValve.x, valveY]]);

  const height = Math.max(bottom(x), bottom(candidate)) + 2;
  const sideX = g.riseX + H * lane + 24;
  const corner = roomy
    ? { x: sideX, y: bottom(h_t) + 26, w: g.right - sideX }
    : { x: Math.max(right(matrices.W_h), right(x)) + 26, y: Math.max(bottom(candidate), mixBottom) + 22 };
  corner.w = g.right - corner.x;
  const side = roomy || corner.w >= 340 ? corner : null;
  return { width: Math.max(W, g.right + 1), height, roomy, side, lane, row, header: HEADER, panels, matrices, boxes, valves, plus, pipes, wires };
}

/** Columns when the lanes leave the belt sideways. */
function roomyColumns(W, H, D, lane) {
  const memory = H * lane;
  const input = D * lane;
  const tanhWidth = 26;
  const afterGap = 52; // between U_h and W_h, where the valve of reset "after" stands
  const fixed = memory + input + tanhWidth + afterGap + memory;
  const air = W - 2 - fixed;
  // What is left is shared between the panels and the air around the lanes.
  const hWidth = clamp(air * 0.31, 200, 270);
  const candidateWidth = clamp(air * 0.24, 160, 210);
  const htWidth = clamp(air * 0.33, 212, 300);
  const spread = Math.max(0, air - hWidth - htWidth - candidateWidth);
  const right = fixed + hWidth + htWidth + candidateWidth + spread;
  const uX = hWidth + spread * 0.34;
  const afterX = uX + memory + afterGap / 2;
  const wX = uX + memory + afterGap;
  const tanhX = wX + input + spread * 0.14;
  const candidateX = tanhX + tanhWidth + spread * 0.16;
  const riseX = candidateX + candidateWidth + spread * 0.16;
  const gateWidth = candidateWidth;
  const zX = riseX - gateWidth - 84; // near both of its valves, with room for a label
  return { right, hWidth, htWidth, candidateWidth, gateWidth, rX: 0, zX, uX, afterX, wX, tanhX, tanhWidth, candidateX, riseX, keepX: zX + gateWidth / 2 };
}

/** Columns when they leave and join below the state panels. */
function compactColumns(W, H, D, lane) {
  const memory = H * lane;
  const input = D * lane;
  const tanhWidth = 20;
  const afterGap = 34;
  const candidateNeeds = 112;
  const gateNeeds = 92;
  const gaps = { valve: 14, tanh: 4, candidate: 4, rise: 6, edge: 4 };
  const needs = gateNeeds + memory * 2 + input + tanhWidth + afterGap + candidateNeeds + 32;
  const right = Math.max(W - 1, needs);
  const slack = right - needs;
  const gateWidth = gateNeeds + slack * 0.2;
  const uX = gateWidth + gaps.valve + slack * 0.06;
  const afterX = uX + memory + afterGap / 2;
  const wX = uX + memory + afterGap;
  const riseX = right - memory - gaps.edge;
  const candidateWidth = candidateNeeds + slack * 0.4;
  const candidateX = riseX - candidateWidth - gaps.rise - slack * 0.04;
  const tanhX = middle(wX + input, candidateX) - tanhWidth / 2;
  const stateWidth = clamp((right - 60) / 2, 176, 330);
  const hWidth = Math.max(stateWidth, uX + memory + 14);
  const htWidth = Math.min(stateWidth, right - hWidth - 56);
  const zX = clamp(right / 2 - gateWidth / 3, uX + memory + 28, Math.max(riseX - gateWidth - 62, uX + memory + 28));
  return {
    right, hWidth, htWidth, candidateWidth, gateWidth, rX: 0, zX, uX, afterX, wX, tanhX, tanhWidth, candidateX, riseX,
    keepX: hWidth + (right - hWidth - htWidth) / 2,
  };
}
