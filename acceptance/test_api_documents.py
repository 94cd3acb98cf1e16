"""API documents: managed through the SDK, read and tried by those who have the password."""

import re

import pytest
import requests

from stand.cloud import Cloud, Refused
from stand.site import Site


@pytest.fixture
def site(gateway, backend):
    """A released service with two APIs, and one that is not released."""
    site = Site(gateway, backend)
    site.api(
        path="/orders/{id}",
        to="/v1/{id}",
        name="orders",
        ApiDesc="Finds <b>orders</b>",
        RequestParameters=[
            {"Name": "id", "Position": "PATH", "Type": "String", "Required": True, "Desc": "which"},
            {"Name": "page", "Position": "QUERY", "Type": "int", "DefaultValue": "1", "Required": False},
        ],
        ResponseSuccessExample='{"order": 7}',
        ResponseErrorCodes=[{"Code": 404, "Msg": "gone", "Desc": "nobody has it"}],
    )
    site.api(path="/closed", mock="x", name="closed", AuthType="SECRET")
    site.release()
    site.api(path="/later", mock="x", name="later")
    return site


def create(site, *apis, **fields):
    """Makes a document and gives its id."""
    made = site.cloud.CreateAPIDoc(
        **{
            "ApiDocName": "Shop",
            "ServiceId": site.id,
            "Environment": "release",
            "ApiIds": [site.apis[name] for name in apis or ("orders",)],
            **fields,
        }
    )
    return made["Result"]["ApiDocId"]


def detail(site, document):
    """All that is told of a document."""
    return site.cloud.DescribeAPIDocDetail(ApiDocId=document)["Result"]


