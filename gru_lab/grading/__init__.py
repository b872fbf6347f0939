"""Grading a class: submissions of any shape in, a row with a reason for each of them out.

A submission's code runs in a sandbox and hands over arrays; questions, seeds and verdicts stay outside of it.

    submissions   a folder or a download of an LMS -> one `Submission` for each student
    notebooks     a notebook, however battered -> the code to run, and which cell answers what
    sandbox       a process that a submission may do its worst in; `worker` is the program inside of it
    engine        a `Submission` -> its `Record`; a pure function, so that any machine may run it
    run           many of them, several at once, interrupted and resumed at any moment
    scores        records -> points; tables, feedback, report and gradebook show them

Learners need nothing of it: it is the extra `gru_lab[instructor]`.
"""
