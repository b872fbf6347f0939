// Shows the course's widgets in a saved page: no kernel, no network, no other script. Put it anywhere in the page. It is a
// classic script, for a browser refuses a module's file when the page is opened as file://.
//
// Notebook exporters write each widget's traits and each place where a widget stood into <script> elements. Here a place
// gets its widget: the traits become a model, the text of the widget's own module is imported from memory.

(() => {
  const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
  const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';

  /** What a widget's render() asks of a model, without a kernel behind it. */
  class SavedModel {
    constructor(traits) {
      this.traits = traits;
      this.listeners = new Map();
    }

    get(name) {
      return this.traits[name];
    }

    set(name, value) {
      if (JSON.stringify(this.traits[name]) === JSON.stringify(value)) return;
      this.traits[name] = value;
      for (const event of [`change:${name}`, "change"]) for (const listener of this.listeners.get(event) ?? []) listener();
    }

    on(event, listener) {
      this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
    }

    off(event, listener) {
      this.listeners.set(event, (this.listeners.get(event) ?? []).filter((one) => one !== listener));
    }

    save_changes() {}

    send() {}
  }

  const saved = {};
  const models = new Map();
  const modules = new Map(); // one import for each text, however many widgets it draws
  const styled = new Set();

  /** Traits as they were saved, with those that are bytes, which stand beside them in base64, put in their places. */
  function traitsOf({ state, buffers = [] }) {
    const traits = structuredClone(state);
    for (const { path, data } of buffers) {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      const holder = path.slice(0, -1).reduce((part, key) => part[key], traits);
      holder[path.at(-1)] = new DataView(bytes.buffer);
    }
    return traits;
  }

  const modelOf = (id) => {
    if (!models.has(id)) models.set(id, new SavedModel(traitsOf(saved[id])));
    return models.get(id);
  };
  const moduleOf = (text) => {
    if (!modules.has(text)) modules.set(text, import(URL.createObjectURL(new Blob([text], { type: "text/javascript" }))));
    return modules.get(text);
  };

  async function show(place, id) {
    const { _esm, _css, _anywidget_id } = saved[id].state;
    if (_css && !styled.has(_anywidget_id)) {
      styled.add(_anywidget_id);
      document.head.append(Object.assign(document.createElement("style"), { textContent: _css }));
    }
    const { default: widget } = await moduleOf(_esm);
    const el = document.createElement("div");
    place.after(el);
    const model = modelOf(id);
    await widget.initialize?.({ model });
    await widget.render({ model, el });
  }

  function start() {
    for (const script of document.querySelectorAll(STATE)) Object.assign(saved, JSON.parse(script.textContent).state);
    for (const place of document.querySelectorAll(VIEW)) {
      const id = JSON.parse(place.textContent).model_id;
      if (saved[id]?.model_name !== "AnyModel") continue; // some other widget: its saved text or picture stays
      show(place, id).catch((error) => {
        const said = `This widget could not be drawn: ${error.message}`;
        place.after(Object.assign(document.createElement("p"), { textContent: said }));
      });
    }
  }

  // The saved traits may stand below this script.
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
