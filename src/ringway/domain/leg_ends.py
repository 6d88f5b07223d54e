"""What every decision about a leg may need: to refuse, and to end."""

from __future__ import annotations

from collections.abc import Iterator

from ringway.domain.causes import Cause, Refused
from ringway.domain.leg_events import Ended, Event, LookChanged
from ringway.domain.leg_state import UNANSWERED, Leg, Phase
from ringway.domain.values import SECOND, Direction, Look, Source

_QUIET = frozenset(
    {
        Cause.NORMAL_HANGUP,
        Cause.ANSWERED_ELSEWHERE,
        Cause.CANCELLED,
        Cause.MAX_DURATION_REACHED,
    }
)


def require(leg: Leg, so: bool, text: str) -> None:
    """Refuse a command unless it makes sense now."""
    if not so:
        raise Refused(Cause.INVALID_REQUEST, text, leg.cause)


def require_live(leg: Leg) -> None:
    """Refuse a command to a leg that is over."""
    require(leg, not leg.over, "The call is already over.")


def require_direction(leg: Leg, direction: Direction) -> None:
    """Refuse a command that makes sense in the other direction only."""
    require(leg, leg.direction is direction, f"The call is {leg.direction}.")


def look_changed(leg: Leg, look: Look) -> Iterator[Event]:
    """Note what the party shows, if that is another thing than before."""
    if look != leg.look:
        yield LookChanged(look)


def over_at(leg: Leg, at: int) -> int:
    """Say when the leg was really over, if it is given up now."""
    return at if leg.heard_at is None else min(leg.heard_at, at)


def end_leg(
    leg: Leg,
    cause: Cause,
    at: int,
    source: Source = Source.PLATFORM,
    *,
    everywhere: bool = False,
    detail: str = "",
) -> Ended:
    """Make the terminal event; `at` is when it was really over."""
    since = leg.established_at
    at = max(at, since or leg.created_at)
    seconds = 0 if since is None else max(0, at - since) // SECOND
    phase = _end_phase(leg, cause)
    bridge = leg.bridge
    return Ended(phase, cause, at, since, seconds, bridge, everywhere, detail, source)


def _end_phase(leg: Leg, cause: Cause) -> Phase:
    """Only who has talked finishes; what nobody is to blame for is no failure.

    To an application every call that was established has finished
    (`api/calls-events.md` section 2.1).
    """
    if leg.phase is Phase.ESTABLISHED:
        finished = cause in _QUIET or leg.owner is not None
        return Phase.FINISHED if finished else Phase.FAILED
    if cause is Cause.BUSY or cause is Cause.NO_ANSWER:
        return Phase[cause.name] if leg.phase in UNANSWERED else Phase.CANCELLED
    return Phase.CANCELLED if cause in _QUIET else Phase.FAILED
