"""The settings of a running gateway, told by the native API: what each is and who said it, without secrets."""

import json

from stand.native import Native, refused


def test_every_setting_is_told_with_who_said_it(gateways, tmp_path):
    file = tmp_path / "tollgate.toml"
    file.write_text('drain = 5\ncloud_secret_id = "AKIDsomething"\ncloud_secret_key = "hush-hush-hush"\n')
    gateway = gateways("--config", file, "--workers", "1", environment={"TOLLGATE_HEAD_TIMEOUT": "9"})
    told = Native(gateway.admin).get("/settings")
    assert told["file"] == str(file)
    of = {setting["name"]: setting for setting in told["items"]}
    assert len(of) == len(told["items"]) > 50
    said = {name: (of[name]["value"], of[name]["source"]) for name in of}
    assert said["drain"] == ("5", "file")
    assert said["workers"] == ("1", "flag")
    assert said["head_timeout"] == ("9", "environment")
    assert said["region"] == ("ap-guangzhou", "default")
    assert said["cloud_secret_key"] == ("…", "file")
    assert "hush" not in json.dumps(told)
    assert (of["drain"]["flag"], of["drain"]["variable"], of["drain"]["default"]) == ("--drain", "TOLLGATE_DRAIN", "30")


def test_who_is_not_known_is_told_nothing(shared):
    assert refused(Native(shared.admin, key=None).get, "/settings").status == 401
