// The picture of one step: panels of bars, one pipe per unit, valves that close, a matrix that mixes.
// It draws what `layout.js` places and `state.js` derives; it computes nothing.

import { attribute, content, roving, slider, style, svg, toggle } from "./dom.js";
import { LETTER, ROOMY, cellLayout } from "./layout.js";
import { plain, signed } from "./numbers.js";
import { QUANTITY_NAMES, rowText } from "./words.js";

const WIDEST_PIPE = 10; // pixels for |value| = 1
const THINNEST_PIPE = 0.8;

const FIRST_STAGE = { h: 1, x: 1, r: 2, candidate: 3, z: 4, h_t: 5 };
const TINT = { h: "h", x: "x", r: "r", z: "z", candidate: "candidate", h_t: "h" };

const pipeWidth = (value) => Math.max(THINNEST_PIPE, WIDEST_PIPE * Math.min(Math.abs(value), 1.4));

/** A polyline with rounded corners. */
export function roundedPath(points, radius = 9) {
  const parts = [`M${points[0].join(" ")}`];
  for (let i = 1; i < points.length - 1; i += 1) {
    const [x, y] = points[i];
    const before = points[i - 1];
    const after = points[i + 1];
    const reach = (other) => Math.min(radius, Math.hypot(other[0] - x, other[1] - y) / 2);
    const toward = (other) => {
      const length = Math.hypot(other[0] - x, other[1] - y) || 1;
      const share = reach(other) / length;
      return [x + (other[0] - x) * share, y + (other[1] - y) * share];
    };
    parts.push(`L${toward(before).join(" ")}Q${x} ${y} ${toward(after).join(" ")}`);
  }
  parts.push(`L${points[points.length - 1].join(" ")}`);
  return parts.join("");
}

/**
 * host: the element to draw into. on: {change(kind, index, value), grab(kind, index), select(kind, index)}.
 * update(view) redraws; view is {state, derived, prediction}. uid makes ids unique in the page.
 */
