"""What a script can reach, compared with api.txt beside the tests: a change of it is seen."""

import difflib
import enum
import inspect
import os
from pathlib import Path

import linli

KEPT = Path(__file__).parent.parent / "api.txt"
# What the generator names in capitals besides the names of things.
PLUMBING = {"InternalError"}


def listing(module):
    lines = []
    for name in sorted(set(module.__all__) - PLUMBING):
        lines.extend(described(name, getattr(module, name), ""))
    return "".join(f"{line}\n" for line in lines)


def described(name, thing, indent):
    if issubclass(thing, enum.Enum):
        yield f"{indent}enum {name}"
        yield from (f"{indent}  {member.name} = {member.value}" for member in thing)
        return
    parents = sorted({parent.__name__ for parent in thing.__bases__} - {"object", name})
    yield f"{indent}class {name}({', '.join(parents)})" if parents else f"{indent}class {name}"
    if inspect.isfunction(thing.__init__):
        yield f"{indent}  {name}{signature(thing.__init__)}"
    for member, value in sorted(vars(thing).items()):
        if member.startswith("_"):
            continue
        if inspect.isclass(value):
            yield from described(member, value, indent + "  ")
        else:
            yield from (f"{indent}  {line}" for line in function(member, value))


def function(name, value):
    called = getattr(value, "__func__", value)
    if inspect.isfunction(called):
        of = "@classmethod " if isinstance(value, classmethod) else ""
        start = "async def" if inspect.iscoroutinefunction(called) else "def"
        yield f"{of}{start} {name}{signature(called)}"
    elif isinstance(value, property):
        yield f"{name}{signature(value.fget)}"


def signature(function):
    """As it is written; a default that the generator fills in later is shown as dots."""
    found = inspect.signature(function)
    shown = [
        parameter.replace(default=Later()) if type(parameter.default) is object else parameter
        for parameter in found.parameters.values()
    ]
    return str(found.replace(parameters=shown))


class Later:
    def __repr__(self):
        return "..."


def differences(kept, now):
    lines = difflib.unified_diff(kept.splitlines(), now.splitlines(), "kept", "now", n=2, lineterm="")
    return "\n".join(lines)


def test_the_api_is_the_kept_one():
    now = listing(linli)
    if os.environ.get("LINLI_ACCEPT_API"):
        KEPT.write_text(now, encoding="utf-8")
    kept = KEPT.read_text(encoding="utf-8")
    assert kept == now, (
        f"\n{differences(kept, now)}\nscripts that use it may break; if that is meant, run "
        "`cargo xtask bindings --accept-api` and commit the listings"
    )


def test_a_change_is_seen(monkeypatch):
    before = listing(linli)
    monkeypatch.delattr(linli.Phone, "sync")
    monkeypatch.setattr(linli.Phone, "status", lambda self, hurry: None)
    seen = differences(before, listing(linli)).splitlines()
    assert any(line.startswith("-") and "async def sync(self)" in line for line in seen)
    assert any(line.startswith("+") and "def status(self, hurry)" in line for line in seen)
