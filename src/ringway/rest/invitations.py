"""Who of the demo's visitors is invited: those who bring the code of this server."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from ringway.rest.errors import ApiError
from ringway.rest.rates import Rates

WRONG_PER_S: Final = 0.1
WRONG_AT_ONCE: Final = 10
"""Wrong codes of one address at once; `WRONG_PER_S` in the long run."""
ALL_WRONG_PER_S: Final = 1.0
ALL_WRONG_AT_ONCE: Final = 200
"""The same for all addresses together: who guesses may have many."""
EVERYBODY: Final = ""


class Invitations:
    """Compares codes, and stops listening to who brings too many wrong ones."""

    def __init__(self, code: Callable[[], str]) -> None:
        """`code` gives the one that is good now: it can be changed at any time."""
        self._code = code
        self._each = Rates(
            WRONG_PER_S, WRONG_AT_ONCE, "Too many wrong codes from this address."
        )
        self._all = Rates(
            ALL_WRONG_PER_S, ALL_WRONG_AT_ONCE, "Too many wrong codes: try again later."
        )

    def check(self, given: object, address: str) -> None:
        """Let pass who brings the code.  Or `ApiError` 401, 403, 429."""
        if given is None or given == "":
            raise ApiError(
                HTTPStatus.UNAUTHORIZED,
                "The demo is for who is invited: ask for its link or QR code.",
                message_id="INVITATION_REQUIRED",
                headers={"WWW-Authenticate": "Invitation"},
            )
        self._each.look(address)
        self._all.look(EVERYBODY)
        if isinstance(given, str) and hmac.compare_digest(
            given.encode(), self._code().encode()
        ):
            return
        self._each.take(address)
        self._all.take(EVERYBODY)
        raise ApiError(
            HTTPStatus.FORBIDDEN,
            "This invitation is not good, or no longer: ask for a new link.",
            message_id="INVITATION_UNKNOWN",
        )
