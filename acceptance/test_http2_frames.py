"""HTTP/2 frame by frame: what RFC 9113 and RFC 7541 ask of the one who is called."""

import re
import struct

import pytest

from stand.expect import check, fill
from stand.frames import CODES, FLAGS, PREFACE, Closed, Frames, frame, settings
from stand.tags import scenarios
from stand.wire import Wire


@pytest.mark.parametrize("scenario", [pytest.param(case, id=title) for title, case in scenarios("http2")])
def test_frames(scenario, site):
    begins = scenario.get("begins", True)
    wishes = list(scenario.get("settings", {}).items())
    address, names = site.gateway.http, {"host": site.host}
    with Frames(address) as other, Frames(address, begin=begins, wishes=wishes, read_slowly=True) as peer:
        # Whatever happens, other callers find the gateway as it was: those who are there, and those who come.
        other.request(1, fields_of({}, names))
        assert other.answer(1).status == 200
        for step in scenario["talk"]:
            talk(peer, dict(step), names)
        other.request(3, fields_of({}, names))
        assert other.answer(3).status == 200
    with Wire(address) as wire:
        wire.send(f"GET /mock HTTP/1.1\r\nHost: {site.host}\r\n\r\n")
        assert wire.receive().status == 200


def talk(peer, step, names):
    """One step of a conversation."""
    if "gets" in step:
        return meet(peer, fill(step["gets"], names))
    if "raw" in step:
        return peer.send(bytes.fromhex(step["raw"].replace("PREFACE", PREFACE.hex())))
    if "bytewise" in step:
        for byte in PREFACE + frame("SETTINGS"):
            peer.send(bytes([byte]))
        return None
    if "get" in step:
        return peer.request(step["get"], fields_of(step.get("fields", {}), names))
    if "post" in step:
        return peer.request(step["post"], fields_of(step.get("fields", {}), names, method="POST"), end=False)
    if "opened" in step:
        return opened(peer, step["opened"], step.get("then"), names)
    if "bomb" in step:
        return bomb(peer, step, names)
    repeat = step.pop("repeat", None)
    if repeat is None:
        return peer.send(spell(peer, dict(step), names))
    return flood(peer, (spell(peer, dict(step), names) for _ in range(repeat)))


def flood(peer, frames):
    """Many frames; whoever is sent them may have enough of them before the last."""
    frames = list(frames)
    for first in range(0, len(frames), 100):
        peer.attempt(b"".join(frames[first : first + 100]))


def opened(peer, count, then, names):
    """Streams whose bodies do not come, each followed by what ends it."""
    fields = fields_of({}, names, method="POST")
    flood(peer, (head_and(peer, 1 + 2 * number, fields, then, names) for number in range(count)))


def head_and(peer, stream, fields, then, names):
    """A request without its body, and the frame behind it."""
    head = frame("HEADERS", FLAGS["END_HEADERS"], stream, peer.block(fields))
    return head + (spell(peer, {then["frame"]: stream, **then}, names) if then else b"")


def bomb(peer, step, names):
    """A head that is small on the wire and large when it is unpacked: one field, said again and again."""
    again = [(step.get("field", "x-bomb"), "a" * step["long"])] * step["times"]
    flags = FLAGS["END_HEADERS"] | FLAGS["END_STREAM"]
    block = peer.block(fields_of({}, names)) + peer.block(again)
    peer.frame("HEADERS", flags, step["bomb"], block)


