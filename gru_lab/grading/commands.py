"""`gru-lab grade`: a class's submissions in, marks, feedback and a report out."""

import argparse
import difflib
import re
import sys
import textwrap
from collections import Counter
from pathlib import Path

from gru_lab.checks import words
from gru_lab.grading import cluster, results, rounds, run, sandbox, scores, submissions
from gru_lab.grading import roster as rosters
from gru_lab.grading.assignments import UnknownAssignment, assignment
from gru_lab.grading.attention import how_many
from gru_lab.grading.doubts import doubts
from gru_lab.grading.engine import Terms
from gru_lab.grading.feedback import MARKED
from gru_lab.grading.journal import Journal, JournalError, read_all
from gru_lab.grading.option_types import minutes, percent, positive, seconds, shard
from gru_lab.grading.pages import number_of
from gru_lab.grading.places import Misplaced, check_apart, check_folder, class_seed
from gru_lab.grading.record import STATUSES
from gru_lab.grading.times import named_time
from gru_lab.grading.writing import NotWritten, write_whole

__all__ = ["add_parser"]

USAGE = """gru-lab grade SUBMISSIONS --assignment 06 --out RESULTS [options]
       gru-lab grade tables RESULTS [options]
       gru-lab grade merge RESULTS RESULTS … --out RESULTS [options]"""
ABOUT = """
Run a class's submissions in a sandbox, judge what comes out, and write marks, feedback and a report.
SUBMISSIONS is a folder (nbgrader's "submitted", or one with notebooks in it) or the zip that Canvas, Moodle or
Gradescope lets you download. "tables" makes everything but the records again, after a change of the policy or after
marking by hand in Formgrader. "merge" joins the results of several machines.
"""
PROBLEMS = (
    cluster.ClusterError, results.ResultsError, sandbox.SandboxError, submissions.SubmissionsError, rosters.RosterError,
    JournalError, NotWritten, UnknownAssignment,
)  # fmt: skip


