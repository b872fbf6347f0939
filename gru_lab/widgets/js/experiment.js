// The drawer "Experiment": conventions, forced gates, weights, a sentence of one's own, a snippet to keep it all.

import { attribute, button, content, html } from "./dom.js";
import { choiceField } from "./frame.js";
import { createHeatmap } from "./heatmap.js";
import { edit, snippet } from "./state.js";

const GATES = [["r", "reset gate r"], ["z", "update gate z"], ["h", "candidate h\u0303"]];

/** on.edit(control, change): change(state, derived) -> keys that change. uid makes ids unique. */
export function createExperiment(host, { units, features, uid, on, signal }) {
  const drawer = html("details", { class: "experiment" }, html("summary", {}, html("span", { text: "Experiment" }),
    html("span", { class: "of", text: " switch the convention, hold a gate, change weights, add a sentence" })));
  host.append(drawer);
  let last = null;
  const redraws = [];

  const section = (title, note, ...children) =>
    html("section", {}, html("h4", { text: title }), note ? html("p", { class: "note", text: note }) : null, ...children);

  function choice(label, options, read, write) {
    const field = choiceField({ label, options, signal, changed: write });
    redraws.push(({ state, derived }) => field.update(read(state, derived)));
    return field.element;
  }

  // ---- conventions ---------------------------------------------------------------------------------------------------
  const negate = button("Negate z's weights: the same run again", () => on.edit("negate", edit.negateUpdateGate), signal, { class: "option" });
  const conventionNote = html("p", { class: "note" });
  redraws.push(({ state }) => {
    const swapped = state.convention.update !== state.unedited_convention.update;
    const second = Boolean(state.parameters.b_Uh?.some((value) => value !== 0));
    content(conventionNote, second ? "These weights have a second bias b_Uh, which only \u201creset after\u201d can use." :
      swapped ? "Same weights, other meaning of z: compare with the ghost in the story. \u03c3(\u2212a) = 1 \u2212 \u03c3(a), so changing the sign of W, U and b of the update gate undoes it exactly." :
      "Two habits divide the books. The weights stay; only their meaning changes.");
  });
  const conventions = section("Convention", null,
    choice("z near 1", [["keeps", "keeps the old"], ["takes", "takes the new"]], (state) => state.convention.update,
      (value) => on.edit("update", (state) => edit.convention(state, { update: value }))),
    choice("r acts", [["before", "before U\u2095"], ["after", "after U\u2095"]], (state) => state.convention.reset,
      (value) => {
        if (value === "before" && last.state.parameters.b_Uh?.some((bias) => bias !== 0)) return;
        on.edit("reset", (state) => edit.convention(state, { reset: value }));
      }),
    conventionNote, negate);

  // ---- forced gates --------------------------------------------------------------------------------------------------
  const heldAt = (list) => (list && list.every((value) => value === list[0]) ? list[0] : list?.some((value) => value !== null) ? "mixed" : null);
  const gates = section("Hold a gate", "All units at once. For one unit: click its bar in the diagram.",
    ...["r", "z"].map((gate) => choice(`gate ${gate}`, [[null, "as computed"], [0, "all 0"], [1, "all 1"]],
      (state) => heldAt(state.force[gate]),
      (value) => on.edit(`force-${gate}`, (state) => edit.force(state, gate, null, value)))));

  // ---- own sentence --------------------------------------------------------------------------------------------------
  const text = html("input", { type: "text", class: "text-field", maxlength: 120, placeholder: "Edda forgives.", "aria-label": "Your sentence" });
  const add = () => {
    on.edit("add", (state) => edit.addSentence(state, text.value.trim() || "Your sentence."));
    text.value = "";
  };
  text.addEventListener("keydown", (event) => event.key === "Enter" && add(), { signal });
  const remove = button("Remove it", () => on.edit("remove", (state, derived) => edit.removeSentence(state, derived.t - state.story.length)), signal, { class: "option" });
  const own = section("A sentence of your own", "It goes to the end of the story. Then drag the bars of x: the cell reads features, not words.",
    html("div", { class: "line" }, text, button("Add", add, signal, { class: "option" }), remove));
  redraws.push(({ state, derived }) => { remove.hidden = derived.t < state.story.length; });

  // ---- weights -------------------------------------------------------------------------------------------------------
  let gate = "h";
  const tabs = GATES.map(([letter, title]) => ({
    letter,
    element: button(title, () => { gate = letter; showWeights(); }, signal, { class: "option" }),
  }));
  const maps = {};
  const board = html("div", { class: "weights" });
  for (const [letter] of GATES) {
    for (const [kind, caption, columns] of [["W", "from the sentence", features], ["U", "from the memory", units], ["b", "bias", [""]]]) {
      const name = `${kind}_${letter}`;
      maps[name] = createHeatmap({
        name, caption, rowNames: units, columnNames: columns, signal,
        on: { change: (row, column, value) => on.edit(`${name} ${row} ${column}`, (state) => edit.weight(state, name, row, kind === "b" ? undefined : column, value)) },
      });
      maps[name].block = html("figure", { class: `block block-${kind}` }, html("figcaption", {}, html("b", { text: kind }), html("sub", { text: letter }), ` ${caption}`), maps[name].element);
    }
  }
  const weights = section("Weights", "Each row is a unit, each column what it listens to. Enter or double-click to type, + and \u2212 to nudge, or drag sideways.",
    html("div", { class: "choice", role: "group", "aria-label": "Which weights" }, ...tabs.map(({ element }) => element)), board);
  weights.classList.add("wide");

  function showWeights() {
    for (const { letter, element } of tabs) attribute(element, "aria-pressed", letter === gate);
    board.replaceChildren(...["W", "U", "b"].map((kind) => maps[`${kind}_${gate}`].block));
    if (last) updateWeights();
  }

  const asMatrix = (array) => (Array.isArray(array[0]) ? array : array.map((value) => [value]));

  function updateWeights() {
    for (const kind of ["W", "U", "b"]) {
      const name = `${kind}_${gate}`;
      const matrix = asMatrix(last.derived.parameters[name]);
      maps[name].update(matrix, asMatrix(last.state.parameters[name]), Math.max(1, ...matrix.flat().map(Math.abs)));
    }
  }

  // ---- keep it -------------------------------------------------------------------------------------------------------
  const code = html("code", { class: "snippet", tabindex: 0, "aria-label": "Python that restores this state" });
  const copied = html("span", { class: "of", role: "status" });
  const copy = button("Copy", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      copied.textContent = " copied";
    } catch {
      getSelection().selectAllChildren(code);
      copied.textContent = " selected: press Ctrl+C";
    }
    setTimeout(() => { copied.textContent = ""; }, 2000);
  }, signal, { class: "option" });
  const keep = section("Keep this state", "Run this in a cell, and the explorer opens as it is now.", code, html("div", { class: "line" }, copy, copied));
  keep.classList.add("wide");

  drawer.append(html("div", { class: "experiment-body" }, conventions, gates, own, weights, keep));
  drawer.addEventListener("toggle", () => last && update(last), { signal });
  showWeights();

  function update(view) {
    last = view;
    if (!drawer.open) return; // nothing to see, nothing to do
    for (const redraw of redraws) redraw(view);
    updateWeights();
    content(code, snippet(view.state));
  }

  return { update, element: drawer };
}
