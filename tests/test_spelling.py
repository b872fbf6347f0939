"""Words are spelled right, in British English: Markdown, notebooks' text, docstrings, comments, the tables' texts.

Three nets. codespell knows common slips, in code too. Prose is held against an English dictionary; a word that is right
and not in it belongs into tests/spelling_words.txt. And codespell's own table of British and American spellings, turned
round, names the American ones.
"""

import ast
import importlib.resources
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from functools import cache
from pathlib import Path

import nbformat
import pytest
from spellchecker import SpellChecker

from gru_lab.workshop import prose

SLIP = "eveicer"[::-1]  # backwards, so that codespell does not find it here
ROOT = Path(__file__).resolve().parents[1]
WORDS = ROOT / "tests" / "spelling_words.txt"
OUT = {".git", ".venv", ".ipynb_checkpoints", "__pycache__", "build", "dist", "node_modules", "work"}
WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*")
# What is no word: code in backticks, addresses, files and modules, option names, LaTeX, escapes.
NO_PROSE = re.compile(
    r"`[^`]*`|\w+:\S+|--?\w[\w-]*|\S*[\w)\]][./\\_=(\[]\w\S*|\$[^$]*\$|\\\w+|@\S+|\w*[_\d]\w*|<[^>]*>|0x\w+"
)
# In italics, with a year after it: spelled as its authors did.
TITLE = re.compile(r"\*[^*\n]+\*(?=[^*\n]{0,60}\b(?:19|20)\d\d\b)")
SUFFIXES = {".ipynb", ".md", ".py", ".toml"}
# American by that table, and British too in some sense.
BOTH = ("analog", "artifact", "check", "curb", "dialog", "disk", "draft", "focused", "license", "meter", "meters")
BOTH += ("practice", "program", "programs", "stories", "story", "tire")


def files():
    found = [
        path for path in ROOT.rglob("*") if path.suffix in SUFFIXES and not OUT & set(path.relative_to(ROOT).parts)
    ]
    return sorted(path for path in found if path.is_file())


