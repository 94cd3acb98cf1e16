"""OAuth 2.0: authorization APIs and business APIs, tokens in header and cookie, and what keeps an API from its part."""

import json

import pytest

from stand.cloud import Refused
from stand.site import Site
from stand.tokens import Issuer, packed
from stand.wire import call

LOGIN = "https://login.example.com/start?from=gateway"


@pytest.fixture(scope="module")
def issuer():
    """One key for many tests: making one takes a while."""
    return Issuer()


@pytest.fixture
def site(shared, backend, issuer):
    """A service with an authorization API and a business API, released."""
    return made(Site(shared, backend), issuer)


def config(key, location="Header", login=""):
    """What an authorization API says of its tokens."""
    return {"PublicKey": json.dumps(key), "TokenLocation": location, "LoginRedirectUrl": login}


def made(site, issuer, **fields):
    """Adds both APIs and releases them."""
    give = {"AuthType": "OAUTH", "ApiBusinessType": "OAUTH", "OauthConfig": config(issuer.jwk, **fields)}
    site.api(path="/token", to="/token", name="token", **give)
    relation = site.apis["token"]
    site.api(path="/work", to="/work", name="work", AuthType="OAUTH", AuthRelationApiId=relation)
    site.release()
    return site


def ask(site, headers=(), method="GET", target="/work"):
    """The answer to a call."""
    return call(site.gateway.http, method, target, site.host, list(headers))


def told(site, *headers, **fields):
    """Status, and what the gateway says of a refusal."""
    answer = ask(site, headers, **fields)
    return answer.status, None if answer.status == 200 else json.loads(answer.body)["message"]


def bearer(token):
    """The header as the vendor's documentation writes it."""
    return "Authorization", f'Bearer id_token="{token}"'


def refused(action, **fields):
    """The code and the message of a refusal."""
    with pytest.raises(Refused) as caught:
        action(**fields)
    return caught.value.code, caught.value.message


def test_a_token_of_the_authorization_api_opens_the_business_api(site, issuer):
    assert told(site, target="/token") == (200, None), "who asks for a token has none"
    assert told(site, bearer(issuer.token())) == (200, None)
    token = issuer.token()
    for value in (f"Bearer id_token={token}", f"Bearer {token}", f'bearer  id_token="{token}"'):
        assert told(site, ("Authorization", value)) == (200, None), value
    assert site.backend.seen.path == "/work"


def test_a_call_without_a_token_that_holds_is_refused_by_its_reason(site, issuer):
    verify = (401, "Oauth id_token verify error")
    head, claims, signature = issuer.token().split(".")
    forged = packed(json.dumps({"exp": 9999999999}).encode())
    for headers, expected in (
        ([], (401, "Oauth found no authorization header")),
        ([("Authorization", "Basic eDp5")], (401, "Oauth authorization header format error")),
        ([("Authorization", 'hmac id="x"')], (401, "Oauth authorization header format error")),
        ([("Authorization", "Bearer")], (401, "Oauth found no id_token")),
        ([bearer("")], (401, "Oauth found no id_token")),
        ([bearer("x")], verify),
        ([bearer(issuer.token(lasts=-1))], verify),
        ([bearer(issuer.token(nbf=9999999999))], verify),
        ([bearer(Issuer().token())], verify),
        ([bearer(f"{head}.{forged}.{signature}")], verify),
        ([bearer(f'{packed(json.dumps({"alg": "none"}).encode())}.{forged}.')], verify),
        ([bearer(issuer.token()), bearer(issuer.token())],
         (401, "Oauth signature cannot be verified, a validate authorization header is required")),
    ):
        assert told(site, *headers) == expected, headers
    assert all(request.path != "/work" for request in site.backend.requests), "none of them came through"


def test_a_token_without_an_end_does_not_hold(site, issuer):
    assert told(site, bearer(issuer.token(exp=None)))[0] == 401


