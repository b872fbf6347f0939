// What the explorer says must agree with the numbers beside it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { derive } from "../../gru_lab/widgets/js/state.js";
import { narrate } from "../../gru_lab/widgets/js/words.js";

const { story } = JSON.parse(readFileSync(new URL("./vectors.json", import.meta.url), "utf-8"));
const convention = { update: "keeps", reset: "before" };

function said(t, x_edits = {}) {
  const state = {
    parameters: story.parameters, units: story.units, features: story.features, story: story.sentences, t, x_edits,
    convention, unedited_convention: convention, h_edits: {}, weight_edits: {}, force: { r: null, z: null }, own_sentences: [],
  };
  return narrate(5, { units: story.units, features: story.features, now: derive(state).now, convention });
}

test("snow: every gate keeps, and the sentence says so", () => {
  assert.match(said(4), /no unit changes by as much as 0\.05: the memory is kept\.$/);
});

test("the king lives: Power is rewritten with what it said before, and is not called kept", () => {
  const text = said(3, { 2: [1, 0, 0, 0, 0] }); // the throne changes hands without a death
  assert.match(text, /no unit changes by as much as 0\.05: Power takes a candidate that says what the memory said already\.$/);
});
