"""Bad use gets an answer in words, never a traceback, and the answer says what to do."""

import functools

import numpy as np
import pytest

from gru_lab import GRUParameters, check, gru_step, reset_gate
from gru_lab.checks import judge, limits, probes
from gru_lab.checks.question import Code

RESET = check.find("reset_gate")
STEP = check.find("gru_step")


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


class Hostile:
    """Raises wherever Python may look."""

    def _raise(self, *args, **kwargs):
        raise RuntimeError("hostile")

    __repr__ = __str__ = __len__ = __iter__ = __float__ = __array__ = __getitem__ = _raise
    __eq__ = __ne__ = __bool__ = __int__ = __index__ = __call__ = __lt__ = __add__ = _raise
    __hash__ = object.__hash__


class Claims:
    """Looks like a function and has no signature."""

    __signature__ = "nonsense"

    def __call__(self, *inputs):
        return inputs[0]


def raising(error):
    def answer(*inputs):
        raise error

    return answer


def recursive(*inputs):
    return recursive(*inputs)


def ends_python(*inputs):
    raise SystemExit(3)


def generator(*inputs):
    yield inputs[0]


async def coroutine(*inputs):
    return inputs[0]


WEIRD = {
    "nothing": None, "text": "reset_gate", "number": 3.5, "true": True, "array": np.ones((2, 2)), "nan": float("nan"),
    "list": [[1], [2, 3]], "dict": {"a": 1}, "set": {1}, "ellipsis": ..., "class": GRUParameters, "type": int,
    "module": np, "hostile": Hostile(), "claims": Claims(), "complex": 1j, "bytes": b"abc", "no arguments": lambda: 1,
    "one argument": lambda a: a, "named only": lambda *, x: x, "two thousand": lambda *a: np.zeros(2000),
    "None back": lambda *a: None, "text back": lambda *a: "text", "list back": lambda *a: [[1], [1, 2]],
    "objects back": lambda *a: np.array([object()]), "hostile back": lambda *a: Hostile(),
    "nan back": lambda *a: np.full_like(np.asarray(a[0], float), np.nan), "empty back": lambda *a: np.array([]),
    "dict back": lambda *a: {"r": 1}, "complex back": lambda *a: np.array([1j]), "function back": lambda *a: print,
    "tuple back": lambda *a: (1, 2, 3), "none in list back": lambda *a: [None, None], "class back": lambda *a: Hostile,
    "input back": lambda *a: a[0], "huge number back": lambda *a: 10**400, "masked back": lambda *a: np.ma.masked,
    "raises": raising(ValueError("no")), "raises nothing": raising(Exception()), "raises a key": raising(KeyError("k")),
    "raises memory": raising(MemoryError()), "raises stop": raising(StopIteration()), "recursion": recursive,
    "raises base": raising(BaseException("base")), "exit": ends_python, "interrupt": raising(KeyboardInterrupt()),
    "hostile error": raising(type("Odd", (Exception,), {"__str__": Hostile._raise})()), "generator": generator,
    "coroutine": coroutine, "partial": functools.partial(lambda a, *b: a, 1),
    "structured": lambda *a: np.zeros(2, "i4,f4"), "long text": "x" * 10**6, "infinite": float("inf"),
    "date": np.datetime64("2020-01-01"), "deep": [[[[[[[[1]]]]]]]],
}  # fmt: skip


@pytest.mark.parametrize("weird", WEIRD, ids=str)
def test_whatever_is_passed_gets_words(weird, capsys, recwarn):
    """Every question, every odd value: one report, no traceback, nothing absurdly long, nothing accepted."""
    for question in check.questions():
        found = judge(question, WEIRD[weird])
        assert found.status in ("waiting", "wrong", "off"), f"{question.name} accepts {weird}: {found}"
        check.respond(question, found)
        shown = capsys.readouterr().out
        assert found.says in shown or question.hints
        assert "Traceback" not in shown
        assert "object at 0x" not in shown, "an address changes from run to run"
        assert len(shown) < 3_000, shown[:500]


