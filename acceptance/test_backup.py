"""Copies of the store: taken from a running gateway, put back elsewhere."""

import itertools
import json
import os
import shutil
import subprocess

import pytest

from stand.cloud import Cloud
from stand.gateway import Gateway, binary, clean_environment
from stand.signing import date_source
from stand.site import Site
from stand.wire import call


def run(subcommand, folder, *arguments):
    """Runs `backup` or `restore` to its end."""
    command = [binary(), subcommand, folder, *arguments]
    told = clean_environment()
    return subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, timeout=60, env=told, check=False
    )


def refused(done, *named):
    """Nothing was done, and one line names what is in the way."""
    assert done.returncode == 1 and not done.stdout, done
    assert len(done.stderr.splitlines()) == 1 and all(word in done.stderr for word in named), done.stderr


@pytest.fixture
def site(gateway, backend):
    """A signed API with a quota of five calls."""
    site = Site(gateway, backend)
    site.api(path="/hello", to="/hello", AuthType="SECRET")
    site.release()
    site.pair = site.key()
    site.plan(site.pair[0], MaxRequestNum=5)
    return site


@pytest.fixture
def start(tmp_path):
    """Starts a gateway over a data folder that is there."""
    made = []

    def begin(data):
        gateway = Gateway(tmp_path / f"started-{len(made)}")
        gateway.data = data
        made.append(gateway)
        return gateway.start()

    yield begin
    for gateway in made:
        gateway.close()


def status(gateway, site):
    """A signed call's status, at a gateway that serves the same configuration."""
    return call(gateway.http, "GET", "/hello", site.host, date_source(*site.pair)).status


def test_a_backup_of_a_running_gateway_is_the_gateway(site, start, tmp_path):
    original = site.gateway
    assert [status(original, site) for _ in range(2)] == [200] * 2
    original.restart()
    done = run("backup", tmp_path / "copy", "--data", original.data)
    assert done.returncode == 0, done.stderr
    assert str(tmp_path / "copy") in done.stdout
    # What comes after the copy is not in it.
    Cloud(original.admin).DisableApiKey(AccessKeyId=site.pair[0])
    original.settle()
    assert status(original, site) == 401
    for file in ("tollgate.db", "seal.key", "operator.json"):
        assert os.stat(tmp_path / "copy" / file).st_mode & 0o777 == 0o600

    done = run("restore", tmp_path / "copy", "--data", tmp_path / "again")
    assert done.returncode == 0, done.stderr
    for data in (tmp_path / "again", tmp_path / "copy"):
        gateway = start(data)
        # Keys work, quotas go on where they were, and the operator is the one that was.
        assert [status(gateway, site) for _ in range(4)] == [200] * 3 + [429]
        assert json.loads((data / "operator.json").read_text()) == json.loads(
            (original.data / "operator.json").read_text()
        )


def test_a_copy_under_changes_is_one_revision(site, start, tmp_path):
    """Two services are renamed to one number after another: a copy shows both of one round, or the first one ahead."""
    cloud = site.cloud
    both = [site.id, cloud.CreateService(ServiceName="second", Protocol="http")["ServiceId"]]
    numbers, rounds = itertools.count(), itertools.count()

    def rename():
        number = next(numbers)
        for service in both:
            cloud.ModifyService(ServiceId=service, ServiceName=str(number))

    rename()
    for copy in ("first", "second", "third"):
        command = [str(binary()), "backup", str(tmp_path / copy), "--data", str(site.gateway.data)]
        with subprocess.Popen(command, env=clean_environment()) as copying:
            is_over = False
            while not is_over:
                is_over = copying.poll() is not None
                assert next(rounds) < 1000, "the copy does not come to its end"
                rename()
        assert copying.returncode == 0
    for copy in ("first", "second", "third"):
        gateway = start(tmp_path / copy)
        told = Cloud(gateway.admin).DescribeServicesStatus()["Result"]["ServiceSet"]
        names = {service["ServiceId"]: int(service["ServiceName"]) for service in told}
        assert names[both[0]] - names[both[1]] in (0, 1), names


def test_nothing_is_written_over(site, tmp_path):
    data = site.gateway.data
    assert run("backup", tmp_path / "copy", "--data", data).returncode == 0
    refused(run("backup", tmp_path / "copy", "--data", data), "copy/operator.json", "there already")
    (tmp_path / "copy" / "operator.json").unlink()
    refused(run("backup", tmp_path / "copy", "--data", data), "copy/tollgate.db", "there already")
    refused(run("restore", tmp_path / "copy", "--data", data), "data/operator.json", "there already")
    (data / "operator.json").unlink()
    refused(run("restore", tmp_path / "copy", "--data", data), "tollgate.lock", "locked")
    site.gateway.stop()
    refused(run("restore", tmp_path / "copy", "--data", data), "data/tollgate.db", "there already")
    site.gateway.start()
    assert status(site.gateway, site) == 200


def test_what_is_no_backup_is_refused(site, tmp_path):
    refused(run("backup", tmp_path / "copy", "--data", tmp_path / "none"), str(tmp_path / "none"), "not a Tollgate store")
    refused(run("restore", tmp_path / "none", "--data", tmp_path / "data"), str(tmp_path / "none"), "not a Tollgate store")
    assert not (tmp_path / "copy").exists()
    assert run("backup", tmp_path / "copy", "--data", site.gateway.data).returncode == 0
    (tmp_path / "copy" / "seal.key").unlink()
    refused(run("restore", tmp_path / "copy", "--data", tmp_path / "data"), "copy/seal.key", "missing")
    shutil.copyfile("/bin/sh", tmp_path / "copy" / "tollgate.db")
    refused(run("restore", tmp_path / "copy", "--data", tmp_path / "data"), "copy/tollgate.db", "no SQLite database")
    (tmp_path / "file").write_text("")
    refused(run("backup", tmp_path / "file", "--data", site.gateway.data), str(tmp_path / "file"))
    assert not (tmp_path / "data" / "tollgate.db").exists()
