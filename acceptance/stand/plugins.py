"""Plugins as their operators use them: made, put on APIs and taken off, with a gateway that has heard of it."""

import json


def make(site, kind, data, name="plugin", **fields):
    """Makes a plugin and gives its id; `data` may be a text that is no JSON."""
    text = data if isinstance(data, str) else json.dumps(data)
    made = site.cloud.CreatePlugin(PluginName=name, PluginType=kind, PluginData=text, **fields)
    return made["Result"]["PluginId"]


def change(site, plugin, data):
    """Gives a plugin other data."""
    assert site.cloud.ModifyPlugin(PluginId=plugin, PluginData=json.dumps(data))["Result"] is True
    site.gateway.settle()


def attach(site, plugin, *apis, environment="release"):
    """Puts a plugin on APIs, by name."""
    done = site.cloud.AttachPlugin(
        PluginId=plugin,
        ServiceId=site.id,
        EnvironmentName=environment,
        ApiIds=[site.apis[name] for name in apis],
    )
    assert done["Result"] is True
    site.gateway.settle()
    return plugin


def detach(site, plugin, api, environment="release"):
    """Takes a plugin off an API, by name."""
    done = site.cloud.DetachPlugin(
        PluginId=plugin, ServiceId=site.id, EnvironmentName=environment, ApiId=site.apis[api]
    )
    assert done["Result"] is True
    site.gateway.settle()