@pytest.mark.parametrize("weird", WEIRD, ids=str)
def test_whatever_is_asked_gets_words(weird, capsys):
    for call in (check.prediction, check.choice, check.hint):
        call(WEIRD[weird])
        assert capsys.readouterr().out.strip()
    check.reset_gate(WEIRD[weird], 2, third=3)
    assert "Pass one thing" in capsys.readouterr().out


def found_for(answer, question=RESET):
    return judge(question, answer)


# ---------------------------------------------------------------------------------------------- each case in its words


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("reset_gate", ["a text", "Take the quotes away: check.reset_gate(your_function)"]),
        (np.ones(2), ["an array", "Leave out the brackets"]),
        (lambda x, h: x, ["takes (x, h)", "(x, h, W_r, U_r, b_r)"]),
        (lambda h, x, W_r, U_r, b_r: x, ["(h, x, W_r, U_r, b_r)", "The input always comes before the state"]),
        (lambda x, h, W_r, U_r, b_r: x.sort(), ["returns None", "return line"]),
        (lambda x, h, W_r, U_r, b_r: [[1], [1, 2]], ["rows differ in length", "numbers are needed"]),
        (lambda x, h, W_r, U_r, b_r: np.array([object()]), ["an array of objects"]),
        (lambda x, h, W_r, U_r, b_r: np.full(h.shape, np.nan), ["NaN"]),
        (lambda x, h, W_r, U_r, b_r: np.full(h.shape, np.inf), ["infinity"]),
        (lambda x, h, W_r, U_r, b_r: np.full(h.shape, 2.0), ["between 0 and 1", "reaches 2"]),
        (lambda x, h, W_r, U_r, b_r: np.full(h.shape, 0.5), ["the same number whatever comes in"]),
        (lambda x, h, W_r, U_r, b_r: h[..., :1], ["shape (1, 1)", "needs (1, 2)"]),
        (lambda x, h, W_r, U_r, b_r: undefined_name, ["NameError", "typing slip"]),  # noqa: F821
        (lambda x, h, W_r, U_r, b_r: h + x, ["could not be broadcast", "Two shapes do not fit number by number"]),
        (lambda x, h, W_r, U_r, b_r: reset_gate(x, h, W_r, U_r, b_r)[..., None], ["an axis too many"]),
        (lambda x, h, W_r, U_r, b_r: reset_gate(x, h, W_r, U_r, b_r).T, ["(2, 1)", "right after a transposition"]),
        (lambda x, h, W_r, U_r, b_r: reset_gate(x, h, W_r, U_r, b_r).round(2), ["right to two digits"]),
        (lambda x, h, W_r, U_r, b_r: reset_gate(x, h, W_r, U_r, b_r).astype(np.float16), ["right to two digits"]),
        (lambda x, h, W_r, U_r, b_r: reset_gate(x, h, W_r, U_r, b_r).astype(int), ["cuts fractions off"]),
        (lambda x, h, W_r, U_r, b_r: -reset_gate(x, h, W_r, U_r, b_r), ["Every sign is turned"]),
        (lambda x, h, W_r, U_r, b_r: (reset_gate(x, h, W_r, U_r, b_r), h), ["has shape (2, 1, 2)"]),
        (recursive, ["RecursionError", "return recursive(*inputs)", "calls itself without end"]),
    ],
)  # fmt: skip
def test_the_words_name_the_matter(answer, words, capsys):
    check.respond(RESET, found_for(answer))
    shown = capsys.readouterr().out
    for word in words:
        assert word in shown, shown


def test_an_error_shows_its_last_line_and_the_learners_line(capsys):
    def my_gate(x, h, W_r, U_r, b_r):
        a = np.zeros(3)
        a[7] = 1  # my line
        return a

    check.reset_gate(my_gate)
    shown = capsys.readouterr().out
    assert "IndexError: index 7 is out of bounds" in shown
    assert "a[7] = 1  # my line" in " ".join(shown.split(" ")) or "a[7] = 1 # my line" in shown


