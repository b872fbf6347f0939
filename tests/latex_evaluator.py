r"""Evaluate the LaTeX that `Convention` renders, so that a test can hold an equation against the code.

A small recursive-descent parser; each rule is a method of `_Parser`:

    equation    = name "=" sum
    sum         = product (("+" | "-") product)*
    product     = application ("\odot" application)*      element by element: both sides have one shape
    application = function primary | matrix application | primary
    primary     = number | name | "(" sum ")"
    name        = letter or \tilde{letter}, with a subscript: W_r, h_{t-1}, \tilde{h}_t

A name that starts with W or U is a matrix (H, N); what stands beside it, without a sign, is a vector (…, N) that it
multiplies. Nothing else may stand side by side. Whatever does not fit is a ValueError.
"""

import re

import numpy as np

__all__ = ["evaluate_equation", "evaluate_system"]

FUNCTIONS = {r"\sigma": lambda a: 1 / (1 + np.exp(-a)), r"\tanh": np.tanh}

TOKEN = re.compile(
    r"""\s*(?:
        (?P<name> (?: \\tilde\{[A-Za-z]\} | [A-Za-z] ) _ (?: \{[^{}]+\} | [A-Za-z0-9] ) )
      | (?P<function> \\sigma | \\tanh )
      | (?P<odot> \\odot (?![A-Za-z]) )
      | (?P<number> \d+ )
      | (?P<sign> [-+=()] )
    )""",
    re.VERBOSE,
)


def evaluate_equation(latex, values):
    """(name on the left, value of the right) of one equation. values: {name as the LaTeX spells it: array}."""
    return _Parser(latex, values).equation()


def evaluate_system(latex, values):
    r"""{name: value} of the equations of an `aligned` block, in order; each may use the names of those above it."""
    body = re.fullmatch(r"\s*\\begin\{aligned\}(.*)\\end\{aligned\}\s*", latex, re.DOTALL)
    if not body:
        raise ValueError(f"not an aligned block: {latex!r}")
    found = {}
    for row in body[1].split(r"\\"):
        name, value = evaluate_equation(row.replace("&=", "="), values | found)
        found[name] = value
    return found


def tokens(latex):
    """[(kind, text), …]; ValueError for anything the grammar does not know."""
    found, position = [], 0
    latex = latex.strip()
    while position < len(latex):
        match = TOKEN.match(latex, position)
        if not match:
            raise ValueError(f"cannot read {latex[position:]!r}")
        found.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return found


class _Parser:
    def __init__(self, latex, values):
        self.tokens, self.values = tokens(latex), values

    def next_is(self, kind, *texts):
        return bool(self.tokens) and self.tokens[0][0] == kind and (not texts or self.tokens[0][1] in texts)

    def take(self, kind, *texts):
        if not self.next_is(kind, *texts):
            raise ValueError(f"expected {texts or kind}, found {self.tokens[:1] or 'the end'}")
        return self.tokens.pop(0)[1]

    def equation(self):
        name = self.take("name")
        self.take("sign", "=")
        value = self.sum()
        if self.tokens:
            raise ValueError(f"left over: {self.tokens}")
        return name, value

    def sum(self):
        value = self.product()
        while self.next_is("sign", "+", "-"):
            sign = 1 if self.take("sign") == "+" else -1
            value = value + sign * self.product()
        return value

    def product(self):
        value = self.application()
        while self.next_is("odot"):
            self.take("odot")
            other = self.application()
            if np.shape(value) != np.shape(other):
                raise ValueError(f"⊙ between shapes {np.shape(value)} and {np.shape(other)}")
            value = value * other
        return value

    def application(self):
        if self.next_is("function"):
            return FUNCTIONS[self.take("function")](self.parenthesis())
        if self.next_is("name") and self.tokens[0][1][0] in "WU":
            matrix = self.value(self.take("name"))
            return self.application() @ matrix.T
        return self.primary()

    def primary(self):
        if self.next_is("number"):
            return int(self.take("number"))
        if self.next_is("name"):
            return self.value(self.take("name"))
        return self.parenthesis()

    def parenthesis(self):
        self.take("sign", "(")
        value = self.sum()
        self.take("sign", ")")
        return value

    def value(self, name):
        if name not in self.values:
            raise ValueError(f"{name} has no value; there are {', '.join(self.values)}")
        return self.values[name]
