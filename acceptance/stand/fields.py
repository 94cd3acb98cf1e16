"""What a request of the vendor's API is made of, as the official SDK's models declare it."""

import inspect
import re

from tencentcloud.apigateway.v20180808 import models

TYPE = re.compile(r":rtype: (list of )?(?::class:`[\w.]+\.(\w+)`|(\w+))")
DEEPEST = 4


class Field:
    """A field of a request: its name, whether it is a list, and the kind of its values: `str`, `int`, `bool`, `float` or
    the fields of an object."""

    def __init__(self, name, text, depth):
        found = TYPE.search(text)
        assert found, f"the SDK tells no type of {name}: {text}"
        self.name = name
        self.is_list = bool(found[1])
        kind = found[2] or found[3]
        self.kind = kind if kind in ("str", "int", "bool", "float") else fields_of(getattr(models, kind), depth + 1)

    @property
    def is_object(self):
        """Whether its values are objects."""
        return isinstance(self.kind, list)


def fields_of(model, depth=0):
    """The fields of a model, in the order of their names."""
    if depth > DEEPEST:
        return []
    properties = inspect.getmembers(model, lambda member: isinstance(member, property))
    # Properties that tell nothing of themselves are the SDK's own.
    return [Field(name, found.__doc__, depth) for name, found in properties if found.__doc__]


def request(action):
    """The fields of an action's request."""
    return fields_of(getattr(models, f"{action}Request"))


def places(fields, path=()):
    """Every field with the way to it from the outermost request: a list is entered at its first value."""
    for field in fields:
        here = (*path, field.name)
        yield here, field
        if field.is_object:
            yield from places(field.kind, (*here, 0) if field.is_list else here)
