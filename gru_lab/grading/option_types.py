"""What options of `gru-lab grade` may be: each function takes what was typed, and says what is wrong with it."""

import argparse
import math

from gru_lab.grading import scores

__all__ = ["minutes", "percent", "positive", "seconds", "shard"]


def positive(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 on")
    return int(text)


def percent(text):
    try:
        value = scores.percent(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None
    if 0 < value < 1 and not text.strip().endswith("%"):  # a share was meant, most likely
        share = f"{100 * value:g}"
        raise argparse.ArgumentTypeError(f"{text} is less than one percent: write {share} for {share}%, or {text}%")
    return value


def minutes(text):
    return _number(text, "a number of minutes from 0 on is needed, such as 15", _float(text) >= 0)


def seconds(text):
    return _number(text, "a number of seconds above 0 is needed, such as 5", _float(text) > 0)


def shard(text):
    i, _, n = text.partition("/")
    if not (i.isdecimal() and n.isdecimal() and 1 <= int(i) <= int(n)):
        raise argparse.ArgumentTypeError(f"{text!r} is no shard, such as 2/8")
    return int(i), int(n)


def _number(text, needed, fits):
    if not (fits and math.isfinite(_float(text))):
        raise argparse.ArgumentTypeError(f"{needed}, not {text!r}")
    return _float(text)


def _float(text):
    try:
        return float(text)
    except ValueError:
        return math.nan