def test_terminal_codes_and_markup_in_an_error_are_harmless():
    found = found_for(raising(ValueError("\x1b[31mred\x1b[0m\x07 <script>alert(1)</script>\n\nmore")))
    error = dict(found.rows)["it says"]
    assert error == "ValueError: red <script>alert(1)</script> more"
    html = check.Report("wrong", "head", found.says, found.rows)._repr_mimebundle_()["text/html"]
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_changing_an_input_is_noticed_even_when_the_numbers_are_right():
    def careless(x, h, W_r, U_r, b_r):
        result = reset_gate(x, h, W_r, U_r, b_r)
        h *= result
        return result

    found = found_for(careless)
    assert found.diagnosis == "input changed"
    assert "into h" in found.says


def test_changing_an_input_is_told_beside_another_mistake():
    def careless(x, h, W_r, U_r, b_r):
        h += 1
        return sigmoid(x @ W_r.T + h @ U_r.T + b_r)

    found = found_for(careless)
    assert found.stage == "hand"
    assert "writes into h" in found.reason


def test_returning_views_and_the_same_array_each_time_is_fine():
    store = {}

    def reuses(x, h, W_r, U_r, b_r):
        result = reset_gate(x, h, W_r, U_r, b_r)
        kept = store.setdefault(result.shape, np.empty((2, *result.shape)))
        kept[1] = result
        return kept[1]

    assert found_for(reuses).status == "right"
    blend = check.find("reset_memory")
    assert judge(blend, lambda h, r: (h * r)[...]).status == "right"


def test_an_input_handed_back_is_called_by_its_name():
    found = judge(STEP, lambda x, h, p: h)
    assert found.reason == "This is h itself, as it came in."


def test_prints_are_shown_in_short_and_do_no_harm(capsys):
    def chatty(x, h, W_r, U_r, b_r):
        print("shape of x:", x.shape)
        return reset_gate(x, h, W_r, U_r, b_r)

    check.reset_gate(chatty)
    assert "It printed: shape of x: (1, 3)" in capsys.readouterr().out


def test_a_million_lines_are_cut(capsys, monkeypatch):
    monkeypatch.setattr(limits, "LIMIT_S", 60)  # a busy machine may need longer than a reader would wait

    def floods(x, h, W_r, U_r, b_r):
        for i in range(1_000_000):
            print(i)
        return reset_gate(x, h, W_r, U_r, b_r)

    check.reset_gate(floods)
    shown = capsys.readouterr().out
    assert "It prints 6,888,890 characters" in shown
    assert len(shown) < 400


def test_settings_are_put_back(monkeypatch):
    """NumPy's error state, warnings, stdout: as they were, whatever the answer did to them."""
    import sys
    import warnings

    def unruly(x, h, W_r, U_r, b_r):
        np.seterr(all="raise")
        warnings.simplefilter("error")
        sys.stdout = None
        return reset_gate(x, h, W_r, U_r, b_r)

    before = np.geterr(), sys.stdout, list(warnings.filters)
    assert found_for(unruly).status == "right"
    assert before == (np.geterr(), sys.stdout, list(warnings.filters))


def test_strict_settings_of_the_reader_do_not_fail_a_right_answer():
    with np.errstate(all="raise"):
        big = {"x": np.array([[900.0]]), "W": np.array([[-1.0]])}
        outcome = probes.run_one(lambda x, W: 1 / (1 + np.exp(-(x @ W.T))), big, probes.call, ("",), 1)
    assert outcome.problem == ""


def test_unknown_names_say_what_there_is(capsys):
    with pytest.raises(AttributeError, match=r"did you mean check\.reset_gate"):
        check.reset_gat  # noqa: B018
    assert not hasattr(check, "_private")
    check.hint("99.9")
    check.prediction("99.9", 1)
    check.hint(check.reset_gate)
    shown = capsys.readouterr().out
    assert shown.count("There is no such question here") == 2
    assert "9.2 reset_gate · hint 1 of 3" in shown
    assert "reset_gate" in dir(check)


