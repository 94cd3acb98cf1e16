"""Upstreams with real nodes: who gets which call, who is left out and returns, what is tried again and what is not."""

import json
import socket
import ssl
import struct
import threading
from collections import Counter
from pathlib import Path

import pytest

from stand.backend import Answer, Backend, refusing_port
from stand.cloud import Cloud
from stand.native import Native
from stand.patience import until
from stand.site import Site
from stand.wire import Wire, call, request

CERTIFICATES = Path(__file__).parent / "stand" / "certificates"

PASSIVE = {
    "EnableActiveCheck": False,
    "EnablePassiveCheck": True,
    "HealthyHttpStatus": "200,201,404",
    "UnhealthyHttpStatus": "500,502,503,504",
    "TcpFailureThreshold": 2,
    "TimeoutThreshold": 2,
    "HttpFailureThreshold": 3,
    "UnhealthyTimeout": 3600,
}
ACTIVE = {
    **PASSIVE,
    "EnableActiveCheck": True,
    "EnablePassiveCheck": False,
    "TcpFailureThreshold": 1,
    "HttpFailureThreshold": 1,
    "ActiveCheckHttpPath": "/health?deep=1",
    "ActiveCheckTimeout": 2,
    "ActiveCheckInterval": 1,
    "ActiveRequestHeader": [{"Name": "X-Probe", "Value": "tollgate"}],
}


class Upstream:
    """An upstream of a gateway and an open API in front of it."""

    def __init__(self, gateway, nodes, **fields):
        self.gateway = gateway
        self.cloud = Cloud(gateway.admin)
        self.id = self.cloud.raw("CreateUpstream", {
            "Scheme": "HTTP",
            "Algorithm": "ROUND-ROBIN",
            "UniqVpcId": "vpc-12345678",
            "Nodes": [node(*one) for one in nodes],
            **fields,
        })["UpstreamId"]
        self.site = Site(gateway, None)
        self.site.api(path="/", name="all", ServiceType="UPSTREAM", ServiceConfig=self.config())
        self.site.release()

    def config(self, **fields):
        """A `ServiceConfig` that names the upstream."""
        return {"UpstreamId": self.id, "Path": "/", "Method": "ANY", **fields}

    def call(self, path="/", method="GET", *arguments, **fields):
        """Calls the API."""
        return call(self.gateway.http, method, path, self.site.host, *arguments, **fields)

    def calls(self, count, **fields):
        """The statuses of so many calls."""
        return [self.call(**fields).status for _ in range(count)]

    def modify(self, **fields):
        """Changes the upstream."""
        changed = self.cloud.raw("ModifyUpstream", {"UpstreamId": self.id, **fields})["Result"]
        self.gateway.settle()
        return changed

    def spread(self, *nodes, **balancing):
        """Changes how calls are spread, and over whom, as only the native API can say it."""
        native, path = Native(self.gateway.admin), f"/upstreams/{self.id}"
        members = [{"host": "127.0.0.1", "port": one.port, "weight": weight} for one, weight in nodes]
        values = {"protocol": "http", "balancing": balancing, "members": {"type": "nodes", "nodes": members}}
        native.change("PUT", path, values, at=path)
        self.gateway.settle()

    def health(self):
        """The health of the nodes in their order."""
        filters = [{"Name": "UpstreamId", "Values": [self.id]}]
        told = self.cloud.DescribeUpstreams(Limit=10, Offset=0, Filters=filters)["Result"]["UpstreamSet"]
        return [node["Healthy"] for node in told[0]["Nodes"]]

    def becomes(self, *health):
        """Waits until the nodes are so."""
        until(lambda: self.health() == list(health), f"the nodes are {health}")


def node(backend, weight=1):
    """A node: a backend, or a port of this machine."""
    port = backend if isinstance(backend, int) else backend.port
    return {"Host": "127.0.0.1", "Port": port, "Weight": weight}


