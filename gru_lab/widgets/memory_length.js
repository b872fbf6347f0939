// MemoryLength: a gate that keeps the share z of a memory at every step, and how long that memory lasts.

import { attribute, content, html, svg } from "./js/dom.js";
import { onResize, openFrame, rangeField } from "./js/frame.js";
import { halfLife, remains, sigmoid } from "./js/gru.js";
import { connect } from "./js/model.js";
import { percent, plain, signed } from "./js/numbers.js";
import { createPlot } from "./js/plot.js";

const KEYS = ["a", "steps"];
const LONGEST = 200;

function render({ model, el }) {
  const { root, signal, finish } = openFrame(el, "memory-length", "How long a gate remembers");
  const link = connect(model, KEYS, signal, draw);
  const field = (key, label, name, min, max, step) =>
    rangeField({ label: html("span", {}, ...label), name, min, max, step, tint: "z", signal, changed: (value) => set({ [key]: value }) });
  const a = field("a", [html("b", { text: "a" }), " what \u03c3 is given"], "a, what sigma is given", -4, 8, 0.05);
  const steps = field("steps", [html("b", { text: "k" }), " steps later"], "k, steps later", 1, LONGEST, 1);
  const facts = html("div", { class: "facts", role: "status" });
  const numbers = ["z = \u03c3(a)", "half-life, in steps", "left after k steps"].map((name) => {
    const value = html("b");
    facts.append(html("div", {}, value, html("span", { class: "of", text: name })));
    return value;
  });
  const host = html("div", { class: "plot-host" });
  const strip = html("div", { class: "strip", "aria-hidden": "true" });
  root.append(html("div", { class: "fields" }, a.element, steps.element), facts, host, strip,
    html("p", { class: "note", text: "z keeps: each step multiplies the old state by z, so z\u1d4f of it is left after k steps. Half is left after \u22121 / log\u2082(z) steps. Each +1 in a lengthens a long memory about 2.7 times." }));

  function set(changes) {
    link.set(changes);
    draw();
  }

  function draw() {
    const { a: given, steps: k } = link.state;
    const z = sigmoid(given);
    const half = halfLife(z);
    a.update(given, signed(given));
    steps.update(k, String(k));
    content(numbers[0], plain(z, 4));
    content(numbers[1], half >= 100 ? Math.round(half).toLocaleString("en-GB") : plain(half, half < 10 ? 2 : 1));
    content(numbers[2], remains(z, k) < 0.001 ? "under 0.1 %" : percent(remains(z, k)));
    const width = host.clientWidth || 700;
    const longest = Math.max(12, k);
    const every = [1, 2, 5, 10, 20, 50].find((step) => longest / step <= 12);
    const plot = createPlot({
      width, height: 270, x: [0, longest], y: [0, 1.04],
      ticks: { x: Array.from({ length: Math.floor(longest / every) + 1 }, (_, i) => i * every), y: [0, 0.25, 0.5, 0.75, 1] },
      labels: { x: "steps since the memory was written" },
      name: `What is left of a memory over ${longest} steps at z = ${plain(z, 3)}: half after ${plain(half, 1)} steps, ${percent(remains(z, k))} after ${k}`,
    });
    const { X, Y } = plot;
    plot.add(svg("path", { d: plot.path((step) => remains(z, step)), class: "curve stroke-z" }));
    if (half <= longest) {
      plot.add(svg("path", { d: `M${X(0)} ${Y(0.5)}H${X(half)}V${Y(0)}`, class: "guide stroke-h" }),
        svg("circle", { cx: X(half), cy: Y(0.5), r: 6, class: "point paint-h" }),
        svg("text", { x: X(half) + 10, y: Y(0.5) - 8, text: `half after ${plain(half, half < 10 ? 2 : 1)} steps` }));
    }
    plot.add(svg("circle", { cx: X(k), cy: Y(remains(z, k)), r: 8, class: "point paint-z" }));
    host.replaceChildren(plot.element);
    strip.replaceChildren(...Array.from({ length: Math.min(longest, 60) + 1 }, (_, step) => {
      const cell = html("i", { title: `after ${step}: ${percent(remains(z, step))}` });
      cell.style.setProperty("--left", `${100 * remains(z, step)}%`);
      return cell;
    }));
  }

  onResize(host, signal, draw);
  draw();
  attribute(root, "data-ready", "true");
  return finish;
}

export default { render };