def spell(peer, step, names):
    """The bytes of a frame that a scenario describes."""
    kind = next(name for name in step if name.isupper() or isinstance(name, int) or name == "kind")
    stream = step.pop(kind)
    kind = step.pop("number", kind)
    flags = sum(FLAGS[flag] if isinstance(flag, str) else flag for flag in step.get("flags", ()))
    if "fields" in step:
        payload = peer.block(fields_of(step["fields"], names))
    elif "block" in step:
        payload = peer.block((name, spelled(value, names)) for name, value in step["block"].items())
    elif "settings" in step:
        payload = settings(step["settings"].items())
    elif "window" in step:
        payload = struct.pack(">I", step["window"])
    elif "code" in step:
        payload = struct.pack(">I", CODES.index(step["code"]))
    elif "bytes" in step:
        payload = step["bytes"].encode("latin-1")
    elif "zeros" in step:
        payload = bytes(step["zeros"])
    else:
        payload = bytes.fromhex(step.get("hex", ""))
    if "before" in step:
        payload = bytes.fromhex(step["before"]) + payload
    if "part" in step:
        # A block in two halves: the first is sent with HEADERS, the second is kept for CONTINUATION.
        half = len(payload) // 2
        peer.kept, payload = payload[half:], payload[:half]
    if step.get("rest"):
        payload = peer.kept
    return frame(kind, flags, stream, payload, step.get("length"))


def fields_of(said, names, method="GET"):
    """The fields of a request: the usual ones, changed as a scenario says, or a list of its own."""
    if isinstance(said, list):
        return [tuple(fill(pair, names)) for pair in said]
    # What has a body goes to the backend, which answers when the body has ended; the gateway's own answer would not wait.
    path = "/mock" if method == "GET" else "/x"
    fields = {":method": method, ":scheme": "http", ":path": path, ":authority": names["host"]}
    fields |= {name: spelled(value, names) for name, value in said.get("with", {}).items()}
    for name in said.get("without", ()):
        del fields[name]
    pairs = [*fields.items(), *(tuple(pair) for pair in fill(said.get("then", []), names))]
    return [tuple(pair) for pair in fill(said.get("first", []), names)] + pairs


def spelled(value, names):
    """A value with its names filled in; `${long N}` is so many letters."""
    return fill(re.sub(r"\$\{long (\d+)\}", lambda found: "a" * int(found[1]), value), names)


def meet(peer, wanted):
    """What has to come."""
    if "answer" in wanted:
        answer = peer.answer(wanted.pop("answer"))
        assert answer.reset in (None, "NO_ERROR"), f"reset with {answer.reset}"
        came = {
            "status": answer.status,
            "headers": dict(answer.headers),
            "body": answer.body.decode("latin-1"),
            "interim": [status for status, _ in answer.interim],
        }
        check(wanted, came, {}, "the answer")
    elif "reset" in wanted:
        answer = peer.answer(wanted["reset"])
        assert answer.reset in codes(wanted), f"{answer}"
    elif "refused" in wanted:
        # By an answer, by a reset, or with the whole connection.
        try:
            answer = peer.answer(wanted["refused"])
            assert answer.reset or answer.status == 431, f"{answer}"
        except Closed:
            assert peer.goaway, "closed without a word"
    elif "end" in wanted:
        assert peer.ended_with() in codes({"code": wanted["end"]})
    elif "either" in wanted:
        # The RFC leaves open whether the stream ends or the connection does.
        ends = peer.until(lambda came: came.kind in ("GOAWAY", "RST_STREAM"))
        assert ends.code in codes({"code": wanted["either"]})
    elif "nothing_but" in wanted:
        # A ping is answered in order: whatever was to come came before.
        peer.frame("PING", 0, 0, b"sentinel")
        ends = peer.until(lambda came: came.kind == "PING" and came.payload == b"sentinel")
        assert ends.has("ACK")
        kinds = {came.kind for came in peer.seen} - {"PING"}
        assert kinds <= set(wanted["nothing_but"]), kinds
    elif "data" in wanted:
        came = peer.until(lambda came: came.kind == "DATA")
        assert (came.payload.decode(), came.has("END_STREAM")) == (wanted["data"], wanted.get("last", False))
    else:
        kind = wanted.pop("frame")
        came = peer.until(lambda came: came.kind == kind and came.has("ACK") == wanted.get("ack", False))
        if "hex" in wanted:
            assert came.payload.hex() == wanted["hex"]


def codes(wanted):
    """The codes that are allowed."""
    code = wanted["code"]
    return [code] if isinstance(code, str) else code
