// ShapesChooser: choose D and H, and see the shape of everything in a GRU, a dense layer drawn cell by cell, and the count.

import { attribute, content, html, svg, toggle } from "./js/dom.js";
import { choiceField, onResize, openFrame, rangeField } from "./js/frame.js";
import { parameterCounts } from "./js/gru.js";
import { connect } from "./js/model.js";
import { clamp } from "./js/numbers.js";

const LARGEST = 24;
const GATES = { r: ["r", "\u03c3", "reset gate"], z: ["z", "\u03c3", "update gate"], candidate: ["h", "tanh", "candidate"] };
const KEYS = ["D", "H", "gate", "joined"];

function render({ model, el }) {
  const { root, signal, finish } = openFrame(el, "shapes-chooser", "Choose the sizes of a GRU");
  const link = connect(model, KEYS, signal, draw);
  const number = new Intl.NumberFormat("en-GB");

  const size = (key, text) => rangeField({
    label: html("span", {}, html("b", { text: key }), ` ${text}`), name: `${key}, ${text}`, min: 1, max: LARGEST, step: 1,
    tint: key === "D" ? "x" : "h", signal, changed: (value) => set({ [key]: value }),
  });
  const sizes = { D: size("D", "numbers in each input"), H: size("H", "units") };
  const gate = choiceField({
    label: "Show", signal, changed: (value) => set({ gate: value }),
    options: Object.entries(GATES).map(([value, [, , name]]) => [value, name]),
  });
  const joined = choiceField({
    label: "Written as", signal, changed: (value) => set({ joined: value }),
    options: [[false, "W x + U h"], [true, "W, U \u00b7 x, h joined"]],
  });
  const lead = html("p", { class: "lead" });
  const picture = html("div", { class: "picture" });
  const shapes = html("dl", { class: "shapes" });
  const counts = html("div", { class: "counts", role: "group", "aria-label": "Numbers to learn" });
  root.append(html("div", { class: "controls" }, sizes.D.element, sizes.H.element, gate.element, joined.element), lead, picture, shapes,
    html("h4", { text: "Numbers to learn" }), counts);

  const rows = Object.fromEntries([
    ["rnn", "plain RNN", "1 block"], ["gru", "GRU", "3 blocks: r, z, candidate"],
    ["gru_two_biases", "GRU in PyTorch", "3 blocks, each with a second bias"], ["lstm", "LSTM", "4 blocks"],
  ].map(([key, name, why]) => {
    const bar = html("i", { class: "count-bar" });
    const value = html("b");
    const formula = html("span", { class: "of" });
    counts.append(html("div", { class: "count-row", title: why }, html("span", { text: name }), html("span", { class: "count-track" }, bar), value, formula));
    return [key, { bar, value, formula }];
  }));

  function set(changes) {
    link.set(changes);
    draw();
  }

  function draw() {
    const { D, H, gate: chosen, joined: isJoined } = link.state;
    const [letter, squash, name] = GATES[chosen];
    sizes.D.update(D, String(D));
    sizes.H.update(H, String(H));
    gate.update(chosen);
    joined.update(isJoined);
    content(lead, isJoined
      ? `The ${name}: x and h one below the other, W and U side by side. One product instead of two, the same ${H} sums.`
      : `The ${name}: each of the ${H} units adds ${D} products with x, ${H} products with h, and its bias; then ${squash}.`);
    drawPicture(D, H, chosen, letter, squash, isJoined);
    drawShapes(D, H, letter, isJoined);
    const all = parameterCounts(D, H);
    const block = `${H}\u00b7${D} + ${H}\u00b7${H} + ${H}`;
    const formulas = {
      rnn: `= ${block}`, gru: `= 3 \u00b7 (${block})`, gru_two_biases: `= 3 \u00b7 (${block} + ${H})`, lstm: `= 4 \u00b7 (${block})`,
    };
    for (const [key, { bar, value, formula }] of Object.entries(rows)) {
      bar.style.width = `${(100 * all[key]) / all.lstm}%`;
      content(value, number.format(all[key]));
      content(formula, formulas[key]);
      toggle(bar, "ours", key === "gru");
    }
  }

  /** The product drawn cell by cell: what stands in one row of W and U belongs to one unit. */
  function drawPicture(D, H, chosen, letter, squash, isJoined) {
    const width = picture.clientWidth || 700;
    const signs = isJoined ? 4 : 6; // gaps that hold an operator
    const gap = clamp(width * 0.045, 22, 44);
    const cell = clamp((width - signs * gap - 8) / (D + H + (isJoined ? 4 : 5)), 3, 32);
    const tall = Math.max(isJoined ? D + H : Math.max(D, H), H) * cell;
    const top = 30;
    const parts = [];
    let x = 2;
    const below = chosen === "candidate" ? "h" : chosen;
    const grid = (rows, columns, tint, name, shape) => {
      const y = top + (tall - rows * cell) / 2;
      const group = svg("g", { class: `grid stroke-${tint}` });
      for (let i = 0; i < rows; i += 1) {
        for (let j = 0; j < columns; j += 1) {
          group.append(svg("rect", { x: x + j * cell, y: y + i * cell, width: cell - (cell > 8 ? 1.5 : 0.5), height: cell - (cell > 8 ? 1.5 : 0.5), rx: cell > 8 ? 2 : 0, class: `fill-${tint} unit-${i}` }));
        }
      }
      parts.push(group, label(x + (columns * cell) / 2, y - 10, name), svg("text", { x: x + (columns * cell) / 2, y: y + rows * cell + 17, class: "quiet-text", "text-anchor": "middle", text: shape }));
      x += columns * cell;
    };
    const sign = (text) => {
      parts.push(svg("text", { x: x + gap / 2, y: top + tall / 2 + 5, "text-anchor": "middle", class: "sign", text }));
      x += gap;
    };
    const memory = chosen === "candidate" ? ["r\u2299h"] : ["h"];
    if (isJoined) {
      const start = x;
      grid(H, D, "x", ["W", below], `${H} \u00d7 ${D}`);
      grid(H, H, "h", ["U", below], `${H} \u00d7 ${H}`);
      parts.push(svg("rect", { x: start - 2, y: top + (tall - H * cell) / 2 - 2, width: (D + H) * cell + 3, height: H * cell + 3, rx: 4, class: `joined stroke-${chosen}` }));
      sign("\u00b7");
      const y = top + (tall - (D + H) * cell) / 2;
      for (let i = 0; i < D + H; i += 1) {
        parts.push(svg("rect", { x, y: y + i * cell, width: cell - (cell > 8 ? 1.5 : 0.5), height: cell - (cell > 8 ? 1.5 : 0.5), rx: 2, class: i < D ? "fill-x" : "fill-h" }));
      }
      parts.push(label(x + cell / 2, y - 10, ["x"]), svg("text", { x: x + cell / 2, y: y + (D + H) * cell + 17, class: "quiet-text", "text-anchor": "middle", text: `${D} + ${H}` }));
      x += cell;
    } else {
      grid(H, D, "x", ["W", below], `${H} \u00d7 ${D}`);
      sign("\u00b7");
      grid(D, 1, "x", ["x"], String(D));
      sign("+");
      grid(H, H, "h", ["U", below], `${H} \u00d7 ${H}`);
      sign("\u00b7");
      grid(H, 1, "h", memory, String(H));
    }
    sign("+");
    grid(H, 1, chosen, ["b", below], String(H));
    sign("\u2192");
    parts.push(svg("text", { x: x - gap / 2, y: top + tall / 2 - 12, "text-anchor": "middle", class: "sign-name", text: squash }));
    grid(H, 1, chosen, chosen === "candidate" ? ["h\u0303", "t"] : [letter, "t"], String(H));
    const height = top + tall + 26;
    const drawing = svg("svg", { viewBox: `0 0 ${Math.max(width, x + 4)} ${height}`, width: Math.max(width, x + 4), height, role: "img", "aria-label": describe(D, H, below, isJoined) }, ...parts);
    picture.replaceChildren(drawing);
    drawing.addEventListener("pointermove", (event) => mark(event.target.classList?.[1]?.startsWith("unit-") ? event.target.classList[1] : null));
    drawing.addEventListener("pointerleave", () => mark(null));
  }

  /** One unit's row stands out: in every part that has a row for it. */
  function mark(unit) {
    toggle(picture.firstChild, "marked", unit !== null);
    for (const cell of picture.querySelectorAll("rect[class*=unit-]")) toggle(cell, "lit", cell.classList.contains(unit));
  }

  const label = (x, y, [name, lower]) =>
    svg("text", { x, y, class: "math", "text-anchor": "middle" }, name, lower ? svg("tspan", { class: "below", dy: 4, text: lower }) : null);

  const describe = (D, H, below, isJoined) => isJoined
    ? `W_${below} and U_${below} side by side, ${H} by ${D + H}, times x and h one below the other, ${D + H} numbers; plus b_${below}, ${H} numbers`
    : `W_${below}, ${H} by ${D}, times x, ${D} numbers; plus U_${below}, ${H} by ${H}, times h, ${H} numbers; plus b_${below}, ${H} numbers`;

  function drawShapes(D, H, letter, isJoined) {
    const list = [
      ["x", `(D,) = (${D},)`], ["h, r, z, h\u0303", `(H,) = (${H},)`], ["each W", `(H, D) = (${H}, ${D})`],
      ["each U", `(H, H) = (${H}, ${H})`], ["each b", `(H,) = (${H},)`],
      ...(isJoined ? [["W, U joined", `(H, D + H) = (${H}, ${D + H})`]] : []),
    ];
    shapes.replaceChildren(...list.map(([term, shape]) => html("div", {}, html("dt", { text: term }), html("dd", { text: shape }))));
  }

  onResize(picture, signal, draw);
  draw();
  attribute(root, "data-ready", "true");
  return finish;
}

export default { render };
