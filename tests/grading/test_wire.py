"""What goes through the pipe comes out as it went in, and what no `encode` has made is refused, quickly."""

import base64
import contextlib
import json
import math
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from gru_lab.checks import limits, probes
from gru_lab.grading import wire, worker
from gru_lab.grading.wire import Garbled, Opaque, decode, encode, loads, outcome


def through(value):
    return decode(loads(json.dumps(encode(value)).encode()))


def same(one, other):
    if isinstance(one, np.ndarray):
        alike = type(other) is np.ndarray and (one.dtype, one.shape) == (other.dtype, other.shape)
        return alike and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same(list(one.items()), list(other.items()))
    if isinstance(one, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    return one == other


dtypes = arrays.boolean_dtypes() | arrays.integer_dtypes(endianness="=") | arrays.floating_dtypes(endianness="=")
some_arrays = arrays.arrays(
    st.one_of(dtypes, arrays.unsigned_integer_dtypes(endianness="=")), arrays.array_shapes(min_dims=0, min_side=0)
)
plain = st.none() | st.booleans() | st.integers(-(2**64) + 1, 2**64 - 1) | st.floats() | st.text() | st.just(...)
values = st.recursive(
    plain | some_arrays,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(plain | st.tuples(plain, plain), inner, max_size=4),
    ),
    max_leaves=10,
)


@given(values)
@settings(max_examples=300, deadline=None)
def test_every_kind_comes_back_as_it_went(value):
    assert same(value, through(value))


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_order_of_bytes_does_not_matter(order):
    found = through(np.array([1.5, -2.0], f"{order}f8"))
    assert found.tolist() == [1.5, -2.0]
    assert found.dtype == np.dtype("=f8")


def test_what_comes_back_may_be_written_into():
    through(np.zeros(3))[0] = 1


def test_numbers_of_numpy_and_tensors_are_arrays():
    torch = pytest.importorskip("torch")
    assert same(through(np.float32(0.5)), np.array(0.5, "f4"))
    assert same(through(torch.ones(2, requires_grad=True)), np.ones(2, "f4"))
    assert through(np.str_("abc")) == "abc"
    assert same(through(np.arange(6).reshape(2, 3).T), np.arange(6).reshape(2, 3).T)


def nested(levels):
    value = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (len, "a value of type builtin_function_or_method"),
        (1j, "a value of type complex"),
        ({1, 2}, "a value of type set"),
        (2**64, "a whole number of more than 64 bits"),
        (np.array([1j]), "an array of complex128"),
        (np.array([None]), "an array of object"),
        (np.array(["a"]), "an array of <U1"),
        (np.zeros(1, "i4,f8"), "an array of [('f0', '<i4'), ('f1', '<f8')]"),
        (np.datetime64("2020-01-01"), "an array of datetime64[D]"),
    ],
)
def test_what_is_no_answer_is_named(value, kind):
    found = through(value)
    assert isinstance(found, Opaque)
    assert repr(found) == f"<{kind}>"


def test_so_is_what_is_too_deep():
    assert same(through(nested(wire.DEEPEST)), nested(wire.DEEPEST))
    found = through(nested(wire.DEEPEST + 1))
    for _ in range(wire.DEEPEST + 1):
        (found,) = found
    assert found.kind == "a value of too many levels"
    itself = []
    itself.append(itself)
    through(itself)


# ---------------------------------------------------------------------------------------------- what is refused


def deep(levels, value=1):
    for _ in range(levels):
        value = {"list": [value]}
    return value


def eight(text="AAAAAAAAAAA="):  # 8 bytes of zeros
    return base64.b64decode(text) and text


