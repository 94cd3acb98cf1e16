"""Scenario files: YAML with the tags of `expect.py`."""

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


def fixed(name, pattern):
    """Makes `!name` a text of a known form."""
    Loader.add_constructor(f"!{name}", lambda loader, node: expect.Match(pattern))


for _name, _kind in {
    "match": expect.Match,
    "holds": expect.Holds,
    "lacks": expect.Lacks,
    "any": expect.Any,
    "absent": expect.Absent,
    "oneof": expect.OneOf,
    "unordered": expect.Unordered,
    "length": expect.Length,
}.items():
    tag(_name, _kind)

fixed("time", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
fixed("version", r"\d{14}[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
fixed("service-id", r"service-[a-z0-9]{8}")
fixed("api-id", r"api-[a-z0-9]{8}")
fixed("plan-id", r"usagePlan-[a-z0-9]{8}")
fixed("key-id", r"AKID[A-Za-z0-9]{32,36}")
fixed("hex32", r"[0-9a-f]{32}")
Loader.add_constructor("!uncertain", uncertain)

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
