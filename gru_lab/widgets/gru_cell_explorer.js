// GRUCellExplorer: one step of a GRU that can be touched. This file joins the parts; each part has its own module.
//
//   model (Python's traits) -> state -> derive() -> diagram, arithmetic, story, experiment
//
// The browser computes; Python is told afterwards, a moment after the last change, and may be gone altogether.

import { createArithmetic } from "./js/arithmetic.js";
import { createDiagram } from "./js/diagram.js";
import { attribute, button, content, html, style, toggle, wantsLessMotion } from "./js/dom.js";
import { createExperiment } from "./js/experiment.js";
import { onResize, openFrame } from "./js/frame.js";
import { connect } from "./js/model.js";
import { createPrediction } from "./js/predict.js";
import { EDITABLE, canReset, createUndo, derive, edit } from "./js/state.js";
import { createStory } from "./js/story.js";
import { STAGES, narrate, resultText, unitToPredict } from "./js/words.js";

const SHARED = [...EDITABLE, "parameters", "units", "features", "story", "unedited_convention", "stage", "selected", "predict", "given", "opened"];
const SPEAK_AFTER = 900; // milliseconds after the last change
const REVEAL = 900; // milliseconds for a stage to draw itself
const DWELL = 2600; // and for a stage in all, so that its sentence can be read
let instances = 0;

