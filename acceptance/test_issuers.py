"""Issuers of tokens: their keys are fetched, rotated and outlived; pools of users (EIAM)."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from stand.cloud import Refused
from stand.patience import until
from stand.site import Site
from stand.tokens import Issuer
from stand.wire import call

# So that nothing but what a test does leads to another look.
NEVER = ["--issuer-refresh", "3600", "--issuer-pause", "1"]


class Provider:
    """An OpenID issuer: it tells where its keys are, and the keys; a test may make it lie, fail and hang."""

    def __init__(self):
        provider = self
        self.keys = [Issuer(kid="one")]
        self.asked = []
        self.behaviour = None
        self.lets_go = threading.Event()

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self):
                provider.asked.append(self.path)
                answer = provider.answer(self.path)
                if answer is None:
                    self.close_connection = True
                    return
                status, headers, body = answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server.server_port}/realms/shop"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def key(self):
        """The key that it signs with now."""
        return self.keys[0]

    def answer(self, path):
        """Status, headers and body; None breaks off."""
        if self.behaviour:
            told = self.behaviour(path)
            if told != "as ever":
                return told
        if path == "/realms/shop/.well-known/openid-configuration":
            told = {"issuer": self.url, "jwks_uri": f"{self.url}/keys", "authorization_endpoint": f"{self.url}/login"}
        elif path == "/realms/shop/keys":
            useless = [{"kty": "oct", "k": "AQAB", "kid": "s"}, {"kty": "new"}, {**self.key.jwk, "use": "enc", "kid": "e"}]
            told = {"keys": useless + [key.jwk | {"use": "sig", "alg": "RS256"} for key in self.keys]}
        else:
            return 404, {}, b""
        return 200, {"Content-Type": "application/json"}, json.dumps(told).encode()

    def token(self, key=None, **claims):
        """A token that it gives."""
        return (key or self.key).token(iss=self.url, **claims)

    def close(self):
        """Answers no more."""
        self.lets_go.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def provider():
    """An issuer of the test's own."""
    provider = Provider()
    yield provider
    provider.close()


def bearer(token):
    """The header as the vendor's documentation writes it."""
    return "Authorization", f'Bearer id_token="{token}"'


def told(site, *headers, target="/work"):
    """Status, and what the gateway says of a refusal."""
    answer = call(site.gateway.http, "GET", target, site.host, list(headers))
    return answer.status, None if answer.status == 200 else json.loads(answer.body)["message"]


def made(gateway, provider, location="Header"):
    """A service whose tokens an issuer gives."""
    site = Site(gateway, None)
    config = {"PublicKey": provider.url, "TokenLocation": location, "LoginRedirectUrl": ""}
    site.api(path="/token", mock="x", name="token", AuthType="OAUTH", ApiBusinessType="OAUTH", OauthConfig=config)
    relation = site.apis["token"]
    site.api(path="/work", mock="done", name="work", AuthType="OAUTH", AuthRelationApiId=relation)
    site.release()
    return site


def opens(site, token):
    """Whether a token opens the business API."""
    return told(site, bearer(token))[0] == 200


VERIFY = (401, "Oauth id_token verify error")


def test_an_issuer_rotates_its_keys(gateways, provider):
    site = made(gateways("--issuers", provider.url, *NEVER), provider)
    until(lambda: opens(site, provider.token()), "the keys are there")
    assert told(site, bearer(provider.key.token())) == VERIFY, "another `iss`"
    assert told(site, bearer(Issuer(kid="one").token(iss=provider.url))) == VERIFY, "another key of that name"
    old = provider.key
    provider.keys.insert(0, Issuer(kid="two"))
    time.sleep(1.1)
    assert opens(site, provider.token()), "the call that comes first with a new key waits for it"
    assert opens(site, provider.token(old)), "both are published"
    del provider.keys[1]
    unknown = Issuer(kid="three").token(iss=provider.url)
    time.sleep(1.1)
    asked, began = len(provider.asked), time.monotonic()
    assert [told(site, bearer(unknown)) for _ in range(50)] == [VERIFY] * 50
    # A look is two requests, and there is one in a second at most.
    most = 2 * (int(time.monotonic() - began) + 2)
    assert len(provider.asked) - asked <= most, "an unknown key is asked for once in a while"
    assert told(site, bearer(provider.token(old))) == VERIFY, "what is not published any more holds no more"
    assert opens(site, provider.token())


