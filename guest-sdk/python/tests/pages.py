"""The blocks of Python in the project's pages, as modules."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

DOCS = Path(__file__).parents[3] / "docs"


def blocks(file: str) -> list[ModuleType]:
    """The blocks of a page that use this SDK, run in order. Later ones may import the first as `strategy`, as tests do."""
    modules: list[ModuleType] = []
    for text in (DOCS / file).read_text().split("```python\n")[1:]:
        code = text.split("```")[0]
        if "from host_sdk" in code:
            modules.append(_module(f"{file}, block {len(modules) + 1}", code, modules[:1]))
    return modules


def _module(name: str, code: str, first: list[ModuleType]) -> ModuleType:
    module = ModuleType(name)
    for strategy in first:
        sys.modules["strategy"] = strategy
    try:
        exec(compile(code, name, "exec"), vars(module))
    finally:
        sys.modules.pop("strategy", None)
    return module