def refusing_ports(count):
    """Different ports at which nobody listens."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@pytest.fixture
def nodes():
    """Makes backends."""
    made = []

    def make(count):
        fresh = [Backend() for _ in range(count)]
        made.extend(fresh)
        return fresh

    yield make
    for backend in made:
        backend.close()


@pytest.fixture
def single(gateways):
    """A gateway with one worker, whose turns can be counted."""
    return gateways("--workers", "1")


def counted(*backends):
    """How many calls each got; checks of health do not count."""
    return [sum(not seen.path.startswith("/health") for seen in list(one.requests)) for one in backends]


def test_weights_are_exact_and_a_node_of_weight_0_gets_nothing(single, nodes):
    heavy, light, off = nodes(3)
    upstream = Upstream(single, [(heavy, 5), (light, 2), (off, 0)])
    assert set(upstream.calls(70)) == {200}
    assert counted(heavy, light, off) == [50, 20, 0]
    order = [seen.connection for seen in heavy.requests]
    assert len(set(order)) == 1, "the connection is used again"


def test_every_worker_keeps_to_the_weights(gateways, nodes):
    """Each call comes on a connection of its own, to whichever worker; each worker has turns of its own."""
    one, two = nodes(2)
    upstream = Upstream(gateways("--workers", "2"), [(one, 1), (two, 1)])
    upstream.calls(100)
    assert sum(counted(one, two)) == 100
    assert abs(counted(one)[0] - 50) <= 2


def test_consistent_hash_keeps_each_caller_at_its_node(gateways, nodes):
    """The caller is whom a trusted proxy tells of, not the proxy, through which all of them come."""
    backends = nodes(4)
    gateway = gateways("--trusted-proxies", "127.0.0.1")
    upstream = Upstream(gateway, [(one, 1) for one in backends])
    upstream.spread(*((one, 1) for one in backends), type="consistent_hash", key={"of": "caller_address"})
    callers = [f"198.51.100.{number}" for number in range(1, 25)]
    at = {}
    for _ in range(3):
        for caller in callers:
            for backend in backends:
                backend.requests.clear()
            assert upstream.call(headers=[("X-Forwarded-For", caller)]).status == 200
            at.setdefault(caller, set()).add(tuple(counted(*backends)))
    assert {len(where) for where in at.values()} == {1}, "each caller has one node"
    assert len(set.union(*at.values())) == 4, "callers are spread over all nodes"


class Holding:
    """Calls of an upstream whose nodes do not answer for now."""

    def __init__(self, upstream, *backends):
        upstream.site.change("all", ServiceTimeout=600)
        upstream.site.release()
        for backend in backends:
            backend.gate.clear()
        self.upstream = upstream
        self.backends = backends
        self.wires = []

    def add(self, count=1):
        """So many further calls, each of which is at its node before the next one comes."""
        for _ in range(count):
            self.wires.append(Wire(self.upstream.gateway.http))
            self.wires[-1].send(request("GET", f"/{len(self.wires)}", self.upstream.site.host))
            until(lambda: sum(counted(*self.backends)) == len(self.wires), "the call is at its node")

    def end(self, backend):
        """The node answers again; all that it held are answered."""
        held = {int(seen.path[1:]) for seen in backend.requests}
        backend.gate.set()
        for number in held:
            assert self.wires[number - 1].receive().status == 200
        return held

    def close(self):
        """The callers leave."""
        for wire in self.wires:
            wire.socket.close()


@pytest.fixture
def holding():
    """Makes calls that are held."""
    made = []

    def make(*arguments):
        made.append(Holding(*arguments))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.mark.parametrize("way", ["least_requests", "random_two"])
def test_calls_go_to_the_nodes_that_are_not_busy(gateways, nodes, holding, way):
    """Three calls that the busy node holds, whichever worker sent them, are more than the free ones ever have."""
    busy, *free = nodes(3)
    upstream = Upstream(gateways("--workers", "2"), [(busy, 1)])
    upstream.spread((busy, 1), *((one, 1) for one in free), type=way)
    held = holding(upstream, busy, *free)
    held.add()
    while counted(busy)[0] < 3:
        held.add()
    if way == "least_requests":
        # The third one of the busy node came when no other had fewer than two.
        assert max(counted(*free)) <= 3 and min(counted(*free)) >= 2
    ended = [held.end(one) for one in free]
    before = counted(busy, *free)
    assert set(upstream.calls(30)) == {200}
    now = counted(busy, *free)
    assert now[0] == before[0], "the busy node got none"
    assert sum(now) == sum(before) + 30 and now[1] > before[1] and now[2] > before[2], "both free ones got some"
    assert len(held.end(busy) | set.union(*ended)) == len(held.wires), "no held call is lost"

    def comes():
        assert upstream.call().status == 200
        return counted(busy) > before[:1]

    until(comes, "the node that is free again gets calls")


def test_a_heavier_node_may_be_busier(gateways, nodes, holding):
    """Fewest calls for its weight: while none of them answers, each has as many as its weight says."""
    light, heavy, off = nodes(3)
    upstream = Upstream(gateways("--workers", "2"), [(light, 1)])
    upstream.spread((light, 1), (heavy, 3), (off, 0), type="least_requests")
    held = holding(upstream, light, heavy, off)
    for round_ in range(1, 4):
        held.add(4)
        assert counted(light, heavy, off) == [round_, 3 * round_, 0]
    held.end(heavy)
    # The light one holds three calls for a weight of one, the heavy one never so many for a weight of three.
    assert set(upstream.calls(12)) == {200}
    assert counted(light, heavy, off) == [3, 21, 0]


def test_a_change_acts_at_once_and_leaves_other_nodes_connections_alone(single, nodes):
    stays, leaves, comes = nodes(3)
    upstream = Upstream(single, [(stays, 1), (leaves, 1)])
    upstream.calls(4)
    upstream.modify(Nodes=[node(stays), node(comes)])
    for backend in (stays, leaves, comes):
        backend.requests.clear()
    assert set(upstream.calls(20)) == {200}
    assert counted(stays, leaves, comes) == [10, 0, 10]
    assert stays.connections == 1, "the node that stayed keeps its connection"


def test_the_path_the_query_and_a_form_reach_the_node(single, nodes):
    (backend,) = nodes(1)
    upstream = Upstream(single, [(backend, 1)])
    upstream.site.api(
        path="/form/{id}", name="form", ServiceType="UPSTREAM", method="POST",
        ServiceConfig=upstream.config(Path="/v1/{id}", Method="PUT"),
        RequestParameters=[
            {"Name": "id", "Position": "PATH", "Type": "String", "Required": True},
            {"Name": "a", "Position": "BODY", "Type": "String", "Required": True},
        ],
    )
    upstream.site.release()
    form = [("Content-Type", "application/x-www-form-urlencoded")]
    assert upstream.call("/form/7?q=1", "POST", form, b"a=b").status == 200
    seen = backend.seen
    assert (seen.method, seen.target, seen.body) == ("PUT", "/v1/7?q=1", "a=b")


def test_each_node_is_told_its_own_host_or_the_upstreams_or_the_apis(single, nodes):
    one, two = nodes(2)
    upstream = Upstream(single, [(one, 1), (two, 1)])
    upstream.calls(2)
    assert [one.seen.header("host"), two.seen.header("host")] == [f"127.0.0.1:{one.port}", f"127.0.0.1:{two.port}"]
    upstream.modify(UpstreamHost="shop.example.com:8443")
    upstream.calls(2)
    assert [one.seen.all("host"), two.seen.all("host")] == [["shop.example.com:8443"]] * 2
    constant = {"Name": "Host", "Position": "HEADER", "DefaultValue": "api.example.com"}
    upstream.site.change("all", ConstantParameters=[constant])
    upstream.site.release()
    upstream.calls(2)
    assert [one.seen.all("host"), two.seen.all("host")] == [["api.example.com"]] * 2


def test_a_second_node_is_told_its_own_host_too(single, nodes):
    (backend,) = nodes(1)
    upstream = Upstream(single, [(refusing_port(), 1), (backend, 1)])
    assert set(upstream.calls(4)) == {200}
    assert {seen.header("host") for seen in backend.requests} == {f"127.0.0.1:{backend.port}"}


def test_a_node_that_refuses_connections_costs_nobody_a_call(single, nodes):
    """Nothing was sent, so even a POST goes on to another node, however many there are of them."""
    (backend,) = nodes(1)
    upstream = Upstream(single, [(refusing_port(), 1), (backend, 1)])
    answers = [upstream.call("/", "POST", body=b"once") for _ in range(40)]
    assert {answer.status for answer in answers} == {200}
    assert counted(backend) == [40]
    assert {seen.body for seen in backend.requests} == {"once"}


def test_without_retries_a_call_fails_with_its_node(single, nodes):
    (backend,) = nodes(1)
    upstream = Upstream(single, [(refusing_port(), 1), (backend, 1)], Retries=0)
    assert sorted(upstream.calls(10)) == [200] * 5 + [502] * 5
    assert counted(backend) == [5]


def test_no_more_nodes_are_tried_than_retries_say(single, nodes):
    (backend,) = nodes(1)
    dead = [(port, 100) for port in refusing_ports(3)]
    upstream = Upstream(single, [*dead, (backend, 1)], Retries=2)
    assert upstream.call().status == 502
    upstream.modify(Retries=3)
    assert upstream.call().status == 200


def test_an_upstream_of_dead_nodes_or_of_none_is_a_bad_gateway(single):
    upstream = Upstream(single, [(port, 1) for port in refusing_ports(2)])
    answer = upstream.call()
    assert (answer.status, answer.text) == (502, '{"message":"Bad Gateway"}')
    upstream.modify(Nodes=[])
    assert upstream.call().status == 502


class Dropper:
    """A node that takes a request whole and resets the connection in place of an answer."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.requests = 0
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            data = b""
            while b"\r\n\r\n" not in data and (piece := connection.recv(65536)):
                data += piece
            self.requests += 1 if data else 0
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

    def close(self):
        """Stops listening."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


@pytest.fixture
def dropper():
    """A node that takes requests and answers none."""
    made = Dropper()
    yield made
    made.close()


def test_what_may_be_repeated_goes_on_to_another_node_and_a_post_does_not(single, nodes, dropper):
    (backend,) = nodes(1)
    upstream = Upstream(single, [(dropper.port, 1), (backend, 1)])
    assert upstream.calls(4) == [200] * 4
    assert (dropper.requests, counted(backend)) == (2, [4])
    statuses = upstream.calls(4, method="POST")
    assert sorted(statuses) == [200, 200, 502, 502]
    assert (dropper.requests, counted(backend)) == (4, [6]), "each POST was sent once"


def test_repeats_keep_to_their_budget(single, nodes, dropper):
    """Ten in reserve, and one for five calls: a node that takes requests and drops them does not double the load."""
    (backend,) = nodes(1)
    upstream = Upstream(single, [(dropper.port, 1), (backend, 1)])
    statuses = Counter(upstream.calls(200))
    assert dropper.requests == 100
    # Each worker starts with 10 repeats and earns a fifth of one with each call: 10 + 200 / 5, give or take the last.
    assert 48 <= counted(backend)[0] - 100 <= 51
    assert statuses[502] == 100 - (counted(backend)[0] - 100)


def test_what_calls_show_to_be_broken_is_left_out_until_its_time_has_passed(single, nodes):
    good, bad = nodes(2)
    bad.answer = Answer(status=503)
    upstream = Upstream(single, [(good, 1), (bad, 1)], HealthChecker=PASSIVE)
    assert upstream.health() == ["NO_DATA", "NO_DATA"]
    assert Counter(upstream.calls(20)) == {200: 17, 503: 3}, "three failures in a row are enough"
    assert upstream.health() == ["HEALTHY", "UNHEALTHY"]
    bad.answer = None
    upstream.calls(10)
    assert counted(bad) == [3]
    # Other checks begin with a clean sheet; a second is the shortest time.
    upstream.modify(HealthChecker={**PASSIVE, "UnhealthyTimeout": 1})
    bad.answer = Answer(status=503)
    assert Counter(upstream.calls(6))[503] == 3
    bad.answer = None
    upstream.becomes("HEALTHY", "HEALTHY")
    upstream.calls(4)
    assert bad.seen.path == "/" and counted(bad)[0] >= 8


def test_a_success_between_failures_keeps_a_node(single, nodes):
    (backend,) = nodes(1)
    upstream = Upstream(single, [(backend, 1)], HealthChecker=PASSIVE)
    for _ in range(3):
        backend.answer = Answer(status=500)
        upstream.calls(2)
        backend.answer = None
        upstream.calls(1)
    assert upstream.health() == ["HEALTHY"]


def test_refused_connections_eject_and_a_threshold_of_0_never_does(single, nodes):
    (backend,) = nodes(1)
    dead = (refusing_port(), 1)
    upstream = Upstream(single, [dead, (backend, 1)], HealthChecker=PASSIVE)
    assert set(upstream.calls(10)) == {200}
    assert upstream.health() == ["UNHEALTHY", "HEALTHY"]
    never = Upstream(single, [dead, (backend, 1)], HealthChecker={**PASSIVE, "TcpFailureThreshold": 0})
    assert set(never.calls(20)) == {200}
    assert never.health() == ["HEALTHY", "HEALTHY"]


def test_when_every_node_is_ejected_all_get_calls_again(single, nodes):
    one, two = nodes(2)
    one.answer = two.answer = Answer(status=500)
    upstream = Upstream(single, [(one, 1), (two, 1)], HealthChecker=PASSIVE)
    upstream.calls(6)
    assert upstream.health() == ["UNHEALTHY", "UNHEALTHY"]
    one.answer = two.answer = None
    assert upstream.calls(4) == [200] * 4
    assert counted(one, two) == [5, 5]


def test_checks_eject_a_node_and_bring_it_back(single, nodes):
    good, bad = nodes(2)
    upstream = Upstream(single, [(good, 1), (bad, 1)], HealthChecker=ACTIVE)
    upstream.becomes("HEALTHY", "HEALTHY")
    probe = good.requests[0]
    assert (probe.method, probe.target, probe.header("x-probe")) == ("GET", "/health?deep=1", "tollgate")
    assert probe.header("host") == f"127.0.0.1:{good.port}"
    bad.answer = Answer(status=500)
    upstream.becomes("HEALTHY", "UNHEALTHY")
    before = counted(bad)
    assert set(upstream.calls(10)) == {200}
    assert counted(bad) == before
    bad.answer = None
    upstream.becomes("HEALTHY", "HEALTHY")
    upstream.calls(10)
    assert counted(bad)[0] >= before[0] + 5


def test_a_node_that_died_and_came_back_is_found_by_checks(single, nodes):
    good, dying = nodes(2)
    port = dying.port
    upstream = Upstream(single, [(good, 1), (dying, 1)], HealthChecker=ACTIVE)
    upstream.becomes("HEALTHY", "HEALTHY")
    dying.close()
    upstream.becomes("HEALTHY", "UNHEALTHY")
    assert set(upstream.calls(6)) == {200}
    risen = Backend()
    try:
        upstream.modify(Nodes=[node(good), node(risen)])
        upstream.becomes("HEALTHY", "HEALTHY")
        upstream.calls(4)
        assert counted(risen) == [2] and risen.port != port
    finally:
        risen.close()


def test_one_process_checks_once_however_many_workers_it_has(gateways, nodes):
    (backend,) = nodes(1)
    slow = {**ACTIVE, "ActiveCheckInterval": 3600}
    upstream = Upstream(gateways("--workers", "4"), [(backend, 1)], HealthChecker=slow)
    upstream.becomes("HEALTHY")
    upstream.calls(8)
    assert sum(seen.path == "/health" for seen in backend.requests) == 1


def test_health_outlives_changes_that_leave_the_node_alone(single, nodes):
    good, bad, third = nodes(3)
    bad.answer = Answer(status=500)
    upstream = Upstream(single, [(good, 1), (bad, 1)], HealthChecker=PASSIVE)
    upstream.calls(8)
    assert upstream.health() == ["HEALTHY", "UNHEALTHY"]
    Upstream(single, [(third, 1)])
    upstream.modify(UpstreamName="renamed", Nodes=[node(good), node(bad, 7), node(third)])
    assert upstream.health() == ["HEALTHY", "UNHEALTHY", "NO_DATA"]


def test_https_nodes_are_checked_for_the_name_that_they_are_told(gateways):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "backend.pem")
    secure = Backend(tls=context)
    gateway = gateways(environment={"SSL_CERT_FILE": str(CERTIFICATES / "root.pem")})
    try:
        upstream = Upstream(gateway, [(secure, 1)], Scheme="HTTPS")
        assert upstream.call().status == 200, "the certificate is for the node's address"
        upstream.modify(UpstreamHost="localhost")
        assert upstream.call().status == 200, "and for this name"
        assert secure.seen.header("host") == "localhost"
        upstream.modify(UpstreamHost="other.example.com")
        assert upstream.call().status == 502
    finally:
        secure.close()


def test_what_happens_to_nodes_is_counted(single, nodes):
    good, bad = nodes(2)
    bad.answer = Answer(status=500)
    upstream = Upstream(single, [(good, 1), (bad, 1), (refusing_port(), 1)], HealthChecker=PASSIVE)
    upstream.calls(12)
    page = single.get("/metrics")[2]
    label = f'upstream="{upstream.id}"'
    assert f'tollgate_upstream_nodes{{{label},health="healthy"}} 1\n' in page
    assert f'tollgate_upstream_nodes{{{label},health="unhealthy"}} 2\n' in page
    assert f"tollgate_upstream_ejections_total{{{label}}} 2\n" in page
    assert f"tollgate_upstream_retries_total{{{label}}} 2\n" in page


def test_an_upstream_lives_through_a_restart(single, nodes):
    (backend,) = nodes(1)
    upstream = Upstream(single, [(backend, 1)], HealthChecker=PASSIVE)
    before = upstream.cloud.DescribeUpstreams(Limit=10, Offset=0)["Result"]["UpstreamSet"]
    single.restart()
    upstream.cloud = Cloud(single.admin)
    after = upstream.cloud.DescribeUpstreams(Limit=10, Offset=0)["Result"]["UpstreamSet"]
    assert json.dumps(before) == json.dumps(after)
    assert upstream.call().status == 200
