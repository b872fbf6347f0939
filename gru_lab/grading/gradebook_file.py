"""The file gradebook.db of an nbgrader course folder, read and written with Python's own sqlite3.

nbgrader itself is not imported: that takes longer than grading a small class. What is written are its tables as they
are at REVISION; it notes there which one that is, and `nbgrader db upgrade` of a later version starts from it. A test
compares the tables with those that the installed nbgrader makes.
"""

import contextlib
import functools
import sqlite3
import uuid
from pathlib import Path
from types import SimpleNamespace

from gru_lab.grading import exports

__all__ = ["GradebookProblem", "Table", "database", "problems_said", "reading", "writing"]

WAIT_S = 5  # for another program that writes into the same file
REVISION = "e43177bfe90b"  # of nbgrader 0.9
TABLES = """
CREATE TABLE course (id VARCHAR(128) NOT NULL PRIMARY KEY);
CREATE TABLE student (id VARCHAR(128) NOT NULL PRIMARY KEY, first_name VARCHAR(128), last_name VARCHAR(128),
    email VARCHAR(128), lms_user_id VARCHAR(128));
CREATE TABLE assignment (id VARCHAR(32) NOT NULL PRIMARY KEY, name VARCHAR(128) NOT NULL UNIQUE, duedate DATETIME,
    course_id VARCHAR(128) NOT NULL REFERENCES course (id));
CREATE TABLE notebook (id VARCHAR(32) NOT NULL PRIMARY KEY, name VARCHAR(128) NOT NULL,
    assignment_id VARCHAR(32) REFERENCES assignment (id), kernelspec VARCHAR(1024), UNIQUE (name, assignment_id));
CREATE TABLE base_cell (id VARCHAR(32) NOT NULL PRIMARY KEY, name VARCHAR(128) NOT NULL,
    notebook_id VARCHAR(32) NOT NULL REFERENCES notebook (id), type VARCHAR(50), UNIQUE (name, notebook_id, type));
CREATE TABLE grade_cells (id VARCHAR(32) NOT NULL PRIMARY KEY REFERENCES base_cell (id), max_score FLOAT NOT NULL,
    cell_type VARCHAR(8) NOT NULL);
CREATE TABLE solution_cells (id VARCHAR(32) NOT NULL PRIMARY KEY REFERENCES base_cell (id));
CREATE TABLE task_cells (id VARCHAR(32) NOT NULL PRIMARY KEY REFERENCES base_cell (id), max_score FLOAT NOT NULL,
    cell_type VARCHAR(8) NOT NULL);
CREATE TABLE source_cell (id VARCHAR(32) NOT NULL PRIMARY KEY, name VARCHAR(128) NOT NULL,
    cell_type VARCHAR(8) NOT NULL, locked BOOLEAN NOT NULL, source TEXT, checksum VARCHAR(128),
    notebook_id VARCHAR(32) REFERENCES notebook (id), UNIQUE (name, notebook_id));
CREATE TABLE submitted_assignment (id VARCHAR(32) NOT NULL PRIMARY KEY,
    assignment_id VARCHAR(32) REFERENCES assignment (id), student_id VARCHAR(128) REFERENCES student (id),
    timestamp DATETIME, extension DATETIME, UNIQUE (assignment_id, student_id));
CREATE TABLE submitted_notebook (id VARCHAR(32) NOT NULL PRIMARY KEY,
    assignment_id VARCHAR(32) REFERENCES submitted_assignment (id), notebook_id VARCHAR(32) REFERENCES notebook (id),
    flagged BOOLEAN, late_submission_penalty FLOAT, UNIQUE (notebook_id, assignment_id));
CREATE TABLE grade (id VARCHAR(32) NOT NULL PRIMARY KEY, notebook_id VARCHAR(32) REFERENCES submitted_notebook (id),
    cell_id VARCHAR(32) REFERENCES base_cell (id), auto_score FLOAT, manual_score FLOAT, extra_credit FLOAT,
    needs_manual_grade BOOLEAN NOT NULL, UNIQUE (cell_id, notebook_id));
CREATE TABLE comment (id VARCHAR(32) NOT NULL PRIMARY KEY, notebook_id VARCHAR(32) REFERENCES submitted_notebook (id),
    cell_id VARCHAR(32) REFERENCES base_cell (id), auto_comment TEXT, manual_comment TEXT,
    UNIQUE (cell_id, notebook_id));
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);
"""