def hang(provider):
    """Accepts, and says nothing."""

    def behaviour(_path):
        provider.lets_go.wait(60)

    return behaviour


@pytest.mark.parametrize("what", ["broken", "down", "hangs", "garbage", "empty", "elsewhere", "another", "long"])
def test_an_issuer_that_fails_is_outlived(gateways, provider, what):
    gateway = gateways("--issuers", provider.url, "--issuer-refresh", "1", "--issuer-pause", "1", "--issuer-timeout", "1")
    site = made(gateway, provider)
    until(lambda: opens(site, provider.token()), "the keys are there")
    secret = []

    def elsewhere(path):
        if path.endswith("configuration"):
            where = f"http://127.0.0.2:{provider.server.server_port}/secret"
            return 200, {}, json.dumps({"issuer": provider.url, "jwks_uri": where}).encode()
        secret.append(path)
        return 302, {"Location": "/secret"}, b""

    provider.behaviour = {
        "broken": lambda _path: None,
        "down": lambda _path: (503, {}, b"busy"),
        "hangs": hang(provider),
        "garbage": lambda _path: (200, {}, b"\xff{"),
        "empty": lambda path: (200, {}, b'{"keys":[]}') if path.endswith("keys") else "as ever",
        "elsewhere": elsewhere,
        "another": lambda _path: (200, {}, b'{"issuer":"https://other.example.com","jwks_uri":"https://other.example.com"}'),
        "long": lambda _path: (200, {}, b" " * (3 << 20)),
    }[what]
    until(lambda: gateway.log().count("the keys of an issuer cannot be fetched") >= 2, "it was asked again")
    assert opens(site, provider.token()), "the last keys are used on"
    assert told(site, bearer(Issuer(kid="two").token(iss=provider.url))) == VERIFY
    assert secret == [], "nothing leads elsewhere"
    provider.behaviour, provider.keys = None, [Issuer(kid="late")]
    until(lambda: opens(site, provider.token()), "the issuer is back, with another key")


def test_nobody_waits_for_an_issuer_that_was_never_there(gateways, provider):
    provider.behaviour = lambda _path: (503, {}, b"")
    gateway = gateways("--issuers", provider.url, "--issuer-refresh", "1", "--issuer-pause", "1")
    site = made(gateway, provider)
    assert told(site, bearer(provider.token())) == (401, "Oauth call authentication server fail")
    assert told(site) == (401, "Oauth found no authorization header")
    provider.behaviour = None
    until(lambda: opens(site, provider.token()), "the issuer is there")


def test_only_issuers_of_the_settings_may_be_named(gateways, provider):
    gateway = gateways("--issuers", "https://id.example.com")
    with pytest.raises(Refused) as caught:
        made(gateway, provider)
    assert caught.value.code == "InvalidParameterValue.InvalidPublicKey"
    assert "OauthConfig.PublicKey" in caught.value.message and provider.url in caught.value.message
    assert provider.asked == []


# --- pools of users ---

POOL = {"EIAMAppType": "Client", "EIAMAuthType": "AuthenticationOnly", "EIAMAppId": "shop"}


def pooled(gateway, **fields):
    """A service for the users of a pool."""
    site = Site(gateway, None)
    give = {"AuthType": "EIAM", "ApiBusinessType": "OAUTH", **POOL, **fields}
    site.api(path="/token", mock="x", name="token", **give)
    site.api(path="/work", mock="done", name="work", AuthType="EIAM", AuthRelationApiId=site.apis["token"])
    site.release()
    return site


