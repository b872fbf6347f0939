// Between the page and Python: a widget's traits as one state object, told to Python a moment after the last change.

const TELL_PYTHON_AFTER = 120; // milliseconds

/**
 * keys: the traits that make up the state. changed(): something outside (Python, another view) changed it.
 * -> {state, set(changes)}. Without a kernel set() works all the same, and Python is told nothing.
 */
export function connect(model, keys, signal, changed) {
  let state = Object.fromEntries(keys.map((key) => [key, model.get(key)]));
  let telling = 0;
  let setting = false;
  const untold = new Set(); // keys that the reader changed and Python does not know of yet

  const put = (key, value) => {
    setting = true;
    model.set(key, value);
    setting = false;
  };
  const tell = () => {
    telling = 0;
    untold.clear();
    try {
      model.save_changes();
    } catch {
      // No kernel: nobody to tell.
    }
  };
  const follow = (key) => () => {
    if (setting) return;
    if (untold.has(key)) {
      put(key, state[key]); // an echo of what we told before: the reader's hand is ahead of it
      return;
    }
    state = { ...state, [key]: model.get(key) };
    changed();
  };
  const followers = keys.map((key) => [`change:${key}`, follow(key)]);
  for (const [event, follower] of followers) model.on(event, follower);
  signal.addEventListener("abort", () => {
    if (telling) {
      clearTimeout(telling);
      tell();
    }
    for (const [event, follower] of followers) model.off(event, follower);
  });

  return {
    get state() {
      return state;
    },
    set(changes) {
      state = { ...state, ...changes };
      for (const [key, value] of Object.entries(changes)) {
        untold.add(key);
        put(key, value);
      }
      clearTimeout(telling);
      telling = setTimeout(tell, TELL_PYTHON_AFTER);
    },
  };
}
