// A small weight matrix that can be edited: a grid of numbers, tinted by value, moved through with the arrow keys.

import { attribute, content, html, roving, style, toggle } from "./dom.js";
import { plain, spoken } from "./numbers.js";

/**
 * name "U_h"; rowNames, columnNames what the rows and columns stand for (columnNames [""] for a bias).
 * on.change(row, column, value). Enter or typing a number opens a cell, + and − change it by 0.1, dragging sideways by 0.02 a pixel.
 */
export function createHeatmap({ name, caption, rowNames, columnNames, on, signal }) {
  const grid = html("div", { class: "heatmap", role: "grid", "aria-label": `${name}: ${caption}. Enter edits a weight.` });
  grid.style.setProperty("--columns", columnNames.length);
  const header = html("div", { role: "row", class: "heat-row" }, html("span", { role: "columnheader", class: "heat-name", text: "unit" }),
    ...columnNames.map((column) => html("span", { role: "columnheader", class: "heat-column", title: column, text: column || "always" })));
  grid.append(header);
  let values = [];
  const cells = rowNames.map((rowName, i) => {
    const row = html("div", { role: "row", class: "heat-row" }, html("span", { role: "rowheader", class: "heat-name", text: rowName }));
    const line = columnNames.map((columnName, j) => {
      const cell = html("div", { role: "gridcell", class: "heat-cell" });
      row.append(cell);
      listen(cell, i, j);
      return { cell, label: columnName ? `${columnName} to ${rowName}` : rowName };
    });
    grid.append(row);
    return line;
  });
  roving(cells.flat().map(({ cell }) => cell), signal, columnNames.length);

  const round = (value) => Math.round(value * 100) / 100;
  const change = (i, j, value) => Number.isFinite(value) && on.change(i, j, round(Math.min(20, Math.max(-20, value))));

  function listen(cell, i, j) {
    let grabbed = null;
    cell.addEventListener("pointerdown", (event) => {
      if (event.target !== cell || event.button !== 0) return;
      grabbed = { x: event.clientX, value: values[i][j] };
      cell.setPointerCapture(event.pointerId);
      cell.focus({ preventScroll: true });
      event.preventDefault();
    }, { signal });
    cell.addEventListener("pointermove", (event) => {
      if (grabbed && cell.hasPointerCapture(event.pointerId)) change(i, j, grabbed.value + (event.clientX - grabbed.x) * 0.02);
    }, { signal });
    cell.addEventListener("pointerup", () => { grabbed = null; }, { signal });
    cell.addEventListener("dblclick", () => open(cell, i, j), { signal });
    cell.addEventListener("keydown", (event) => {
      if (event.target !== cell || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "+" || event.key === "=") change(i, j, values[i][j] + 0.1);
      else if (event.key === "-") change(i, j, values[i][j] - 0.1);
      else if (event.key === "Enter") open(cell, i, j);
      else if (/^[0-9.]$/.test(event.key)) open(cell, i, j, event.key);
      else return;
      event.preventDefault();
    }, { signal });
  }

  /** A number field in place of the cell; Enter or leaving takes it, Escape does not. */
  function open(cell, i, j, start) {
    const field = html("input", { type: "number", step: "0.1", class: "heat-field", "aria-label": `${name}, ${cells[i][j].label}` });
    field.value = start ?? String(round(values[i][j]));
    let done = false;
    const close = (take) => {
      if (done) return;
      done = true;
      const value = Number.parseFloat(field.value);
      field.remove();
      if (take) change(i, j, value);
      cell.focus();
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") close(true);
      else if (event.key === "Escape") close(false);
      event.stopPropagation();
    });
    field.addEventListener("blur", () => close(true));
    cell.append(field);
    field.focus();
    if (!start) field.select();
  }

  function update(matrix, original, size) {
    values = matrix;
    matrix.forEach((line, i) => line.forEach((value, j) => {
      const { cell, label } = cells[i][j];
      if (cell.firstChild?.nodeType !== Node.TEXT_NODE) cell.prepend("");
      if (cell.firstChild.data !== plain(value)) cell.firstChild.data = plain(value);
      style(cell, "--share", `${Math.round(Math.min(1, Math.abs(value) / size) * 62)}%`);
      toggle(cell, "negative", value < 0);
      toggle(cell, "edited", value !== original[i][j]);
      attribute(cell, "aria-label", `${label}: ${spoken(value)}${value !== original[i][j] ? `, was ${spoken(original[i][j])}` : ""}`);
      attribute(cell, "title", value !== original[i][j] ? `was ${plain(original[i][j])}` : null);
    }));
  }

  return { element: grid, update };
}
