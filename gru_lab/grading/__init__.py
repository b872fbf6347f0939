"""Grading a class: submissions of any shape in, a row with a reason for each of them out.

A submission's code runs in a sandbox and hands over arrays; questions, seeds and verdicts stay outside of it.

    submissions   a folder or a download of an LMS -> one `Submission` for each student (its parts: archive, entries,
                  zips, shapes, systems, handed, choosing, exercise_names, names; roster, times)
    notebooks     a notebook, however battered -> the code to run, and which cell answers what (cells, own_cells)
    sandbox       a process that a submission may do its worst in: `worker` is the program in it, a `fork` answers each
                  question; they speak in the words of `wire`, and see a `stripped` copy of gru_lab
    engine        a `Submission` -> its `Record`; a pure function, so that any machine may run it (judging)
    run           many of them, several at once, interrupted and resumed at any moment (journal, pool, cluster);
                  who is not in a later download keeps what they had (rounds)
    results       records -> points (scores), tables, feedback, report (similarity), nbgrader's gradebook
    exports       the exercises for nbgrader; `gradescope` has an autograder
    commands      `gru-lab grade` (option_types, doubts) and, in export_commands, `gru-lab export`

Learners need nothing of it: it is the extra `gru_lab[instructor]`.
"""
