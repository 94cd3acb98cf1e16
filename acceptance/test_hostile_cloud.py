"""The whole vendor's API against requests that nobody should send: every field of every action, as the official SDK's models
declare it, with values of other types and sizes. The gateway bears it, tells the field, and a refused request changes nothing."""

import copy
import hashlib
import hmac
import http.client
import json
import random
import re
import time
from pathlib import Path

import pytest

from stand import fields
from stand.cloud import Cloud
from stand.gateway import REGION, SECRET_ID, SECRET_KEY
from stand.native import Native
from stand.site import Site

PAGE = Path(__file__).resolve().parent.parent / "docs" / "actions.md"
ACTIONS = re.findall(r"^\| (\w+) \| \w+ \| (?:served|refused)", PAGE.read_text(), re.MULTILINE)
SHARES = 4
SEED = 20180808
# So many that no limit of a count hides what comes after it.
MANY = ["--max-services", "100000", "--max-apis-per-service", "100000"]


class Hand:
    """Requests as bytes, signed with TC3: no SDK would send them."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.connection = None

    def ask(self, action, body):
        """Status and `Response` of an action."""
        at = int(time.time())
        date = time.strftime("%Y-%m-%d", time.gmtime(at))
        digest = hashlib.sha256(body).hexdigest()
        lines = f"content-type:application/json\nhost:{self.gateway.admin}\n"
        asked = hashlib.sha256(f"POST\n/\n\n{lines}\ncontent-type;host\n{digest}".encode()).hexdigest()
        scope = f"{date}/apigateway/tc3_request"
        key = f"TC3{SECRET_KEY}".encode()
        for part in (date, "apigateway", "tc3_request", f"TC3-HMAC-SHA256\n{at}\n{scope}\n{asked}"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        status, text = self.send("POST", "/", body, {
            "Authorization": f"TC3-HMAC-SHA256 Credential={SECRET_ID}/{scope}, SignedHeaders=content-type;host, "
            f"Signature={key.hex()}",
            "Content-Type": "application/json",
            "X-TC-Action": action,
            "X-TC-Version": "2018-08-08",
            "X-TC-Timestamp": str(at),
            "X-TC-Region": REGION,
        })  # fmt: skip
        return status, json.loads(text)["Response"]

    def revision(self):
        """How many changes there were."""
        return json.loads(self.send("GET", "/readyz", b"", {})[1])["stored_revision"]

    def send(self, method, path, body, headers):
        """Status and text, on a connection that is used again."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.gateway.admin, timeout=60)
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.will_close:
            self.connection.close()
            self.connection = None
        return answer.status, text


