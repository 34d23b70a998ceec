"""What can be wrong, as exceptions whose text is one sentence."""

from __future__ import annotations

from .contract import Refusal, RefusalReason


class InvalidParameters(Exception):
    """The combination of parameters makes no sense: an optimizer counts it as an invalid trial. Raised by `require`."""


class DeclarationError(Exception):
    """What the class says about itself cannot be: a parameter outside its bounds, an unknown candle length."""


class Refused(Exception):
    """The host did not accept a request. Branch on `reason`; left alone it ends up in the log, and the strategy goes on."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal

    @property
    def reason(self) -> RefusalReason:
        """To branch on."""
        return self.refusal.reason

    @property
    def limit(self) -> float | None:
        """The bound that was crossed, where there is one."""
        return self.refusal.limit


def require(condition: bool, otherwise: str) -> None:
    """Turns a condition on parameters into an invalid trial: `require(fast < slow, "fast must be smaller than slow")`."""
    if not condition:
        raise InvalidParameters(otherwise)
