"""Who hears and sees whom: the table of roles, and what nobody may do to it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringway.domain.bridge_state import Member, Standing
from ringway.domain.roles import (
    audience_of,
    heard_by,
    hears,
    is_hidden,
    seen_by,
    sees,
)
from ringway.domain.values import LegId, Restraint, Role, RoleType

A, B, C = LegId("a"), LegId("b"), LegId("c")

# Rows speak, columns hear: D(efault), M(onitor), V (advisor of the listener),
# W (advisor of somebody else), L(istener), A(uditor).
TABLE = """
   D M V W L A
 D y y y y y y
 M . . . . . .
 V y y y y y y
 W . . . . . .
 L . . . . . .
 A . . . . . .
"""
ROLES = {
    "D": Role(),
    "M": Role(RoleType.MONITOR),
    "V": Role(RoleType.ADVISOR, (B,)),
    "W": Role(RoleType.ADVISOR, (C,)),
    "L": Role(RoleType.LISTENER),
    "A": Role(RoleType.AUDITOR),
}


def rows() -> list[tuple[str, str, bool]]:
    header, *lines = (line.split() for line in TABLE.strip().splitlines())
    return [
        (speaker, listener, cell == "y")
        for speaker, *cells in lines
        for listener, cell in zip(header, cells, strict=True)
    ]


def member(who: LegId, role: Role) -> Member:
    return Member(who, 1, Standing.JOINED, role=role)


@pytest.mark.parametrize(("speaker", "listener", "heard"), rows())
def test_the_table(speaker: str, listener: str, heard: bool) -> None:
    says, listens = member(A, ROLES[speaker]), member(B, ROLES[listener])
    assert hears(listens, says) is heard
    assert sees(listens, says) is heard


def test_the_table_has_every_role() -> None:
    assert {role.type for role in ROLES.values()} == set(RoleType)
    assert len(rows()) == len(ROLES) ** 2


def test_an_advisor_of_several_reaches_those_and_no_others() -> None:
    advisor = member(A, Role(RoleType.ADVISOR, (B, C)))
    assert hears(member(B, Role()), advisor)
    assert hears(member(C, Role()), advisor)
    assert not hears(member(LegId("d"), Role()), advisor)
    assert audience_of(Role(RoleType.ADVISOR)) == ()


def test_nobody_hears_itself() -> None:
    alone = member(A, Role(RoleType.ADVISOR, (A,)))
    assert not hears(alone, alone)
    assert not sees(alone, alone)


@pytest.mark.parametrize(
    ("restraint", "heard", "seen", "hearing", "seeing"),
    [
        (Restraint(), True, True, True, True),
        (Restraint(muted=True), False, True, True, True),
        (Restraint(deaf=True), True, True, False, True),
        (Restraint(blind=True), True, True, True, False),
        (Restraint(True, True, True), False, True, False, False),
    ],
)
def test_restraints(
    restraint: Restraint, heard: bool, seen: bool, hearing: bool, seeing: bool
) -> None:
    held = replace(member(A, Role()), restraint=restraint)
    free = member(B, Role())
    assert hears(free, held) is heard
    assert sees(free, held) is seen
    assert hears(held, free) is hearing
    assert sees(held, free) is seeing


def test_only_an_auditor_is_hidden() -> None:
    hidden = {role.type for role in ROLES.values() if is_hidden(member(A, role))}
    assert hidden == {RoleType.AUDITOR}


IDS = st.sampled_from([A, B, C])
MEMBERS = st.builds(
    lambda who, role, restraint: replace(member(who, role), restraint=restraint),
    IDS,
    st.builds(Role, st.sampled_from(RoleType), st.lists(IDS, max_size=3).map(tuple)),
    st.builds(Restraint, st.booleans(), st.booleans(), st.booleans()),
)


@given(MEMBERS, MEMBERS)
def test_restraints_only_ever_take_away(listener: Member, speaker: Member) -> None:
    free = (
        replace(listener, restraint=Restraint()),
        replace(speaker, restraint=Restraint()),
    )
    assert hears(*free) or not hears(listener, speaker)
    assert sees(*free) or not sees(listener, speaker)
    assert sees(*free) or not hears(listener, speaker)
    told = heard_by(speaker), seen_by(speaker)
    assert told[0] == told[1] or told[0] == ()
