"""The one table of contents: chapters/course.toml, and which of its chapters are there."""

from dataclasses import dataclass
from pathlib import Path

import tomllib

__all__ = ["Chapter", "Course", "find_root", "load"]


@dataclass(frozen=True)
class Chapter:
    """One row of the table of contents. `path` is where its notebook is or will be."""

    number: int
    file: str
    title: str
    promise: str
    part: str
    path: Path

    @property
    def exists(self):
        return self.path.is_file()


@dataclass(frozen=True)
class Course:
    """The whole table: `chapters` in order, `parts` as {name: what it is about}."""

    root: Path
    chapters: tuple
    parts: dict

    @property
    def present(self):
        return [chapter for chapter in self.chapters if chapter.exists]

    @property
    def missing(self):
        return [chapter for chapter in self.chapters if not chapter.exists]

    def chapter(self, file):
        """The chapter whose file is named `file`; KeyError when the table has none."""
        for chapter in self.chapters:
            if chapter.file == file:
                return chapter
        raise KeyError(f"{file} is not in chapters/course.toml")


def find_root(start=None):
    """The repository: the nearest folder at or above `start` (default: here) with chapters/course.toml, or the one this
    package was installed from. Raises FileNotFoundError when there is none."""
    here = Path(start or Path.cwd()).resolve()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[2]):
        if (folder / "chapters" / "course.toml").is_file():
            return folder
    raise FileNotFoundError("no chapters/course.toml here or above: run this inside the course's repository")


def load(root=None):
    """Read the table of contents of the repository at `root` (default: see `find_root`)."""
    root = Path(root) if root else find_root()
    table = tomllib.loads((root / "chapters" / "course.toml").read_text(encoding="utf-8"))
    chapters = tuple(
        Chapter(row["number"], row["file"], row["title"], row["promise"], part["name"], root / "chapters" / row["file"])
        for part in table["part"]
        for row in part["chapter"]
    )
    return Course(root, chapters, {part["name"]: part["about"] for part in table["part"]})
