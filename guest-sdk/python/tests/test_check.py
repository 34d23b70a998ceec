"""What `host build` says about sources that are no strategy: one sentence that names file, line and cause."""

from __future__ import annotations

import importlib.machinery
import json
import subprocess
import sys
from pathlib import Path

import pytest

SDK = Path(__file__).parent.parent
GOOD = """from host_sdk import Data, Int, Portfolio, Signal, Strategy


class First(Strategy):
    timeframes = ["1h"]
    parameters = {"fast": Int(10, 2, 200)}
"""


def checked(folder: Path, source: str) -> dict[str, str | None]:
    (folder / "strategy.py").write_text(source)
    (folder / "pyproject.toml").write_text('[project]\nname = "first"\nversion = "0.1.0"\n')
    command = [sys.executable, "-I", "-S", "-B", str(SDK / "host_sdk" / "check.py"), str(folder), str(SDK), "nowhere"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    answer: dict[str, str | None] = json.loads(said.splitlines()[-1])
    return answer


def test_a_strategy_is_named(tmp_path: Path) -> None:
    assert checked(tmp_path, GOOD) == {"strategy": "First"}


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (GOOD + "def broken(:\n", "strategy.py:7: invalid syntax"),
        ("import numpy\n" + GOOD, "strategy.py:1 imports `numpy`, which is not there"),
        ("x = 1\n", "strategy.py defines no strategy"),
        (GOOD + "class Second(First):\n    pass\n", "strategy.py defines 2 strategies, First and Second"),
        (GOOD + "1 / 0\n", "strategy.py:7: ZeroDivisionError: division by zero"),
        (GOOD + "raise SystemExit(3)\n", "strategy.py:7: SystemExit: 3"),
        (GOOD.replace("1h", "7m"), "strategy.py:4: class First: '7m' is no candle length; there are 1m, 3m"),
        (GOOD.replace("Int(10", "Int(1"), "strategy.py:4: class First: parameter `fast` has a default that is 1, outside 2..200"),
        (GOOD + '    name = "other"\n', "strategy.py:4: class First says name = 'other', but pyproject.toml says 'first'"),
        (
            GOOD + "    def __init__(self) -> None:\n        self.slow = self.params.slow\n",
            "strategy.py:8: AttributeError: there is no parameter `slow`; the strategy declares fast",
        ),
        (GOOD + "x = 'a\0b'\n", "strategy.py: source code string cannot contain null bytes"),
        (GOOD + "    warm_up = 1.5\n", "strategy.py:4: class First: `warm_up` is a number of candles"),
    ],
)
def test_what_is_wrong_is_one_sentence(tmp_path: Path, source: str, sentence: str) -> None:
    wrong = checked(tmp_path, source)["wrong"]
    assert wrong is not None and wrong.startswith(sentence) and "\n" not in wrong


def test_what_the_sources_print_is_not_the_answer(tmp_path: Path) -> None:
    source = GOOD + "import atexit\natexit.register(print, 'bye')\nprint('here', end='')\n"
    assert checked(tmp_path, source) == {"strategy": "First"}


def test_machine_code_is_turned_away_by_name(tmp_path: Path) -> None:
    suffix = importlib.machinery.EXTENSION_SUFFIXES[0]
    (tmp_path / f"fastmath{suffix}").write_bytes(b"\x7fELF")
    answer = checked(tmp_path, "import fastmath\n" + GOOD)
    assert answer["wrong"] == f"strategy.py:1 imports `fastmath`, a compiled C extension (fastmath{suffix}), which the sandbox cannot load"
