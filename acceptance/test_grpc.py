"""gRPC through the gateway, with its own client and server: streams, trailers, deadlines, cancellation."""

import queue
from concurrent import futures
from pathlib import Path

import grpc
import pytest

from stand.backend import refusing_port
from stand.cloud import Cloud
from stand.rpc import PATIENCE, Caller, Talk
from stand.signing import x_date_source
from stand.site import Site

CERTIFICATES = Path(__file__).parent / "stand" / "certificates"
WAYS = ["gRPC", "gRPCs", "https"]


@pytest.fixture
def talk(request):
    """A gRPC server; with TLS where the test's way to it has TLS."""
    way = getattr(request, "param", "gRPC")
    talk = Talk(tls=None if way == "gRPC" else CERTIFICATES / "backend.pem")
    talk.way = way
    yield talk
    talk.close()


def backend_of(gateway, talk):
    """How an API names the server: an upstream whose scheme is gRPC, or an https URL, where ALPN finds HTTP/2."""
    if talk.way == "https":
        url = f"https://127.0.0.1:{talk.port}"
        return {"ServiceType": "HTTP", "ServiceConfig": {"Url": url, "Path": "/", "Method": "ANY"}}
    upstream = Cloud(gateway.admin).raw("CreateUpstream", {
        "Scheme": talk.way,
        "Algorithm": "ROUND-ROBIN",
        "UniqVpcId": "vpc-12345678",
        "UpstreamHost": "127.0.0.1",
        "Nodes": [{"Host": "127.0.0.1", "Port": talk.port, "Weight": 1}],
    })["UpstreamId"]
    return {"ServiceType": "UPSTREAM", "ServiceConfig": {"UpstreamId": upstream, "Path": "/", "Method": "ANY"}}


def in_front_of(gateway, talk, **fields):
    """A service whose one API is open to everything under `/`."""
    site = Site(gateway, None)
    site.api(path="/", name="all", **{**backend_of(gateway, talk), **fields})
    site.release()
    return site


@pytest.fixture
def trusting(gateways):
    """A gateway that trusts the test's certificates."""
    return gateways(environment={"SSL_CERT_FILE": str(CERTIFICATES / "root.pem")})


@pytest.fixture
def site(shared, talk):
    """An open service in front of the server."""
    return in_front_of(shared, talk)


@pytest.fixture
def caller(site):
    """A channel through the gateway."""
    with Caller(site.gateway.http, site.host) as caller:
        yield caller


@pytest.mark.parametrize("talk", WAYS, indirect=True)
def test_a_call_with_its_metadata_and_trailers(trusting, talk):
    site = in_front_of(trusting, talk)
    with Caller(site.gateway.http, site.host) as caller:
        answer, call = caller.say().with_call(b"hello", metadata=[("x-asked", "yes"), ("x-data-bin", b"\x01\xfe")])
        assert answer == b"olleh"
        assert call.code() == grpc.StatusCode.OK
        first = dict(call.initial_metadata())
        assert first["x-first"] == "1" and len(first["x-api-requestid"]) == 32
        last = dict(call.trailing_metadata())
        assert (last["x-last"], last["x-last-bin"]) == ("yes", b"\x00\xff")
        assert list(caller.chat()(iter([b"a", b"b"]))) == [b"A", b"B"]
    heard = talk.heard[0]
    assert (heard["x-asked"], heard["x-data-bin"]) == ("yes", b"\x01\xfe")
    assert heard["x-client-proto-ver"] == "HTTP/2.0"


def test_an_error_has_its_status_its_words_and_its_trailers(caller):
    with pytest.raises(grpc.RpcError) as refused:
        caller.say("Refuse")("nicht möglich: 100 %".encode())
    error = refused.value
    assert (error.code(), error.details()) == (grpc.StatusCode.FAILED_PRECONDITION, "nicht möglich: 100 %")
    assert dict(error.trailing_metadata())["x-why"] == "because"


