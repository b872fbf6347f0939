// Between the page and Python: a widget's traits as one state object, told to Python a moment after the last change.

const TELL_PYTHON_AFTER = 120; // milliseconds

/**
 * keys: the traits that make up the state. changed(): something outside (Python, another view) changed it.
 * -> {state, set(changes)}. Without a kernel set() works all the same, and Python is told nothing.
 */
export function connect(model, keys, signal, changed) {
  const read = () => Object.fromEntries(keys.map((key) => [key, model.get(key)]));
  let state = read();
  let telling = 0;
  let setting = false;

  const tell = () => {
    try {
      model.save_changes();
    } catch {
      // No kernel: nobody to tell.
    }
  };
  const follow = () => {
    if (setting) return;
    state = read();
    changed();
  };
  const events = keys.map((key) => `change:${key}`);
  for (const event of events) model.on(event, follow);
  signal.addEventListener("abort", () => {
    if (telling) {
      clearTimeout(telling);
      tell();
    }
    for (const event of events) model.off(event, follow);
  });

  return {
    get state() {
      return state;
    },
    set(changes) {
      state = { ...state, ...changes };
      setting = true;
      for (const [key, value] of Object.entries(changes)) model.set(key, value);
      setting = false;
      clearTimeout(telling);
      telling = setTimeout(() => {
        telling = 0;
        tell();
      }, TELL_PYTHON_AFTER);
    },
  };
}
