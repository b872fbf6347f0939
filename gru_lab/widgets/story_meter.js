// StoryMeter: a story read sentence by sentence, and what each number of the hidden state does.

import { attribute, button, content, html, style, toggle, wantsLessMotion } from "./js/dom.js";
import { choiceField, openFrame } from "./js/frame.js";
import { traceSequence } from "./js/gru.js";
import { connect } from "./js/model.js";
import { difference, plain, signed, spoken } from "./js/numbers.js";
import { createPlayer } from "./js/player.js";
import { createStory } from "./js/story.js";
import { changes } from "./js/words.js";

const KEYS = ["parameters", "story", "units", "convention", "t", "source", "random_parameters"];
const PAUSE = 1700; // milliseconds a sentence stays, when the story plays

function render({ model, el }) {
  const { root, signal, finish } = openFrame(el, "story-meter", "Story meter");
  const link = connect(model, KEYS, signal, draw);
  const hasRandom = link.state.random_parameters !== null;
  const nameless = link.state.units.map((_, i) => `h[${i}]`);
  const player = createPlayer({ pause: PAUSE, place: () => link.state.t, last: () => link.state.story.length - 1, go, changed: draw, signal });

  const previous = button("\u2039", () => go(link.state.t - 1), signal, { class: "round", "aria-label": "Previous sentence" });
  const next = button("\u203a", () => go(link.state.t + 1), signal, { class: "round", "aria-label": "Next sentence" });
  const count = html("span", { class: "count" });
  const sentence = html("p", { class: "sentence" });
  const play = html("button", { type: "button", class: "primary" });
  play.addEventListener("click", player.toggle, { signal });
  const source = choiceField({
    label: "Weights", signal, options: [["hand", "set by hand"], ["random", "random"]],
    changed: (value) => { player.stop(); reached = link.state.t; set({ source: value }); },
  });
  source.element.hidden = !hasRandom;
  const said = html("p", { class: "lead", role: "status" });
  const meters = html("div", { class: "meters", role: "group", "aria-label": "The hidden state after this sentence" });
  const vector = html("p", { class: "vector" });
  const storyHost = html("div", { class: "story-host" });
  root.append(html("header", {}, previous, next, html("div", { class: "sentence-box", role: "status" }, count, sentence), play), said, meters, vector, source.element, storyHost);

  const rows = link.state.units.map(() => {
    const name = html("span", { class: "meter-name" });
    const bar = html("i", { class: "bar" });
    const before = html("i", { class: "before" });
    const value = html("b");
    const move = html("span", { class: "of" });
    const row = html("div", { class: "meter" }, name, html("span", { class: "meter-track" }, bar, before), value, move);
    meters.append(row);
    return { row, name, bar, before, value, move };
  });

  let reached = link.state.t; // the grid shows no sentence that nobody has read yet: the reader predicts it
  let story = null;
  let storyUnits = null;
  function drawStory(units, view) {
    if (storyUnits !== units) { // the names changed: the rows are written anew
      storyUnits = units;
      story = createStory(storyHost, { units, on: { go: (t) => { player.stop(); go(t); } }, signal });
    }
    story.update(view);
  }

  function set(change) {
    link.set(change);
    draw();
  }

  function go(t) {
    if (t >= 0 && t < link.state.story.length) set({ t });
  }

  // The arrow keys read on wherever the focus is; in the grid below it comes along.
  root.addEventListener("keydown", (event) => {
    const { t, story: { length } } = link.state;
    const to = { ArrowRight: t + 1, ArrowLeft: t - 1, Home: 0, End: length - 1 }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    player.stop();
    go(to);
    if (storyHost.contains(event.target)) storyHost.querySelector(`[data-sentence="${link.state.t}"]`).focus();
  }, { signal });

  function draw() {
    const { state } = link;
    const byHand = state.source === "hand";
    const parameters = byHand ? state.parameters : state.random_parameters;
    const units = byHand ? state.units : nameless;
    const run = traceSequence(state.story.map(({ x }) => x), parameters, state.convention);
    const { h, trace } = run[state.t];
    reached = Math.max(reached, state.t);
    source.update(state.source);
    content(count, `Sentence ${state.t + 1} of ${state.story.length}`);
    content(sentence, `\u201c${state.story[state.t].text}\u201d`);
    const atEnd = { first: state.t === 0, last: state.t === state.story.length - 1 };
    const held = document.activeElement; // a button that is disabled would lose the keyboard
    if (atEnd.last && held === next && !atEnd.first) previous.focus();
    attribute(previous, "disabled", atEnd.first ? "" : null);
    attribute(next, "disabled", atEnd.last ? "" : null);
    if (atEnd.first && held === previous && !atEnd.last) next.focus();
    content(play, player.playing() ? "\u275a\u275a Pause" : "\u25b6 Read the story");
    toggle(meters, "glides", !wantsLessMotion());
    const moved = changes(units, h, trace.h);
    content(said, moved.length
      ? `${moved.map(({ name, from, to, by }) => `${name} ${by > 0 ? "rises" : "falls"} from ${plain(from)} to ${plain(to)}`).join("; ")}.` +
        (byHand ? "" : " Which aspect is that? Nothing says so.")
      : "Nothing moves by as much as 0.05: the memory waits.");
    rows.forEach(({ row, name, bar, before, value, move }, i) => {
      const now = trace.h[i];
      content(name, units[i]);
      style(bar, "width", `${Math.abs(now) * 50}%`);
      style(bar, "left", `${now < 0 ? 50 + now * 50 : 50}%`);
      toggle(row, "negative", now < 0);
      style(before, "left", `${50 + h[i] * 50}%`);
      content(value, signed(now));
      const by = difference(h[i], now);
      content(move, by === 0 ? "" : `${by > 0 ? "\u25b2" : "\u25bc"} ${plain(Math.abs(by))}`);
      attribute(row, "role", "meter");
      attribute(row, "aria-label", units[i]);
      attribute(row, "aria-valuemin", -1);
      attribute(row, "aria-valuemax", 1);
      attribute(row, "aria-valuenow", now.toFixed(2));
      attribute(row, "aria-valuetext", `${spoken(now)}, was ${spoken(h[i])}`);
    });
    const list = (values) => `[${values.map((v) => plain(v)).join(", ")}]`;
    content(vector, `h: ${list(h)} \u2192 ${list(trace.h)}`);
    const sentences = state.story.map((one) => ({ ...one, own: false }));
    drawStory(units, { state, derived: { story: sentences, run, ghost: run.map((step) => step.trace.h), t: state.t }, prediction: null, until: player.playing() ? state.t : reached });
  }

  draw();
  attribute(root, "data-ready", "true");
  return finish;
}

export default { render };