export function createDiagram(host, { units, features, uid, on, signal }) {
  let built = null; // {layout, key, parts, abort}
  let view = null;
  let width = 0;

  function build(reset) {
    const key = `${Math.round(width)} ${reset}`;
    if (built?.key === key) return;
    const focused = host.contains(document.activeElement) ? document.activeElement.dataset.row : null;
    built?.abort.abort();
    const abort = new AbortController();
    const layout = cellLayout(width, units, features, reset);
    const parts = draw(layout, abort.signal);
    host.replaceChildren(parts.root);
    built = { layout, key, parts, abort };
    if (focused) parts.root.querySelector(`[data-row="${focused}"]`)?.focus({ preventScroll: true });
  }

  signal.addEventListener("abort", () => built?.abort.abort());

  // ---- drawing once per size ---------------------------------------------------------------------------------------

  function draw(layout, buildSignal) {
    const root = svg("svg", {
      viewBox: `0 0 ${layout.width} ${layout.height}`, width: layout.width, height: layout.height,
      class: "diagram", role: "group", "aria-label": "How one sentence changes the memory: the data flow of a GRU step",
    });
    const parts = { root, rows: {}, pipes: [], valves: [], cells: {}, stages: [], titles: {} };
    const stage = (element, from) => {
      element.classList.add(`from-${from}`);
      parts.stages.push({ element, from });
      return element;
    };

    const arrows = svg("defs");
    for (const tint of ["r", "z"]) {
      arrows.append(svg("marker", { id: `${uid}-${tint}`, viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 8, markerHeight: 8, orient: "auto" },
        svg("path", { d: "M0 1L10 5L0 9z", class: `fill-${tint}` })));
    }
    const wires = svg("g", { class: "wires", "aria-hidden": "true" });
    for (const wire of layout.wires) {
      const turnsValve = wire.id.endsWith("reset") || wire.id.endsWith("keep") || wire.id.endsWith("take");
      wires.append(stage(svg("path", {
        class: `wire stroke-${wire.tint}${turnsValve ? " turns" : ""}`, d: roundedPath(wire.points), pathLength: 1,
        "marker-end": `url(#${uid}-${wire.tint})`,
      }), wire.from));
    }

    const under = svg("g", { "aria-hidden": "true" }); // boxes that pipes run through
    const lanes = svg("g", { "aria-hidden": "true" });
    const over = svg("g", { "aria-hidden": "true" }); // jaws, labels
    for (const pipe of layout.pipes) lanes.append(drawPipe(pipe, parts, stage));
    for (const valve of Object.values(layout.valves)) drawValve(valve, under, over, parts, stage);
    for (const matrix of Object.values(layout.matrices)) over.append(stage(drawMatrix(matrix, parts), 3));
    const tanh = layout.boxes.tanh;
    over.append(stage(svg("g", {},
      svg("rect", { x: tanh.x, y: tanh.y, width: tanh.w, height: tanh.h, rx: 6, class: "box stroke-candidate" }),
      svg("text", { class: "label fill-candidate", "text-anchor": "middle", transform: `translate(${tanh.x + tanh.w / 2 + 4} ${tanh.y + tanh.h / 2}) rotate(-90)`, text: "+ b, tanh" })), 3));
    drawPlus(layout, over, stage);

    const panels = Object.values(layout.panels).map((panel) => stage(drawPanel(panel, layout, parts, buildSignal), FIRST_STAGE[panel.id]));
    root.append(arrows, under, wires, lanes, ...panels, over);
    return parts;
  }

  function drawPipe(pipe, parts, stage) {
    const d = roundedPath(pipe.points);
    const halo = svg("path", { d, class: "halo" });
    const outer = svg("path", { d, class: `pipe stroke-${pipe.tint}`, pathLength: 1 });
    const hollow = svg("path", { d, class: "hollow", pathLength: 1 });
    const group = stage(svg("g", { class: "lane", "data-unit": pipe.unit }, halo, outer, hollow), pipe.from);
    parts.pipes.push({ ...pipe, group, halo, outer, hollow });
    return group;
  }

  function drawValve(valve, under, over, parts, stage) {
    const from = valve.id === "reset" ? 3 : 5;
    const vertical = valve.axis === "vertical"; // the lanes run down through it
    under.append(stage(svg("rect", { x: valve.x, y: valve.y, width: valve.w, height: valve.h, rx: 7, class: "box valve" }), from));
    const group = stage(svg("g", { class: `valve-${valve.id}` }), from);
    const jaws = valve.lanes.map(() => [svg("rect", { class: `jaw fill-${valve.gate}` }), svg("rect", { class: `jaw fill-${valve.gate}` })]);
    const frame = svg("rect", { x: valve.x, y: valve.y, width: valve.w, height: valve.h, rx: 7, class: `frame stroke-${valve.gate}` });
    const beforeWire = valve.id === "reset" && !vertical; // its wire comes from above: the label stands beside it
    const place = beforeWire
      ? { anchor: "start", x: valve.x + valve.w / 2 + 8, y: valve.y - 16 }
      : valve.id === "take" // on its wire, where no lane runs
      ? { anchor: "end", x: valve.x - 8, y: valve.y + valve.h / 2 - 9 }
      : vertical
        ? { anchor: "start", x: valve.x + valve.w + 6, y: valve.y + valve.h / 2 + 4.5 }
        : { anchor: "middle", x: valve.x + valve.w / 2, y: valve.y - 7 };
    const label = svg("text", { class: `label strong fill-${valve.gate}`, "text-anchor": place.anchor, x: place.x, y: place.y });
    group.append(...jaws.flat(), frame, label);
    over.append(group);
    parts.valves.push({ ...valve, jaws, label, vertical });
  }

  function drawMatrix(matrix, parts) {
    const group = svg("g", { class: "matrix" });
    group.append(svg("rect", { x: matrix.x - 3, y: matrix.y - 3, width: matrix.w + 6, height: matrix.h + 6, rx: 5, class: "box stroke-candidate" }));
    const { x, y, w, h, lane, row } = matrix;
    const rules = Array.from({ length: matrix.columns - 1 }, (_, j) => `M${x + (j + 1) * lane} ${y}v${h}`);
    rules.push(...Array.from({ length: matrix.rows - 1 }, (_, i) => `M${x} ${y + (i + 1) * row}h${w}`));
    group.append(svg("path", { d: rules.join(""), class: "rules" }));
    const cells = [];
    for (let i = 0; i < matrix.rows; i += 1) {
      for (let j = 0; j < matrix.columns; j += 1) {
        const title = svg("title");
        const dot = svg("rect", { rx: 1.5, class: "weight" }, title);
        group.append(dot);
        cells.push({ i, j, dot, title, x: x + (j + 0.5) * lane, y: y + (i + 0.5) * row });
      }
    }
    if (matrix.id === "U_h") group.append(mathLabel(matrix.x - 20, matrix.y + matrix.h / 2, matrix.id)); // lanes above, air beside
    else group.append(mathLabel(matrix.x + matrix.w / 2, matrix.y - 10, matrix.id));
    parts.cells[matrix.id] = { cells, size: Math.min(matrix.lane, matrix.row) - 3 };
    return group;
  }

  /** "U_h" as U with a lower h. */
  function mathLabel(x, y, name) {
    const [letter, below] = name.split("_");
    return svg("text", { x, y, class: "label strong fill-candidate math", "text-anchor": "middle" }, letter, svg("tspan", { dy: 4, class: "below", text: below }));
  }

  function drawPlus(layout, over, stage) {
    const group = stage(svg("g", { class: "plus" }), 5);
    for (const { x, y, w, h } of layout.plus) {
      const arm = h / 2 - 4;
      group.append(
        svg("rect", { x, y, width: w, height: h, rx: h / 2, class: "box stroke-h" }),
        svg("path", { d: `M${x + w / 2 - arm} ${y + h / 2}h${2 * arm}M${x + w / 2} ${y + h / 2 - arm}v${2 * arm}`, class: "wire stroke-h" }));
    }
    over.append(group);
  }

  const TITLES = {
    h: ["h", "t\u22121", "memory before"],
    x: ["x", "t", "this sentence"],
    r: ["r", "t", "reset gate"],
    z: ["z", "t", "update gate"],
    candidate: ["h\u0303", "t", "candidate"],
    h_t: ["h", "t", "new memory"],
  };

  function drawPanel(panel, layout, parts, buildSignal) {
    const { id, x, y, w, h, track } = panel;
    const tint = TINT[id];
    const [letter, below, words] = TITLES[id];
    const group = svg("g", { class: `panel panel-${id}`, role: "group", "aria-label": words });
    const tight = w < 130;
    const edge = x + (tight ? 8 : 12);
    const title = svg("text", { x: edge, y: y + 20, class: `title fill-${tint}` },
      svg("tspan", { class: "symbol", text: letter }), svg("tspan", { class: "symbol below", dy: 4, text: below }),
      svg("tspan", { dx: tight ? 3 : 7, dy: -4, text: w < 140 ? words.replace(" gate", "") : words }));
    const subtitle = svg("text", { x: edge, y: y + 36, class: "subtitle" });
    group.append(svg("rect", { x: x + 0.5, y: y + 0.5, width: w - 1, height: h - 1, rx: 9, class: `card stroke-${tint}` }), title, subtitle);
    parts.titles[id] = subtitle;
    if (panel.signed) {
      group.append(svg("line", { x1: track.zero, x2: track.zero, y1: panel.rows[0] - panel.rowHeight / 2 + 2, y2: panel.rows.at(-1) + panel.rowHeight / 2 - 2, class: "zero" }));
    }
    const names = id === "x" ? features : units;
    parts.rows[id] = panel.rows.map((rowY, i) => {
      const row = svg("g", { class: `gru-row gru-row-${id}`, "data-row": `${id}-${i}` });
      const thickness = Math.min(12, panel.rowHeight - 8);
      const hit = svg("rect", { x: x + 4, y: rowY - panel.rowHeight / 2 + 1, width: w - 8, height: panel.rowHeight - 2, rx: 5, class: "hit" });
      row.append(hit);
      row.append(svg("text", { x: x + 12, y: rowY + 4.5, class: "name", text: fitted(panel.labels[i], panel.nameWidth) }));
      row.append(svg("rect", { x: track.left, y: rowY - thickness / 2, width: track.right - track.left, height: thickness, rx: 2.5, class: "track" }));
      const bar = svg("rect", { y: rowY - thickness / 2, height: thickness, rx: 2.5, class: `bar fill-${tint}` });
      const number = svg("text", { x: x + w - 10, y: rowY + 4.5, class: "number", "text-anchor": "end" });
      row.append(bar);
      const part = { row, bar, number, panel, rowY, index: i, id };
      if (id === "h_t") {
        attribute(bar, "y", rowY - 3);
        attribute(bar, "height", 6);
        part.between = svg("line", { y1: rowY, y2: rowY, class: "between" });
        part.old = svg("circle", { cy: rowY, r: 5, class: "old" });
        part.candidate = svg("path", { d: "M0 -6.5L6.5 0L0 6.5L-6.5 0z", class: "new" });
        part.guess = svg("path", { d: "M0 -2L5 -11H-5z", class: "guess" });
        row.append(part.between, part.old, part.candidate, part.guess);
      }
      if (id === "h" || id === "x") {
        part.knob = svg("circle", { cy: rowY, r: 6.5, class: `knob stroke-${tint}` });
        row.append(part.knob);
      }
      row.append(number);
      wireRow(part, names[i], buildSignal);
      group.append(row);
      return part;
    });
    if (id !== "h" && id !== "x") roving(parts.rows[id].map(({ row }) => row), buildSignal);
    return group;
  }

  function fitted(text, width) {
    const letters = Math.floor(width / LETTER + 0.01);
    return text.length <= letters ? text : `${text.slice(0, Math.max(1, letters - 1))}\u2026`;
  }

  function wireRow(part, name, buildSignal) {
    const { row, panel, id, index } = part;
    row.addEventListener("pointerenter", () => highlight(id, index), { signal: buildSignal });
    row.addEventListener("pointerleave", () => highlight(null), { signal: buildSignal });
    if (id === "h" || id === "x") {
      slider(row, {
        label: id === "h" ? `Memory before, ${name}` : `Input, ${name}`,
        min: -1,
        max: 1,
        read: () => (id === "h" ? view.derived.now.h : view.derived.now.x)[index],
        write: (value) => on.change(id, index, value),
        valueAt: (event) => {
          const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(built.parts.root.getScreenCTM().inverse());
          return (point.x - panel.track.zero) / panel.track.unit;
        },
        onGrab: () => on.grab(id, index),
        signal: buildSignal,
      });
      return;
    }
    row.setAttribute("role", "button");
    const choose = () => on.select(id, index);
    row.addEventListener("click", choose, { signal: buildSignal });
    row.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose();
    }, { signal: buildSignal });
  }

  /** The lanes of one unit (or of one feature) stand out while the pointer is on its row. */
  function highlight(id, index) {
    const isFeature = id === "x";
    toggle(built.parts.root, "tracing", id !== null);
    for (const { group, quantity, unit } of built.parts.pipes) {
      toggle(group, "traced", id !== null && unit === index && (quantity === "x") === isFeature);
    }
  }

  // ---- drawing every change -----------------------------------------------------------------------------------------

  function values(derived) {
    const { x, h, trace } = derived.now;
    return { ...trace, x, r: trace.r, z: trace.z, h, h_t: trace.h, new: trace.h };
  }

  function update(next) {
    view = next;
    const { state, derived, prediction } = view;
    if (!width) measure();
    build(state.convention.reset);
    const { parts } = built;
    const now = values(derived);
    const { stage } = state;
    const about = { units, features, now: derived.now, convention: state.convention };

    for (const [id, rows] of Object.entries(parts.rows)) {
      const list = id === "h_t" ? now.h_t : now[id];
      rows.forEach((part, i) => drawRow(part, list[i], now, prediction, state, about));
    }
    for (const pipe of parts.pipes) {
      const value = now[pipe.quantity][pipe.unit];
      const width = pipeWidth(value);
      style(pipe.outer, "stroke-width", width.toFixed(2));
      style(pipe.halo, "stroke-width", (width + 5).toFixed(2));
      // negative: a hollow pipe, so that the sign does not hang on a colour
      style(pipe.hollow, "stroke-width", value < 0 ? Math.max(0, width - 3).toFixed(2) : "0");
    }
    for (const valve of parts.valves) drawJaws(valve, now, state.convention);
    for (const [name, part] of Object.entries(parts.cells)) {
      const matrix = derived.parameters[name];
      if (part.drawn !== matrix) drawWeights(matrix, name, part.cells, part.size);
      part.drawn = matrix;
    }
    drawSubtitles(parts, state);
    for (const { element, from } of parts.stages) {
      const asked = prediction && element.classList.contains("panel-h_t");
      toggle(element, "ahead", from > stage && !asked);
      toggle(element, "current", from === stage && stage > 1 && stage < 5);
    }
  }

  function drawRow(part, value, now, prediction, state, about) {
    const { bar, number, panel, row, id, index } = part;
    const { track } = panel;
    const ahead = FIRST_STAGE[id] > state.stage; // not computed yet, as the story of the step goes: no number to read or to hear
    const hidden = id === "h_t" && prediction && !prediction.revealed;
    const length = Math.abs(value) * track.unit;
    style(bar, "x", `${(value < 0 ? track.zero - length : track.zero).toFixed(2)}px`);
    style(bar, "width", `${Math.max(length, value === 0 ? 0 : 0.5).toFixed(2)}px`);
    toggle(bar, "negative", value < 0);
    toggle(row, "secret", hidden || ahead);
    content(number, hidden ? "?" : ahead ? "" : panel.signed ? signed(value) : value.toFixed(2));
    const chosen = state.selected.kind === id && state.selected.unit === index;
    toggle(row, "chosen", chosen);
    if (part.knob) {
      style(part.knob, "cx", `${(track.zero + value * track.unit).toFixed(2)}px`);
      attribute(row, "aria-valuenow", value.toFixed(2));
      attribute(row, "aria-valuetext", rowText(id, index, about, state.stage >= FIRST_STAGE.z));
    } else {
      attribute(row, "aria-pressed", chosen);
      const name = `${QUANTITY_NAMES[id]}, ${units[index]}`;
      attribute(row, "aria-label", hidden ? `${name}: hidden until you have predicted it` : ahead ? `${name}: comes in stage ${FIRST_STAGE[id]}` : `${rowText(id, index, about)}. Show the arithmetic`);
    }
    if (id === "h_t") {
      const at = (v) => (track.zero + v * track.unit).toFixed(2);
      attribute(part.between, "x1", at(now.h[index]));
      attribute(part.between, "x2", at(now.candidate[index]));
      attribute(part.old, "cx", at(now.h[index]));
      attribute(part.candidate, "transform", `translate(${at(now.candidate[index])} ${part.rowY})`);
      const guessed = prediction && prediction.unit === index;
      toggle(part.guess, "shown", guessed);
      if (guessed) attribute(part.guess, "transform", `translate(${at(prediction.guess)} ${part.rowY})`);
    }
  }

  function drawJaws(valve, now, convention) {
    const gate = valve.id === "reset" ? now.r : valve.id === "keep" ? now.keep : now.keep.map((share) => 1 - share);
    const slot = valve.pitch - 2;
    valve.jaws.forEach(([one, other], i) => {
      const opening = (WIDEST_PIPE + 2) * gate[i] * (valve.pitch < WIDEST_PIPE + 4 ? (valve.pitch - 3) / (WIDEST_PIPE + 2) : 1);
      const jaw = Math.max(0, (slot - opening) / 2);
      const lane = valve.lanes[i];
      const near = { at: lane - slot / 2, far: lane + slot / 2 - jaw };
      const [along, size, across, depth] = valve.vertical ? ["x", "width", "y", "height"] : ["y", "height", "x", "width"];
      attribute(one, along, near.at.toFixed(2));
      attribute(other, along, near.far.toFixed(2));
      for (const part of [one, other]) {
        attribute(part, size, jaw.toFixed(2));
        attribute(part, across, (valve.vertical ? valve.y : valve.x) + 6);
        attribute(part, depth, (valve.vertical ? valve.h : valve.w) - 12);
      }
    });
    const keepsWithZ = convention.update === "keeps";
    const label = valve.id === "reset" ? "\u00d7 r" : (valve.id === "keep") === keepsWithZ ? "\u00d7 z" : "\u00d7 (1\u2212z)";
    content(valve.label, label);
  }

  function drawWeights(matrix, name, cells, size) {
    const largest = Math.max(1e-9, ...matrix.flat().map(Math.abs));
    for (const { i, j, dot, title, x, y } of cells) {
      const value = matrix[i][j];
      const side = value === 0 ? 0 : Math.max(2, size * Math.sqrt(Math.abs(value) / largest));
      attribute(dot, "x", (x - side / 2).toFixed(2));
      attribute(dot, "y", (y - side / 2).toFixed(2));
      attribute(dot, "width", side.toFixed(2));
      attribute(dot, "height", side.toFixed(2));
      toggle(dot, "negative", value < 0);
      const column = name === "W_h" ? features[j] : units[j];
      content(title, `${name}: ${column} to ${units[i]}, ${plain(value)}`);
    }
  }

  function drawSubtitles(parts, state) {
    const keeps = state.convention.update === "keeps";
    content(parts.titles.h, "what it remembers: drag");
    content(parts.titles.x, "what is said: drag");
    const { r, z } = built.layout.panels;
    const says = (panel, forced, [zero, one]) => {
      if (forced) return panel.w < 110 ? "held" : "forced by you";
      if (panel.w < 110) return `1 ${one}`;
      return `0 ${zero} \u00b7 1 ${one}`;
    };
    const short = ({ w }) => w >= 110 && w < 140; // two facts on a short line
    const words = short(z) ? ["take", "keep"] : ["takes", "keeps"];
    if (!keeps) words.reverse();
    content(parts.titles.r, says(r, isForced(state.force.r), short(r) ? ["hide", "show"] : ["hides", "shows"]));
    content(parts.titles.z, says(z, isForced(state.force.z), words));
    content(parts.titles.candidate, built.layout.panels.candidate.w > 140 ? "the proposed memory" : "proposed");
    content(parts.titles.h_t, "\u25cb old  \u25c6 candidate  \u25ac result");
  }

  const isForced = (list) => Boolean(list?.some((value) => value !== null));

  /** Asking a page for a width makes it lay itself out, so ask only when the width may have changed. */
  function measure() {
    width = host.clientWidth || ROOMY;
  }

  return { update, measure, get layout() { return built?.layout; } };
}