def test_a_method_that_there_is_not(caller):
    with pytest.raises(grpc.RpcError) as refused:
        caller.say("Nowhere")(b"")
    assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_each_message_of_a_stream_arrives_before_the_next_is_sent(caller, talk):
    call = caller.count()(b"100")
    for number in range(100):
        talk.gate.release()
        assert next(call) == b"%d" % number
    assert list(call) == [] and call.code() == grpc.StatusCode.OK


def test_many_messages_and_one_answer(caller):
    assert caller.gather()(b"%d" % number for number in range(1000)) == b" ".join(b"%d" % n for n in range(1000))
    assert caller.gather()(iter([])) == b""


def test_each_message_of_a_conversation_is_answered_before_the_next_is_sent(caller):
    said = queue.Queue()
    call = caller.chat()(iter(said.get, None))
    for number in range(500):
        said.put(b"word %d" % number)
        assert next(call) == b"WORD %d" % number
    said.put(None)
    assert list(call) == [] and call.code() == grpc.StatusCode.OK


def test_large_messages_travel_both_ways(caller):
    body = bytes(range(256)) * (3 * 1024 * 1024 // 256)
    assert caller.say()(body) == body[::-1]
    assert [len(part) for part in caller.chat()(iter([body, body]))] == [len(body)] * 2


def test_many_calls_share_one_connection(caller, talk):
    calls = [caller.chat()(iter([b"%d" % number] * 20)) for number in range(50)]
    with futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(list, calls))
    assert answers == [[b"%d" % number] * 20 for number in range(50)]
    assert len(talk.heard) == 50


def test_a_deadline_is_told_and_ends_the_call_at_the_server(caller, talk):
    with pytest.raises(grpc.RpcError) as late:
        caller.say("Wait")(b"", timeout=5)
    assert late.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    assert talk.lost.wait(PATIENCE)
    assert talk.remaining <= 5


def test_a_call_that_is_cancelled_before_its_answer_ends_at_the_server(caller, talk):
    call = caller.say("Wait").future(b"")
    assert talk.began.acquire(timeout=PATIENCE)
    call.cancel()
    assert talk.lost.wait(PATIENCE)


def test_a_stream_that_is_cancelled_ends_at_the_server(caller, talk):
    call = caller.count()(b"100")
    talk.gate.release()
    assert next(call) == b"0"
    call.cancel()
    assert talk.lost.wait(PATIENCE)


def test_calls_are_judged_like_any_others(shared, talk):
    site = in_front_of(shared, talk, AuthType="SECRET")
    key, secret = site.key()
    site.plan(key)
    with Caller(shared.http, site.host) as caller:
        with pytest.raises(grpc.RpcError) as refused:
            caller.say()(b"hello")
        assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED
        assert talk.heard == []
        assert caller.say()(b"hello", metadata=signed(key, secret)) == b"olleh"
    with Caller(shared.http, f"nobody.{site.host}") as stranger:
        with pytest.raises(grpc.RpcError) as refused:
            stranger.say()(b"hello")
        assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_a_server_that_is_not_there_is_unavailable(shared, talk):
    talk.port = refusing_port()
    site = in_front_of(shared, talk)
    with Caller(shared.http, site.host) as caller:
        with pytest.raises(grpc.RpcError) as refused:
            caller.say()(b"hello")
    assert refused.value.code() == grpc.StatusCode.UNAVAILABLE


def test_a_quota_counts_calls(shared, talk):
    site = in_front_of(shared, talk, AuthType="SECRET")
    key, secret = site.key()
    site.plan(key, MaxRequestNum=2)
    with Caller(shared.http, site.host) as caller:
        for _ in range(2):
            assert caller.say()(b"ab", metadata=signed(key, secret)) == b"ba"
        with pytest.raises(grpc.RpcError) as refused:
            caller.say()(b"ab", metadata=signed(key, secret))
    assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
    assert len(talk.heard) == 2


def signed(key, secret):
    """A signature as metadata."""
    return [(name.lower(), value) for name, value in x_date_source(key, secret)]
