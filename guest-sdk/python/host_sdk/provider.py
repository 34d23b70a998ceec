"""Where indicators are computed: by the Rust code, compiled to Wasm once, joined into the component by `host build`.

Under pytest the same file runs beside Python in the `wasmtime` package: the same code, so the same bits. It is found by the
variable `HOST_SDK_PROVIDER`, which `host test` sets, or beside this package as `provider.wasm`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from componentize_py_types import Err

INTERFACE = "trading:indicators/streams@0.1.0"


class Streams(Protocol):
    """The provider's functions (`wit/indicators.wit`)."""

    def make(self, name: str, parameters: list[float]) -> int: ...
    def forget(self, indicator: int) -> None: ...
    def update_value(self, indicator: int, value: float) -> float | None: ...
    def update(self, indicator: int, inputs: list[float]) -> list[float]: ...
    def first_value(self, name: str, parameters: list[float]) -> int: ...
    def warm_up(self, name: str, parameters: list[float]) -> int: ...


class BesidePython:
    """The provider in an engine of its own."""

    def __init__(self, path: Path) -> None:
        import wasmtime
        from wasmtime import component

        engine = wasmtime.Engine()
        self._store = wasmtime.Store(engine)
        self._store.set_wasi(wasmtime.WasiConfig())
        linker = component.Linker(engine)
        linker.add_wasip2()
        self._instance = linker.instantiate(self._store, component.Component.from_file(engine, str(path)))
        self._interface = self._instance.get_export_index(self._store, INTERFACE)
        self._make = self._function("make")
        self._first_value = self._function("first-value")
        self._warm_up = self._function("warm-up")
        self._forget = self._function("forget")
        self._update_value = self._function("update-value")
        self._update = self._function("update")

    def _function(self, name: str) -> Callable[..., Any]:
        index = self._instance.get_export_index(self._store, name, self._interface)
        function = None if index is None else self._instance.get_func(self._store, index)
        if function is None:
            raise RuntimeError(f"the provider of indicators has no function `{name}`: it is older than this package")
        found = function
        return lambda *arguments: found(self._store, *arguments)

    def make(self, name: str, parameters: list[float]) -> int:
        return _number(self._make(name, parameters))

    def forget(self, indicator: int) -> None:
        # At the end of the process the engine may be gone before the last indicator.
        if not sys.is_finalizing():
            self._forget(indicator)

    def update_value(self, indicator: int, value: float) -> float | None:
        answer: float | None = self._update_value(indicator, value)
        return answer

    def update(self, indicator: int, inputs: list[float]) -> list[float]:
        answer: list[float] = self._update(indicator, inputs)
        return answer

    def first_value(self, name: str, parameters: list[float]) -> int:
        return _number(self._first_value(name, parameters))

    def warm_up(self, name: str, parameters: list[float]) -> int:
        return _number(self._warm_up(name, parameters))


def _number(answer: int | str) -> int:
    if isinstance(answer, str):
        raise Err(answer)
    return answer


def _found() -> Streams:
    named = os.environ.get("HOST_SDK_PROVIDER")
    path = Path(named) if named else Path(__file__).with_name("provider.wasm")
    if not path.is_file():
        raise RuntimeError(
            f"the indicators are not built: there is no {path}; run the tests with `host test`, which builds them, or set "
            "HOST_SDK_PROVIDER to a provider.wasm"
        )
    return BesidePython(path)


if sys.platform == "wasi":
    from wit_world.imports import streams as _joined

    def provider() -> Streams:
        """The one of this component."""
        return _joined
else:
    _made: list[Streams] = []

    def provider() -> Streams:
        """The one of this process, started with the first indicator."""
        if not _made:
            _made.append(_found())
        return _made[0]
