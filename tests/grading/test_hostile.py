"""Submissions that attack their grader get the marks that are fair, and the next one gets all of its own.

`python tests/grading/test_hostile.py` prints what was tried, what came of it, and how long it took.
"""

import os
import sys
import time
from pathlib import Path

import hostile_submissions as hostile
import pytest

from gru_lab.grading import engine, sandbox, stripped
from gru_lab.grading.submissions import Submission

# Impolite code is cut off after 1.4 s here: the limits are the same ones, only shorter.
CELLS_S, READ_S, TERMS = 1.0, 1.0, engine.Terms("a secret that is nowhere", seconds=0.4, memory=3 << 30)

pytestmark = pytest.mark.skipif(bool(sandbox.missing()), reason=f"no sandbox: {sandbox.missing()}")


def graded(name, data):
    return engine.grade(Submission(name, "06", "06.ipynb", data), TERMS)


def statuses(record):
    return {result.question: result.status for result in record.results}


def read_by_the_student(result):
    rows = [text for row in result.rows for text in row]
    return " ".join([result.says, result.reason, *result.remarks, *result.notes, *rows])


def children():
    """The processes that this one has started and that still are."""
    return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def environment():
    return {name: text for name, text in os.environ.items() if not name.startswith("PYTEST")}


@pytest.fixture(autouse=True)
def _short_limits(monkeypatch):
    monkeypatch.setattr(engine, "CELLS_S", CELLS_S)
    monkeypatch.setattr(engine, "READ_S", READ_S)


@pytest.fixture(scope="module", autouse=True)
def outside(tmp_path_factory):
    """What no submission may touch is as it was when all of them have run."""
    canary = tmp_path_factory.mktemp("canary")
    (canary / "marks.csv").write_text("student,points\n", encoding="utf-8")
    os.environ["HOSTILE_SECRET"] = "canary"  # which no submission finds
    package = stripped.package(("gru_lab.cell.gru_step", "gru_lab.cell.trace_step", "gru_lab.sequence.forward",
                               "gru_lab.sequence_fast.forward_fast"))  # fmt: skip
    engine.close()
    before = files(canary), files(package), environment(), Path.cwd(), children()
    yield
    engine.close()
    assert (files(canary), files(package), environment(), Path.cwd()) == before[:4]
    while engine._spare:  # sandboxes that wait for the next submission
        for one in engine._spare.popitem()[1]:
            one.close()
    assert children() <= before[4], "a process was left behind"
    del os.environ["HOSTILE_SECRET"]


@pytest.mark.parametrize("attack", hostile.ATTACKS, ids=lambda attack: attack.name)
def test_attack_gets_what_is_fair(attack):
    record = graded(attack.name, attack.data())
    unfair = {name: one for name, one in statuses(record).items() if one not in attack.statuses[name]}
    assert not unfair, [(result.question, result.status, result.says, result.rows) for result in record.results]
    for result in record.results:
        assert (result.share == 1) == (result.status == "right")
        assert result.says or result.status == "by hand"
    shown = " ".join([record.problem, *record.notes, *map(read_by_the_student, record.results)])
    assert attack.shows in shown
    assert attack.notes in shown
    assert not attack.hides or attack.hides not in shown
    assert shown.isprintable()


@pytest.fixture(scope="module")
def clean_data():
    return hostile.Attack("clean", "nothing").data()


@pytest.fixture(autouse=True)
def _next_one_is_fair(clean_data, _short_limits):
    yield
    assert statuses(graded("next", clean_data)) == hostile.FAIR


def test_what_shows_comes_from_a_sandbox_that_never_met_a_secret(monkeypatch, clean_data):
    asked, ask = {}, sandbox.Sandbox.ask

    def noted(self, request, seconds):
        asked.setdefault(self.process.pid, []).append(str(request.get("cases")))
        return ask(self, request, seconds)

    monkeypatch.setattr(sandbox.Sandbox, "ask", noted)
    for name in ("one", "two"):
        graded(name, clean_data)
    assert len(asked) >= 2
    visible = {
        str([engine.wire.encode(case.inputs) for case in engine.verdict.plan(item.question)])
        for item in engine.assignment("06").items
        if item.is_code
    }
    for cases in asked.values():
        kinds = {one in visible for one in cases if one != "None"}
        assert len(kinds) <= 1


def main():
    engine.CELLS_S, engine.READ_S = CELLS_S, READ_S
    print(f"{'name':28} {'tries':52} {'6.4':13} {'6.5':13} {'6.6':13} {'6.7':13} seconds")
    for attack in hostile.ATTACKS:
        started = time.monotonic()
        found = statuses(graded(attack.name, attack.data()))
        fair = all(one in attack.statuses[name] for name, one in found.items())
        row = "".join(f" {one:13}" for one in found.values()) + f" {time.monotonic() - started:5.1f}"
        print(f"{attack.name:28} {attack.tries[:52]:52}{row} {'' if fair else 'UNFAIR'}")


if __name__ == "__main__":
    sys.exit(main())