def test_a_question_of_another_kind_says_how_to_answer_it(capsys):
    check.prediction("4.3", 0.5)
    assert "4.3 is answered with check.gru_step(…)." in capsys.readouterr().out
    check.hint("4.99")
    there_are = ", ".join(question.id for question in check.questions(4))
    assert there_are.startswith("4.1, 4.2, 4.3")
    assert f"there are {there_are}." in capsys.readouterr().out


def test_of_two_mistakes_the_first_is_named():
    """z takes and reset after the product: the hand case, which has no weights, shows the one."""

    def two_mistakes(x, h, p):
        r = sigmoid(x @ p.W_r.T + h @ p.U_r.T + p.b_r)
        z = sigmoid(x @ p.W_z.T + h @ p.U_z.T + p.b_z)
        candidate = np.tanh(x @ p.W_h.T + r * (h @ p.U_h.T) + p.b_h)
        return (1 - z) * h + z * candidate

    found = judge(STEP, two_mistakes)
    assert found.diagnosis == "z takes"
    assert found.reason.endswith("That may not be all.")


def test_weights_looked_for_in_the_wrong_way_are_found():
    found = judge(STEP, lambda x, h, p: x @ p["W_r"].T)
    assert "attributes of p" in found.reason
    found = judge(STEP, lambda x, h, p: x @ p.W.T)
    assert "attributes of p" in found.reason


def test_an_if_on_an_array_is_explained():
    found = judge(check.find("one_minus"), lambda z: 1 - z if z > 0 else 1)
    assert "np.where" in found.reason


def test_several_results_are_asked_for_by_name():
    unpack = check.find("update_gate_from_torch")
    found = judge(unpack, lambda weight_ih, weight_hh, bias_ih, bias_hh: weight_ih)
    assert found.says.endswith("it should end with return W_z, U_z, b_z.")


def test_a_failure_of_our_own_is_met_calmly(monkeypatch, capsys):
    monkeypatch.setattr(check, "judge", lambda *anything: 1 / 0)
    check.reset_gate(reset_gate)
    assert "The check itself failed (ZeroDivisionError)" in capsys.readouterr().out


def test_a_check_describes_itself():
    assert "difficulty" in repr(check.reset_gate)
    assert "x (…, D)" in check.reset_gate.__doc__


def test_hints_grow_with_each_call(capsys):
    for number in (1, 2, 3, 3):
        check.hint("4.3")
        shown = capsys.readouterr().out
        assert f"hint {number} of 3" in shown
        assert sum(hint in shown for hint in STEP.hints) == number
    assert shown.rstrip().endswith("That was the last hint.")


def test_probe_and_verdict_can_live_in_two_processes():
    """What goes to the answer and what comes back are plain data: numbers, texts, lists of them."""
    import json

    from gru_lab.checks import verdict

    for question in check.questions():
        if not isinstance(question, Code):
            continue
        cases = verdict.plan(question)
        sent = json.loads(json.dumps([{k: np.asarray(v).tolist() for k, v in case.inputs.items()} for case in cases]))
        inputs = [
            {name: np.array(value, np.asarray(case.inputs[name]).dtype) if isinstance(value, list) else value
             for name, value in row.items()}
            for case, row in zip(cases, sent, strict=True)
        ]  # fmt: skip
        outcomes = probes.run(question.wrong[0].answer, inputs, question.probe, question.returns)
        wire = json.dumps([vars(o) | {"values": {k: v.tolist() for k, v in o.values.items()}} for o in outcomes])
        back = [
            probes.Outcome(**row | {"values": {k: np.array(v) for k, v in row["values"].items()},
                                    "changed": tuple(row["changed"])})
            for row in json.loads(wire)
        ]  # fmt: skip
        look = probes.look(question.wrong[0].answer, question.arguments)
        found = verdict.judge_code(question, look, cases, back)
        assert found.diagnosis == question.wrong[0].name, question.name


def test_the_time_limit_is_five_seconds():
    assert limits.LIMIT_S == 5


def test_gru_lab_s_own_functions_pass():
    assert judge(STEP, gru_step).status == "right"
    assert judge(RESET, reset_gate).status == "right"
