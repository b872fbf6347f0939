// What every widget's root element has: a name, the page's theme, keys that stay inside, an end.

import { attribute, content, html, watchTheme } from "./dom.js";

/** -> {root, signal, finish}: root is in el; finish() ends every listener made with signal and is what render returns. */
export function openFrame(el, name, label) {
  const ending = new AbortController();
  const root = html("section", { class: `gru-widget ${name}`, "aria-label": label, "data-lm-suppress-shortcuts": "true" });
  el.append(root);
  watchTheme(root, ending.signal);
  // Jupyter's shortcuts must not act on keys that are meant for the widget. JupyterLab hears keys on their way up, where
  // stopPropagation ends them. Notebook 7 hears them on their way down, before anything here does, and its selectors match
  // the focused element itself: so that element must carry the mark, not its ancestor alone.
  root.addEventListener("keydown", (event) => event.stopPropagation(), { signal: ending.signal });
  root.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"), { signal: ending.signal });
  return { root, signal: ending.signal, finish: () => ending.abort() };
}

/** Call draw(width) when `element` gets another width. */
export function onResize(element, signal, draw) {
  let before = 0;
  const watcher = new ResizeObserver(() => requestAnimationFrame(() => {
    const width = Math.round(element.clientWidth);
    if (width === before || !element.isConnected) return;
    before = width;
    draw(width);
  }));
  watcher.observe(element);
  signal.addEventListener("abort", () => watcher.disconnect());
}

/**
 * A labelled native slider: {element, update(value, text, spoken)}. label may be an element or a text, name is for a
 * screen reader; changed(value) is called on every move.
 */
export function rangeField({ label, name, min, max, step, tint, signal, changed }) {
  const input = html("input", { type: "range", min, max, step, "aria-label": name, class: tint ? `tint-${tint}` : null });
  const output = html("output", { "aria-hidden": "true" });
  const element = html("label", { class: "field" }, html("span", { class: "field-label" }, label), input, output);
  input.addEventListener("input", () => changed(Number(input.value)), { signal });
  return {
    element,
    input,
    update(value, text, spokenText = text) {
      if (Number(input.value) !== value) input.value = String(value);
      content(output, text);
      attribute(input, "aria-valuetext", spokenText);
    },
  };
}

/** Buttons of which one is pressed: {element, update(value)}. options: [[value, text], …]. */
export function choiceField({ label, options, signal, changed }) {
  const buttons = options.map(([value, text]) => {
    const element = html("button", { type: "button", class: "option" }, text);
    element.addEventListener("click", () => changed(value), { signal });
    return { value, element };
  });
  const element = html("div", { class: "choice", role: "group", "aria-label": label }, html("span", { class: "choice-label", text: label }),
    ...buttons.map(({ element: button }) => button));
  return {
    element,
    update(value) {
      for (const button of buttons) attribute(button.element, "aria-pressed", button.value === value);
    },
  };
}