REFUSED = {
    "no kind": {},
    "two kinds": {"list": [], "tuple": []},
    "unknown kind": {"pickle": "gASVAAAA"},
    "a method": {"_list": []},
    "a dunder": {"_class__": []},
    "value": {"value": 1},
    "a bare list": [1, 2],
    "list of no list": {"list": "abc"},
    "tuple of a dict": {"tuple": {"a": 1}},
    "dict of no list": {"dict": {"a": 1}},
    "dict of no pairs": {"dict": [[1, 2, 3]]},
    "dict of texts": {"dict": ["ab"]},
    "key that is a list": {"dict": [[{"list": []}, 1]]},
    "key that is an array": {"dict": [[{"array": ["<f8", [1], eight()]}, 1]]},
    "another number": {"float": "1e5"},
    "a list for a number": {"float": ["nan"]},
    "opaque of no text": {"opaque": 5},
    "long whole number": 1 << 64,
    "very long whole number": {"list": [10**4000]},
    "too deep": deep(wire.DEEPEST + 3),
    "too many": {"list": [0] * (wire.MOST + 1)},
    "array of objects": {"array": ["|O", [1], eight()]},
    "array of texts": {"array": ["<U2", [1], eight()]},
    "array of times": {"array": ["<M8[s]", [1], eight()]},
    "array of long doubles": {"array": ["<f16", [1], eight() + eight()]},
    "array of structures": {"array": ["i4,i4", [1], eight()]},
    "array of no dtype": {"array": ["f1", [8], eight()]},
    "dtype that is none": {"array": [None, [1], eight()]},
    "dtype in a list": {"array": [["f8"], [1], eight()]},
    "two things": {"array": ["<f8", [1]]},
    "no things": {"array": 3},
    "shape that is a number": {"array": ["<f8", 1, eight()]},
    "shape that is a text": {"array": ["<f8", "1", eight()]},
    "shape that is a dict": {"array": ["<f8", {}, eight()]},
    "negative shape": {"array": ["<f8", [-1], eight()]},
    "two negatives": {"array": ["<f8", [-1, -1], eight()]},
    "shape of truth": {"array": ["<f8", [True], eight()]},
    "shape of floats": {"array": ["<f8", [1.0], eight()]},
    "too many axes": {"array": ["<f8", [1] * 9, eight()]},
    "long axis beside an empty one": {"array": ["<f8", [1 << 30, 0], ""]},
    "too short": {"array": ["<f8", [2], eight()]},
    "too long": {"array": ["<f8", [], eight() + "AAAA"]},
    "no base64": {"array": ["<f8", [1], "*" * 12]},
    "no ASCII": {"array": ["<f8", [1], "ü" * 12]},
    "bytes that are a number": {"array": ["<f8", [1], 12]},
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_what_encode_does_not_make_is_refused(data):
    with pytest.raises(Garbled):
        decode(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"\xff",
        b"[" * 200_000,
        b"9" * 5_000,
        b'"' + b"0" * wire.LARGEST + b'"',
    ],
    ids=["nothing", "cut", "NaN", "Infinity", "-Infinity", "no text", "deep", "long number", "large"],
)
def test_what_is_no_json_is_refused(data):
    with pytest.raises(Garbled):
        loads(data)


def test_the_worker_writes_no_more_than_is_read():
    assert worker.SHARED - 8 <= wire.LARGEST


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*wire._KINDS, "values", "problem"]) | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(json_values)
@settings(max_examples=300, deadline=None)
def test_any_json_is_decoded_or_garbled(data):
    for read in (decode, lambda one: outcome(one, ("",)), wire.array):
        try:
            read(data)
        except Garbled as problem:
            assert len(str(problem)) < 200  # noqa: PT017 (it need not be raised)


# ---------------------------------------------------------------------------------------------- outcomes


def report(**other):
    one = vars(probes.Outcome(values={"": np.ones(2)}, printed="a\nb", printed_size=3, changed=("x",)))
    return json.loads(json.dumps(one | {"values": {"": encode(one["values"][""])}} | other))


def test_an_outcome_comes_back():
    found = outcome(report(), ("",))
    assert isinstance(found, probes.Outcome)
    assert (found.problem, found.printed, found.printed_size, found.changed) == ("", "a\nb", 3, ("x",))
    assert found.values[""].tolist() == [1, 1]


