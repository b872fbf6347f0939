"""Values as JSON, for the pipe between the grader and the sandbox: arrays in, arrays out, and nothing that can be run.

`encode` runs on both sides. What comes out of a sandbox is read by `decode` and `outcome`, which believe nothing:
kinds, depth, count and size are checked, and a reply that does not fit raises `Garbled`.
"""

import base64
import json
import math
import re

import numpy as np

from gru_lab.checks import limits, probes, words

__all__ = ["LARGEST", "Garbled", "Opaque", "TooLarge", "decode", "encode", "loads", "outcome"]

LARGEST = 4 << 20  # bytes of a reply: as JSON it may become a hundred times as much memory
NOT_A_CELL = (1 << 32) - 1  # where a fork is, once all cells have run
DEEPEST, MOST = 8, 100_000  # levels and elements of one value
_DTYPE = re.compile(r"[<>|=]?(?:b1|[fiu][1248])")
_PROBLEMS = ("", "raised", "not written", "nothing", "not numbers", "stopped", "interrupted", "not tried")


class Garbled(Exception):
    """A reply that follows no rule of this file."""


class TooLarge(Exception):
    """A value that no reply has room for."""


class Opaque:
    """Stands for a value of a kind that no answer has: a function, an open file. kind: in words."""

    def __init__(self, kind):
        self.kind = kind

    def __repr__(self):
        return f"<{self.kind}>"


def encode(value, level=0):
    """What JSON can hold: numbers, texts, arrays, tensors, and lists, tuples and dicts of them. Raises TooLarge."""
    if level > DEEPEST:
        return {"opaque": "a value of too many levels"}
    if hasattr(value, "detach"):  # a torch tensor
        value = value.detach().cpu().numpy()
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        if array.dtype.kind == "U" and array.ndim == 0:
            return str(array)
        if not _DTYPE.fullmatch(array.dtype.str):
            return {"opaque": f"an array of {array.dtype}"[:80]}
        if array.nbytes > LARGEST:
            raise TooLarge(f"an array of {array.nbytes:,} bytes")
        return {"array": [array.dtype.str, list(array.shape), base64.b64encode(array.tobytes()).decode()]}
    if isinstance(value, dict | list | tuple | str) and len(value) > (LARGEST if isinstance(value, str) else MOST):
        raise TooLarge(f"{len(value):,} elements or letters")
    if isinstance(value, dict):
        return {"dict": [[encode(key, level + 1), encode(one, level + 1)] for key, one in value.items()]}
    if isinstance(value, list | tuple):
        kind = "list" if isinstance(value, list) else "tuple"
        return {kind: [encode(one, level + 1) for one in value]}
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"}
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >> 64:
        return {"opaque": "a whole number of more than 64 bits"}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return {"ellipsis": True} if value is Ellipsis else {"opaque": f"a value of type {type(value).__name__}"[:80]}


def loads(data):
    """The JSON value in `data` (bytes). Raises Garbled."""
    if len(data) > LARGEST:
        raise Garbled(f"a reply of {len(data):,} bytes")
    try:
        return json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError) as problem:
        raise Garbled(f"a reply that is no JSON: {str(problem)[:80]}") from None


def _no_constant(name):
    raise ValueError(f"{name} is no JSON")


def decode(data):
    """The value that `encode` was given. Raises Garbled."""
    return _Decoder().value(data, 0)


class _Decoder:
    def __init__(self):
        self.count = 0

    def value(self, data, level):
        self.count += 1
        if level > DEEPEST + 1 or self.count > MOST:
            raise Garbled("a value of too many levels or elements")
        if data is None or type(data) in (bool, float, str):
            return data
        if type(data) is int:
            if abs(data) >> 64:
                raise Garbled("a whole number of more than 64 bits")
            return data
        if type(data) is not dict or len(data) != 1:
            raise Garbled("a value of no known kind")
        ((kind, inside),) = data.items()
        reader = getattr(self, f"_{kind}", None) if kind in _KINDS else None
        if reader is None:
            raise Garbled("a value of no known kind")
        return reader(inside, level + 1)

    def _array(self, inside, level):
        return array(inside)

    def _list(self, inside, level):
        return [self.value(one, level) for one in _listed(inside)]

    def _tuple(self, inside, level):
        return tuple(self._list(inside, level))

    def _dict(self, inside, level):
        pairs = [(self.value(k, level), self.value(v, level)) for k, v in map(_pair, _listed(inside))]
        try:
            return dict(pairs)
        except TypeError:  # an array or a list as a key
            raise Garbled("a dict with a key that cannot be one") from None

    def _float(self, inside, level):
        if inside not in ("nan", "inf", "-inf"):
            raise Garbled("a number of no known kind")
        return float(inside)

    def _ellipsis(self, inside, level):
        return Ellipsis

    def _opaque(self, inside, level):
        return Opaque(_text(inside, 80))


_KINDS = ("array", "list", "tuple", "dict", "float", "ellipsis", "opaque")


def array(data):
    """The array of [dtype, shape, base64]. Raises Garbled."""
    try:
        dtype, shape, text = data
        if not _DTYPE.fullmatch(dtype) or len(shape) > 8 or not all(type(n) is int and 0 <= n < 1 << 31 for n in shape):
            raise Garbled("an array of no known kind")
        if math.prod(max(n, 1) for n in shape) > LARGEST:  # (2 ** 30, 0) has no elements, and a loop over it no end
            raise Garbled("an array with too long an axis")
        raw = base64.b64decode(text, validate=True)
        if math.prod(shape) * np.dtype(dtype).itemsize != len(raw):
            raise Garbled("an array whose bytes and shape differ")
        found = np.frombuffer(raw, dtype).reshape(shape)
        return found.astype(bool if dtype.endswith("b1") else found.dtype.newbyteorder("="))  # a copy of its own
    except (TypeError, ValueError) as problem:
        raise Garbled(f"an array that cannot be read: {str(problem)[:80]}") from None


def outcome(data, returns):
    """The `probes.Outcome` that a sandbox reports, cleaned. Raises Garbled."""
    try:
        if data["problem"] not in _PROBLEMS:
            raise Garbled("an outcome of no known kind")
        if set(data["values"]) - set(returns):
            raise Garbled("an outcome with arrays that nobody asked for")
        values = {name: array(one["array"]) for name, one in data["values"].items()}
        if not data["problem"] and set(values) != set(returns):
            raise Garbled("an outcome without the arrays that were asked for")
        return probes.Outcome(
            problem=data["problem"],
            values={name: values[name] for name in returns} if values else {},
            returned=_text(data["returned"], 80),
            error=_text(data["error"], 300),
            line=_text(data["line"], 160),
            printed="\n".join(_text(line, 200) for line in data["printed"][: limits.PAGE].splitlines()),
            printed_size=min(int(data["printed_size"]), 1 << 40),
            changed=tuple(_text(name, 40) for name in _listed(data["changed"])[:20]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as problem:
        raise Garbled(f"an outcome that cannot be read: {type(problem).__name__}") from None


def _text(value, length):
    if type(value) is not str:
        raise Garbled("a text that is none")
    return words.printable(value, length)


def _listed(value):
    if type(value) is not list:
        raise Garbled("a list that is none")
    return value


def _pair(value):
    if type(value) is not list or len(value) != 2:
        raise Garbled("a pair that is none")
    return value