def test_a_cookie_carries_the_token_and_a_browser_is_sent_to_log_in(shared, backend, issuer):
    site = made(Site(shared, backend), issuer, location="Cookie", login=LOGIN)
    cookie = f"a=b; id_token={issuer.token()}; c=d"
    assert told(site, ("Cookie", cookie)) == (200, None)
    for headers in ([], [("Cookie", "id_token=x")], [bearer(issuer.token())]):
        answer = ask(site, headers)
        assert (answer.status, answer.header("Location")) == (302, LOGIN), headers
    answer = ask(site, method="POST")
    assert (answer.status, json.loads(answer.body)) == (401, {"message": "Oauth miss Oauth id_token"})
    site.cloud.ModifyApiIncrement(
        ServiceId=site.id, ApiId=site.apis["token"], BusinessType="OAUTH", LoginRedirectUrl="http://other.example.com"
    )
    assert ask(site).header("Location") == LOGIN, "what is edited runs after a release"
    site.release()
    assert ask(site).header("Location") == "http://other.example.com"


def test_keys_are_changed_with_a_release_and_come_in_sets(site, issuer):
    second, third = Issuer("ES256", kid="two"), Issuer(kid="three")
    change = {"ServiceId": site.id, "ApiId": site.apis["token"], "BusinessType": "OAUTH"}
    site.cloud.ModifyApiIncrement(**change, PublicKey=json.dumps({"keys": [second.jwk, third.jwk]}))
    assert told(site, bearer(issuer.token())) == (200, None)
    site.release()
    assert told(site, bearer(issuer.token()))[0] == 401
    assert told(site, bearer(second.token())) == (200, None)
    assert told(site, bearer(third.token())) == (200, None)
    assert told(site, bearer(third.token(kid="two")))[0] == 401, "it names another key"
    site.gateway.settle()


def test_both_kinds_lose_their_parts_with_a_release(site, issuer):
    # In `test` everything is open in the end; until its release the old parts run.
    site.api(path="/later", mock="x", name="later", AuthType="OAUTH", AuthRelationApiId=site.apis["token"])
    site.release("test")
    site.change("work", AuthType="NONE", AuthRelationApiId="")
    site.change("later", AuthType="NONE", AuthRelationApiId="")
    site.change("token", AuthType="NONE", ApiBusinessType="NORMAL", OauthConfig=None)
    assert told(site, bearer(issuer.token()), target="/test/work") == (200, None), "what runs is what was released"
    site.release("test")
    assert told(site, target="/test/work") == (200, None)


@pytest.mark.both_sdks
def test_both_kinds_are_described(site, issuer):
    give, take = (
        site.cloud.DescribeApi(ServiceId=site.id, ApiId=site.apis[name])["Result"] for name in ("token", "work")
    )
    assert (give["AuthType"], give["ApiBusinessType"], give["AuthRelationApiId"]) == ("OAUTH", "OAUTH", "")
    assert give["OauthConfig"] == config(issuer.jwk)
    assert (take["AuthType"], take["ApiBusinessType"]) == ("OAUTH", "NORMAL")
    assert (take["AuthRelationApiId"], take["OauthConfig"]) == (site.apis["token"], None)

    def listed(name, value):
        found = site.cloud.DescribeApisStatus(ServiceId=site.id, Filters=[{"Name": name, "Values": [value]}])
        return [(api["ApiName"], api["RelationBuniessApiIds"]) for api in found["Result"]["ApiIdStatusSet"]]

    assert listed("ApiBuniessType", "OAUTH") == [("token", [site.apis["work"]])]
    assert listed("AuthRelationApiId", site.apis["token"]) == [("work", None)]
    assert len(listed("AuthType", "OAUTH")) == 2


