// Numbers and sizes as text, the same everywhere in the widgets.

const MINUS = "\u2212";

/** 0.81 -> "+0.81", -0.2 -> "−0.20", 0 -> "0.00": two decimals and a sign that can be seen. */
export function signed(value, decimals = 2) {
  const text = Math.abs(value).toFixed(decimals);
  if (Number(text) === 0) return text;
  return (value < 0 ? MINUS : "+") + text;
}

/** As `signed`, without a plus: for the inside of formulas. */
export function plain(value, decimals = 2) {
  const text = Math.abs(value).toFixed(decimals);
  return Number(text) !== 0 && value < 0 ? MINUS + text : text;
}

/** What two numbers that are shown with two decimals differ by, as a reader sees it: 0.96 to 0.04 is −0.92. */
export function difference(from, to) {
  return Number((Number(to.toFixed(2)) - Number(from.toFixed(2))).toFixed(2));
}

/** A sum of few decimals in full, at least two of them: 9.975 -> "9.975", 1 -> "1.00". */
export function inFull(value) {
  return plain(value, 4).replace(/0{1,2}$/, "");
}

/** "0.0177", and "less than 0.0001" for what would look like 0. */
export function small(value, decimals) {
  const least = 10 ** -decimals;
  return value < least ? `less than ${least.toFixed(decimals)}` : plain(value, decimals);
}

export function percent(share) {
  return `${Math.round(share * 100)}\u202f%`;
}

/** For a screen reader, which may read a minus sign as nothing. */
export function spoken(value) {
  const text = Math.abs(value).toFixed(2);
  return Number(text) !== 0 && value < 0 ? `minus ${text}` : text;
}

/** Short names that still differ: Power, Peace -> Po, Pe; unit 0, unit 12 -> 0, 12. */
export function initials(names) {
  const numbered = names.map((name) => /^(.*\D)(\d+)$/.exec(name));
  if (numbered.every((match) => match && match[1] === numbered[0][1])) return numbered.map((match) => match[2]);
  return names.map((name, i) => {
    for (let length = 1; length < name.length; length += 1) {
      const start = name.slice(0, length);
      if (!names.some((other, j) => j !== i && other.startsWith(start))) return start;
    }
    return name;
  });
}

/** "a", "a and b", "a, b and c". */
export function listed(words) {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}

export function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}
