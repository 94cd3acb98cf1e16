"""Buckets as backends: every action, both signatures, what a caller cannot make of them."""

import pytest

from stand import buckets
from stand.site import Site
from stand.wire import call

BUCKET = "photos-1250000000"
METHODS = {
    "GetObject": "GET",
    "PutObject": "PUT",
    "PostObject": "POST",
    "AppendObject": "POST",
    "HeadObject": "HEAD",
    "DeleteObject": "DELETE",
}


@pytest.fixture(params=["cos", "s3"])
def store(request):
    """A store that wants one of the signatures."""
    store = buckets.Store(request.param)
    yield store
    store.close()


def signing(gateways, store, secret=buckets.SECRET_KEY):
    """A service on a gateway that signs for the store."""
    gateway = gateways(
        "--bucket-endpoint", store.url + "/{bucket}", "--bucket-signature", store.signature or "cos",
        environment={"TOLLGATE_CLOUD_SECRET_ID": buckets.SECRET_ID, "TOLLGATE_CLOUD_SECRET_KEY": secret},
    )  # fmt: skip
    return Site(gateway, None)


def bucket(site, action, frontend="/o", backend="/", signed=True, mode="FullPath", **fields):
    """Makes an API on a bucket."""
    config = {"Action": action, "BucketName": BUCKET, "Authorization": signed, "PathMatchMode": mode}
    service = {"Path": backend, "CosConfig": config}
    return site.api(path=frontend, method=METHODS[action], ServiceType="COS", ServiceConfig=service, **fields)


def ask(site, method, target, headers=(), body=None):
    """One call."""
    return call(site.gateway.http, method, target, site.host, headers, body)


def test_every_action_reaches_its_object_with_a_signature(gateways, store):
    site = signing(gateways, store)
    for action in ("GetObject", "PutObject", "HeadObject", "DeleteObject", "AppendObject"):
        bucket(site, action, name=action)
    site.release()
    path = "/o/a%20b/%E4%BD%A0~!'()*$,=@&+;:.txt"
    assert ask(site, "PUT", path, body=b"x" * 100_000).status == 200, store.refused
    assert list(store.objects) == [f"/{BUCKET}/a b/你~!'()*$,=@&+;:.txt"]
    answer = ask(site, "GET", path)
    assert (answer.status, answer.body) == (200, b"x" * 100_000)
    assert ask(site, "HEAD", path).header("Content-Length") == "100000"
    assert ask(site, "DELETE", path).status == 204
    missing = ask(site, "GET", path)
    assert (missing.status, missing.text) == (404, "NoSuchKey")
    for position, piece in ((0, b"one"), (3, b"two")):
        assert ask(site, "POST", f"/o/log?position={position}", body=piece).status == 200
    assert ask(site, "GET", "/o/log").body == b"onetwo"
    assert ask(site, "POST", "/o/log?position=1", body=b"x").status == 409
    assert store.refused == []


def test_a_signed_request_cannot_be_made_another(gateways, store):
    site = signing(gateways, store)
    bucket(site, "GetObject", name="get")
    bucket(site, "PutObject", name="put")
    site.release()
    store.objects[f"/{BUCKET}/k"] = b"v"
    answer = ask(
        site,
        "GET",
        "/o/k?acl&versionId=1&response-content-type=text%2Fplain&uploads=&x=1",
        [("Authorization", "mine"), ("x-amz-date", "mine"), ("x-cos-security-token", "mine"), ("X-Kept", "1")],
    )
    assert (answer.status, answer.body) == (200, b"v"), store.refused
    _, target, headers = store.requests[-1]
    assert target == f"/{BUCKET}/k?versionId=1&response-content-type=text%2Fplain"
    assert "mine" not in headers.values()
    assert headers["X-Kept"] == "1"
    copying = [("x-cos-copy-source", "other/secret"), ("x-amz-copy-source", "other/secret")]
    assert ask(site, "PUT", "/o/k?acl", copying, b"w").status == 200
    _, target, headers = store.requests[-1]
    assert target == f"/{BUCKET}/k"
    assert not any("copy" in name.lower() for name in headers.keys())


def test_an_escaped_slash_leads_out_of_no_folder(gateways):
    store = buckets.Store("s3")
    site = signing(gateways, store)
    bucket(site, "GetObject", backend="/public")
    site.release()
    store.objects[f"/{BUCKET}/public/a/b"] = b"v"
    for path in ("/o/..%2Fother", "/o/a%2F..%2F..%2Fother", "/o/..%2f..%2Fother%2Fsecret", "/o/a%2F%2e%2E"):
        answer = ask(site, "GET", path)
        assert (answer.status, store.requests) == (400, []), path
    assert ask(site, "GET", "/o/a%2Fb").body == b"v"
    store.close()


def test_a_wrong_pair_is_refused_by_the_store(gateways, store):
    site = signing(gateways, store, secret="another")
    bucket(site, "GetObject")
    site.release()
    assert ask(site, "GET", "/o/k").status == 403
    assert len(store.refused) == 1


# Frontend path, backend path, match mode, request, object (the first four: the vendor's table).
PATHS = [
    ("/", "/", "FullPath", "/a/b", "/a/b"),
    ("/a", "/b", "FullPath", "/a/b", "/b/b"),
    ("/a", "/", "FullPath", "/a/b", "/b"),
    ("/a", "/b", "FullPath", "/a/c", "/b/c"),
    ("/a", "/b", "FullPath", "/a", "/b"),
    ("/a", "/b/", "FullPath", "/a/c", "/b/c"),
    ("/a", "/b", "BackEndPath", "/a/c", "/b"),
    ("/a", "/b", None, "/a/c", "/b"),
    ("/a/{id}", "/c/{id}/", "FullPath", "/a/1/y", "/c/1/y/"),
    ("/a/{id}", "/c/{id}.png", "BackEndPath", "/a/1", "/c/1.png"),
]


def test_the_objects_path_is_matched_as_the_vendor_tabulates(gateways):
    store = buckets.Store(None)
    site = signing(gateways, store)
    for number, (frontend, backend, mode, request, path) in enumerate(PATHS):
        site = Site(site.gateway, None)
        bucket(site, "GetObject", frontend, backend, signed=False, mode=mode, name=f"path_{number}")
        site.release()
        store.objects[f"/{BUCKET}{path}"] = str(number).encode()
        answer = ask(site, "GET", request)
        assert (answer.status, answer.text) == (200, str(number)), (PATHS[number], store.requests[-1][1])
    store.close()


def test_an_unsigned_request_goes_as_the_caller_made_it(gateways):
    store = buckets.Store(None)
    site = signing(gateways, store)
    bucket(site, "GetObject", signed=False)
    bucket(site, "PostObject", signed=False)
    site.release()
    ask(site, "GET", "/o/k?acl&x=1", [("Authorization", "mine")])
    _, target, headers = store.requests[-1]
    assert (target, headers["Authorization"]) == (f"/{BUCKET}/k?acl&x=1", "mine")
    assert ask(site, "POST", "/o/", body=b"f").text == "posted"
    store.close()


def test_without_a_pair_nothing_is_signed_and_the_call_says_so(gateway):
    site = Site(gateway, None)
    bucket(site, "GetObject")
    site.release()
    answer = ask(site, "GET", "/o/k")
    assert (answer.status, answer.text) == (481, '{"message":"API config error"}')
