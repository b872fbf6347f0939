"""The authors' workshop: run notebooks, keep them clean, and generate their tables of contents.

    gru-lab notebooks run chapters/04_the_four_steps.ipynb
    gru-lab notebooks toc
    gru-lab notebooks check

`execute` runs a notebook in a fresh kernel, `normalise` makes what it wrote the same on every run, `course` reads the
table of contents, `toc` writes it into the chapters and the README, `prose` reads Markdown as a reader does, `hygiene`
holds the rules that a notebook must keep, `chapter_hygiene` those of chapters.
"""
