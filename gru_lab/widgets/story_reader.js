// StoryReader: type a story, and a trained GRU reads it word by word; what a probe finds in its state, and its gates.

import { attribute, button, content, html, style, toggle, wantsLessMotion } from "./js/dom.js";
import { choiceField, openFrame } from "./js/frame.js";
import { contributions, largest, meanOf, nextWords, readStory, tellingUnits, unpackModel } from "./js/language_model.js";
import { connect } from "./js/model.js";
import { clamp, listed, percent, plain, signed, spoken } from "./js/numbers.js";
import { createPlayer } from "./js/player.js";
import { createVocabulary, withWord } from "./js/vocabulary.js";
import { createWordChart } from "./js/word_chart.js";
import { changes } from "./js/words.js";

const KEYS = ["text", "t", "aspect"];
const PAUSE = 450; // milliseconds a word stays, when the story plays
const GUESSES = 3;
const TELLING = 5; // units shown
const COMPLETIONS = 5;
const LOW = -0.25; // a reading is in [0, 1] where it is right, and a probe may miss
const HIGH = 1.25;

function render({ model, el }) {
  const { root, signal, finish } = openFrame(el, "story-reader", "Story reader");
  const link = connect(model, KEYS, signal, draw);
  const names = model.get("names");
  const longest = model.get("longest");
  const vocabulary = createVocabulary(model.get("vocabulary"));
  const gru = unpackModel(model.get("weights"), model.get("sizes"));
  const shown = (word) => `\u201c${word}\u201d`;
  let steps = [];
  let tokens = [];
  const player = createPlayer({ pause: PAUSE, place: () => link.state.t, last: () => steps.length - 1, go, changed: draw, signal });

  // ---- the story: written, chosen, added to

  const area = html("textarea", { rows: 4, spellcheck: "false", "aria-label": "Your story" });
  area.addEventListener("input", () => write(area.value), { signal });
  const ready = html("div", { class: "choice", role: "group", "aria-label": "Ready stories" }, html("span", { class: "choice-label", text: "Stories" }),
    ...model.get("stories").map(({ name, text }) => button(name, () => write(text, 0), signal, { class: "option" })),
    button("empty", () => { write(""); area.focus(); }, signal, { class: "option quiet" }));
  const adding = html("details", { class: "more" }, html("summary", { text: "Add a sentence" }),
    html("div", { class: "sentences" }, ...model.get("sentences").map((sentence) => button(sentence, () => write(`${link.state.text.trimEnd()} ${sentence}`.trim()), signal, { class: "option" }))));
  adding.hidden = model.get("sentences").length === 0;
  const every = html("details", { class: "more" }, html("summary", { text: `All ${vocabulary.words.length - 1} words that it knows` }),
    html("p", { class: "note", text: vocabulary.words.slice(1).join(" ") }));
  const unknown = html("div", { class: "unknown", role: "status" });

  // ---- where the reading stands

  const previous = button("\u2039", () => { player.stop(); go(link.state.t - 1); }, signal, { class: "round", "aria-label": "Previous word" });
  const next = button("\u203a", () => { player.stop(); go(link.state.t + 1); }, signal, { class: "round", "aria-label": "Next word" });
  const play = html("button", { type: "button", class: "primary" });
  play.addEventListener("click", player.toggle, { signal });
  const lead = html("p", { class: "lead", role: "status" });
  const strip = html("div", { class: "strip scroll", role: "group", "aria-label": "The words, as the model reads them. Arrow keys move." });
  let words = [];
  strip.addEventListener("click", (event) => { const t = words.indexOf(event.target); if (t >= 0) { player.stop(); go(t); } }, { signal });
  strip.addEventListener("keydown", (event) => {
    const { t } = link.state;
    const to = { ArrowRight: t + 1, ArrowDown: t + 1, ArrowLeft: t - 1, ArrowUp: t - 1, Home: 0, End: words.length - 1 }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    player.stop();
    go(to);
    words[link.state.t].focus();
  }, { signal });
  const chart = createWordChart({
    rows: [...names.map((name) => ({ name, tint: "h", low: LOW, high: HIGH })),
      ...["r", "z"].map((gate) => ({ name: `mean ${gate}`, tint: gate, low: 0, high: 1 }))],
    on: { go: (t) => { player.stop(); go(t); } }, signal,
  });

  // ---- the word looked at: meters, gates, units, guesses

  const meters = html("div", { class: "meters", role: "group", "aria-label": "What the probe reads after this word" });
  const rows = names.map((name) => {
    const bar = html("i", { class: "bar" });
    const before = html("i", { class: "before" });
    const value = html("b");
    const element = html("div", { class: "meter", role: "meter", "aria-label": name, "aria-valuemin": LOW, "aria-valuemax": HIGH },
      html("span", { class: "meter-name", text: name }), html("span", { class: "meter-track" }, bar, before), value);
    meters.append(element);
    return { element, bar, before, value };
  });
  const guesses = html("div", { class: "guesses", role: "group", "aria-label": "The most likely next words" });
  const guessRows = Array.from({ length: GUESSES }, () => {
    const word = html("span", { class: "guess-word" });
    const bar = html("i", { class: "bar" });
    const share = html("span", { class: "of" });
    const element = html("button", { type: "button", class: "guess" }, word, html("span", { class: "guess-track" }, bar), share);
    element.addEventListener("click", () => write(withWord(link.state.text, element.dataset.word)), { signal });
    guesses.append(element);
    return { element, word, bar, share };
  });
  const guessNote = html("p", { class: "note" });
  const means = html("p", { class: "means" });
  const choice = choiceField({ label: "Units for", options: names.map((name, k) => [k, name]), signal, changed: (aspect) => set({ aspect }) });
  const caption = html("caption");
  const body = html("tbody");
  const unitRows = Array.from({ length: TELLING }, () => {
    const cells = Array.from({ length: 5 }, () => html("td"));
    const name = html("th", { scope: "row" });
    body.append(html("tr", {}, name, ...cells));
    return { name, cells };
  });
  const moves = html("th", { scope: "col" });
  const table = html("table", { class: "units" }, caption, html("thead", {}, html("tr", {}, html("th", { scope: "col", text: "unit" }), html("th", { scope: "col", text: "before" }),
    html("th", { scope: "col", text: "after" }), html("th", { scope: "col", class: "q-r", text: "r" }), html("th", { scope: "col", class: "q-z", text: "z" }), moves)), body);
  const share = html("p", { class: "note" });

  root.append(
    ready, area, unknown, html("div", { class: "line" }, adding, every),
    html("div", { class: "line now" }, previous, next, play), lead, strip, chart.element,
    html("p", { class: "note", text: "Dots end a sentence. A probe reads well where it was fitted: at the ends of sentences only, or after every word. Dashed: the mean gate of the units in the table." }),
    html("div", { class: "columns" },
      html("div", {}, html("h4", { text: "After this word the probe reads" }), meters, html("h4", { text: "Next, most likely" }), guesses, guessNote),
      html("div", {}, html("h4", { text: "Gates at this word" }), means, choice.element, html("div", { class: "scroll" }, table), share)));

  function set(change) {
    link.set(change);
    draw();
  }

  /** Another text; t: the word to look at, null for the last one. */
  function write(text, t = null) {
    player.stop();
    const known = readable(vocabulary.split(text));
    set({ text, t: t ?? known.length });
  }

  const readable = (list) => list.filter(({ number }) => number !== null).slice(0, longest);

  function go(t) {
    if (t >= 0 && t < steps.length && t !== link.state.t) set({ t });
  }

  // ---- drawing

  let drawnText = null;
  function read(text) {
    if (drawnText === text) return;
    drawnText = text;
    if (area.value !== text) area.value = text;
    tokens = vocabulary.split(text);
    const known = readable(tokens);
    steps = readStory(gru, known.map(({ number }) => number), steps);
    words = [html("button", { type: "button", class: "word" }, "start")];
    strip.replaceChildren(words[0]);
    let read = 0;
    for (const { text: word, number } of tokens) {
      const reads = number !== null && read < longest;
      const glued = /^[.,;:!?]$/.test(word);
      const element = reads ? html("button", { type: "button", class: "word" }, word) : html("s", { class: "word", title: "not read" }, word);
      if (reads) { words.push(element); read += 1; }
      strip.append(glued ? "" : " ", element);
    }
  }

  /**
   * The word that is being written: what stands at the end, as long as it may still become a known one. Nothing is drawn
   * when the field loses the focus: what a press is aimed at would move, or be gone, before the press ends.
   */
  function unfinished() {
    const last = tokens.at(-1);
    const typing = last && last.number === null && last.end === link.state.text.length && root.getRootNode().activeElement === area;
    return typing && vocabulary.beginning(last.text).length ? last : null;
  }

  let said = null;
  function drawUnknown() {
    const pending = unfinished();
    const strangers = tokens.filter((token) => token.number === null && token !== pending);
    const known = tokens.length - strangers.length - (pending ? 1 : 0);
    const key = JSON.stringify([link.state.text, pending?.start]);
    if (key === said) return;
    said = key;
    const replace = (token, word) => button(word, () => {
      const { text } = link.state;
      write(text.slice(0, token.start) + word + text.slice(token.end));
      area.focus();
    }, signal, { class: "option" });
    const lines = strangers.slice(0, 3).map((token) => {
      const nearest = vocabulary.nearest(token.text);
      const offer = nearest ? [" Nearest in spelling: ", replace(token, nearest)] : [];
      return html("p", {}, `${shown(token.text)} is no word that this model knows: it is left out.`, ...offer);
    });
    if (strangers.length > 3) lines.push(html("p", { text: `${strangers.length - 3} more words are not known and left out.` }));
    if (known > longest) lines.push(html("p", { text: `Only the first ${longest} words are read.` }));
    if (pending) {
      const likely = nextWords(gru, steps.at(-1).h);
      const ways = vocabulary.beginning(pending.text).sort((a, b) => likely[b] - likely[a]).slice(0, COMPLETIONS);
      lines.push(html("p", {}, `${shown(pending.text)} may become: `, ...ways.map((number) => replace(pending, vocabulary.words[number]))));
    }
    unknown.replaceChildren(...lines);
  }

  function draw() {
    const { state } = link;
    read(state.text);
    drawUnknown();
    const t = Math.min(state.t, steps.length - 1);
    const last = steps.length - 1;
    const step = steps[t];
    const word = t ? shown(vocabulary.words[step.word]) : "";
    const before = t ? steps[t - 1].aspects : step.aspects;
    const likely = nextWords(gru, step.h);
    const best = largest(likely, GUESSES);
    const telling = tellingUnits(gru, steps, state.aspect, TELLING);

    attribute(previous, "disabled", t === 0 ? "" : null);
    attribute(next, "disabled", t === last ? "" : null);
    attribute(play, "disabled", last === 0 ? "" : null);
    content(play, player.playing() ? "\u275a\u275a Pause" : "\u25b6 Read the story");
    attribute(lead, "aria-live", player.playing() ? "off" : "polite"); // a word every half second is too fast to be spoken
    const moved = t ? changes(names, before, step.aspects) : [];
    const what = moved.length
      ? moved.map(({ name, from, to, by }) => `${name} ${by > 0 ? "rises" : "falls"} from ${plain(from)} to ${plain(to)}`).join("; ")
      : "no reading moves by as much as 0.05";
    const guessed = listed(best.map((number) => shown(vocabulary.words[number])));
    content(lead, t ? `Word ${t} of ${last}, ${word}: ${what}. Next, most likely ${guessed}.` : `The start, before any word. Next, most likely ${guessed}.`);

    words.forEach((element, k) => {
      attribute(element, "tabindex", k === t ? 0 : -1);
      attribute(element, "aria-current", k === t ? "step" : null);
    });
    const top = words[t].offsetTop;
    if (top < strip.scrollTop || top + words[t].offsetHeight > strip.scrollTop + strip.clientHeight) strip.scrollTop = top - strip.clientHeight / 2;

    const ends = steps.map(({ word: number }, k) => (vocabulary.words[number] === "." && k ? k : -1)).filter((k) => k >= 0);
    chart.draw({
      values: [...names.map((_, k) => steps.map(({ aspects }) => aspects[k])), steps.map(({ r }) => meanOf(r)), steps.map(({ z }) => meanOf(z))],
      lines: [...names.map(() => null), steps.map(({ r }) => meanOf(r, telling)), steps.map(({ z }) => meanOf(z, telling))],
      ends, t,
      said: `${listed(names)}, mean r and mean z at the start and after each of ${last} words. At the end: ${names.map((name, k) => `${name} ${spoken(steps[last].aspects[k])}`).join(", ")}.`,
    });

    toggle(meters, "glides", !wantsLessMotion());
    const place = (value) => `${(100 * (clamp(value, LOW, HIGH) - LOW)) / (HIGH - LOW)}%`;
    rows.forEach(({ element, bar, before: mark, value }, k) => {
      const now = step.aspects[k];
      style(bar, "width", `${(100 * Math.abs(clamp(now, LOW, HIGH))) / (HIGH - LOW)}%`);
      style(bar, "left", place(Math.min(0, now)));
      toggle(element, "negative", now < 0);
      style(mark, "left", place(before[k]));
      content(value, signed(now));
      attribute(element, "aria-valuenow", clamp(now, LOW, HIGH).toFixed(5));
      attribute(element, "aria-valuetext", `${spoken(now)}, was ${spoken(before[k])}`);
    });

    const open = t === last && last < longest;
    guessRows.forEach(({ element, word: place_, bar, share: part }, i) => {
      const guess = vocabulary.words[best[i]];
      element.dataset.word = guess;
      content(place_, guess);
      style(bar, "width", `${100 * likely[best[i]]}%`);
      content(part, likely[best[i]] < 0.01 ? "under 1\u202f%" : percent(likely[best[i]]));
      attribute(element, "disabled", open && best[i] !== 0 ? null : "");
      attribute(element, "aria-label", `${guess}, ${Math.round(100 * likely[best[i]])} per cent${open ? ": add it" : ""}`);
    });
    content(guessNote, open ? "A click adds the word to the story." : t < last ? `The story goes on with ${shown(vocabulary.words[steps[t + 1].word])}: ${percent(likely[steps[t + 1].word])}.` : "");

    const { H } = gru.sizes;
    content(means, `Mean of all ${H} units: r ${plain(meanOf(step.r))}, z ${plain(meanOf(step.z))}, so a unit takes ${percent(1 - meanOf(step.z))} of its candidate, on average.`);
    choice.update(state.aspect);
    const aspect = names[state.aspect];
    content(caption, `The ${TELLING} units that move ${aspect} most in this story`);
    content(moves, `adds to ${aspect}`);
    const by = contributions(gru, steps, t, state.aspect);
    unitRows.forEach(({ name, cells }, i) => {
      const unit = telling[i];
      const values = [t ? steps[t - 1].h[unit] : 0, step.h[unit], step.r[unit], step.z[unit], by[unit]];
      content(name, `h[${unit}]`);
      cells.forEach((cell, c) => content(cell, c === 2 || c === 3 ? plain(values[c]) : signed(values[c])));
    });
    const five = telling.reduce((sum, unit) => sum + by[unit], 0);
    const whole = by.reduce((sum, value) => sum + value, 0);
    content(share, `At this word they add ${signed(five)}, all ${H} units ${signed(whole)}.`);
  }

  draw();
  attribute(root, "data-ready", "true");
  return finish;
}

export default { render };