class Reader:
    """Somebody with a browser who keeps cookies and runs no script."""

    def __init__(self, site, document):
        told = detail(site, document)
        self.url, self.password = told["ApiDocUri"], told["SharePassword"]
        self.http = requests.Session()

    def enter(self, password=None):
        """Sends the form of the door."""
        return self.http.post(self.url, data={"password": password or self.password}, timeout=30)

    def read(self):
        """Asks for the page."""
        return self.http.get(self.url, timeout=30)

    def attempt(self, api, **values):
        """Sends the form of an API, with its kind as browsers do even where it is empty."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.http.post(f"{self.url}/apis/{api}", data=values, headers=kind, timeout=30)


@pytest.mark.both_sdks
def test_a_document_is_described(site):
    document = create(site, "orders", "closed", Tags=[{"Key": "team", "Value": "shop"}])
    assert re.fullmatch(r"apidoc-[a-z0-9]{8}", document)
    told = detail(site, document)
    assert (told["ApiDocName"], told["ApiDocStatus"], told["Environment"]) == ("Shop", "COMPLETED", "release")
    assert (told["ServiceId"], told["ServiceName"]) == (site.id, "acceptance")
    assert told["ApiIds"] == [site.apis["orders"], site.apis["closed"]]
    assert (told["ApiNames"], told["ApiCount"]) == (["orders", "closed"], 2)
    assert (told["ViewCount"], told["ReleaseCount"]) == (0, 1)
    assert told["Tags"] == [{"Key": "team", "Value": "shop"}]
    assert told["ApiDocUri"] == f"http://{site.gateway.admin}/docs/{document}"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", told["UpdatedTime"])
    assert len(told["SharePassword"]) >= 6


@pytest.mark.both_sdks
def test_documents_are_listed_page_by_page_the_newest_first(site):
    ids = [create(site, ApiDocName=f"d{n}") for n in range(3)][::-1]

    def listed(**fields):
        told = site.cloud.DescribeAPIDocs(**fields)["Result"]
        return told["TotalCount"], [document["ApiDocId"] for document in told["APIDocSet"]]

    assert listed() == (3, ids)
    assert listed(Limit=1, Offset=1) == (3, ids[1:2])
    for fields in ({"Limit": 0}, {"Limit": 101}, {"Offset": -1}):
        with pytest.raises(Refused) as caught:
            listed(**fields)
        assert caught.value.code == "InvalidParameterValue.RangeExceeded"
    assert site.cloud.DeleteAPIDoc(ApiDocId=ids[0])["Result"] is True
    assert listed() == (2, ids[1:])


def test_a_reader_needs_the_password(site):
    reader = Reader(site, create(site))
    door = reader.read()
    assert door.status_code == 401 and "Password" in door.text and "orders" not in door.text
    assert reader.enter("wrong").status_code == 403
    assert reader.read().status_code == 401
    page = reader.enter()
    assert page.status_code == 200 and "Shop" in page.text
    assert reader.read().status_code == 200
    stranger = requests.get(reader.url, headers={"Cookie": "tollgate_doc=bogus"}, timeout=30)
    assert stranger.status_code == 401
    unknown = requests.get(reader.url[:-8] + "nowhere1", timeout=30)
    assert unknown.status_code == 401, "nobody learns which documents there are"
    forged = reader.http.post(
        reader.url, data={"password": reader.password}, headers={"Sec-Fetch-Site": "cross-site"}, timeout=30
    )
    assert forged.status_code == 403


def test_the_page_tells_of_its_apis_and_of_nothing_behind_them(site):
    reader = Reader(site, create(site, "orders", "closed", "later"))
    reader.enter()
    page = reader.read()
    for text in ("/orders/{id}", "which", "nobody has it", "{&quot;order&quot;: 7}", "signed with a key pair"):
        assert text in page.text, text
    assert "Finds &lt;b&gt;orders&lt;/b&gt;" in page.text
    assert page.text.count("did not run it") == 1
    assert site.backend.url not in page.text and "/v1/" not in page.text
    assert "<script" not in page.text and "http://" not in page.text and "https://" not in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "'unsafe-inline'" not in policy
    assert page.headers["Cache-Control"] == "no-store"


def test_an_api_is_tried_through_the_gateway(site):
    reader = Reader(site, create(site, "orders", "closed"))
    reader.enter()
    orders = site.apis["orders"]
    answer = reader.attempt(orders, **{"path:id": "7", "query:page": "2"})
    assert answer.status_code == 200 and "Status 200" in answer.text
    assert site.backend.seen.target.startswith("/v1/7") and "page=2" in site.backend.seen.target
    for language in ("curl", "python", "go", "node", "java"):
        assert f"<summary>{language}</summary>" in answer.text
    assert "Status 401" in reader.attempt(site.apis["closed"]).text
    assert "no API" in reader.attempt(site.apis["later"]).text, "it is not in the document"
    stranger = requests.post(f"{reader.url}/apis/{orders}", data={"path:id": "7"}, timeout=30)
    assert stranger.status_code == 401


@pytest.mark.both_sdks
def test_edits_show_when_the_document_is_built_anew(site):
    document = create(site)
    reader = Reader(site, document)
    reader.enter()
    site.change("orders", ApiDesc="Changed words")
    site.release()
    assert "Changed words" not in reader.read().text
    assert site.cloud.BuildAPIDoc(ApiDocId=document)["Result"] is True
    assert "Changed words" in reader.read().text
    told = detail(site, document)
    assert told["ReleaseCount"] == 2 and told["ViewCount"] >= 2
    changed = site.cloud.ModifyAPIDoc(
        ApiDocId=document, ApiDocName="Other", ServiceId=site.id, Environment="test", ApiIds=[site.apis["closed"]]
    )["Result"]
    assert changed["ApiDocName"] == "Other"
    page = reader.read().text
    assert "Other" in page and "/closed" in page and "/orders" not in page
    assert detail(site, document)["Environment"] == "test"


@pytest.mark.both_sdks
def test_another_password_shuts_everybody_out(site):
    document = create(site)
    reader = Reader(site, document)
    reader.enter()
    assert site.cloud.ResetAPIDocPassword(ApiDocId=document)["Result"]["ApiDocId"] == document
    assert reader.read().status_code == 401 and reader.enter().status_code == 403
    assert Reader(site, document).enter().status_code == 200


def test_documents_outlive_a_restart_and_not_their_service(site):
    document = create(site)
    password = detail(site, document)["SharePassword"]
    site.gateway.restart()
    site.cloud = Cloud(site.gateway.admin)
    assert detail(site, document)["SharePassword"] == password
    reader = Reader(site, document)
    assert reader.enter().status_code == 200
    site.cloud.UnReleaseService(ServiceId=site.id, EnvironmentName="release")
    for api in site.apis.values():
        site.cloud.DeleteApi(ServiceId=site.id, ApiId=api)
    site.cloud.DeleteService(ServiceId=site.id)
    assert site.cloud.DescribeAPIDocs()["Result"]["TotalCount"] == 0
    assert reader.read().status_code == 401
    site.gateway.restart()
    assert Cloud(site.gateway.admin).DescribeAPIDocs()["Result"]["TotalCount"] == 0


@pytest.mark.both_sdks
def test_what_is_not_there_is_refused(site):
    nowhere = {"ApiDocId": "apidoc-nowhere1"}
    given = {"ApiDocName": "n", "ServiceId": site.id, "Environment": "test", "ApiIds": [site.apis["orders"]]}
    for action, fields in (
        ("DescribeAPIDocDetail", {}),
        ("BuildAPIDoc", {}),
        ("DeleteAPIDoc", {}),
        ("ResetAPIDocPassword", {}),
        ("ModifyAPIDoc", given),
    ):
        with pytest.raises(Refused) as caught:
            getattr(site.cloud, action)(**nowhere, **fields)
        assert caught.value.code == "ResourceNotFound.InvalidApiDoc", action
    for fields, expected in (
        ({"ServiceId": "service-nowhere1"}, "ResourceNotFound.InvalidService"),
        ({"ApiIds": ["api-nowhere1"]}, "ResourceNotFound.InvalidApi"),
        ({"ApiIds": []}, "InvalidParameterValue"),
        ({"ApiIds": ["api-x"] * 101}, "InvalidParameterValue.LimitExceeded"),
        ({"Environment": "moon"}, "InvalidParameterValue.InvalidEnv"),
        ({"ApiDocName": ""}, "InvalidParameter.FormatError"),
        ({"ApiDocName": "n" * 51}, "InvalidParameter.FormatError"),
    ):
        with pytest.raises(Refused) as caught:
            site.cloud.CreateAPIDoc(**{**given, **fields})
        assert caught.value.code == expected, fields


@pytest.mark.both_sdks
def test_no_more_than_fit(gateways, backend):
    site = Site(gateways("--max-api-documents", "1"), backend)
    site.api(path="/a", mock="a", name="orders")
    create(site)
    with pytest.raises(Refused) as caught:
        create(site)
    assert caught.value.code == "LimitExceeded.APIDocLimitExceeded"