class World:
    """Something of every kind, and a request of every action that is about it."""

    def __init__(self, gateway):
        self.gateway = gateway
        cloud = self.cloud = Cloud(gateway.admin)
        site = self.site = Site(gateway, None)
        api = site.api(path="/a/{b}", mock="m", name="a")
        version = site.release()
        key = site.key()[0]
        plan = site.plan(key, UsagePlanName="p", environment=None)
        app = cloud.CreateApiApp(ApiAppName="app")["Result"]["ApiAppId"]
        strategy = cloud.CreateIPStrategy(
            ServiceId=site.id, StrategyName="s", StrategyType="BLACK", StrategyData="10.0.0.1"
        )["Result"]["StrategyId"]
        data = '{"type":"black_list","blocks":"10.0.0.1"}'
        plugin = cloud.CreatePlugin(PluginName="plugin", PluginType="IPControl", PluginData=data)["Result"]["PluginId"]
        document = cloud.CreateAPIDoc(ApiDocName="d", ServiceId=site.id, Environment="release", ApiIds=[api])
        nodes = [{"Host": "10.0.0.1", "Port": 80, "Weight": 1}]
        upstream = cloud.raw("CreateUpstream", {
            "Scheme": "HTTP", "Algorithm": "ROUND-ROBIN", "UniqVpcId": "vpc-1", "UpstreamName": "u",
            "UpstreamType": "IP_PORT", "Nodes": nodes,
        })["UpstreamId"]  # fmt: skip
        # What a field of this name may hold; where an action wants something else, the action stands before it.
        self.values = {
            "ServiceId": site.id, "ApiId": api, "ApiIds": [api], "BindApiIds": [api], "UnBindApiIds": [api],
            "Environment": "release", "EnvironmentName": "release", "EnvironmentNames": ["release"],
            "VersionName": version, "ReleaseDesc": "d", "UpdateDesc": "d", "Limit": 10, "Offset": 0,
            "AccessKeyId": key, "AccessKeyIds": [key], "AccessKeyType": "auto", "SecretName": "k",
            "UsagePlanId": plan, "UsagePlanIds": [plan], "UsagePlanName": "p", "MaxRequestNum": 9,
            "MaxRequestNumPreSec": 9, "BindType": "API", "Strategy": 9, "ApiAppId": app, "ApiAppName": "app",
            "ApiAppKey": "my-key", "ApiAppSecret": "my-own-secret", "StrategyId": strategy, "StrategyName": "s",
            "StrategyType": "BLACK", "StrategyData": "10.0.0.2", "PluginId": plugin, "PluginIds": [plugin],
            "PluginName": "plugin", "PluginType": "IPControl", "PluginData": data, "Description": "d",
            "ApiDocId": document["Result"]["ApiDocId"], "ApiDocName": "d", "UpstreamId": upstream,
            "UpstreamName": "u", "UpstreamType": "IP_PORT", "UniqVpcId": "vpc-1", "Scheme": "HTTP",
            "Algorithm": "ROUND-ROBIN", "Nodes": nodes, "Retries": 1, "ServiceName": "s", "ServiceDesc": "d",
            "Protocol": "http", "CreateApi.Protocol": "HTTP", "ModifyApi.Protocol": "HTTP", "NetTypes": ["OUTER"],
            "IpVersion": "IPv4", "ApiName": "n", "AuthType": "NONE", "RequestConfig": {"Path": "/p", "Method": "GET"},
            "ServiceType": "MOCK", "ServiceMockReturnMessage": "m", "ServiceTimeout": 15, "BusinessType": "OAUTH",
            "SubDomain": "a.example.com", "NetType": "OUTER", "NetSubDomain": gateway.host(site.id),
            "IsDefaultMapping": True, "ApiRegion": REGION, "InstanceId": "instance-tollgate", "InstanceName": "n",
            "CreateService.InstanceId": None, "CreateService.UniqVpcId": None, "ModifyService.UniqVpcId": None,
            "StartTime": "2020-02-26 14:10:01", "EndTime": "2020-02-26 14:10:02", "SkipVerification": 0,
            "ContentVersion": "openAPI", "EncodeType": "YAML",
            "Content": "openapi: 3.0.0\nservers: [{url: 'http://h'}]\npaths: {}",
        }  # fmt: skip

    def request(self, action):
        """A request of an action: of each field that is known here a value that fits."""
        found = {}
        for field in fields.request(action):
            value = self.values.get(f"{action}.{field.name}", self.values.get(field.name))
            if value is not None:
                found[field.name] = copy.deepcopy(value)
        return found


# Fields of backends that are not served: they are refused as a whole, and let pass where they say nothing.
UNSERVED = {
    "MicroServices", "ServiceTsfLoadBalanceConf", "ServiceTsfHealthCheckConf", "TargetServices",
    "TargetServicesLoadBalanceConf", "TargetServicesHealthCheckConf", "EventBusId",
}  # fmt: skip

DEEP = "[" * 100 + "]" * 100
VERY_DEEP = "[" * 100_000 + "]" * 100_000
STRANGE = ["\u0000", "../../etc/passwd", "商店 \u202e'\"\\`;--", "${7*7}", "-1", "\ufffd" * 40, "{" * 300, " "]


