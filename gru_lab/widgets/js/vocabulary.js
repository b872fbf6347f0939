// From a text to the words that a model knows, and what to say of the others. Reference: gru_lab.probing.words_of.

const WORD = /[\p{L}\p{N}_]+(?:['\u2019][\p{L}\p{N}_]+)*|[^\p{L}\p{N}_\s]/gu;

const capitalised = (word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();

/** words: the vocabulary, whose word 0 starts a story. -> {find(word) -> number or null, split(text), nearest(word), beginning(start)}. */
export function createVocabulary(words) {
  const numbers = new Map(words.map((word, number) => [word, number]).slice(1));
  const find = (word) => numbers.get(word) ?? numbers.get(word.toLowerCase()) ?? numbers.get(capitalised(word)) ?? null;

  return {
    words,
    find,

    /** [{text, start, end, number}]: the words of a text, where they stand in it, and their number or null. */
    split(text) {
      return Array.from(text.matchAll(WORD), (match) => ({ text: match[0], start: match.index, end: match.index + match[0].length, number: find(match[0]) }));
    },

    /** The known word whose spelling takes the fewest changes to reach, of several the first; null where they are half of it or more. */
    nearest(word) {
      let best = { word: null, distance: word.length / 2 };
      for (const known of words.slice(1)) {
        const distance = editDistance(word.toLowerCase(), known.toLowerCase());
        if (distance < best.distance) best = { word: known, distance };
      }
      return best.word;
    },

    /** Numbers of the words that begin like this. */
    beginning(start) {
      const lower = start.toLowerCase();
      return [...numbers].filter(([word]) => word.toLowerCase().startsWith(lower)).map(([, number]) => number);
    },
  };
}

/** How many letters must be put in, taken out or changed to make b of a (Levenshtein). */
export function editDistance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}

/** Does the next word start a sentence, after this text? */
const startsSentence = (text) => /(^|[.!?])\s*$/.test(text);

/** The text with one more word: a space where one belongs, a capital after a stop. */
export function withWord(text, word) {
  const before = text.trimEnd();
  const shown = startsSentence(before) ? word.slice(0, 1).toUpperCase() + word.slice(1) : word;
  return before && !/^[.,;:!?]$/.test(word) ? `${before} ${shown}` : before + shown;
}