function render({ model, el }) {
  const { root, signal, finish } = openFrame(el, "gru-explorer", "GRU cell explorer");
  const uid = `gru-explorer-${(instances += 1)}`;
  const link = connect(model, SHARED, signal, refresh);
  let { state } = link;
  const cache = {};
  let derived = derive(state, cache);
  let prediction = null; // {unit, guess, revealed}: a game of the moment, not part of the shared state
  const undo = createUndo();

  // ---- frame -----------------------------------------------------------------------------------------------------------
  const previous = button("\u2039", () => go(derived.t - 1), signal, { class: "round", "aria-label": "Previous sentence" });
  const next = button("\u203a", () => go(derived.t + 1), signal, { class: "round", "aria-label": "Next sentence" });
  const count = html("span", { class: "count" });
  const sentence = html("p", { class: "sentence" });
  const undoButton = button("\u21b6 Undo", stepBack, signal, { class: "quiet" });
  const resetButton = button("Reset", () => change("reset", (now) => edit.reset(now)), signal, { class: "quiet" });
  const playLabel = html("span", { text: "Play the step" });
  const playIcon = html("span", { class: "icon", "aria-hidden": "true", text: "\u25b6" });
  const play = html("button", { type: "button", class: "primary play" }, playIcon, playLabel);
  play.addEventListener("click", () => (playing ? stop() : playStep()), { signal });
  const ask = button("Predict first", startPrediction, signal);
  const stages = STAGES.map(({ number, title, short }) => {
    const element = html("button", { type: "button", class: "stage", "aria-label": `Stage ${number}: ${title}` }, html("b", { text: number }), html("span", { class: "long", text: title }), html("span", { class: "short", text: short }));
    element.addEventListener("click", () => { stop(); endPrediction(); showStage(number); reveal(number); }, { signal });
    return element;
  });
  const narration = html("p", { class: "narration" });
  const predictionHost = html("div");
  const diagramHost = html("div", { class: "diagram-host" });
  const arithmeticHost = html("div", { class: "arithmetic", role: "group", "aria-label": "How the chosen number comes about" });
  const storyIcon = html("span", { class: "icon", "aria-hidden": "true" });
  const storyVerb = html("span");
  const playStory = html("button", { type: "button", class: "play-story" }, storyIcon, storyVerb, html("span", { class: "roomy", text: " whole" }), " story");
  playStory.addEventListener("click", () => (playing ? stop() : playWholeStory()), { signal });
  const storyNote = html("span", { class: "of" });
  const storyHost = html("div", { class: "story-host" });
  const live = html("div", { class: "hidden-text", role: "status", "aria-live": "polite" });

  root.append(
    html("header", {},
      html("div", { class: "sentence-line" }, previous, next, html("div", { class: "sentence-box" }, count, sentence)),
      html("div", { class: "tools" }, undoButton, resetButton)),
    html("div", { class: "actions" }, play, playStory, ask, html("div", { class: "stages", role: "group", "aria-label": "Stages of the step" }, ...stages)),
    narration, predictionHost,
    html("div", { class: "board" }, diagramHost, arithmeticHost),
    html("p", { class: "legend", text: "A pipe is as wide as |value|, hollow when negative; a valve narrows it. Drag the round knobs. Click a bar for its arithmetic." }),
    html("div", { class: "story-title" }, html("h4", { text: "The memory after each sentence" }), storyNote),
    storyHost, live);

  const shared = { units: state.units, features: state.features, signal, uid };
  const diagram = createDiagram(diagramHost, {
    ...shared,
    on: {
      change: (kind, index, value) => {
        const same = (kind === "h" ? derived.now.h : derived.now.x)[index] === value;
        if (!same) change(`${kind} ${index}`, (now, data) => edit[kind](now, data, index, value));
      },
      grab: () => stop(),
      select: (kind, unit) => set({ selected: { kind, unit } }),
    },
  });
  const arithmetic = createArithmetic(arithmeticHost, {
    ...shared,
    equations: model.get("equations"),
    on: { force: (gate, unit, value) => change(`force ${gate} ${unit}`, (now) => edit.force(now, gate, unit, value)) },
  });
  const story = createStory(storyHost, { ...shared, on: { go } });
  const experiment = createExperiment(root, { ...shared, on: { edit: change } });
  const predictions = createPrediction(predictionHost, {
    ...shared,
    on: {
      guess: (guess) => { prediction = { ...prediction, guess }; draw(); },
      reveal: () => { prediction = { ...prediction, revealed: true }; set({ stage: 5 }); reveal(5); },
      skip: () => { endPrediction(); set({ stage: 5 }); ask.focus({ preventScroll: true }); },
    },
  });

  // ---- state: the only ways to change it -------------------------------------------------------------------------------
  let speaking = 0;

  function set(changes) {
    link.set(changes);
    refresh();
  }

  function refresh() {
    state = link.state;
    derived = derive(state, cache);
    draw();
  }

  /** An edit that can be undone. compute(state, derived) -> the keys that change. */
  function change(control, compute) {
    undo.remember(state, control, performance.now());
    set(compute(state, derived));
    clearTimeout(speaking);
    speaking = setTimeout(() => content(live, resultText(about())), SPEAK_AFTER);
  }

  function stepBack() {
    const earlier = undo.back();
    if (earlier) set(earlier);
  }

  function go(t) {
    if (t < 0 || t >= derived.story.length) return;
    stop();
    endPrediction();
    glide(450);
    set({ t });
  }

  const about = () => ({ units: state.units, features: state.features, now: derived.now, convention: state.convention });

  // ---- drawing ---------------------------------------------------------------------------------------------------------
  function draw() {
    const view = { state, derived, prediction, playing };
    const total = derived.story.length;
    content(count, `Sentence ${derived.t + 1} of ${total}`);
    content(sentence, `\u201c${derived.story[derived.t].text}\u201d`);
    attribute(previous, "disabled", derived.t === 0 ? "" : null);
    attribute(next, "disabled", derived.t === total - 1 ? "" : null);
    attribute(undoButton, "disabled", undo.possible ? null : "");
    attribute(resetButton, "disabled", canReset(state) ? null : "");
    stages.forEach((element, i) => {
      attribute(element, "aria-current", i + 1 === state.stage ? "step" : null);
      toggle(element, "done", i + 1 < state.stage);
    });
    content(narration, prediction ? "" : narrate(state.stage, about()));
    toggle(narration, "away", prediction);
    content(storyVerb, playing === "story" ? "Pause the" : "Play the");
    content(storyIcon, playing === "story" ? "\u275a\u275a" : "\u25b6");
    content(playLabel, playing === "step" ? "Pause" : "Play the step");
    content(playIcon, playing === "step" ? "\u275a\u275a" : "\u25b6");
    content(storyNote, derived.edited ? "\u2502 marks the run without your changes" : "");
    predictions.update(view);
    diagram.update(view);
    placeArithmetic();
    arithmetic.update(view);
    story.update(view);
    experiment.update(view);
  }

  /** In the free corner of the picture where there is one, beneath it where there is none. */
  function placeArithmetic() {
    const { side, roomy } = diagram.layout;
    toggle(arithmeticHost, "side", side);
    toggle(arithmeticHost, "tall", side && roomy);
    style(arithmeticHost, "margin-left", side ? `${side.x}px` : "");
    style(arithmeticHost, "margin-top", side ? `${side.y}px` : "");
    style(arithmeticHost, "width", side ? `${side.w}px` : "");
  }

  // ---- playing ---------------------------------------------------------------------------------------------------------
  let playing = null; // "step", "story" or null
  let timer = 0;
  let frame = 0;

  /** The parts of a stage draw themselves: pipes run along their way, bars grow. CSS does it, from one number. */
  function reveal(stage) {
    cancelAnimationFrame(frame);
    if (wantsLessMotion()) return;
    const start = performance.now();
    root.dataset.reveal = String(stage);
    const tick = (time) => {
      const share = Math.min(1, Math.max(0, (time - start) / REVEAL));
      root.style.setProperty("--reveal", String(1 - (1 - share) ** 2));
      if (share < 1) frame = requestAnimationFrame(tick);
      else endReveal();
    };
    root.style.setProperty("--reveal", "0");
    frame = requestAnimationFrame(tick);
  }

  function endReveal() {
    cancelAnimationFrame(frame);
    delete root.dataset.reveal;
    root.style.removeProperty("--reveal");
  }

  /** For a moment, bars and pipes move to their new places instead of jumping. */
  let gliding = 0;
  function glide(time) {
    if (wantsLessMotion()) return;
    root.classList.add("gliding");
    clearTimeout(gliding);
    gliding = setTimeout(() => root.classList.remove("gliding"), time);
  }

  function showStage(stage) {
    set({ stage, selected: { kind: ["h_t", "r", "candidate", "z", "h_t"][stage - 1], unit: state.selected.unit } });
  }

  function playStep() {
    endPrediction();
    playing = "step";
    const show = (stage) => {
      showStage(stage);
      reveal(stage);
      if (stage === 5) timer = setTimeout(stop, REVEAL);
      else if (stage === 4 && state.predict) timer = setTimeout(startPrediction, DWELL);
      else timer = setTimeout(() => show(stage + 1), DWELL);
    };
    show(1);
  }

  function playWholeStory() {
    endPrediction();
    playing = "story";
    const show = (t) => {
      glide(700);
      set({ t, stage: 5 });
      if (t + 1 < derived.story.length) timer = setTimeout(() => show(t + 1), 1500);
      else timer = setTimeout(stop, 700);
    };
    show(derived.t + 1 < derived.story.length ? derived.t : 0);
  }

  function stop() {
    clearTimeout(timer);
    endReveal();
    if (!playing) return;
    playing = null;
    draw();
  }

  function startPrediction() {
    stop();
    const unit = unitToPredict(about());
    prediction = { unit, guess: 0, revealed: false };
    set({ stage: 4, selected: { kind: "h_t", unit } });
    predictions.focus();
  }

  function endPrediction() {
    prediction = null;
  }

  root.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && event.target.tagName !== "INPUT") {
      event.preventDefault();
      stepBack();
    }
  }, { signal });
  onResize(diagramHost, signal, () => {
    diagram.measure();
    draw();
  });
  signal.addEventListener("abort", () => {
    stop();
    clearTimeout(speaking);
    clearTimeout(gliding);
  });

  draw();
  root.dataset.ready = "true";
  return finish;
}

export default { render };
