"""Names that students control, made fit to show and to name a file with."""

import hashlib
import re
import unicodedata

__all__ = ["clean", "feedback_file", "identifier", "safe_name"]

LONGEST = 120  # characters of an id or a name that are kept
_LONGEST_FILE = 80

# what turns the direction of text, so that a name could seem to be another one
_TURNS = set("\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def clean(text, limit=LONGEST):
    """One line of text without control characters, of at most `limit` characters; what is no Unicode becomes "�"."""
    whole = str(text).encode("utf-8", "surrogateescape" if _escaped(text) else "replace").decode("utf-8", "replace")
    kept = "".join(" " if _is_gap(letter) else letter for letter in whole if letter not in _TURNS)
    kept = " ".join(unicodedata.normalize("NFC", kept).split())
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def identifier(text):
    """A student's id as it was given. If `clean` had to take something out, a digest of the whole follows, so that two
    students stay two."""
    given = unicodedata.normalize("NFC", str(text)).strip()
    shown = clean(given)
    if shown == given:
        return given
    return f"{clean(given, LONGEST - 10)}~{_digest(given)[:9]}"


def safe_name(student):
    """A file name, without an ending, that is this student's alone on every system.

    Small letters, digits, "-", "." and "@" stay; anything else becomes "_" and two hexadecimal digits for each byte,
    large letters too, for there are systems to which "Anna" and "anna" are one. That can be undone, so no two students
    share a name. A name too long for that ends with "~" and its SHA-256.
    """
    if not student:
        return "_"
    name = "".join(map(_spelt, student))
    if _RESERVED.match(name) or name[0] in ".-":
        name = f"_{ord(name[0]):02x}{name[1:]}"
    if name[-1] == ".":  # Windows drops it
        name = f"{name[:-1]}_2e"
    return name if len(name) <= _LONGEST_FILE else f"{name[: _LONGEST_FILE // 2]}~{_digest(student)}"


def feedback_file(student):
    """Where a student's page lies in a folder of results."""
    return f"feedback/{safe_name(student)}.html"


def _spelt(letter):
    if letter.isascii() and (letter.islower() or letter.isdigit() or letter in "-.@"):
        return letter
    return "".join(f"_{byte:02x}" for byte in letter.encode("utf-8", "surrogatepass"))


def _digest(text):
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _escaped(text):
    """Whether its lone surrogates are a file system's bytes, which `surrogateescape` knows."""
    surrogates = [letter for letter in str(text) if "\ud800" <= letter <= "\udfff"]
    return all("\udc80" <= letter <= "\udcff" for letter in surrogates)


def _is_gap(letter):
    return unicodedata.category(letter) in ("Cc", "Zl", "Zp", "Cs")