def test_users_of_a_pool_call(gateways, provider):
    gateway = gateways("--pool-issuer", provider.url, *NEVER)
    every, some = pooled(gateway, TokenTimeout=600), pooled(gateway, EIAMAuthType="Authorization")
    until(lambda: opens(every, provider.token()), "the keys are there")
    assert told(every, target="/token") == (200, None)
    assert opens(every, provider.token(aud="bank"))
    assert told(every, bearer(provider.token(iat=int(time.time()) - 601))) == VERIFY, "older than TokenTimeout"
    assert opens(some, provider.token(iat=int(time.time()) - 601)), "two hours where nothing is said"
    assert opens(some, provider.token(aud=["bank", "shop"]))
    assert told(some, bearer(provider.token(aud="bank"))) == (403, "Access not authorized")
    login = "https://login.example.com/"
    web = pooled(gateway, EIAMAppType="Web", OauthConfig={"PublicKey": "", "TokenLocation": "", "LoginRedirectUrl": login})
    assert told(web, ("Cookie", f"id_token={provider.token()}")) == (200, None)
    answer = call(gateway.http, "GET", "/work", web.host, [])
    assert (answer.status, answer.header("Location")) == (302, login)


@pytest.mark.both_sdks
def test_a_pool_is_described_and_its_authorization_api_stays_as_it_is(gateways, provider):
    site = pooled(gateways("--pool-issuer", provider.url))
    for name, business in (("token", "OAUTH"), ("work", "NORMAL")):
        found = site.cloud.DescribeApi(ServiceId=site.id, ApiId=site.apis[name])["Result"]
        assert (found["AuthType"], found["ApiBusinessType"]) == ("EIAM", business)
    listed = site.cloud.DescribeApisStatus(ServiceId=site.id, Filters=[{"Name": "AuthType", "Values": ["EIAM"]}])
    assert listed["Result"]["TotalCount"] == 2
    for application, count in (("shop", 1), ("bank", 0)):
        filters = [{"Name": "EIAMAppId", "Values": [application]}]
        assert site.cloud.DescribeServicesStatus(Filters=filters)["Result"]["TotalCount"] == count
    increment = {"ServiceId": site.id, "ApiId": site.apis["token"], "BusinessType": "OAUTH"}
    for action, fields in (
        ("ModifyApi", site.definitions["token"] | {"ApiId": site.apis["token"]}),
        ("ModifyApiIncrement", increment | {"LoginRedirectUrl": "https://login.example.com"}),
    ):
        with pytest.raises(Refused) as caught:
            site.cloud.call(action, fields)
        assert caught.value.code == "UnsupportedOperation.ModifyEIAMAuthApi", action


@pytest.mark.both_sdks
@pytest.mark.parametrize(
    "fields, code, word",
    [
        ({"EIAMAppType": ""}, "MissingParameter", "EIAMAppType"),
        ({"EIAMAppType": "Phone"}, "InvalidParameterValue.NotInOptions", "EIAMAppType"),
        ({"EIAMAuthType": "All"}, "InvalidParameterValue.NotInOptions", "EIAMAuthType"),
        ({"EIAMAppId": ""}, "MissingParameter", "EIAMAppId"),
        ({"TokenTimeout": -1}, "InvalidParameterValue.RangeExceeded", "TokenTimeout"),
        ({"TokenTimeout": 604_801}, "InvalidParameterValue.RangeExceeded", "TokenTimeout"),
        ({"AuthType": "OAUTH"}, "InvalidParameterValue.UnsupportedParameter", "EIAMAppType"),
        ({}, "FailedOperation.EIAMError", "pool_issuer"),
    ],
)
def test_what_is_no_pool_is_refused_by_its_field(shared, fields, code, word):
    site = Site(shared, None)
    give = {"AuthType": "EIAM", "ApiBusinessType": "OAUTH", **POOL, **fields}
    with pytest.raises(Refused) as caught:
        site.api(path="/token", mock="x", name="token", **give)
    assert caught.value.code == code and word in caught.value.message, caught.value
