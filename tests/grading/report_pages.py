"""Reports for tests: made of a few records, and read as a reader sees them."""

import re

from gru_lab.grading import report
from gru_lab.grading.record import Record, Result
from gru_lab.grading.scores import Policy, score

RIGHT = Result("6.4", "right", 3, 1.0)


def a_record(student, *results, **more):
    return Record(student, "06", results=results, **more)


def scored(records, marks=None, **policy):
    return [score(record, Policy(**policy), manual=(marks or {}).get(record.student)) for record in records]


def made(*records, marks=None, **more):
    return report.page("06", records, scored(records, marks), **more)


def text(html):
    """What a reader sees, in one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", html.partition("<body>")[2]).split())


def section(html, heading):
    """The text from a heading to the end of its section."""
    return text("<body>" + section_html(html, heading))


def section_html(html, heading):
    return re.search(rf"<h2[^>]*>(?:(?!</h2>).)*{heading}.*?</section>", html, re.DOTALL)[0]