class GradebookProblem(Exception):
    """The gradebook cannot be read or written; the message says why and what to do. Nothing was changed in it."""


class Table:
    """The rows of one table for which `where` holds: objects with its columns as attributes.

    They are read once; `save` writes those that are new or have changed.
    """

    def __init__(self, connection, name, where="1", *values):
        self.connection, self.name, self.columns = connection, name, _columns(name)
        found = connection.execute(f"SELECT {', '.join(self.columns)} FROM {name} WHERE {where}", values).fetchall()
        self._before = {row[self.columns.index("id")]: row for row in found}
        self.rows = {  # id -> row
            key: SimpleNamespace(**dict(zip(self.columns, row, strict=True))) for key, row in self._before.items()
        }

    def add(self, **values):
        """A new row; what is not named is NULL, but its id, which is made."""
        row = SimpleNamespace(**{**dict.fromkeys(self.columns), "id": uuid.uuid4().hex, **values})
        self.rows[row.id] = row
        return row

    def remove(self, row):
        del self.rows[row.id]

    def by(self, *columns):
        """{value of a column, or of several: row}"""
        if len(columns) == 1:
            return {getattr(row, columns[0]): row for row in self.rows.values()}
        return {tuple(getattr(row, column) for column in columns): row for row in self.rows.values()}

    def save(self):
        gone = [(key,) for key in self._before if key not in self.rows]
        now = {key: tuple(getattr(row, column) for column in self.columns) for key, row in self.rows.items()}
        changed = [values for key, values in now.items() if self._before.get(key) != values]
        columns, places = ", ".join(self.columns), ", ".join("?" * len(self.columns))
        kept = ", ".join(f"{column} = excluded.{column}" for column in self.columns)
        insert = f"INSERT INTO {self.name} ({columns}) VALUES ({places}) ON CONFLICT (id) DO UPDATE SET {kept}"
        self.connection.executemany(f"DELETE FROM {self.name} WHERE id = ?", gone)
        self.connection.executemany(insert, changed)
        self._before = now


@functools.cache
def _columns(table):
    """Those that a table has in TABLES."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(TABLES)
        return tuple(row[1] for row in connection.execute(f"PRAGMA table_info({table})"))


def database(course):
    return Path(course) / "gradebook.db"


@contextlib.contextmanager
def reading(course):
    """A connection to the gradebook of `course`, which is there, for reading."""
    with problems_said(course), contextlib.closing(_connection(course)) as connection:
        yield connection


@contextlib.contextmanager
def writing(course):
    """A connection to the gradebook of `course`, made if missing: what is written counts at the end, as a whole."""
    with problems_said(course), contextlib.closing(_connection(course)) as connection:
        connection.execute("BEGIN IMMEDIATE")  # now or never: no other program writes in between
        _make_tables(connection)
        yield connection
        connection.execute("COMMIT")  # where it does not come to this, closing takes everything back


@contextlib.contextmanager
def problems_said(course):
    """What goes wrong with files and with the database becomes a GradebookProblem."""
    try:
        yield
    except sqlite3.Error as problem:
        what = str(problem)
        if "locked" in what:
            what = (
                "another program is writing into it, perhaps nbgrader or Formgrader. Wait for it, then run this again"
            )
        elif "no such" in what:
            what += ". Another version of nbgrader may have made it: run `nbgrader db upgrade` in its folder"
        raise GradebookProblem(f"{database(course)}: {what}") from problem
    except OSError as problem:
        raise GradebookProblem(f"cannot write {problem.filename}: {problem.strerror}") from problem


def _connection(course):
    return sqlite3.connect(database(course), timeout=WAIT_S, isolation_level=None)


def _make_tables(connection):
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'assignment'").fetchone():
        for statement in TABLES.split(";\n"):
            connection.execute(statement)
        connection.execute("INSERT INTO alembic_version VALUES (?)", [REVISION])
    connection.execute("INSERT OR IGNORE INTO course (id) VALUES (?)", [exports.COURSE_ID])