def texts(path):
    """The prose of a file, piece by piece."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = nbformat.reader.reads(source).cells
        yield prose.read([our_own(cell.source) for cell in cells if cell.cell_type == "markdown"]).text
        for cell in cells:
            if cell.cell_type == "code":
                yield from comments(cell.source)
    elif path.suffix == ".md":
        yield prose.read([our_own(source)]).text
    elif path.suffix == ".toml":
        yield from re.findall(r"(?:^|\s)#(.*)", source)
        yield from strings(tomllib.loads(source)) if path.parent.name in ("chapters", "gru_lab") else ()
    else:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield re.sub(r"^(?: {4,}|\t).*$", "", ast.get_docstring(node) or "", flags=re.MULTILINE)  # no examples
        yield from comments(source)


def our_own(markdown):
    """`markdown` without its code and without the titles of papers."""
    return TITLE.sub(" ", prose.CODE_OR_MATHS.sub(lambda found: " " if found["code"] else found[0], markdown))


def comments(source):
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):  # a cell with a command of IPython's
        return
    for token in tokens:
        if token.type == tokenize.COMMENT and not re.match(
            r"#\s*(noqa|fmt|type|ruff|pragma|codespell)\b", token.string
        ):
            yield re.split(r"#\s*(?:noqa|fmt|type|ruff|pragma)\b", token.string)[0]


def strings(value):
    """The strings with a space in them, that is sentences and titles, of a table."""
    if isinstance(value, str):
        if " " in value:
            yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


def words(text):
    """The words of a piece of prose. Names in capitals or with a capital inside are no words of a dictionary."""
    for word in WORD.findall(NO_PROSE.sub(" ", text)):
        word = re.sub(r"[’']s?$", "", word.replace("’", "'"))
        if len(word) > 2 and not any(letter.isupper() for letter in word[1:]) and word.isascii():
            yield word


@cache
def american():
    """{American spelling: British spelling}."""
    data = importlib.resources.files("codespell_lib") / "data" / "dictionary_en-GB_to_en-US.txt"
    pairs = [line.split("->") for line in data.read_text(encoding="utf-8").splitlines() if "->" in line]
    return {us.strip(" ,"): gb for gb, us in pairs if us.strip(" ,") not in BOTH}


@cache
def known():
    ours = WORDS.read_text(encoding="utf-8").split("\n")
    ours = {word.lower() for word in ours if word and not word.startswith("#")}
    return ours | {f"{word}s" for word in ours} | set(american().values())


@cache
def dictionary():
    return SpellChecker(language="en", distance=1)


def unknown(text):
    """Words of `text` that no list has."""
    candidates = {word.lower(): word for word in words(text)}
    strange = dictionary().unknown(set(candidates) - known())
    return sorted(candidates[word] for word in strange if not (word.endswith("s") and word[:-1] in dictionary()))


def americanisms(text):
    return sorted(f"{word} ({american()[word.lower()]})" for word in set(words(text)) if word.lower() in american())


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_words_are_in_a_dictionary_and_british(path):
    """A word that is right and not known: add it to tests/spelling_words.txt; code belongs between backticks."""
    text = "\n".join(texts(path))
    assert unknown(text) == []
    assert americanisms(text) == []


def test_codespell_finds_no_slip():
    places = [path for path in ROOT.iterdir() if path.name not in OUT and not path.name.startswith(".")]
    command = [sys.executable, "-m", "codespell_lib", *map(str, places)]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert asked.returncode == 0, asked.stdout


def test_our_own_words_are_in_order_and_needed():
    lines = [line for line in WORDS.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert lines == sorted(set(lines), key=str.lower)
    needless = [word for word in lines if word.lower() in dictionary() or word.lower() in american().values()]
    assert needless == []


def test_the_nets_catch():
    text = f"The {SLIP}d gaet of colour, `gaet`, $gaet$, gaet.py, GaeT, gaet_2 and the network's\nbehavior; Normalize."
    assert unknown(text) == ["gaet", f"{SLIP}d"]
    assert americanisms(text) == ["Normalize (normalise)", "behavior (behaviour)"]


def test_the_nets_reach_every_kind_of_file(tmp_path):
    cells = [
        nbformat.v4.new_markdown_cell("## Gaeta\n\n`gaetb` [gaetc](x.md), *The Gaetx* (2014), *gaety*"),
        nbformat.v4.new_code_cell("gaetd = 1  # gaete"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "a.ipynb")
    module = ['"""Gaeta.', "", "    gaetb = 1", "", "Then.", '"""', "def f():", '    """The `gaetc` gaetd."""']
    module = "\n".join([*module, '    return "gaete"  # gaetf  # noqa: E501'])
    (tmp_path / "a.py").write_text(module, encoding="utf-8")
    (tmp_path / "a.md").write_text("# Gaeta\n\n```\ngaetb\n```\n", encoding="utf-8")
    (tmp_path / "gru_lab").mkdir()
    (tmp_path / "gru_lab" / "a.toml").write_text('gaeta = "a gaetb"  # gaetc\nd = "gaetd"\n', encoding="utf-8")
    found = {path.suffix: unknown("\n".join(texts(path))) for path in tmp_path.rglob("a.*")}
    assert found == {
        ".ipynb": ["Gaeta", "gaetc", "gaete", "gaety"],
        ".py": ["Gaeta", "gaetd", "gaetf"],
        ".md": ["Gaeta"],
        ".toml": ["gaetb", "gaetc"],
    }


def test_codespell_reads_a_slip_in_a_file(tmp_path):
    (tmp_path / "a.py").write_text(f"{SLIP} = 1\n", encoding="utf-8")
    command = [sys.executable, "-m", "codespell_lib", "--toml", str(ROOT / "pyproject.toml"), str(tmp_path)]
    assert subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).returncode != 0
