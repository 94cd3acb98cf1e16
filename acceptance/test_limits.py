"""Limits in a real run. Each verdict follows from times that were measured around the calls, so that a slow machine
cannot make a right gateway look wrong: an admission lies somewhere between sending a call and hearing its answer."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from stand.cloud import Cloud
from stand.patience import until
from stand.signing import date_source
from stand.site import Site
from stand.wire import Wire, call, request

RATE = 20
CALLERS = 4
SECONDS = 3


def storm(site, headers, pause=0):
    """Calls from several callers at once for a few seconds: (sent, heard, status) of each, in order of sending."""
    site.gateway.settle()
    end = time.monotonic() + SECONDS
    results = []

    def caller():
        with Wire(site.gateway.http) as wire:
            while time.monotonic() < end:
                sent = time.monotonic()
                wire.send(request("GET", "/limited", site.host, headers()))
                answer = wire.receive()
                results.append((sent, time.monotonic(), answer.status))
                time.sleep(pause)

    with ThreadPoolExecutor(CALLERS) as pool:
        for job in [pool.submit(caller) for _ in range(CALLERS)]:
            job.result()
    return sorted(results)


def check_exact(results, rate):
    """Never more than `rate` in any second; and no refusal unless `rate` were admitted in the second before."""
    admitted = [(sent, heard) for sent, heard, status in results if status == 200]
    refused = [(sent, heard) for sent, heard, status in results if status == 429]
    assert len(admitted) + len(refused) == len(results), {status for _, _, status in results}
    assert len(admitted) > rate and refused, "the storm was too weak to show anything"
    by_hearing = sorted(admitted, key=lambda times: times[1])
    for last in range(rate, len(by_hearing)):
        window = by_hearing[last - rate : last + 1]
        earliest = min(sent for sent, _ in window)
        assert by_hearing[last][1] - earliest >= 1, f"{rate + 1} calls admitted within a second"
    for sent, heard in refused:
        possible = sum(1 for s, h in admitted if h >= sent - 1 and s <= heard)
        assert possible >= rate, f"refused although only {possible} of {rate} calls were admitted in the second before"


@pytest.fixture
def site(shared, backend):
    """A signed API that the gateway answers itself, and one key."""
    site = Site(shared, backend)
    site.api(path="/limited", name="limited", mock="ok", AuthType="SECRET")
    site.release()
    site.pair = site.key()
    return site


def sign(site):
    """Makes the headers of a signed call."""
    return lambda: date_source(*site.pair)


def test_the_rate_of_a_plan_is_exact(site):
    site.plan(site.pair[0], MaxRequestNumPreSec=RATE)
    check_exact(storm(site, sign(site)), RATE)


def test_a_rate_of_one_is_exact(site):
    site.plan(site.pair[0], MaxRequestNumPreSec=1)
    check_exact(storm(site, sign(site), pause=0.02), 1)


def test_the_throttle_of_a_service_is_exact(site):
    site.plan(site.pair[0])
    site.cloud.ModifyServiceEnvironmentStrategy(ServiceId=site.id, Strategy=RATE, EnvironmentNames=["release"])
    check_exact(storm(site, sign(site)), RATE)


def test_the_throttle_of_an_api_is_exact(site):
    site.plan(site.pair[0])
    site.cloud.ModifyApiEnvironmentStrategy(
        ServiceId=site.id, Strategy=RATE, EnvironmentName="release", ApiIds=[site.apis["limited"]]
    )
    check_exact(storm(site, sign(site)), RATE)


def test_the_lowest_limit_wins(site):
    site.plan(site.pair[0], MaxRequestNumPreSec=500)
    site.cloud.ModifyServiceEnvironmentStrategy(ServiceId=site.id, Strategy=100, EnvironmentNames=["release"])
    site.cloud.ModifyApiEnvironmentStrategy(
        ServiceId=site.id, Strategy=10, EnvironmentName="release", ApiIds=[site.apis["limited"]]
    )
    check_exact(storm(site, sign(site)), 10)


def test_each_key_of_a_plan_has_the_rate_for_itself(site):
    other = site.key(SecretName="other")
    site.plan(site.pair[0], other[0], MaxRequestNumPreSec=1)
    with Wire(site.gateway.http) as wire:
        for pair in (site.pair, other):
            wire.send(request("GET", "/limited", site.host, date_source(*pair)))
            assert wire.receive().status == 200


def test_a_refusal_says_what_the_limit_is(site):
    site.plan(site.pair[0], MaxRequestNumPreSec=1)
    with Wire(site.gateway.http) as wire:

        def refused():
            wire.send(request("GET", "/limited", site.host, date_source(*site.pair)))
            answer = wire.receive()
            return answer if answer.status == 429 else None

        answer = until(refused, "a refusal")
    assert answer.text == '{"message":"API rate limit exceeded"}'
    assert answer.header("X-UsagePlan-RateLimit") == "0/1"
    assert answer.header("X-Api-RequestId")


def test_a_changed_rate_acts_at_once_and_forgets_nothing(site):
    plan = site.plan(site.pair[0], MaxRequestNumPreSec=1)
    with Wire(site.gateway.http) as wire:

        def status():
            wire.send(request("GET", "/limited", site.host, date_source(*site.pair)))
            return wire.receive().status

        until(lambda: status() == 429, "the first rate acts")
        site.cloud.ModifyUsagePlan(UsagePlanId=plan, MaxRequestNumPreSec=2000)
        until(lambda: [status() for _ in range(5)] == [200] * 5, "the second rate acts")


def test_a_quota_is_exact_under_a_storm(site):
    site.plan(site.pair[0], MaxRequestNum=300)
    results = storm(site, sign(site))
    admitted = [status for _, _, status in results].count(200)
    assert admitted == 300, f"{admitted} of a quota of 300, in {len(results)} calls"


def test_a_quota_survives_a_restart_exactly(gateway):
    site = Site(gateway, None)
    site.api(path="/limited", mock="ok", AuthType="SECRET")
    site.release()
    pair = site.key()
    plan = site.plan(pair[0], MaxRequestNum=30)

    def statuses(count):
        return [call(gateway.http, "GET", "/limited", site.host, date_source(*pair)).status for _ in range(count)]

    assert statuses(12) == [200] * 12
    gateway.restart()
    assert used(gateway, plan) == 12
    assert statuses(20) == [200] * 18 + [429] * 2
    gateway.restart()
    assert statuses(1) == [429]


def test_a_crash_loses_less_than_a_second_of_a_quota(gateway):
    site = Site(gateway, None)
    site.api(path="/limited", mock="ok", AuthType="SECRET")
    site.release()
    pair = site.key()
    plan = site.plan(pair[0], MaxRequestNum=10_000)
    for _ in range(40):
        assert call(gateway.http, "GET", "/limited", site.host, date_source(*pair)).status == 200
    time.sleep(3)  # three times what may be lost
    for _ in range(10):
        assert call(gateway.http, "GET", "/limited", site.host, date_source(*pair)).status == 200
    gateway.kill()
    gateway.start()
    assert 40 <= used(gateway, plan) <= 50


def used(gateway, plan):
    """How much of a plan's quota is used, as the SDK tells."""
    answer = Cloud(gateway.admin).DescribeUsagePlanEnvironments(UsagePlanId=plan, BindType="SERVICE")
    return answer["Result"]["EnvironmentList"][0]["InUseRequestNum"]
