"""The comparison that every scenario leans on sees what is wrong, and the stand's backend tells the truth."""

import pytest

from stand.backend import Answer
from stand.expect import differences, fill
from stand.tags import Loader
from stand.wire import Closed, call


def read(text):
    """A value with our tags."""
    loader = Loader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


@pytest.mark.parametrize(
    "expected, actual",
    [
        ("{a: 1}", {"a": 1, "b": 2}),
        ("[1, {a: <any>}]", [1, {"a": 0}]),
        ("{a: <absent>}", {}),
        ("!match a+", "aa"),
        ("!holds b", "abc"),
        ("!lacks d", "abc"),
        ("!nocase abc", "aBC"),
        ("!oneof [1, null]", None),
        ("!unordered [1, 2]", [2, 1]),
        ("!length 2", [0, 0]),
        ("<time>", "2026-01-31T23:59:59Z"),
        ("<version>", "202002161926124aa59df4-7198-4f7a-acc7-887ab7ee0215"),
    ],
)
def test_what_fits_fits(expected, actual):
    assert differences(read(expected), actual, {}) == []


@pytest.mark.parametrize(
    "expected, actual",
    [
        ("{a: 1}", {"a": 2}),
        ("{a: 1}", {}),
        ("{a: null}", {}),
        ("{a: true}", {"a": 1}),
        ("[1]", [1, 2]),
        ("[]", None),
        ("{a: <absent>}", {"a": None}),
        ("<any>", None),
        ("!match a", "aa"),
        ("!lacks b", "abc"),
        ("!oneof [1, 2]", 3),
        ("!unordered [1, 1]", [1, 2]),
        ("!length 2", [0]),
        ("<time>", "2026-01-31 23:59:59"),
    ],
)
def test_what_does_not_fit_is_seen(expected, actual):
    assert differences(read(expected), actual, {}) != []


def test_names_are_filled_in_everywhere():
    value = read('{a: ["${x}"], "${y}": "<${x}>", b: !oneof ["${x}"]}')
    filled = fill(value, {"x": 1, "y": "k"})
    assert filled["a"] == [1] and filled["k"] == "<1>" and filled["b"].argument == [1]


def test_the_backend_tells_what_it_saw(backend):
    address = ("127.0.0.1", backend.port)
    answer = call(address, "PUT", "/a?b=1", "h", [("X-One", "1"), ("x-one", "2")], b"body")
    assert answer.status == 200
    assert (backend.seen.path, backend.seen.query, backend.seen.body) == ("/a", "b=1", "body")
    assert backend.seen.all("X-ONE") == ["1", "2"]


@pytest.mark.parametrize("then", ["close", "reset"])
def test_a_backend_that_breaks_off_is_noticed(backend, then):
    backend.answer = Answer(raw="HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhalf", then=then)
    with pytest.raises(Closed):
        call(("127.0.0.1", backend.port), "GET", "/", "h")