@pytest.mark.both_sdks
def test_what_is_no_part_is_refused_by_its_field(site, issuer):
    give = {"AuthType": "OAUTH", "ApiBusinessType": "OAUTH"}
    good = config(issuer.jwk)
    unsupported = "InvalidParameterValue.UnsupportedParameter"
    business = "InvalidParameterValue.InvalidApiBusinessType"
    for fields, expected, word in (
        (give, "MissingParameter", "OauthConfig"),
        (give | {"OauthConfig": good | {"PublicKey": "{}"}}, "InvalidParameterValue.InvalidPublicKey", "OauthConfig.PublicKey"),
        (give | {"OauthConfig": good | {"PublicKey": json.dumps(issuer.jwk | {"d": "AQAB"})}},
         "InvalidParameterValue.InvalidPublicKey", "private"),
        (give | {"OauthConfig": good | {"TokenLocation": "Body"}}, "InvalidParameterValue.NotInOptions", "TokenLocation"),
        (give | {"OauthConfig": good | {"LoginRedirectUrl": "ftp://x"}}, "InvalidParameter.FormatError", "LoginRedirectUrl"),
        (give | {"OauthConfig": good, "AuthRelationApiId": site.apis["token"]}, unsupported, "AuthRelationApiId"),
        ({"AuthType": "OAUTH"}, "MissingParameter", "AuthRelationApiId"),
        ({"AuthType": "OAUTH", "AuthRelationApiId": "api-nowhere1"}, "ResourceNotFound.InvalidOauthApi", "api-nowhere1"),
        ({"AuthType": "OAUTH", "AuthRelationApiId": site.apis["work"]}, "ResourceNotFound.InvalidOauthApi", site.apis["work"]),
        ({"ApiBusinessType": "OAUTH"}, business, "AuthType"),
        ({"AuthType": "OAUTH", "ApiBusinessType": "HOBBY"}, business, "HOBBY"),
        ({"OauthConfig": good}, unsupported, "OauthConfig"),
    ):
        definition = site.definition(path="/new", mock="x", name="new", **fields)
        code, message = refused(site.cloud.CreateApi, **definition)
        assert code == expected and word in message, (fields, code, message)


@pytest.mark.both_sdks
def test_an_authorization_api_stays_while_its_tokens_are_used(site):
    token, work = ({"ServiceId": site.id, "ApiId": site.apis[name]} for name in ("token", "work"))
    code, message = refused(site.cloud.DeleteApi, **token)
    assert code == "UnsupportedOperation.UnsupportedDeleteApi" and site.apis["work"] in message
    site.definitions["token"] |= {"AuthType": "NONE", "ApiBusinessType": "NORMAL", "OauthConfig": None}
    code, _ = refused(site.cloud.ModifyApi, **site.definitions["token"], ApiId=site.apis["token"])
    assert code == "UnsupportedOperation.ResourceAssociated"
    site.cloud.DeleteApi(**work)
    site.cloud.DeleteApi(**token)


@pytest.mark.both_sdks
def test_an_increment_changes_an_authorization_api_alone(site, issuer):
    increment = site.cloud.ModifyApiIncrement
    token, work = ({"ServiceId": site.id, "ApiId": site.apis[name]} for name in ("token", "work"))
    business, nothing = "InvalidParameterValue.InvalidApiBusinessType", "InvalidParameterValue.NothingModifyForOauth"
    for fields, expected in (
        (token | {"BusinessType": "NORMAL", "PublicKey": "{}"}, business),
        (work | {"BusinessType": "OAUTH", "PublicKey": json.dumps(issuer.jwk)}, business),
        (token | {"BusinessType": "OAUTH"}, nothing),
        (token | {"BusinessType": "OAUTH", "PublicKey": json.dumps(issuer.jwk)}, nothing),
        (token | {"BusinessType": "OAUTH", "PublicKey": "[]"}, "InvalidParameterValue.InvalidPublicKey"),
        (token | {"ApiId": "api-nowhere1", "BusinessType": "OAUTH"}, "ResourceNotFound.InvalidApi"),
        (token | {"ServiceId": "service-nowhere1", "BusinessType": "OAUTH"}, "ResourceNotFound.InvalidService"),
    ):
        assert refused(increment, **fields)[0] == expected, fields
    increment(**token, BusinessType="OAUTH", LoginRedirectUrl=LOGIN)
    told_back = site.cloud.DescribeApi(**token)["Result"]["OauthConfig"]
    assert told_back == config(issuer.jwk, login=LOGIN)
