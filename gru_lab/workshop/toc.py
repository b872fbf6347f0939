"""Write what is generated: the table of contents in README.md and chapter 00, both ends of each chapter, the glossary.

Everything generated stands between two markers, `<!-- name:start -->` and `<!-- name:end -->`, and comes from
chapters/course.toml and the notebooks' own metadata.
"""

import nbformat

from gru_lab.workshop import errata, glossary, normalise, notation

__all__ = ["contents", "foot", "head", "update"]

WELCOME = "00_start_here.ipynb"
EXERCISES = "exercises"


def update(course, write=True):
    """Bring every generated region up to date, in all files that can be.

    Returns (files that were, or with write=False would be, changed; problems, a sentence for each file that lacks its
    markers or its metadata).
    """
    changed, problems = {}, []
    readme = course.root / "README.md"
    try:
        old = readme.read_text(encoding="utf-8")
        new = replace_region(old, "toc", contents(course, "chapters/"))
        if new != old:
            changed[readme] = new
    except (FileNotFoundError, ValueError) as problem:
        problems.append(f"README.md: {problem}")
    for chapter in course.present:
        try:
            notebook = nbformat.read(chapter.path, as_version=4)
            if generate(course, chapter, notebook):
                changed[chapter.path] = notebook
        except (KeyError, ValueError) as problem:
            problems.append(f"chapters/{chapter.file}: {problem}")
    words = course.root / "chapters" / glossary.NOTEBOOK
    notebook = glossary.build(course)
    if not words.is_file() or nbformat.read(words, as_version=4) != notebook:
        changed[words] = notebook
    if write:
        for path, content in changed.items():
            if path is readme:
                path.write_text(content, encoding="utf-8", newline="\n")
            else:
                normalise.write(content, path)
    return list(changed), problems


def generate(course, chapter, notebook):
    """Fill the generated regions of one chapter's notebook in place; True when one changed."""
    markdown = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    if not markdown:
        raise ValueError("has no Markdown cell")
    before = [cell.source for cell in markdown]
    first, last = markdown[0], markdown[-1]
    first.source = replace_region(first.source, "head", head(course, chapter, metadata_of(notebook)))
    last.source = replace_region(last.source, "foot", foot(course, chapter))
    if chapter.file == WELCOME:
        tables = {"toc": contents(course, ""), "notation": notation.table(course), "errata": errata.table(course)}
        for name, table in tables.items():
            holder = next((cell for cell in markdown if f"<!-- {name}:start -->" in cell.source), None)
            if holder is None:
                raise ValueError(f"no Markdown cell has <!-- {name}:start --> and <!-- {name}:end -->")
            holder.source = replace_region(holder.source, name, table)
    return before != [cell.source for cell in markdown]


def metadata_of(notebook):
    """The notebook's own facts; ValueError names the ones that are missing. `hygiene.facts` says more."""
    found = notebook.metadata.get("gru_lab", {})
    missing = [key for key in ("section", "minutes", "difficulty", "prerequisites", "objectives") if key not in found]
    if missing:
        raise ValueError(f"metadata.gru_lab lacks {', '.join(missing)}")
    return found


def replace_region(text, name, body):
    """`text` with `body` between the markers of `name`; ValueError when the markers are not there."""
    start, end = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
    if text.count(start) != 1 or text.count(end) != 1 or text.index(start) > text.index(end):
        raise ValueError(f"needs the markers {start} and {end}, once each")
    before, _, rest = text.partition(start)
    after = rest.partition(end)[2]
    return f"{before}{start}\n\n{body}\n\n{end}{after}"


def contents(course, folder):
    """The table of contents in Markdown: the chapters that are there, and a sentence on those that are not.

    folder: the way to the notebooks from where the table stands, "chapters/" or "".
    """
    rows = ["| | chapter | what you get | minutes | difficulty |", "|--:|:--|:--|--:|:--|"]
    for part, about in course.parts.items():
        chapters = [chapter for chapter in course.present if chapter.part == part]
        if chapters:
            rows.append(f"| | **{part}** | *{about}* | | |")
        for chapter in chapters:
            try:
                facts = metadata_of(nbformat.read(chapter.path, as_version=4))
            except ValueError as problem:
                raise ValueError(f"chapters/{chapter.file}: {problem}") from None
            rows.append(
                f"| {chapter.number} | [{chapter.title}]({folder}{chapter.file}) | {chapter.promise} "
                f"| {facts['minutes']} | {facts['difficulty']} {_dots(facts['difficulty'])} |"
            )
    if course.missing:
        names = "; ".join(f"{chapter.number} {chapter.title}" for chapter in course.missing)
        rows += ["", f"Not there yet: {names}."]
    return "\n".join(rows)


def head(course, chapter, facts):
    """What stands under a chapter's title: its neighbours, what it covers, what it needs, what it teaches."""
    line = [f"**{chapter.part}**"] if chapter.part != course.chapters[0].part else []
    if facts["section"]:
        line.append(f"the article's section {facts['section']}")
    line += [f"{facts['minutes']} minutes", f"difficulty {facts['difficulty']} of 5 {_dots(facts['difficulty'])}"]
    parts = [neighbours(course, chapter), f"*{chapter.promise}*", " · ".join(line)]
    if facts["prerequisites"]:
        parts.append("**Know first:** " + ", ".join(_link(course.chapter(file)) for file in facts["prerequisites"]))
    if facts["objectives"]:
        rows = [f"- **{objective['id']}** {objective['text']}" for objective in facts["objectives"]]
        parts.append("**After this chapter you can**\n\n" + "\n".join(rows))
    return "\n\n".join(part for part in parts if part)


def foot(course, chapter):
    """What stands at a chapter's end: its exercises, where they are there, and its neighbours."""
    exercises = course.root / EXERCISES / chapter.file
    lines = []
    if exercises.is_file():
        copy = f"`check.exercises({chapter.number})`, or `python course.py start {chapter.number:02d}` in a terminal,"
        lines = [
            f"**Practise** in a copy of the exercises that is yours: {copy} makes it, in the folder `work`. "
            f"The [original](../{EXERCISES}/{chapter.file}) is there to read: a newer course replaces it."
        ]
    return "\n\n".join(["---", *lines, neighbours(course, chapter)])


def neighbours(course, chapter):
    """Links to the chapter before, the contents, and the chapter after, skipping those that are not there yet."""
    present = course.present
    place = present.index(chapter)
    before = present[place - 1] if place else None
    after = present[place + 1] if place + 1 < len(present) else None
    links = []
    if before:
        links.append(f"[← {_name(before)}]({before.file})")
    if chapter.file != WELCOME and present[0].file == WELCOME and before is not present[0]:
        links.append(f"[contents]({WELCOME})")
    if after:
        links.append(f"[{_name(after)} →]({after.file})")
    return " · ".join(links)


def _name(chapter):
    return f"{chapter.number} · {chapter.title}" if chapter.number else chapter.title


def _link(chapter):
    return f"[{_name(chapter)}]({chapter.file})" if chapter.exists else _name(chapter)


def _dots(difficulty):
    return "●" * difficulty + "○" * (5 - difficulty)
