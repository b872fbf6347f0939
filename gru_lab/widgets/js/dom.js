// Small helpers for HTML and SVG: making elements, changing only what changed, sliders, the theme.

import { clamp } from "./numbers.js";

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name === "style") element.style.cssText = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** An HTML element: html("p", {class: "note"}, "text", otherElement). */
export function html(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element, the same way. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

// What was written last, so that a redraw touches the document only where something changed.
const written = new WeakMap();

function changed(element, name, value) {
  let known = written.get(element);
  if (!known) written.set(element, (known = {}));
  if (known[name] === value) return false;
  known[name] = value;
  return true;
}

export function attribute(element, name, value) {
  const text = value === null ? null : String(value);
  if (!changed(element, name, text)) return;
  if (text === null) element.removeAttribute(name);
  else element.setAttribute(name, text);
}

export function style(element, name, value) {
  if (changed(element, `style:${name}`, value)) element.style.setProperty(name, value);
}

export function content(element, text) {
  if (changed(element, "text", text)) element.textContent = text;
}

export function toggle(element, name, on) {
  if (changed(element, `class:${name}`, Boolean(on))) element.classList.toggle(name, Boolean(on));
}

/** A button that runs `action`; listeners end with `signal`. */
export function button(label, action, signal, attributes = {}) {
  const element = html("button", { type: "button", ...attributes }, label);
  element.addEventListener("click", action, { signal });
  return element;
}

/**
 * Make `element` a slider for keyboard, mouse and touch.
 *
 * read() -> the value now; write(value) sets it; valueAt(event) -> the value under the pointer;
 * Arrow keys move by `step`, with Shift by a fifth of it, Page keys by five; Home, End and 0 jump.
 */
export function slider(element, { label, min, max, step = 0.05, read, write, valueAt, onGrab, signal }) {
  for (const [name, value] of Object.entries({
    role: "slider", tabindex: 0, "aria-label": label, "aria-valuemin": min, "aria-valuemax": max,
    "aria-orientation": "horizontal",
  })) element.setAttribute(name, value);
  const round = (value) => Math.round(clamp(value, min, max) * 100) / 100;

  element.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const by = event.shiftKey ? step / 5 : step;
    const moves = { ArrowRight: by, ArrowUp: by, ArrowLeft: -by, ArrowDown: -by, PageUp: 5 * step, PageDown: -5 * step };
    const jumps = { Home: min, End: max, 0: 0 };
    if (event.key in moves) write(round(read() + moves[event.key]));
    else if (event.key in jumps) write(round(jumps[event.key]));
    else return;
    event.preventDefault();
  }, { signal });

  // Pointer moves come faster than frames: keep the last one and write once a frame.
  let waiting = null;
  const later = (value) => {
    if (waiting === null) requestAnimationFrame(() => { const next = waiting; waiting = null; write(next); });
    waiting = value;
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    element.focus({ preventScroll: true });
    onGrab?.();
    later(round(valueAt(event)));
    event.preventDefault();
  }, { signal });
  element.addEventListener("pointermove", (event) => {
    if (element.hasPointerCapture(event.pointerId)) later(round(valueAt(event)));
  }, { signal });
}

/** Arrow keys move the focus among `elements`, of which one is in the tab order. */
export function roving(elements, signal, columns = 1) {
  elements.forEach((element, i) => element.setAttribute("tabindex", i === 0 ? 0 : -1));
  const moveTo = (i) => {
    elements.forEach((element, j) => element.setAttribute("tabindex", i === j ? 0 : -1));
    elements[i].focus();
  };
  elements.forEach((element, i) => {
    element.addEventListener("keydown", (event) => {
      if (event.target !== element) return;
      const column = i % columns;
      const to = {
        ArrowDown: i + columns, ArrowUp: i - columns,
        ArrowRight: column < columns - 1 || columns === 1 ? i + 1 : i,
        ArrowLeft: column > 0 || columns === 1 ? i - 1 : i,
        Home: i - column, End: i - column + columns - 1,
      }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      if (to >= 0 && to < elements.length) moveTo(to);
    }, { signal });
    element.addEventListener("focus", () => {
      elements.forEach((other, j) => other.setAttribute("tabindex", i === j ? 0 : -1));
    }, { signal });
  });
}

/** Keep root.dataset.theme at "light" or "dark", as the page around it is; read after attachment, for before it has no colours. */
export function watchTheme(root, signal) {
  const read = () => {
    root.dataset.theme = isDark(root) ? "dark" : "light";
  };
  const changes = new MutationObserver(read);
  const attributes = ["data-jp-theme-light", "data-theme", "data-mode", "data-vscode-theme-kind", "data-bs-theme", "class"];
  changes.observe(document.body, { attributes: true, attributeFilter: attributes });
  changes.observe(document.documentElement, { attributes: true, attributeFilter: attributes });
  const shown = new IntersectionObserver(read);
  shown.observe(root); // calls read once the root is in the page
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", read, { signal });
  signal.addEventListener("abort", () => {
    changes.disconnect();
    shown.disconnect();
  });
  read();
  requestAnimationFrame(read);
}

function isDark(root) {
  for (let element = root.parentElement; element; element = element.parentElement) {
    const numbers = getComputedStyle(element).backgroundColor.match(/[\d.]+/g) ?? [0, 0, 0, 0]; // none outside the page
    const [red, green, blue, alpha = 1] = numbers.map(Number);
    if (alpha > 0.5) return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
  }
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

export const wantsLessMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
