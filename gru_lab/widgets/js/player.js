// Plays a story by itself: from place to place, until its end or until somebody stops it.

/** pause: milliseconds for a place; place() and last() are numbers; go(t) moves; changed() after a start or a stop. */
export function createPlayer({ pause, place, last, go, changed, signal }) {
  let timer = 0;
  const player = {
    playing: () => timer !== 0,
    start() {
      if (place() === last()) go(0);
      timer = setInterval(() => (place() === last() ? player.stop() : go(place() + 1)), pause);
      changed();
    },
    stop() {
      if (!timer) return;
      clearInterval(timer);
      timer = 0;
      changed();
    },
    toggle: () => (timer ? player.stop() : player.start()),
  };
  signal.addEventListener("abort", () => clearInterval(timer));
  return player;
}