def odd(field, dice):
    """Values that do not fit a field: pairs of one, and whether its type alone is wrong."""
    several = [("x" * 70_000, False), *((text, False) for text in dice.sample(STRANGE, 3))]
    numbers = [(number, False) for number in (-1, -(2**63), 2**31, 2**63 - 1)]
    kind = "object" if field.is_object else field.kind
    fits = {"str": several, "int": numbers, "float": numbers, "bool": [], "object": [({}, False)]}[kind]
    wrong = {
        "str": [7, 1.5, True, {}, {"a": [1]}],
        "int": ["x", 1.5, True, {}, 10**30],
        "float": ["x", True, {}],
        "bool": ["true", 1, {}],
        "object": [7, "x", True],
    }[kind]
    if not field.is_list:
        return [*fits, *((value, True) for value in [*wrong, [], [[]], json.loads(DEEP)])]
    inside = [([value], False) for value, _ in fits]
    huge = [([value] * 3000, False) for value, _ in fits[-1:]]
    return [([], False), *inside, *huge, *((value, True) for value in [7, "x", {}, [[]], json.loads(DEEP)]),
            *(([value], True) for value in wrong)]  # fmt: skip


def put(request, path, value):
    """A request with a value at a place; what is on the way is made."""
    request = copy.deepcopy(request)
    at = request
    for step, below in zip(path, path[1:]):
        empty = [{}] if below == 0 else {}
        if isinstance(step, int):
            at = at[step]
            continue
        if not isinstance(at.get(step), type(empty)) or not at[step]:
            at[step] = empty
        at = at[step]
    at[path[-1]] = value
    return request


def name_of(path):
    """A place as the answers name it."""
    return ".".join(map(str, path))


def attacks(action, base):
    """Requests of one action: what they do, the body, and the field that a refusal has to name, if its type is wrong."""
    dice = random.Random(f"{SEED} {action}")
    whole = list(fields.places(fields.request(action)))
    for path, field in whole:
        for value, is_wrong in odd(field, dice):
            must_name = is_wrong and path[0] not in UNSERVED
            yield put(base, path, value), (name_of(path) if must_name else None)
    for path in [(), *(path for path, field in whole if field.is_object and not field.is_list and path[0] not in UNSERVED)]:
        yield put(base, (*path, "Nonsense"), dice.choice([1, "x", [], {"a": {}}])), name_of((*path, "Nonsense"))
    for text in (b"[]", b"7", b"null", b'"x"', b"{", b"\xff\xfe", b'{"Limit":', VERY_DEEP.encode(),
                 b'{"Limit":' + VERY_DEEP.encode() + b"}", b'{"Limit":1e999}', b'{"\\ud800":1}'):  # fmt: skip
        yield text, None


@pytest.mark.parametrize("share", range(SHARES))
def test_no_request_breaks_the_gateway(gateways, share):
    gateway = gateways(*MANY)
    native, hand, world = Native(gateway.admin), Hand(gateway), World(gateway)
    unnamed, asked = set(), 0
    for action in ACTIONS[share::SHARES]:
        base = world.request(action)
        before, revision = native.get("/configuration"), hand.revision()
        first = revision
        for request, must_name in attacks(action, base):
            body = request if isinstance(request, bytes) else json.dumps(request).encode()
            what = f"{action} {body[:300]!r} ({len(body)} bytes)"
            status, told = hand.ask(action, body)
            asked += 1
            assert status == 200, f"{what}: {status}"
            now = hand.revision()
            if "Error" not in told:
                assert must_name is None, f"{what} was carried out"
                revision = now
                continue
            code, message = told["Error"]["Code"], told["Error"]["Message"]
            assert not code.startswith("InternalError"), f"{what}: {told}"
            assert now == revision, f"{what} was refused and changed something: {told}"
            assert len(message) < 3000, f"{what} is told at length"
            served = action not in REFUSED
            if must_name and served and f"`{must_name}" not in message:
                unnamed.add(f"{action} {must_name}: {code} {message[:200]}")
        if revision == first:
            assert native.get("/configuration") == before, action
        else:
            # Something was carried out, perhaps upon what the others are about.
            world = World(gateway)
    assert not unnamed, "\n".join(sorted(unnamed))
    assert asked > 1000
    log = gateway.log()
    assert "panic" not in log and "InternalError" not in log, log[-4000:]
    gateway.restart()


REFUSED = set(re.findall(r"^\| (\w+) \| \w+ \| refused", PAGE.read_text(), re.MULTILINE))
