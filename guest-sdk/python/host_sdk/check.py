"""Says in one sentence what is wrong with a strategy's sources, before they are compiled. Run by `host build`:

    python -I -S check.py PROJECT SDK SITE_PACKAGES

prints one line of JSON: {"strategy": NAME}, or {"wrong": SENTENCE, "hint": SENTENCE or null}. What the sources print goes to stderr.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import inspect
import json
import sys
import tomllib
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

NO_MODULE = (
    "a strategy has Python's standard library, host_sdk (indicators in host_sdk.indicators) and the files of its own folder; packages of "
    "your Python stay outside, and compiled ones such as NumPy and pandas cannot run in the sandbox"
)
COMPILED = "the sandbox runs WebAssembly only: of packages it takes pure Python, copied into the folder of the strategy"


class Wrong(Exception):
    """What is wrong, and what to do about it."""

    def __init__(self, sentence: str, hint: str | None = None) -> None:
        super().__init__(sentence)
        self.hint = hint


class CompiledExtension(ImportError):
    """A module that is machine code."""


class NoExtensions:
    """Stands before the other finders and turns away machine code that is not Python's own."""

    def __init__(self, places: Sequence[str]) -> None:
        self._places = places

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: object = None) -> None:
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        origin = spec.origin if spec is not None and isinstance(spec.loader, importlib.machinery.ExtensionFileLoader) else None
        if origin is not None and any(origin.startswith(place) for place in self._places):
            raise CompiledExtension(f"`{name}`, a compiled C extension ({Path(origin).name})", name=name)


def main(project: Path, sdk: str, site_packages: str) -> str:
    """The name of the strategy's class."""
    sys.path[0:0] = [str(project), sdk]
    sys.meta_path.insert(0, NoExtensions([str(project)]))
    module = _imported(project)
    # Only now: what lies there is for the indicators that `needs` may ask, not for the strategy.
    sys.path.append(site_packages)
    return _judged(module, project)


def _imported(project: Path) -> ModuleType:
    try:
        import strategy
    except SyntaxError as error:
        line = f":{error.lineno}" if error.lineno else ""
        raise Wrong(f"{_name(error.filename, project)}{line}: {error.msg}") from None
    except CompiledExtension as error:
        raise Wrong(f"{_place(error, project)} imports {error}, which the sandbox cannot load", COMPILED) from None
    except ModuleNotFoundError as error:
        raise Wrong(f"{_place(error, project)} imports `{error.name}`, which is not there", NO_MODULE) from None
    except (Exception, SystemExit) as error:
        raise Wrong(_sentence(error, project)) from None
    found: ModuleType = strategy
    return found


def _judged(module: ModuleType, project: Path) -> str:
    from host_sdk.errors import InvalidParameters
    from host_sdk.strategy import strategies_of

    found = strategies_of(module)
    if not found:
        raise Wrong("strategy.py defines no strategy", "derive a class from host_sdk.Strategy: `class MyStrategy(Strategy):`")
    if len(found) > 1:
        names = " and ".join(one.__name__ for one in found)
        raise Wrong(
            f"strategy.py defines {len(found)} strategies, {names}",
            "a component holds one: keep one of them, or begin the name of a base class with `_`",
        )
    (strategy,) = found
    where = f"strategy.py:{inspect.getsourcelines(strategy)[1]}: class {strategy.__name__}"
    settings = _project(project)
    for word in ("name", "version"):
        said, written = getattr(strategy, word), settings.get(word, "")
        if said and said != written:
            raise Wrong(
                f"{where} says {word} = {said!r}, but pyproject.toml says {written!r}: the manifest does not match",
                f"leave `{word}` out of the class: it is taken from pyproject.toml",
            )
    try:
        strategy.manifest(settings)
        strategy.with_params().needs().to_wit()
    except InvalidParameters as error:
        raise Wrong(f"{where} turns down its own default parameters: {error}") from None
    except Exception as error:
        if isinstance(error, (AttributeError, ValueError, TypeError)) and _frame(error, project) is not None:
            raise Wrong(_sentence(error, project)) from None
        raise Wrong(f"{where}: {error}") from None
    return strategy.__name__


def _project(project: Path) -> dict[str, str]:
    with (project / "pyproject.toml").open("rb") as file:
        table = tomllib.load(file).get("project", {})
    return {name: value for name, value in table.items() if isinstance(value, str)}


def _sentence(error: BaseException, project: Path) -> str:
    return f"{_place(error, project)}: {type(error).__name__}: {error}"


def _place(error: BaseException, project: Path) -> str:
    frame = _frame(error, project)
    return "strategy.py" if frame is None else f"{_name(frame.filename, project)}:{frame.lineno}"


def _frame(error: BaseException, project: Path) -> traceback.FrameSummary | None:
    """The innermost frame in the author's files."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith(str(project))]
    return own[-1] if own else None


def _name(file: str | None, project: Path) -> str:
    path = Path(file or "strategy.py")
    return str(path.relative_to(project)) if path.is_relative_to(project) else path.name


if __name__ == "__main__":
    answer: dict[str, str | None]
    # Anything it prints, now or at the very end, must not stand in the answer.
    sys.stdout = sys.stderr
    try:
        answer = {"strategy": main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])}
    except Wrong as wrong:
        answer = {"wrong": str(wrong), "hint": wrong.hint}
    print(json.dumps(answer), file=sys.__stdout__)