def add_parser(subparsers):
    parser = subparsers.add_parser(
        "grade",
        help="for instructors: grade a class's submissions in a sandbox",
        usage=USAGE,
        description=ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", nargs="+", metavar="SUBMISSIONS", help=argparse.SUPPRESS)
    parser.add_argument("--assignment", metavar="N", help='the exercises that were handed in, such as "06"')
    parser.add_argument("--out", type=Path, metavar="RESULTS", help="the folder to write to")
    parser.add_argument("--roster", type=Path, metavar="FILE", help="CSV: id, name, email, maybe due, handed_in")
    running = parser.add_argument_group("running")
    running.add_argument("--resume", action="store_true", help="go on where a run was interrupted; changed ones again")
    running.add_argument("--jobs", type=positive, default=run.cores(), metavar="N", help="at once (all processors)")
    running.add_argument("--seed-file", type=Path, metavar="FILE", help="the class's secret (made if it is not there)")
    running.add_argument("--seconds", type=seconds, default=5.0, metavar="S", help="for one question (%(default)s)")
    running.add_argument("--max-mb", type=positive, default=50, metavar="N", help="of a notebook (%(default)s)")
    running.add_argument("--shard", type=shard, metavar="I/N", help="one of N shares; a student's id draws which")
    running.add_argument("--dask", metavar="ADDRESS", help="grade on the workers of this Dask scheduler")
    running.add_argument("--without-sandbox", action="store_true", help="run the submissions with limits alone")
    policy = parser.add_argument_group(
        "policy (default: that of the results, else points for the share that is right, and nothing off for lateness)"
    )
    policy.add_argument("--due", metavar="TIME", help="ISO 8601 with a time zone: 2026-12-01T23:59+01:00")
    policy.add_argument("--grace-minutes", type=minutes, metavar="M", help="who is so many minutes late is in time")
    policy.add_argument("--late", type=percent, metavar="P", help="percent taken off for each day begun: 10")
    policy.add_argument("--late-at-most", type=percent, metavar="P", help="percent taken off at most")
    policy.add_argument(
        "--partial", choices=scores.PARTIAL, help="a question's points: by the share right, or all or none"
    )
    policy.add_argument("--missing", choices=scores.MISSING, help="the mark of who handed in nothing (blank: none)")
    policy.add_argument("--canvas-column", metavar="NAME", help='its column in Canvas: "Exercises 6 (1234)"')
    parser.add_argument("--no-gradebook", action="store_true", help="write no nbgrader gradebook")
    parser.set_defaults(call=_call)


def _call(options):
    try:
        verb, *folders = options.what
        if verb in ("tables", "merge") and folders:
            return _again(options, [results.Paths(Path(folder)) for folder in folders], merge=verb == "merge")
        if folders:
            meant = difflib.get_close_matches(verb, ("tables", "merge"), 1)
            hint = f"; was 'gru-lab grade {meant[0]}' meant?" if meant else ""
            raise results.ResultsError(f"one folder or zip of submissions is needed, not {len(options.what)}{hint}")
        return _grade(options, Path(verb))
    except PROBLEMS as problem:
        print(f"gru-lab grade: {problem}", file=sys.stderr)
        return 2 if isinstance(problem, Misplaced) else 1
    except KeyboardInterrupt:
        print("stopped: what was graded is kept, and the same command with --resume goes on", file=sys.stderr)
        return 130


def _grade(options, path):
    for name in ("assignment", "out"):
        if getattr(options, name) is None:
            raise results.ResultsError(f"--{name} is missing; see gru-lab grade --help")
    asked, paths = assignment(options.assignment), results.Paths(options.out)
    check_folder(paths.root)
    check_apart(path, paths.root)
    if paths.journals() and not options.resume and not options.shard:
        raise results.ResultsError(f"{options.out} holds results already: --resume goes on, --out names another folder")
    known = rounds.known(paths, asked.number, options.shard)
    policy = _policy(options, paths)  # before the long work, so that a slip in it costs nothing
    protected = _protected(options)
    roster = _roster(options, paths, policy)
    found = submissions.find(path, asked.number, roster, options.max_mb << 20)
    print(f"{asked.title}: {found.says}", file=sys.stderr)
    handles = [handle for handle in found if run.in_shard(handle.student, options.shard)]
    seed = _seed(options, paths)
    results.agree(paths, asked.number, seed)
    policy.save(paths.policy)  # now, so that whoever goes on after an interruption, or joins shards, has them
    _keep_roster(options.roster, paths)
    terms = Terms(seed, protected, options.seconds)
    mapper = cluster.mapper(options.dask) if options.dask else None
    with Journal(paths.journal(asked.number, options.shard), known) as journal:
        stay = rounds.staying(journal.records, handles)
        handles = [handle for handle in handles if handle.student not in stay]
        run.grade_all(handles, terms, journal, options.jobs, mapper)
        found.close()
    records = rounds.without_old_ids(journal.records, roster)
    about = rounds.named(stay & records.keys(), path)
    if options.shard:
        return _end_of_shard(options, records, about)
    return _write(options, paths, records, policy, roster, about)


def _end_of_shard(options, records, about):
    absent = sum(record.absent for record in records.values())
    print(f"{number_of(len(records) - absent, 'submission')} graded.")
    if absent:
        print(f"{number_of(absent, 'student')} of this share handed in nothing.")
    print(f"When all shards are done: gru-lab grade merge {options.out} --out {options.out}")
    _look_at(about)
    return 0


def _seed(options, paths):
    if options.seed_file is None and not paths.seed.exists() and results.told(paths):
        raise results.ResultsError(f"{paths.root} was graded with a seed of its own: give its file with --seed-file")
    return class_seed(options.seed_file, paths.seed)


def _protected(options):
    """Is there a sandbox? Says so where there is none, and refuses as root; with one, root is told of a safer way."""
    if options.without_sandbox:
        lacking = "as you wished"
    else:
        lacking = "" if options.dask else sandbox.missing()
        if not lacking:
            if sandbox.is_root() and not options.dask:
                print("You are root: the sandbox is safer still when an ordinary user starts it.", file=sys.stderr)
            return True
        if sandbox.is_root():
            raise sandbox.SandboxError(f"{lacking}. As root nothing runs without a sandbox; --without-sandbox insists")
    warning = (
        f"No sandbox ({lacking}): submissions run with limits of time and memory alone, and could read "
        "and change files of yours. Grade what you do not trust on a machine that holds nothing else."
    )
    print(textwrap.fill(warning, 100), file=sys.stderr)
    return False


def _roster(options, paths, policy):
    """The roster that is named, else the one that was kept with the results, else None."""
    kept = paths.roster if paths.roster.exists() else None
    zone = scores.moment(policy.due).tzinfo if policy.due else None
    return rosters.read(options.roster or kept, zone) if options.roster or kept else None


def _keep_roster(path, paths):
    """For whoever goes on later: a copy with the results, unless there is none or it is that copy."""
    if path and path.exists() and path.resolve() != paths.roster.resolve():
        write_whole(paths.roster, path.read_bytes().decode("utf-8", "replace"))


def _policy(options, paths):
    try:
        policy = scores.Policy.load(paths.policy) if paths.policy.exists() else scores.Policy()
        asked = {
            "due": options.due and named_time(options.due),
            "grace_minutes": options.grace_minutes,
            "percent_per_day": options.late,
            "percent_at_most": options.late_at_most,
            "partial": options.partial,
            "missing": options.missing,
            "canvas_column": options.canvas_column,
        }
        return scores.Policy(**{**vars(policy), **{name: one for name, one in asked.items() if one is not None}})
    except (ValueError, OSError) as problem:
        raise results.ResultsError(str(problem)) from problem


def _again(options, folders, merge):
    """Tables and the rest from the records of one folder of results, or of several."""
    if merge and options.out is None:
        raise results.ResultsError("--out is missing; see gru-lab grade --help")
    if not merge and len(folders) > 1:
        raise results.ResultsError("tables are made of one folder of results; merge joins several")
    out = results.Paths(options.out) if merge else folders[0]
    check_folder(out.root)
    runs = [told for one in (*folders, out) if (told := results.told(one))]
    if any(told != runs[0] for told in runs):
        raise results.ResultsError(
            "these are results of several assignments, or of several seeds: they cannot be joined"
        )
    journals = [journal for one in folders for journal in one.journals()]
    if not journals:
        raise results.ResultsError(f"there are no records in {', '.join(str(one.root) for one in folders)}")
    records = read_all(journals)
    if len({record.assignment for record in records.values()}) > 1:
        raise results.ResultsError("these are results of several assignments; merge one at a time")
    lacking = _missing_shards(journals)
    if lacking:
        print(f"Not all shards are here: {', '.join(lacking)} missing.", file=sys.stderr)
    _keep(records, out)
    if runs:
        results.tell(out, runs[0])  # for whoever goes on there
    policy = _policy(options, folders[0])
    roster = _roster(options, folders[0], policy)
    _keep_roster(options.roster or folders[0].roster, out)
    return _write(options, out, rounds.without_old_ids(records, roster), policy, roster, is_whole=not lacking)


def _keep(records, out):
    """Write those records that `out` does not hold yet, or holds differently."""
    there = read_all(out.journals())
    lacking = [record for student, record in records.items() if there.get(student) != record]
    if lacking:
        with Journal(out.journal(lacking[0].assignment)) as journal:
            for record in lacking:
                journal.add(record)


def _missing_shards(journals):
    parts = [re.fullmatch(r"\d+-(\d+)-of-(\d+)", journal.stem) for journal in journals]
    if None in parts:  # joined before, into this folder, or graded without shards
        return []
    there = {(int(part[1]), int(part[2])) for part in parts if part}
    return [f"{i}/{n}" for n in sorted({n for _, n in there}) for i in range(1, n + 1) if (i, n) not in there]


def _write(options, paths, records, policy, roster, about=(), is_whole=True):
    if not records:
        raise results.ResultsError("there is nothing to make tables of")
    records = dict(sorted(records.items()))  # they come in the order in which they were graded
    due, records = (roster.due, roster.timed(records)) if roster else (None, records)
    given = results.write_all(paths, records, policy, roster, due, gradebook=not options.no_gradebook)
    _summary(paths, records, given)
    again = f"gru-lab grade tables {paths.root} --roster {options.roster or 'FILE'}"
    marked = {score.student for score in given if score.by_hand}
    _look_at([*about, *doubts(records, policy, roster, again, marked, is_whole)])
    return 0


def _look_at(sentences):
    for says in sentences:
        print(f"Look at this: {says}", file=sys.stderr)


def _summary(paths, records, given):
    there = [(records[score.student], score) for score in given if not score.absent]
    _, by_a_person, _ = MARKED
    counts = Counter(
        by_a_person if result.question in score.by_hand else result.status
        for record, score in there
        for result in record.results
    )
    says = ", ".join(f"{counts[status]} {status}" for status in (*STATUSES, by_a_person) if counts[status])
    print(f"{number_of(len(there), 'submission')}, {number_of(counts.total(), 'answer')}: {says or 'nothing'}")
    absent = sum(score.absent for score in given)
    if absent:
        print(f"{number_of(absent, 'student')} handed in nothing.")
    waiting = sum(bool(score.to_mark) for score in given)
    if waiting:
        wait = number_of(waiting, "submission waits", "submissions wait")
        if paths.marks.is_file():
            print(f"{wait} for a person: mark with Formgrader in {paths.gradebook}, then")
        else:
            print(f"{wait} for a person: without --no-gradebook this makes the gradebook to mark in:")
        print(f"    gru-lab grade tables {paths.root}")
    outdated = sum(bool(score.outdated) for score in given)
    if outdated:
        print(f"Marked by hand before, and changed since: {number_of(outdated, 'submission')}; report.html has them.")
    unread = [record for record, score in there if record.problem and score.to_mark]
    for record in unread:
        print(f"  {words.printable(record.student, 60)}: {words.printable(record.problem, 200)}")
    count = how_many(there)
    if count > len(unread) + outdated:
        print(f"{number_of(count, 'submission')} may deserve a look: report.html says why.")
    print(f"Written to {paths.root}: report.html, feedback/, grades.csv and more.")
