"""HTTP/2 as an ordinary client speaks it: over TLS by ALPN, in the clear by prior knowledge, signed like any call."""

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from stand.backend import Answer
from stand.signing import x_date_source
from stand.site import Site

MEGABYTE = 1024 * 1024
TIMEOUT = 60


@pytest.fixture
def site(shared, backend):
    """A service whose one API wants a signature."""
    site = Site(shared, backend)
    site.api(path="/", name="all", AuthType="SECRET")
    site.release()
    site.pair = site.key()
    site.plan(site.pair[0])
    return site


@pytest.fixture(params=["http", "https"])
def base(request, site):
    """Where calls go."""
    host, port = site.gateway.https if request.param == "https" else site.gateway.http
    return f"{request.param}://{host}:{port}"


def options(base):
    """A client that speaks HTTP/2: alone where nothing is negotiated."""
    return {"base_url": base, "http1": base.startswith("https"), "http2": True, "verify": False, "timeout": TIMEOUT}


@pytest.fixture
def client(base):
    """A caller."""
    with httpx.Client(**options(base)) as client:
        yield client


def ask(site, signed=True):
    """What a request says of where it goes and who sends it."""
    headers = {"Host": site.host, **(dict(x_date_source(*site.pair)) if signed else {})}
    return {"headers": headers, "extensions": {"sni_hostname": site.host}}


def test_a_signed_call(site, client):
    answer = client.get("/a?b=1", **ask(site))
    assert (answer.status_code, answer.http_version) == (200, "HTTP/2")
    seen = answer.json()
    assert (seen["method"], seen["target"]) == ("GET", "/a?b=1")
    assert len(answer.headers["x-api-requestid"]) == 32
    assert site.backend.seen.header("x-client-proto-ver") == "HTTP/2.0"
    assert site.backend.seen.header("x-client-proto") == client.base_url.scheme


def test_a_call_that_is_not_signed(site, client):
    answer = client.get("/", **ask(site, signed=False))
    assert (answer.status_code, answer.http_version) == (401, "HTTP/2")
    assert "message" in answer.json()
    assert site.backend.requests == []


def test_a_large_body_travels_both_ways(site, client):
    body = bytes(range(256)) * (8 * MEGABYTE // 256)
    assert client.post("/large", content=body, **ask(site)).status_code == 200
    assert hashlib.sha256(site.backend.seen.body.encode("latin-1")).digest() == hashlib.sha256(body).digest()
    site.backend.answer = Answer(body="x" * 8 * MEGABYTE)
    assert client.get("/large", **ask(site)).content == b"x" * 8 * MEGABYTE


def test_a_body_of_unknown_length(site, client):
    answer = client.post("/", content=(b"piece %d " % number for number in range(100)), **ask(site))
    assert answer.json()["body"] == "".join(f"piece {number} " for number in range(100))
    site.backend.answer = Answer(chunks=["one", "two"])
    assert client.get("/", **ask(site)).text == "onetwo"


def test_what_has_no_body_has_none(site, client):
    for status in (204, 304):
        site.backend.answer = Answer(status=status, reason="")
        answer = client.get("/", **ask(site))
        assert (answer.status_code, answer.content) == (status, b"")
    site.backend.answer = None
    assert client.head("/", **ask(site)).content == b""


def test_hundreds_of_calls_on_one_connection(site, base):
    async def all_at_once():
        limits = httpx.Limits(max_connections=1)
        async with httpx.AsyncClient(**options(base), limits=limits) as client:
            return await asyncio.gather(*(client.get(f"/{number}", **ask(site)) for number in range(300)))

    # In a thread of its own: a browser's driver may run a loop in this one.
    with ThreadPoolExecutor(1) as pool:
        answers = pool.submit(lambda: asyncio.run(all_at_once())).result()
    assert [answer.text for answer in answers if answer.status_code != 200] == []
    assert [answer.json()["target"] for answer in answers] == [f"/{number}" for number in range(300)]
