"""StoryReader: the browser's numbers are torch's, unknown words are said, and what does not fit is refused."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
import traitlets

import gru_lab.widgets
from gru_lab.models import LanguageModel
from gru_lab.probing import Probe, read_every_word, read_words, words_of
from gru_lab.story import StoryWorld
from gru_lab.trained import load_storyworld_gru
from gru_lab.widgets import StoryReader

JS = Path(gru_lab.widgets.__file__).parent / "js" / "language_model.js"
rng = np.random.default_rng(0)


def probe_for(H, K=4):
    return Probe(rng.standard_normal((H, K)) / H, rng.standard_normal(K), 1.0)


@pytest.fixture(scope="module")
def trained():
    model, vocabulary = load_storyworld_gru()
    return model, vocabulary, probe_for(model.configuration["hidden_size"])


@pytest.mark.parametrize("width", [2, 4])
def test_the_browser_reads_as_torch_does(trained, tmp_path, width):
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    if width == 4:  # weights that float16 cannot hold
        torch.manual_seed(0)
        model = LanguageModel("gru", len(trained[1]), 6, 10)
        trained = (model, trained[1], probe_for(10))
    reader = StoryReader(*trained, text="The king dies. Nobody dances, for Leif is dead.")
    assert reader.sizes["bytes"] == width
    numbers, unknown = words_of(reader.text, trained[1])
    assert len(numbers) == 12 and unknown == []
    (tmp_path / "weights").write_bytes(bytes(reader.weights))
    code = f"""
    import {{ readFileSync }} from "node:fs";
    import {{ readStory, unpackModel, nextWords }} from "{JS.as_uri()}";
    const file = readFileSync({json.dumps(str(tmp_path / "weights"))});
    const bytes = new DataView(file.buffer, file.byteOffset, file.byteLength);
    const model = unpackModel(bytes, {json.dumps(reader.sizes)});
    const steps = readStory(model, {json.dumps(numbers)});
    const plain = ({{ r, z, h, aspects }}) =>
      ({{ r: [...r], z: [...z], h: [...h], aspects, p: [...nextWords(model, h)] }});
    console.log(JSON.stringify(steps.map(plain)));
    """
    done = subprocess.run([node, "--input-type=module", "-e", code], capture_output=True, text=True, check=True)
    steps, expected = json.loads(done.stdout), reader.readings
    assert len(steps) == len(expected.words) == 13
    for name, array in (("r", expected.r), ("z", expected.z), ("h", expected.h), ("aspects", expected.aspects)):
        np.testing.assert_allclose([step[name] for step in steps], array, rtol=0, atol=1e-4, err_msg=name)
    np.testing.assert_allclose([step["p"] for step in steps], expected.probabilities, rtol=0, atol=1e-4)


def test_readings_are_those_of_the_trace(trained):
    model, vocabulary, probe = trained
    found = read_words(model, vocabulary, probe, "leif dies of gout.")
    assert found.words == ("<story>", "Leif", "dies", "of", ".") and found.unknown == ("gout",)
    tokens = torch.tensor([[vocabulary.index(word) for word in found.words]])
    with torch.no_grad():
        np.testing.assert_allclose(found.h, model.states(tokens)[0].numpy(), rtol=0, atol=1e-5)
    np.testing.assert_allclose(found.aspects, probe(found.h))
    np.testing.assert_allclose(found.probabilities.sum(1), 1, atol=1e-5)


def test_every_word_knows_what_was_said_by_then(trained):
    told = list(StoryWorld(0, "test").stories(2))
    found = read_every_word(trained[0], told)
    assert found.ends.sum() == sum(len(story.sentences) for story in told)
    ends = [sentence.aspects for story in told for sentence in story.sentences]
    np.testing.assert_allclose(found.aspects[found.ends], ends)


def test_only_known_words_and_the_first_400_are_read(trained):
    reader = StoryReader(*trained, text="Leif sneezes.")
    assert reader.readings.unknown == ("sneezes",) and repr(reader) == "StoryReader(2 words)"
    reader.text = "Leif " * 500
    assert len(reader.readings.words) == 401
    reader.text = ""
    assert reader.t == 0 and len(reader.readings.words) == 1
    assert len(StoryReader(*trained).stories) == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"vocabulary": ("a", "b")}, "vocabulary has 2 words"),
        ({"probe": probe_for(16)}, r"needs \(512, 4\)"),
        ({"model": LanguageModel("lstm", 484)}, "needs a gru"),
        ({"t": 99, "text": "Leif dies."}, "t is 99"),
        ({"aspect": 4}, "aspect is 4"),
    ],
)
def test_what_does_not_fit_is_refused(trained, change, message):
    arguments = dict(zip(("model", "vocabulary", "probe"), trained, strict=True)) | change
    with pytest.raises((ValueError, traitlets.TraitError), match=message):
        StoryReader(**arguments)


def vocabulary_js(words, expression, text=""):
    """What `expression` is in JavaScript, where v is the vocabulary and text the text."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    code = f"""
    import {{ createVocabulary, withWord }} from "{JS.with_name("vocabulary.js").as_uri()}";
    const [v, text] = [createVocabulary({json.dumps(list(words))}), {json.dumps(text)}];
    console.log(JSON.stringify({expression}));
    """
    done = subprocess.run(
        [node, "--input-type=module", "-e", code], capture_output=True, text=True, encoding="utf-8", check=True
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "text", ["The KING; the queen.", "leif Stark don't-go", "  \n", "<story> story", "naïve 3 x_y café!"]
)
def test_a_text_is_cut_alike_in_both_languages(text):
    words = StoryWorld().vocabulary
    found = vocabulary_js(words, "v.split(text)", text)
    known, unknown = words_of(text, words)
    assert [token["number"] for token in found if token["number"] is not None] == known
    assert [token["text"] for token in found if token["number"] is None] == unknown
    assert all(text[token["start"] : token["end"]] == token["text"] for token in found)


def test_the_nearest_word_is_offered_and_a_word_added_as_one_writes():
    words = ("<story>", "king", "Leif", "throne", ".")
    assert vocabulary_js(words, "['kong', 'leaf', 'thrones', 'pizza'].map(v.nearest)") == [
        "king",
        "Leif",
        "throne",
        None,
    ]
    pairs = "[['', 'the'], ['The king', '.'], ['The end. ', 'she'], ['a', 'b']]"
    assert vocabulary_js(words, f"{pairs}.map(([a, b]) => withWord(a, b))") == [
        "The",
        "The king.",
        "The end. She",
        "a b",
    ]
    assert vocabulary_js(words, "v.beginning('L')") == [2]
