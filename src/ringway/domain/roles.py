"""Who hears and sees whom in a conference, from roles and restraints alone.

DEFAULT is heard by everybody, ADVISOR by those it advises, the others by nobody;
everybody hears who may be heard.  The reference has only the names
(`api/calls-api.md` section 7); AUDITOR is the one whose presence is not told.
"""

from __future__ import annotations

from typing import Final

from ringway.domain.bridge_state import Member
from ringway.domain.values import LegId, Role, RoleType

MAX_ADVISED: Final = 100
"""Calls that an ADVISOR may name: as many as a conference has members."""


def hears(listener: Member, speaker: Member) -> bool:
    """Say whether one member hears what another says."""
    audience = heard_by(speaker)
    reached = audience is None or listener.leg in audience
    return listener.leg != speaker.leg and reached and not listener.restraint.deaf


def sees(viewer: Member, shown: Member) -> bool:
    """Say whether one member sees what another shows."""
    audience = seen_by(shown)
    reached = audience is None or viewer.leg in audience
    return viewer.leg != shown.leg and reached and not viewer.restraint.blind


def heard_by(speaker: Member) -> tuple[LegId, ...] | None:
    """Give those who may hear the member: None is everybody, () nobody."""
    return () if speaker.restraint.muted else seen_by(speaker)


def seen_by(shown: Member) -> tuple[LegId, ...] | None:
    """Give those who may see the member, who may be muted: None is everybody."""
    return audience_of(shown.role)


def audience_of(role: Role) -> tuple[LegId, ...] | None:
    """Give those whom somebody of this role reaches: None is everybody."""
    match role.type:
        case RoleType.DEFAULT:
            return None
        case RoleType.ADVISOR:
            return role.advised
        case RoleType.MONITOR | RoleType.LISTENER | RoleType.AUDITOR:
            return ()


def is_hidden(member: Member) -> bool:
    """Say whether the others are not told that the member is there."""
    return member.role.type is RoleType.AUDITOR
