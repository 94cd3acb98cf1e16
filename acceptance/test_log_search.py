"""DescribeLogSearch through the SDK: conditions, order, pages and the lines themselves."""

import re
from datetime import datetime, timedelta, timezone

import pytest

from stand.cloud import Refused
from stand.patience import until
from stand.site import Site
from stand.wire import call

BEIJING = timezone(timedelta(hours=8))
FIELDS = re.compile(
    r"\[(?P<app>\d+)\]\[(?P<env>[^\]]*)\]\[(?P<service>[^\]]*)\]\[(?P<host>[^\]]*)\]\[(?P<api>[^\]]*)\]\[(?P<uri>[^\]]*)\]"
    r"\[(?P<scheme>[^\]]*)\]\[rsp_st:(?P<rsp_st>\d+)\]\[ups_st:(?P<ups_st>[^\]]+)\]\[cip:(?P<cip>[^\]]+)\]"
    r"\[uip:(?P<uip>[^\]]+)\]\[vip:(?P<vip>[^\]]+)\]\[rsp_len:(?P<rsp_len>\d+)\]\[req_len:(?P<req_len>\d+)\]"
    r"\[req_t:(?P<req_t>\d+\.\d{3})\]\[ups_rsp_t:(?P<ups_rsp_t>[\d.]+|-)\]\[ups_conn_t:(?P<ups_conn_t>[\d.]+|-)\]"
    r"\[ups_head_t:(?P<ups_head_t>[\d.]+|-)\]\[err_msg:(?P<err_msg>.*)\]\[tcp_rtt:-\]\[-\]"
    r"\[(?P<time>\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0800)\]\[req_id:(?P<req_id>[^\]]+)\]"
)


def span(before=timedelta(hours=1), after=timedelta(minutes=1)):
    """A time around now, on the vendor's clock."""
    now = datetime.now(BEIJING)
    form = "%Y-%m-%d %H:%M:%S"
    return {"StartTime": (now - before).strftime(form), "EndTime": (now + after).strftime(form)}


class Log:
    """The log of one service."""

    def __init__(self, site):
        self.site = site

    def ask(self, *conditions, **fields):
        """One answer; a condition is a name, an operator and a value."""
        queries = [{"Name": name, "Operator": operator, "Value": value} for name, operator, value in conditions]
        asked = {"ServiceId": self.site.id, "Limit": 100, "LogQuerys": queries, **span(), **fields}
        return self.site.cloud.DescribeLogSearch(**asked)

    def lines(self, *conditions, **fields):
        """The lines, taken apart."""
        told = self.ask(*conditions, **fields)
        assert told["TotalCount"] == len(told["LogSet"])
        return [FIELDS.fullmatch(line).groupdict() for line in told["LogSet"]]

    def until(self, count):
        """All lines, once there are so many."""
        return until(lambda: (lines := self.lines()) and len(lines) >= count and lines, f"{count} lines")


@pytest.fixture
def log(gateways, backend):
    """A service with a mock, a backend and a signed API, and four calls: 200, 200, 401, 404. One worker: lines stand in
    the order in which calls end."""
    gateway = gateways("--workers", "1")
    site = Site(gateway, backend)
    site.api(path="/mock", mock="mocked", name="mock")
    site.api(path="/there", to="/there", name="there")
    site.api(path="/signed", mock="x", name="signed", AuthType="SECRET")
    site.release()
    other = Site(gateway, backend)
    other.api(path="/mock", mock="mocked", name="mock")
    other.release()
    call(gateway.http, "GET", "/mock", other.host)
    log = Log(site)
    log.answers = [
        call(gateway.http, "GET", "/mock?secret=1", site.host),
        call(gateway.http, "POST", "/there", site.host, [], b"12345"),
        call(gateway.http, "GET", "/signed", site.host),
        call(gateway.http, "GET", "/nowhere", site.host),
    ]
    log.all = log.until(4)
    return log


def test_a_line_has_the_fields_of_its_call(log):
    refused, signed, there, mock = log.all
    site = log.site
    assert [line["rsp_st"] for line in log.all] == ["404", "401", "200", "200"], "the newest first"
    assert [line["uri"] for line in log.all] == ["/nowhere", "/signed", "/there", "/mock"]
    assert mock["app"] == "1250000000"
    assert (mock["env"], mock["service"], mock["host"]) == ("release", site.id, site.host)
    assert (mock["api"], mock["scheme"]) == (site.apis["mock"], "http")
    assert (mock["cip"], mock["vip"]) == ("127.0.0.1", "127.0.0.1")
    assert (mock["ups_st"], mock["uip"], mock["ups_rsp_t"], mock["err_msg"]) == ("-", "-", "-", "-")
    assert (there["ups_st"], there["uip"]) == ("200", site.backend.url.partition("://")[2])
    assert (there["req_len"], int(there["rsp_len"])) == ("5", len(log.answers[1].body))
    assert float(there["ups_head_t"]) <= float(there["ups_rsp_t"]) <= float(there["req_t"])
    assert (refused["api"], refused["ups_st"]) == ("-", "-")
    assert refused["err_msg"].startswith("There is no api match uri[/nowhere]")
    assert "HMAC" in signed["err_msg"] and signed["api"] == site.apis["signed"]
    assert [line["req_id"] for line in reversed(log.all)] == [a.header("X-Api-RequestId") for a in log.answers]
    told = datetime.strptime(mock["time"], "%d/%b/%Y:%H:%M:%S %z")
    assert abs(datetime.now(timezone.utc) - told) < timedelta(minutes=10)


