// The whole story under the diagram: a column for each sentence, a row for each unit, a ghost of the unedited run.

import { attribute, content, html, roving, style, toggle } from "./dom.js";
import { clamp, plain, signed, spoken } from "./numbers.js";

/** on.go(t): the reader chose a sentence. on.rename(own, text), on.remove(own): the reader's own sentences. */
export function createStory(host, { units, on, signal }) {
  let columns = [];
  let signature = null;
  let abort = new AbortController();
  signal.addEventListener("abort", () => abort.abort());

  function build(story) {
    const text = JSON.stringify(story.map(({ own }) => own));
    if (text === signature) return;
    signature = text;
    abort.abort();
    abort = new AbortController();
    const grid = html("div", { class: "story-grid", role: "group", "aria-label": "The memory after each sentence" });
    grid.style.setProperty("--sentences", story.length);
    grid.append(html("div", { class: "corner", "aria-hidden": "true" }, ...units.map((unit) => html("span", { text: unit }))));
    columns = story.map((sentence, t) => {
      const number = html("span", { class: "order", text: t + 1 });
      const words = html("span", { class: "words" });
      const cells = units.map(() => {
        const bar = html("i", { class: "bar" });
        const ghost = html("i", { class: "ghost" });
        const value = html("span", { class: "value" });
        return { element: html("span", { class: "cell" }, bar, ghost, value), bar, ghost, value };
      });
      const column = html("button", { type: "button", class: "column", "data-sentence": t }, html("span", { class: "head" }, number, words), ...cells.map(({ element }) => element));
      column.addEventListener("click", () => on.go(t), { signal: abort.signal });
      grid.append(column);
      return { column, words, cells };
    });
    roving(columns.map(({ column }) => column), abort.signal, columns.length);
    host.replaceChildren(grid);
  }

  /**
   * A column is empty after `until`, which is as far as a story that plays has come, and a question as long as its answer
   * is a secret.
   */
  function update({ state, derived, prediction, playing, until = playing === "story" ? derived.t : Infinity }) {
    const { story, run, ghost, t } = derived;
    build(story);
    columns.forEach(({ column, words, cells }, k) => {
      const secret = prediction && !prediction.revealed && k >= t;
      content(words, story[k].text);
      attribute(column, "aria-current", k === t ? "step" : null);
      toggle(column, "current", k === t);
      const ahead = k > until;
      const h = run[k].trace.h;
      attribute(column, "aria-label", `Sentence ${k + 1}: ${story[k].text} ` + (secret || ahead ? "" : units.map((unit, i) => `${unit} ${spoken(h[i])}`).join(", ")));
      cells.forEach(({ bar, ghost: mark, value, element }, i) => {
        const was = ghost[k]?.[i];
        const differs = was !== undefined && Math.abs(was - h[i]) >= 0.005;
        content(value, secret ? "?" : ahead ? "" : signed(h[i]));
        style(bar, "transform", `scaleX(${secret || ahead ? 0 : clamp(h[i], -1, 1).toFixed(3)})`); // a transform needs no layout
        toggle(element, "negative", h[i] < 0);
        toggle(element, "differs", differs && !secret && !ahead);
        if (differs) style(mark, "left", `${50 + was * 50}%`);
        attribute(element, "title", differs ? `unedited: ${plain(was)}` : null);
      });
    });
  }

  return { update };
}