def test_its_texts_are_short_and_can_be_printed():
    evil = "\x1b[2J\u202e\r" + "x" * 5_000
    texts = {"returned": evil, "error": evil, "line": evil, "printed": evil, "changed": [evil] * 99}
    found = outcome(report(**texts, problem="raised"), ("",))
    for text, most in ((found.returned, 80), (found.error, 300), (found.line, 160)):
        assert len(text) <= most and text.isprintable() and "xxx" in text
    first, second = found.printed.split("\n")
    assert first == "[2J" and second.isprintable() and len(second) == 200
    assert len(outcome(report(printed="\n" * 9_999), ("",)).printed) <= limits.PAGE
    assert len(found.changed) == 20
    assert all(len(name) <= 40 and name.isprintable() for name in found.changed)
    assert outcome(report(printed_size=10**30), ("",)).printed_size <= 1 << 40


GARBLED = {
    "no dict": 3,
    "nothing": {},
    "unknown problem": report(problem="right"),
    "problem that is a list": report(problem=[]),
    "problem that is a number": report(problem=0),
    "no values": report(values={}),
    "values of another name": report(values={"h": encode(np.ones(2))}),
    "one more": report(values={"": encode(np.ones(2)), "h": encode(np.ones(2))}),
    "values that are a list": report(values=[1]),
    "value that is no array": report(values={"": 3}),
    "value that is a list": report(values={"": {"list": [1]}}),
    "other values of a problem": report(values={"h": encode(np.ones(2))}, problem="raised"),
    "returned that is no text": report(returned=None),
    "error that is no text": report(error=["x"]),
    "line that is no text": report(line=7),
    "printed that is a dict": report(printed={}),
    "printed in pieces": report(printed=["a"]),
    "size that is no number": report(printed_size="many"),
    "size that is infinite": report(printed_size=1e400),
    "size that is nothing": report(printed_size=None),
    "changed that is a text": report(changed="x"),
    "changed of numbers": report(changed=[1]),
}


@pytest.mark.parametrize("data", GARBLED.values(), ids=GARBLED)
def test_an_outcome_that_makes_no_sense_is_refused(data):
    with pytest.raises(Garbled):
        outcome(data, ("",))


@pytest.mark.parametrize("name", list(report()))
def test_no_part_of_an_outcome_may_be_missing(name):
    data = report()
    del data[name]
    with pytest.raises(Garbled):
        outcome(data, ("",))


def test_arrays_come_in_the_order_that_was_asked_for():
    data = report(values={"z": encode(np.zeros(1)), "h": encode(np.ones(1))})
    assert list(outcome(data, ("h", "z")).values) == ["h", "z"]


# ---------------------------------------------------------------------------------------------- time and memory

ALIKE = [{"tuple": [-1 - (i >> bit & 1) for bit in range(13)]} for i in range(1 << 13)]  # hash(-1) == hash(-2)
LARGE = {
    "numbers": b'{"list": [' + b"0," * (wire.LARGEST // 2 - 10) + b"0]}",
    "lists": b'{"list": [' + b"[]," * (wire.LARGEST // 3 - 10) + b"[]]}",
    "dicts": b'{"list": [' + b"{}," * (wire.LARGEST // 3 - 10) + b"{}]}",
    "one text": json.dumps("x" * (wire.LARGEST - 2)).encode(),
    "keys with one hash": json.dumps({"dict": [[key, 0] for key in ALIKE]}).encode(),
    "one array": json.dumps(encode(np.zeros(wire.LARGEST // 12))).encode(),
    "many arrays": json.dumps({"list": [{"array": ["<f8", [0] * 8, ""]}] * (wire.LARGEST // 52)}).encode(),
}


@pytest.mark.parametrize("data", LARGE.values(), ids=LARGE)
def test_the_largest_replies_cost_little(data):
    assert len(data) <= wire.LARGEST
    started = time.process_time()
    with contextlib.suppress(Garbled):
        decode(loads(data))
    assert time.process_time() - started < 10  # the worst takes about a second here


def test_no_small_reply_takes_much_memory():
    tracemalloc.start()
    try:
        for shape in ([1 << 30, 0], [(1 << 31) - 1] * 8, [0] + [1 << 30] * 7):
            with pytest.raises(Garbled):
                decode({"array": ["<f8", shape, ""]})
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
