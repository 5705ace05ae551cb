"""A flaw planted in the running code for as long as a test lasts: the small form of ``tests.access.planting``."""

import importlib
from contextlib import contextmanager
from types import CodeType

from assessments.models import assessment as rounds

from .planting import ROOT


@contextmanager
def planted_in_place(flaw):
    """The functions of the flaw's file that it changes run its code; all else stays as it is."""
    path = ROOT / flaw.file
    source = path.read_text("utf-8")
    codes, changed = (
        _codes(compile(text, path, "exec")) for text in (source, source.replace(flaw.text, flaw.replacement))
    )
    module = importlib.import_module(flaw.file.removesuffix(".py").replace("/", "."))
    touched = {name: _function(module, name) for name in codes if changed[name] != codes[name] and "<" not in name}
    assert touched, flaw.what
    kept = {name: function.__code__ for name, function in touched.items()}
    for name, function in touched.items():
        function.__code__ = changed[name]
    _forget_written_queries()
    try:
        yield
    finally:
        for name, function in touched.items():
            function.__code__ = kept[name]
        _forget_written_queries()


def _codes(code):
    """The code of every function by its qualified name; of a class only that of its functions."""
    found = {}
    for each in code.co_consts:
        if isinstance(each, CodeType):
            inner = _codes(each)
            found |= inner if each.co_flags & 2 == 0 else {each.co_qualname: each} | inner
    return found


def _function(module, name):
    found = module
    for part in name.split("."):
        found = vars(found)[part]
    found = getattr(found, "fget", found)
    found = getattr(found, "__func__", found)
    while hasattr(found, "__wrapped__"):
        found = found.__wrapped__
    return found


def _forget_written_queries():
    for each in (rounds._one_owned, rounds._one_read, rounds._one_between):
        each.cache_clear()
