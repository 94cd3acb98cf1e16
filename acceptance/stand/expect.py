"""Comparing what came with what a scenario expects.

A mapping matches when every name in it matches (others may stand beside them); a list matches element by element; any
other value matches when it is equal. The tags in `tags.py` say more than equality.
"""

import re


class Expectation:
    """A value that is compared in its own way."""

    def __init__(self, argument=None):
        self.argument = argument

    def __repr__(self):
        return f"{type(self).__name__}({self.argument!r})"


class Match(Expectation):
    """Text that a regular expression matches as a whole."""

    def differs(self, actual, _names):
        return not (isinstance(actual, str) and re.fullmatch(self.argument, actual, re.DOTALL))


class Holds(Expectation):
    """Text that holds the given text."""

    def differs(self, actual, _names):
        return not (isinstance(actual, str) and self.argument in actual)


class Lacks(Expectation):
    """Text that does not hold the given text."""

    def differs(self, actual, _names):
        return not isinstance(actual, str) or self.argument in actual


class NoCase(Expectation):
    """Text in any mixture of upper and lower case."""

    def differs(self, actual, _names):
        return not (isinstance(actual, str) and self.argument.lower() == actual.lower())


class Any(Expectation):
    """Anything but null."""

    def differs(self, actual, _names):
        return actual is None or actual is ABSENT


class Absent(Expectation):
    """Not there at all."""

    def differs(self, actual, _names):
        return actual is not ABSENT


class OneOf(Expectation):
    """Any of several values."""

    def differs(self, actual, names):
        return all(differences(choice, actual, names) for choice in self.argument)


class Unordered(Expectation):
    """A list whose order means nothing."""

    def differs(self, actual, names):
        if not isinstance(actual, list) or len(actual) != len(self.argument):
            return True
        left = list(actual)
        for wanted in self.argument:
            found = next((item for item in left if not differences(wanted, item, names)), ABSENT)
            if found is ABSENT:
                return True
            left.remove(found)
        return False


class Upper:
    """Text that is sent in upper case, once captured values stand in it."""

    def __init__(self, text):
        self.text = text


class Length(Expectation):
    """A list of so many elements."""

    def differs(self, actual, _names):
        return not isinstance(actual, list) or len(actual) != self.argument


class _Absent:
    def __repr__(self):
        return "nothing"


ABSENT = _Absent()


def fill(value, names):
    """Puts captured values in place of `${name}`, everywhere in a value; in `${P${n}}` the inner one goes first."""
    if isinstance(value, str):
        while inner := re.search(r"\$\{\w*(\$\{([\w.+-]+)\})", value):
            value = value.replace(inner[1], str(names[inner[2]]), 1)
        whole = re.fullmatch(r"\$\{([\w.+-]+)\}", value)
        if whole:
            return names[whole[1]]
        return re.sub(r"\$\{([\w.+-]+)\}", lambda found: str(names[found[1]]), value)
    if isinstance(value, list):
        return [fill(item, names) for item in value]
    if isinstance(value, dict):
        return {fill(name, names): fill(item, names) for name, item in value.items()}
    if isinstance(value, Upper):
        return fill(value.text, names).upper()
    if isinstance(value, Expectation):
        return type(value)(fill(value.argument, names))
    return value


def differences(expected, actual, names, place=""):
    """Every place in which `actual` is not as expected, as lines of text."""
    if isinstance(expected, Expectation):
        return [f"{place or '.'}: expected {expected}, came {actual!r}"] if expected.differs(actual, names) else []
    if isinstance(expected, dict):
        if not isinstance(actual, dict):
            return [f"{place or '.'}: expected an object, came {actual!r}"]
        lines = []
        for name, wanted in expected.items():
            lines += differences(wanted, actual.get(name, ABSENT), names, f"{place}.{name}")
        return lines
    if isinstance(expected, list):
        if not isinstance(actual, list) or len(actual) != len(expected):
            return [f"{place or '.'}: expected {len(expected)} elements, came {actual!r}"]
        lines = []
        for number, (wanted, item) in enumerate(zip(expected, actual)):
            lines += differences(wanted, item, names, f"{place}[{number}]")
        return lines
    same = expected == actual and isinstance(expected, bool) == isinstance(actual, bool)
    return [] if same else [f"{place or '.'}: expected {expected!r}, came {actual!r}"]


def check(expected, actual, names, what):
    """Fails with every difference."""
    __tracebackhide__ = True
    lines = differences(fill(expected, names), actual, names)
    assert not lines, "\n  ".join([f"{what}:", *lines])


def pick(value, place):
    """The value at a dotted place: `Result.ApiKeySet.0.AccessKeyId`."""
    for step in place.split("."):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value
