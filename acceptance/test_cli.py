"""The subcommands beside `serve`."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from stand.cloud import Cloud
from stand.gateway import binary, clean_environment
from stand.patience import until
from stand.site import Site

CERTIFICATES = Path(__file__).parent / "stand" / "certificates"
VECTORS = [
    (
        ["--date-header", "date", "--date", "Fri, 09 Oct 2015 00:00:00 GMT"],
        "hmac-sha1",
        "source: AndriodApp\ndate: Fri, 09 Oct 2015 00:00:00 GMT",
        "0OZHqPzYueOAHTrrEbvAgs0Iit4=",
    ),
]
ID = "AKIDCgOPWjQ6BAxvHtyckhWABJVYSBj548pN"
SECRET = "ZxF2whO0RhuwnVCj5JMMAuqcDcN2oPrC"


def run(*arguments, secret=None, environment=None):
    """Runs the binary to its end."""
    told = clean_environment() | ({"TOLLGATE_SECRET_KEY": secret} if secret else {}) | (environment or {})
    command = [str(binary()), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=told, check=False)


@pytest.fixture
def site(shared, backend):
    """A signed API with one key."""
    site = Site(shared, backend)
    site.api(path="/hello", to="/hello", AuthType="SECRET")
    site.release()
    site.pair = site.key()
    site.plan(site.pair[0])
    return site


def url(site, path="/hello"):
    """The address to call, and where it is."""
    host, port = site.gateway.http
    return [f"http://{site.host}{path}", "--resolve", f"{host}:{port}"]


@pytest.mark.parametrize("date, algorithm, text, signature", VECTORS)
def test_sign_makes_the_published_signature(date, algorithm, text, signature):
    line = ["sign", "--id", ID, "--algorithm", algorithm, "-H", "Source: AndriodApp", *date]
    done = run(*line, secret=SECRET)
    assert done.returncode == 0, done.stderr
    assert f'signature="{signature}"' in done.stdout
    assert text in done.stdout
    assert SECRET not in done.stdout + done.stderr
    told = json.loads(run(*line, "--json", secret=SECRET).stdout)
    assert told["string_to_sign"] == text
    assert signature in told["headers"]["Authorization"]


def test_sign_without_a_secret_is_wrong_usage():
    done = run("sign", "--id", ID)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and "secret" in done.stderr


def test_call_prints_the_answer(site):
    done = run("call", *url(site), "--id", site.pair[0], secret=site.pair[1])
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["path"] == "/hello"


@pytest.mark.parametrize("algorithm", ["hmac-sha1", "hmac-sha256", "hmac-sha384", "hmac-sha512"])
def test_call_signs_with_each_algorithm(site, algorithm):
    done = run("call", *url(site), "--id", site.pair[0], "--algorithm", algorithm, "-i", secret=site.pair[1])
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("HTTP/1.1 200 ") and f"x-secret-id: {site.pair[0]}".lower() in done.stdout.lower()


def test_call_sends_a_body_and_headers(site):
    line = ["call", *url(site), "-d", "a=1", "-H", "X-Free: 2", "--sign-header", "X-Free", "--id", site.pair[0]]
    done = run(*line, secret=site.pair[1])
    assert done.returncode == 0, done.stderr
    seen = site.backend.seen
    assert (seen.method, seen.body, seen.header("X-Free")) == ("POST", "a=1", "2")
    assert 'headers="x-free' in seen.header("Authorization")


def test_call_shows_why_a_signature_was_refused(site):
    done = run("call", *url(site), "--id", site.pair[0], secret="wrong")
    assert done.returncode == 1
    assert "HMAC signature does not match" in done.stdout
    assert "x-date: " in done.stderr
    assert "wrong" not in done.stderr.replace("wrongly", "")


def test_call_over_tls(site):
    host, port = site.gateway.https
    line = [f"https://{site.host}/hello", "--resolve", f"{host}:{port}", "--id", site.pair[0]]
    assert run("call", *line, "--insecure", secret=site.pair[1]).returncode == 0
    refused = run("call", *line, secret=site.pair[1])
    assert refused.returncode == 1 and "certificate" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_serve_shows_the_certificate_of_its_settings(gateways):
    pem = CERTIFICATES / "backend.pem"
    gateway = gateways("--tls-certificate", pem, "--tls-key", pem)
    url = f"https://localhost:{gateway.https[1]}/"
    done = run("call", url, "--resolve", f"127.0.0.1:{gateway.https[1]}", "--cacert", CERTIFICATES / "root.pem")
    assert "There is no api match host" in done.stdout, done.stderr


def test_call_to_nobody_fails_and_names_the_address():
    done = run("call", "http://127.0.0.1:1/")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1 and "127.0.0.1:1" in done.stderr


def test_check_says_what_is_stored(shared, site):
    done = run("check", "--data", shared.data)
    assert done.returncode == 0, done.stderr
    assert "services" in done.stdout


def test_check_of_an_empty_folder_changes_nothing(tmp_path):
    assert run("check", "--data", tmp_path / "none").returncode == 0
    assert not (tmp_path / "none").exists()


def test_check_refuses_a_broken_store(tmp_path):
    (tmp_path / "tollgate.db").write_bytes(b"no database" * 1000)
    done = run("check", "--data", tmp_path)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("text, named", [("prot = 1", "prot"), ("drain = 'x'", "drain"), ("drain", "line")])
def test_check_names_what_is_wrong_in_a_file(tmp_path, text, named):
    (tmp_path / "tollgate.toml").write_text(text)
    done = run("check", "--config", tmp_path / "tollgate.toml")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and named in done.stderr


@pytest.mark.parametrize(
    "arguments, named",
    [
        (["--backend-tls-certificate", "/nowhere/chain.pem"], "chain.pem"),
        (["--backend-tls-ca", "/nowhere/ca.pem"], "ca.pem"),
        (["--issuer-ca", "/nowhere/ca.pem"], "ca.pem"),
        (["--log-http-ca", "/nowhere/ca.pem"], "ca.pem"),
        (["--acme-ca", "/nowhere/ca.pem"], "ca.pem"),
    ],
)
def test_check_reads_the_files_that_serve_would_read(tmp_path, arguments, named):
    done = run("check", "--data", tmp_path, *arguments)
    assert done.returncode != 0
    assert len(done.stderr.splitlines()) == 1 and named in done.stderr
    assert "good" not in done.stdout


def test_a_setting_may_stand_in_the_environment():
    done = run("check", "--data", "/nowhere", environment={"TOLLGATE_DRAIN": "soon"})
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and "drain" in done.stderr.lower()


def test_a_flag_wins_over_the_environment_and_that_over_the_file(gateways, tmp_path):
    file = tmp_path / "tollgate.toml"
    file.write_text('domain = "file.example"\nregion = "ap-tokyo"\napp_id = 11111111\n')
    environment = {"TOLLGATE_REGION": "ap-seoul", "TOLLGATE_APP_ID": "22222222"}
    gateway = gateways("--config", file, "--app-id", "33333333", environment=environment)
    made = Cloud(gateway.admin).CreateService(ServiceName="x", Protocol="http")
    assert made["OuterSubDomain"] == f"{made['ServiceId']}-33333333.ap-seoul.file.example"


def test_version():
    done = run("version")
    assert (done.returncode, done.stdout.split()[0]) == (0, "tollgate")
    assert json.loads(run("version", "--json").stdout)["name"] == "tollgate"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions(shell):
    done = run("completions", shell)
    assert done.returncode == 0
    assert "serve" in done.stdout and "completions" in done.stdout


def test_the_script_for_bash_is_bash(tmp_path):
    script = tmp_path / "tollgate.bash"
    script.write_text(run("completions", "bash").stdout)
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0


@pytest.mark.parametrize("line", [["dance"], ["serve", "--prot", "1"], ["serve", "--drain", "x"], ["call"], []])
def test_wrong_usage_ends_with_two(line):
    done = run(*line)
    assert done.returncode == 2
    assert done.stderr and not done.stdout


def test_serve_says_which_address_is_taken(shared, tmp_path):
    taken = f"{shared.http[0]}:{shared.http[1]}"
    line = ["serve", "--data", tmp_path, "--https", "off", "--admin", shared.admin, "--http", "127.0.0.1:0"]
    done = run(*line)
    assert done.returncode == 1
    assert shared.admin in done.stderr, (taken, done.stderr)


def test_the_calls_that_the_demo_prints_work_when_pasted(gateways):
    gateway = gateways("--demo")
    until(lambda: "An open call:" in gateway.output(), "the demo says how to call it")
    lines = [line.strip() for line in gateway.output().splitlines()]
    commands = [line for line in lines if line.startswith(("curl ", str(binary())))]
    assert len(commands) >= 3
    for command in commands:
        if command.startswith("curl ") and not shutil.which("curl"):
            continue
        done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0 and " 200 " in done.stdout.splitlines()[0], (command, done)


def test_a_demo_that_was_deleted_does_not_come_back(gateways):
    gateway = gateways("--demo")
    cloud = Cloud(gateway.admin)
    service = cloud.DescribeServicesStatus()["Result"]["ServiceSet"][0]["ServiceId"]
    cloud.ModifyService(ServiceId=service, ServiceName="mine")
    gateway.restart()
    cloud = Cloud(gateway.admin)
    assert [told["ServiceName"] for told in cloud.DescribeServicesStatus()["Result"]["ServiceSet"]] == ["mine"]
    assert cloud.DescribeApiKeysStatus()["Result"]["TotalCount"] == 1


def test_the_first_start_writes_the_operators_file_for_its_owner_alone(gateways):
    made = gateways(environment={"TOLLGATE_OPERATOR_PASSWORD": "chosen-password-1"})
    path = made.data / "operator.json"
    assert os.stat(path).st_mode & 0o777 == 0o600
    told = json.loads(path.read_text())
    assert sorted(told) == ["name", "password", "secret_id", "secret_key"]
    assert told["password"] == "chosen-password-1"