@pytest.mark.parametrize(
    "name, operator, value, expected",
    [
        ("rsp_st", "=", "200", ["there", "mock"]),
        ("rsp_st", "!=", "200", ["nowhere", "signed"]),
        ("rsp_st", ":", "40", ["nowhere", "signed"]),
        ("rsp_st", ">", "401", ["nowhere"]),
        ("rsp_st", "<", "401", ["there", "mock"]),
        ("cip", "=", "127.0.0.1", ["nowhere", "signed", "there", "mock"]),
        ("cip", "=", "10.0.0.1", []),
        ("uip", ":", "127.0.0.1:", ["there"]),
        ("err_msg", ":", "HMAC", ["signed"]),
        ("req_t", ">=", "0", ["nowhere", "signed", "there", "mock"]),
        ("req_t", ">=", "3600", []),
        ("req_t", "<=", "3600", ["nowhere", "signed", "there", "mock"]),
        ("req_id", "=", "nobody", []),
    ],
)
def test_every_condition_finds_its_lines(log, name, operator, value, expected):
    assert [line["uri"][1:] for line in log.lines((name, operator, value))] == expected


@pytest.mark.both_sdks
def test_conditions_are_joined_by_and(log):
    api = log.site.apis["mock"]
    assert [line["uri"] for line in log.lines(("api_id", "=", api), ("rsp_st", "=", "200"))] == ["/mock"]
    assert log.lines(("api_id", "=", api), ("rsp_st", "=", "401")) == []
    (line,) = log.lines(("req_id", "=", log.all[2]["req_id"]))
    assert line["uri"] == "/there"


@pytest.mark.both_sdks
def test_pages_follow_one_another_in_both_orders(log):
    for order in ("asc", "desc", ""):
        expected = [line["req_id"] for line in log.all]
        if order == "asc":
            expected.reverse()
        asked = span()
        found, context, pages = [], "", 0
        while True:
            told = log.ask(Limit=1, Sort=order, ConText=context, **asked)
            found += [FIELDS.fullmatch(line)["req_id"] for line in told["LogSet"]]
            context, pages = told["ConText"], pages + 1
            if not context:
                break
            assert pages < 10
        assert found == expected


@pytest.mark.both_sdks
def test_a_place_belongs_to_its_question(log):
    asked = span()
    context = log.ask(Limit=1, **asked)["ConText"]
    for conditions, fields in (([("rsp_st", "=", "200")], {}), ([], {"Sort": "asc"}), ([], {"ConText": "bogus"})):
        with pytest.raises(Refused, match="ConText") as caught:
            log.ask(*conditions, **{"ConText": context, **asked, **fields})
        assert caught.value.code == "InvalidParameterValue"


@pytest.mark.both_sdks
def test_time_bounds_hold(log):
    early = span(timedelta(hours=3), -timedelta(hours=2))
    assert log.lines(**early) == []
    assert len(log.lines(**span(timedelta(hours=23)))) == 4


@pytest.mark.both_sdks
@pytest.mark.parametrize(
    "fields, expected, told",
    [
        ({"Limit": 101}, "InvalidParameterValue", "Param is illegal: `101`"),
        ({"Limit": 0}, "InvalidParameterValue", "Param is illegal: `0`"),
        ({"Sort": "up"}, "InvalidParameterValue", "asc, desc"),
        ({"StartTime": "yesterday"}, "InvalidParameterValue", "StartTime"),
        ({"EndTime": "2020-02-30 00:00:00"}, "InvalidParameterValue", "EndTime"),
        (span(timedelta(hours=24), timedelta(seconds=2)), "UnsupportedOperation.ClsSearchTime", "a day"),
        ({"StartTime": "2020-02-26 00:00:01", "EndTime": "2020-02-26 00:00:00"}, "InvalidParameterValue", "StartTime"),
        ({"ServiceId": "service-nowhere1"}, "ResourceNotFound.InvalidService", "service-nowhere1"),
        ({"Query": "rsp_st:200"}, "InvalidParameterValue.UnsupportedParameter", "LogQuerys"),
        (
            {"Filters": [{"Name": "ApiId", "Values": ["x"]}]},
            "InvalidParameterValue.InvalidFilterNotSupportedName",
            "Filters.0.Name",
        ),
        (
            {"LogQuerys": [{"Name": "rsp_st", "Operator": "=", "Value": "200"}, {"Name": "a", "Operator": "=", "Value": "b"}]},
            "InvalidParameterValue",
            "LogQuerys.1.Name",
        ),
        ({"LogQuerys": [{"Name": "req_id", "Operator": ":", "Value": "x"}]}, "InvalidParameterValue", "LogQuerys.0.Operator"),
        ({"LogQuerys": [{"Name": "cip", "Operator": "=", "Value": "me"}]}, "InvalidParameterValue", "LogQuerys.0.Value"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_its_place(bare, fields, expected, told):
    with pytest.raises(Refused) as caught:
        Log(bare).ask(**fields)
    assert caught.value.code == expected and told in caught.value.message, caught.value


@pytest.mark.both_sdks
def test_a_log_that_is_switched_off_says_so(gateways):
    site = Site(gateways("--call-log-size", "0"), None)
    with pytest.raises(Refused, match="call_log_size") as caught:
        Log(site).ask()
    assert caught.value.code == "UnsupportedOperation.InvalidAction"
