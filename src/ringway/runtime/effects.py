"""Carries out what logged events ask for; doing it twice is harmless.

An effect is known by stream, version and index, and done when whoever it was
for is through with it.  The cursor says up to where all are; those beyond are
repeated after a crash.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Protocol, TypeAlias

import msgspec
import structlog

from ringway.domain import leg_events
from ringway.domain import leg_messages as leg
from ringway.domain.bridge_state import Member
from ringway.domain.causes import Cause
from ringway.domain.effects import (
    Announce,
    AttachPipe,
    CloseBridge,
    ClosePipe,
    DetachPipe,
    Effect,
    OpenPipe,
    Order,
    Place,
    Route,
    Say,
    Tell,
    tell_leg,
)
from ringway.domain.leg_state import UNANSWERED, Leg
from ringway.domain.roles import heard_by, seen_by
from ringway.domain.values import SECOND, BridgeId, LegId, Way
from ringway.ports import engine_messages as wire
from ringway.ports.clock import Clock
from ringway.ports.engine import Engine
from ringway.ports.event_log import EventLog
from ringway.ports.lines import Lines
from ringway.ports.storage import StorageUnavailable
from ringway.runtime.actor import RETRY
from ringway.runtime.announcing import announced, departed
from ringway.runtime.cargo import Cargo
from ringway.runtime.letters import Happened
from ringway.runtime.progress import Progress
from ringway.runtime.saying import said
from ringway.runtime.tasks import Tasks
from ringway.runtime.views import Views

log = structlog.get_logger(__name__)

Router: TypeAlias = Callable[[Leg], Awaitable[Tell]]
"""Decides whom a caller's new leg reaches: what to tell, and to whom."""

WAYS: Final[Mapping[Way, wire.Way]] = {Way.SEND: "SEND", Way.RECEIVE: "RECEIVE"}
CONSUMER: Final = "effects"
"""The name of the cursor in the log."""
SAVE_TIME: Final = SECOND
"""The cursor is saved at most so often: more would only double the writing."""


class Post(Protocol):
    """Brings what a machine tells another one of its account."""

    def __call__(
        self,
        source: Happened,
        tell: Tell,
        done: Callable[[], None],
        over: Callable[[], None] | None = None,
    ) -> None: ...


