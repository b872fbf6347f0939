"""The bundler joins what it understands and refuses the rest."""

import shutil
import subprocess

import pytest

from gru_lab.widgets._bundle import BundleError, bundle

ENTRY = 'import { a, b } from "./one.js";\nexport default { render };\nfunction render() { return a() + b; }\n'
ONE = 'import { two } from "./deep/two.js";\nexport function a() { return two; }\nexport const b = 40;\n'
TWO = "const hidden = 1;\nexport const two = hidden + 1; // export nothing\n"


def write(folder, **files):
    (folder / "deep").mkdir(exist_ok=True)
    for name, text in {"entry": ENTRY, "one": ONE, "deep/two": TWO, **files}.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder / "entry.js"


def test_modules_come_before_those_that_need_them_and_only_once(tmp_path):
    text = bundle(write(tmp_path, one=ONE.replace("two.js", "two.js")))
    assert text.count("const hidden") == 1
    assert text.index("const hidden") < text.index("function a") < text.index("function render")
    assert "import {" not in text
    assert text.count("export ") == 2  # the default, and the word in a comment


def test_the_bundle_runs(tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    out = tmp_path / "bundle.mjs"
    out.write_text(bundle(write(tmp_path)), encoding="utf-8")
    code = f"import w from {out.as_uri()!r}; console.log(w.render())"
    done = subprocess.run([node, "--input-type=module", "-e", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "42"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"one": ONE.replace("const b", "const c")}, "does not export b"),
        ({"one": ONE + "function render() {}\n"}, "render is declared in one.js too"),
        ({"one": ONE + "export const hidden = 3;\n"}, "hidden is declared in two.js too"),
        ({"one": 'import a from "./deep/two.js";\n' + ONE}, "cannot read 'import a from"),
        ({"one": 'import { two as a } from "./deep/two.js";\n' + ONE}, "cannot read"),
        ({"one": 'import { d3 } from "d3";\n' + ONE}, "cannot read"),
        ({"one": ONE + 'const late = await import("./x.js");\n'}, "cannot read"),
        ({"one": ONE + "export { a as other };\n"}, "cannot read"),
        ({"one": ONE + "export const { c, d } = a();\n"}, "cannot read"),
        ({"one": ONE + "const { c, d } = a();\n"}, "destructuring"),
        ({"one": ONE + "export default { a };\n"}, "only the entry"),
        ({"entry": ENTRY.replace("export default { render };", "")}, "needs a line"),
        ({"deep/two": 'import { a } from "../one.js";\n' + TWO}, "imports itself"),
        ({"one": ONE.replace("deep/two", "deep/three")}, "not a file"),
    ],
)
def test_what_it_does_not_understand_is_refused(tmp_path, files, message):
    with pytest.raises(BundleError, match=message):
        bundle(write(tmp_path, **files))
