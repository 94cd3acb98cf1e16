"""Scenario files: YAML with the tags of `expect.py`."""

import re
from pathlib import Path

import yaml

from . import expect

ROOT = Path(__file__).resolve().parent.parent
SCENARIOS = ROOT / "scenarios"


class Loader(yaml.SafeLoader):
    """Plain YAML with our tags."""


def uncertain(loader, node):
    """An expectation that the vendor's documents leave open; all of them stand in `uncertain.yaml`."""
    return UNCERTAIN[loader.construct_scalar(node)]


def tag(name, kind):
    """Makes `!name value` an expectation."""

    def construct(loader, node):
        if isinstance(node, yaml.ScalarNode):
            return kind(yaml.safe_load(node.value) if kind is expect.Length else node.value)
        if isinstance(node, yaml.SequenceNode):
            return kind(loader.construct_sequence(node, deep=True))
        return kind(loader.construct_mapping(node, deep=True))

    Loader.add_constructor(f"!{name}", construct)


FORMS = {
    "any": expect.Any(),
    "absent": expect.Absent(),
    "time": expect.Match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
    "version": expect.Match(r"\d{14}[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
    "service-id": expect.Match(r"service-[a-z0-9]{8}"),
    "api-id": expect.Match(r"api-[a-z0-9]{8}"),
    "upstream-id": expect.Match(r"upstream-[a-z0-9]{8}"),
    "plan-id": expect.Match(r"usagePlan-[a-z0-9]{8}"),
    "key-id": expect.Match(r"AKID[A-Za-z0-9]{32,36}"),
    "hex32": expect.Match(r"[0-9a-f]{32}"),
}


def form(loader, node):
    """`<name>` is a value of a known form."""
    return FORMS[loader.construct_scalar(node)[1:-1]]


for _name, _kind in {
    "match": expect.Match,
    "holds": expect.Holds,
    "lacks": expect.Lacks,
    "nocase": expect.NoCase,
    "oneof": expect.OneOf,
    "unordered": expect.Unordered,
    "length": expect.Length,
}.items():
    tag(_name, _kind)

Loader.add_constructor("!form", form)
Loader.add_implicit_resolver("!form", re.compile(r"^<[a-z0-9-]+>$"), ["<"])
Loader.add_constructor("!uncertain", uncertain)
Loader.add_constructor("!upper", lambda loader, node: expect.Upper(node.value))

UNCERTAIN = {}
UNCERTAIN.update(yaml.load((ROOT / "uncertain.yaml").read_text(), Loader))


def load(path):
    """One YAML file."""
    return yaml.load(Path(path).read_text(), Loader)


def scenarios(folder):
    """Every scenario of a folder as `(title, scenario)`; a file is a list of scenarios."""
    found = []
    for path in sorted((SCENARIOS / folder).glob("*.yaml")):
        for scenario in load(path):
            found.append((f"{path.stem}: {scenario['name']}", scenario))
    return found