class Effects:
    """Gives orders, says things, has letters delivered; keeps the cursor."""

    def __init__(
        self,
        *,
        event_log: EventLog,
        clock: Clock,
        engine: Engine,
        lines: Lines,
        tasks: Tasks,
        views: Views,
        router: Router,
        post: Post,
        ordered: Callable[[str, Sequence[wire.Order]], None],
    ) -> None:
        self.cargo = Cargo()
        self.progress = Progress()
        self._log, self._clock = event_log, clock
        self._engine, self._lines = engine, lines
        self._tasks, self._views = tasks, views
        self._router, self._post, self._ordered = router, post, ordered
        self._unrouted: set[LegId] = set()
        """Legs that were to be routed while nobody could look anything up."""
        self._saved = 0
        self._saving = False

    def resume(self, cursor: int) -> None:
        """Go on where the cursor stood."""
        self.progress = Progress(cursor)
        self._saved = cursor

    def carry_out(self, what: Happened) -> None:
        """Do all that the event asks for."""
        self.progress.begin(what.position)
        for effect in what.effects:
            self._perform(what, effect)
        if isinstance(what.event, leg_events.Ended):
            self.cargo.drop(what.after.id)
            self._unrouted.discard(what.after.id)
        self._finish(what.position)

    def _perform(self, what: Happened, effect: Effect) -> None:
        match effect:
            case Tell():
                self.progress.begin(what.position)
                self._post(what, effect, lambda: self._finish(what.position))
            case Say():
                heard = said(what.after, what.event, self.cargo)
                for device, each in (
                    *heard,
                    *departed(what.after, what.event, self._views),
                ):
                    self._lines.say(device, each)
            case Announce():
                for device, each in announced(what.after, what.event, self._views):
                    self._lines.say(device, each)
            case Route():
                self.progress.begin(what.position)
                self._start_routing(what)
            case _:
                orders = self.orders(effect)
                if orders:
                    self._engine.submit(orders)
                    self._ordered(what.trace, orders)

    def orders(self, order: Order) -> list[wire.Order]:
        """Give the engine's words; a pipe whose offer was lost is not opened."""
        match order:
            case OpenPipe(who, generation):
                offer = self.cargo.offer(who)
                if offer is None:
                    return []
                sending = list(offer.sending)
                return [wire.OpenPipe(who, generation, offer.sdp, sending)]
            case ClosePipe(who, generation):
                return [wire.ClosePipe(who, generation)]
            case AttachPipe(who, bridge):
                return self._attach(who, bridge)
            case Place(who, bridge):
                found = self._views.pipe(who)
                # It may have left since: it is not to be brought in again.
                stays = found is not None and found.bridge == bridge
                return self._attach(who, bridge) if stays else []
            case DetachPipe(who):
                return [wire.Detach(who)]
            case CloseBridge(bridge):
                return [wire.CloseBridge(bridge)]

    def _attach(self, who: LegId, bridge: BridgeId) -> list[wire.Order]:
        """Bring the pipe in, its way and who its person is: shown with its texts.

        Who is nobody's member has no part there that could be told: where parts
        differ, it is not brought in, and heard by nobody who may not hear it.
        """
        found = self._views.pipe(who)
        if found is None:
            return []
        there = self._views.bridge(found.account, bridge)
        member = None if there is None else there.member(who)
        if member is None and found.owner is not None:
            return []
        way = found.wishes.way
        label = json.dumps(
            {
                "identity": found.endpoint.address,
                "displayName": found.endpoint.display_name,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        attach = wire.Attach(who, bridge, None if way is None else WAYS[way], label)
        return [attach if member is None else placed(attach, member)]

    # ------------------------------------------------------------ routing

    async def route(self, leg_: Leg) -> Tell | None:
        """Route a leg that is not in the log yet; None if that has to wait."""
        try:
            return await self._router(leg_)
        except StorageUnavailable:
            self._unrouted.add(leg_.id)
        except Exception:
            log.exception("routing failed", call=leg_.id)
        return None

    def _start_routing(self, what: Happened) -> None:
        if what.address.id in self._unrouted:
            self._unrouted.discard(LegId(what.address.id))
            self._route_later(what)
        else:
            self._tasks.start(self._route(what), f"route {what.address.id}")

    def _route_later(self, what: Happened) -> None:
        when = self._clock.now() + RETRY
        self._clock.at(when, lambda: self._start_routing(what))

    async def _route(self, what: Happened) -> None:
        caller = self._views.leg(what.account, LegId(what.address.id))
        if caller is None or caller.is_routed or caller.phase not in UNANSWERED:
            self._finish(what.position)
            return
        try:
            tell = await self._router(caller)
        except StorageUnavailable:
            self._route_later(what)
            return
        except Exception:
            log.exception("routing failed", call=caller.id, trace=what.trace)
            tell = tell_leg(caller.id, leg.End(Cause.SERVICE_UNAVAILABLE))
        if self._views.leg(caller.account, caller.id) is None:
            # It has ended meanwhile, and must not keep the devices that were found.
            self._views.release(caller.account, caller.id)
        self._post(
            what,
            tell,
            lambda: self._finish(what.position),
            lambda: self._route_again(what),
        )

    def _route_again(self, what: Happened) -> None:
        """Look anew: the room that was found has come to its end meanwhile."""
        self.progress.begin(what.position)
        self._start_routing(what)

    # ------------------------------------------------------------- cursor

    def _finish(self, position: int) -> None:
        self.progress.finish(position)
        if not self._saving and self.progress.done > self._saved:
            self._saving = True
            self._clock.at(self._clock.now() + SAVE_TIME, self._start_saving)

    def _start_saving(self) -> None:
        self._tasks.start(self.save(), "save cursor")

    async def save(self) -> None:
        """Remember in the log how far the effects are done."""
        done = self.progress.done
        try:
            await self._log.move_cursor(CONSUMER, done)
        except StorageUnavailable as error:
            log.warning("cursor not saved", trouble=str(error))
        else:
            self._saved = done
        self._saving = False


def placed(attach: wire.Attach, member: Member) -> wire.Attach:
    """Say with the order who hears and sees the member, and whether it does."""
    heard, seen = heard_by(member), seen_by(member)
    return msgspec.structs.replace(
        attach,
        heard_by=None if heard is None else list(heard),
        seen_by=None if seen is None else list(seen),
        deaf=member.restraint.deaf,
        blind=member.restraint.blind,
    )
