"""The file gradebook.db of an nbgrader course folder: opened, with its tables, all of a change or nothing."""

import contextlib
from pathlib import Path

from nbgrader import api, dbutil
from sqlalchemy import create_engine, exc, text
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from gru_lab.grading import exports

__all__ = ["GradebookProblem", "database", "problems_said", "reading", "writing"]

WAIT_S = 5  # for another program that writes into the same file


class GradebookProblem(Exception):
    """The gradebook cannot be read or written; the message says why and what to do. Nothing was changed in it."""


def database(course):
    return Path(course) / "gradebook.db"


@contextlib.contextmanager
def reading(course):
    """A session on the gradebook of `course`, for reading."""
    with problems_said(course), _connection(course) as connection, Session(connection) as session:
        yield session


@contextlib.contextmanager
def writing(course):
    """A session on the gradebook of `course`, made if missing: what is added is written at the end, as a whole."""
    with problems_said(course), _connection(course) as connection:
        connection.execute(text("BEGIN IMMEDIATE"))  # now or never: no other program writes in between
        _make_tables(connection)
        with Session(connection) as session:
            yield session
            session.flush()
        connection.commit()


@contextlib.contextmanager
def problems_said(course):
    """What goes wrong with files and with the database becomes a GradebookProblem."""
    try:
        yield
    except exc.DatabaseError as problem:
        what = str(problem.orig)
        if "locked" in what:
            what = (
                "another program is writing into it, perhaps nbgrader or Formgrader. Wait for it, then run this again"
            )
        elif "no such" in what:
            what += ". Another version of nbgrader may have made it: run `nbgrader db upgrade` in its folder"
        raise GradebookProblem(f"{database(course)}: {what}") from problem
    except OSError as problem:
        raise GradebookProblem(f"cannot write {problem.filename}: {problem.strerror}") from problem


@contextlib.contextmanager
def _connection(course):
    address = URL.create("sqlite", database=str(database(course).resolve()))
    engine = create_engine(address, connect_args={"timeout": WAIT_S})
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _make_tables(connection):
    """What `nbgrader.api.Gradebook` does for a new file, without the command alembic, which may not be on PATH."""
    if not connection.dialect.has_table(connection, "assignment"):
        from alembic.script import ScriptDirectory

        api.Base.metadata.create_all(connection)
        head = ScriptDirectory(dbutil.ALEMBIC_DIR).get_current_head()
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})
    connection.execute(text("INSERT OR IGNORE INTO course (id) VALUES (:id)"), {"id": exports.COURSE_ID})
