"""The rules that chapters keep beside those of every notebook: the template, its lengths, its words and its equations.

As in `hygiene`, a rule gets a `hygiene.Page` and yields what is wrong.
"""

import ast
import re

from gru_lab.conventions import CONVENTIONS
from gru_lab.workshop.course import load

__all__ = ["CHAPTER_RULES"]

WORDS = (1_200, 2_000)
CODE_CELLS, CODE_LINES = 20, 25
OBJECTIVES = (3, 5)
PRINTED_LINES = 12

# Level-2 headings, in this order; a heading may go on after ": ". Of a tuple, one or both.
TEMPLATE = (
    "Predict first",
    "The story",
    "The maths",
    "The code",
    "See it",
    ("Where the article is loose", "Where other books differ"),
    "A common wrong idea",
    "Your turn",
    "What you can do now",
    "Further reading",
)
ANSWERS = "What you can do now"

HURRIED = re.compile(r"\b(simply|just|obviously|of course|easy)\b", re.IGNORECASE)
DEFINES = re.compile(r"(?:r_t|z_t|\\tilde\{h\}_t|h_t)\s*&?=")
EQUATIONS = {equation for convention in CONVENTIONS.values() for equation in convention.equations.values()}
EQUATION_BLOCKS = {convention.latex() for convention in CONVENTIONS.values()}


def title(page):
    chapter = load(page.root).chapter(page.path.name)
    wanted = f"{chapter.number} · {chapter.title}" if chapter.number else chapter.title
    tops = [text for level, text in page.prose.headings if level == 1]
    if tops != [wanted] or not page.markdown or not page.markdown[0].startswith("# "):
        yield f"its level-1 headings are {tops}; one is needed, at the very top: # {wanted}"


def facts(page):
    """What the chapter says of itself in metadata.gru_lab, from which its head is generated."""
    found = page.notebook.metadata.get("gru_lab", {})
    chapter = load(page.root).chapter(page.path.name)
    if not (found.get("section", 0) is None or isinstance(found.get("section"), str)):
        yield "section is missing: the article's section as a text, or null"
    if not (isinstance(found.get("minutes"), int) and 1 <= found["minutes"] <= 120):
        yield "minutes is missing, or is no whole number from 1 to 120"
    if found.get("difficulty") not in range(1, 6):
        yield "difficulty is missing, or is no whole number from 1 to 5"
    known = [row.file for row in load(page.root).chapters if row.number < chapter.number]
    if not isinstance(found.get("prerequisites"), list):
        yield "prerequisites is missing: a list of earlier chapters' files"
    else:
        for file in set(found["prerequisites"]) - set(known):
            yield f"the prerequisite {file} is no earlier chapter"
    objectives = found.get("objectives", [])
    if not OBJECTIVES[0] <= len(objectives) <= OBJECTIVES[1]:
        yield f"it has {len(objectives)} objectives; {OBJECTIVES[0]} to {OBJECTIVES[1]} are needed"
    wanted = [f"{chapter.number}{letter}" for letter in "abcde"[: len(objectives)]]
    if [objective.get("id") for objective in objectives] != wanted:
        yield f"the objectives' ids are not {', '.join(wanted)}"
    if not all(objective.get("text", "").strip() for objective in objectives):
        yield "an objective has no text"


def length(page):
    words = page.written.words
    if not WORDS[0] <= words <= WORDS[1]:
        yield f"its prose has {words} words; {WORDS[0]:,} to {WORDS[1]:,} are asked for"


def cells(page):
    if len(page.code) > CODE_CELLS:
        yield f"it has {len(page.code)} code cells; at most {CODE_CELLS} are allowed"
    for number, cell in enumerate(page.code, start=1):
        lines = len(cell.source.strip().splitlines())
        if lines > CODE_LINES:
            yield f"code cell {number} has {lines} lines; at most {CODE_LINES} are allowed"


def imports(page):
    for number, tree in page.trees[1:]:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield f"code cell {number} imports: `{ast.unparse(node)}`; the first code cell has all imports"


def asserts(page):
    """Nothing is printed that the reader has to trust."""
    for _, tree in page.trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Assert):
                return
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2].startswith("assert_"):
                return
    yield "no cell asserts anything"


def printed(page):
    for number, _, output in page.outputs():
        lines = len(output.get("text", "").strip("\n").splitlines())
        if lines > PRINTED_LINES:
            yield f"code cell {number} prints {lines} lines; at most {PRINTED_LINES} are read"


def template(page):
    found = [text for level, text in page.prose.headings if level == 2]
    expected = []
    for wanted in TEMPLATE:
        if isinstance(wanted, str):
            expected.append(wanted)
            continue
        there = [name for name in wanted if any(_begins(text, name) for text in found)]
        expected += there or [" or ".join(wanted)]
    for name in expected:
        if not any(_begins(text, name) for text in found):
            yield f"the heading ## {name} is missing"
    for text in found:
        if not any(_begins(text, name) for name in expected):
            yield f"the heading ## {text} is not in the template"
    order = [name for text in found for name in expected if _begins(text, name)]
    if sorted(order) == sorted(expected) and order != expected:
        yield f"the level-2 headings are in the order {', '.join(order)}, not {', '.join(expected)}"
    for name in sorted({name for name in order if order.count(name) > 1}):
        yield f"the heading ## {name} stands there {order.count(name)} times"


def _begins(heading, name):
    return heading == name or heading.startswith(name + ":")


def answers(page):
    """At the end, each objective is answered in a line."""
    text = next((said for name, said in page.prose.sections.items() if _begins(name, ANSWERS)), "")
    for objective in page.notebook.metadata.get("gru_lab", {}).get("objectives", []):
        if not re.search(rf"\b{re.escape(objective['id'])}\b", text):
            yield f'the section "{ANSWERS}" does not answer objective {objective["id"]}'


def equations(page):
    """A display equation that defines r, z, the candidate or h is one that `Convention` gives, to the letter."""
    for latex in page.prose.displays:
        plain = re.sub(r"\s*\\tag\{[^}]*\}", "", latex).strip().rstrip(".,")
        if DEFINES.match(plain) and plain not in EQUATIONS:
            yield f"the equation {plain} is none of Convention's"
        if plain.startswith("\\begin{") and DEFINES.search(plain) and plain not in EQUATION_BLOCKS:
            yield f"the equations {plain[:60]}… are no Convention's latex()"


def hurried(page):
    """Words that tell a reader who is stuck that nobody else would be."""
    for match in HURRIED.finditer(page.written.text):
        around = page.written.text[max(0, match.start() - 25) : match.end() + 25].replace("\n", " ")
        yield f"says {match[0]!r}: …{around}…"


CHAPTER_RULES = (
    title, facts, length, cells, imports, asserts, printed, template, answers, equations, hurried,
)  # fmt: skip
