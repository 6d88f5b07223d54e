"""A whole Ringway over given ports: what `serve` runs, and tests run in memory."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import islice
from typing import Any, Final

import msgspec

from ringway.app.control import MOST_PIPES, Told
from ringway.app.doors import Desks, doors_of
from ringway.app.hooks import Hooks
from ringway.app.metrics import Metrics, Sources
from ringway.app.ports import Ports
from ringway.app.version import VERSION
from ringway.app.watched_log import WatchedLog
from ringway.app.web import Outside, application
from ringway.domain.bridge_state import Bridge
from ringway.domain.effects import Address, Kind
from ringway.domain.leg_messages import Hangup
from ringway.domain.values import SECOND, AccountId, Device, LegId
from ringway.pages.built import File
from ringway.pages.routes import api_routes, docs_routes, page_routes
from ringway.ports.catalog import DEMO_ACCOUNT, FIRST_ACCOUNT, Settings
from ringway.ports.clock import Appointment
from ringway.ports.configurations import exists
from ringway.ports.storage import StorageUnavailable
from ringway.programs.bulks import Bulks
from ringway.programs.forgetting import HISTORY_DAYS, Forgetting
from ringway.programs.retention import Retention
from ringway.programs.routing import Routing
from ringway.public.events import publisher, talked
from ringway.rest.access import access_routes
from ringway.rest.admission import Admission
from ringway.rest.demo import Demo, demo_route
from ringway.rest.document import document_route
from ringway.rest.health import Check, health_routes
from ringway.rest.recognition import Recognition
from ringway.rest.tokens import token_route
from ringway.rest.user_activity import user_activity_route
from ringway.rest.visitors import Network
from ringway.rtc.connection import LineCalls, Reception
from ringway.rtc.doorkeeper import Doorkeeper
from ringway.rtc.ending import Ending
from ringway.rtc.inbox import Inbox
from ringway.rtc.route import signalling
from ringway.rtc.switchboard import Switchboard
from ringway.rtc.tally import Tally
from ringway.runtime.application import Desk
from ringway.runtime.attendance import Attendance
from ringway.runtime.call_follower import CallFollower
from ringway.runtime.exchange import Exchange
from ringway.runtime.house import House
from ringway.runtime.meetings import Meetings
from ringway.runtime.news import Newsroom
from ringway.runtime.reading import Reading
from ringway.runtime.recovery import recover, wind_up
from ringway.runtime.snapshots import Snapshots
from ringway.runtime.views import Views

ALIVE: Final = "alive"
"""The cursor that holds the second in which the house was last seen."""
ALIVE_TIME: Final = 5 * SECOND
WOUND_UP_WITHIN_S = 1.0
"""How long the ends of calls may take to be logged when the house is closed."""
LEFT_WITHIN_S = 1.0
"""How long the close frames of all sockets may take to leave."""


def _nobody() -> str:
    """Invite nobody: what is never told is never brought."""
    return secrets.token_urlsafe()


@dataclass(frozen=True, slots=True)
class Front:
    """What of the settings it needs."""

    sdk: Mapping[str, File] | str = "The SDK has not been built: run `make build`."
    demo_page: Mapping[str, File] | str = (
        "The demo page has not been built: run `make build`."
    )
    docs: Mapping[str, File] | str = (
        "The documentation has not been built: run `make build`."
    )
    demo: bool = True
    public_url: str | None = None
    origins: Sequence[str] = field(default=())
    invitation: Callable[[], str] = _nobody
    """Gives the code that lets visitors of other machines into the demo."""
    reached: Callable[[], str | None] = lambda: None
    """Gives the demo's address for other devices, if there is one by https."""
    trusted_proxies: Sequence[Network] = ()
    rate_limits: float = 1.0
    """What declared rates of the API are multiplied by; 0: there are none."""
    hsts: bool = False
    """Whether browsers shall use https only from now on (RFC 6797)."""
    history_days: int = HISTORY_DAYS
    """For how long ended calls and meetings of applications are listed."""
    egress_allow: Sequence[Network] = ()
    """Networks that customers' URLs may lead to although they are not public."""


class Ringway:
    """Everything put together; `open` it, `run` it, `close` it."""

    def __init__(self, ports: Ports, front: Front) -> None:
        self.ports = ports
        self.metrics = Metrics()
        self.calls = CallFollower(
            ports.log,
            ports.calls,
            ports.meetings,
            ports.clock,
            publish=publisher(lambda: front.public_url),
        )
        self.keys = Recognition(ports.catalog, ports.tokens, ports.shelves, ports.clock)
        self.hooks = Hooks(ports, front.egress_allow, self.keys)
        self.calls.written = self.hooks.tail.grown
        self.log = WatchedLog(
            ports.log, self.metrics.observe_append, self.calls.appended
        )
        self.signalling = Tally()
        self.switchboard = Switchboard(ports.clock, self.signalling)
        views = Views()
        routing = Routing(
            self.switchboard,
            views,
            self._is_known,
            self._room_size,
            partial(exists, ports.shelves),
        )
        self.house = House(
            log=self.log,
            clock=ports.clock,
            engine=ports.engine,
            lines=self.switchboard,
            views=views,
            router=routing.route,
            spans=ports.spans,
            measures=self.metrics,
        )
        self.reading = Reading(views, self.log, ports.calls, ports.meetings, self.calls)
        self.newsroom = Newsroom(self.house, self._talked)
        self.exchange = Exchange(self.house)
        self.desk = Desk(self.house)
        self.meetings = Meetings(self.house, self.desk)
        self.attendance = Attendance(ports.activity, ports.clock, self.house.tasks)
        self.switchboard.came = self.attendance.came
        self.switchboard.gone = self._gone
        self.reception = Reception(
            doorkeeper=Doorkeeper(
                ports.tokens, ports.clock, self.switchboard, self.signalling
            ),
            switchboard=self.switchboard,
            inbox=Inbox(self.exchange, self.switchboard.presence),
            snapshots=Snapshots(self.house, ports.calls),
            calls=LineCalls(self.exchange.line_lost, self.exchange.line_back),
            tally=self.signalling,
        )
        self.bulks = Bulks(
            ports.shelves,
            self.desk,
            ports.clock,
            self.house.tasks.start,
            self.reading.how_it_ended,
        )
        self.house.ended = self.bulks.ended
        self.retention = Retention(
            ports.shelves, ports.blobs, ports.clock, self.house.tasks.start
        )
        self.forgetting = Forgetting(
            ports.calls, ports.clock, self.house.tasks.start, front.history_days
        )
        self._next_sign: Appointment | None = None
        self._signalling_trouble: str | None = "Calls are being recovered."
        self.web = self._web(front)
        self.metrics.read_from(
            Sources(
                house=self.house,
                signalling=self.signalling,
                log=self.log,
                calls=self.calls,
                engine=ports.engine,
                engine_counts=ports.engine_counts,
                requests=self.web.requests,
                spans=ports.spans,
                hooks=self.hooks.dispatch,
                streams=self.hooks.stream,
            )
        )

    def _web(self, front: Front) -> Outside:
        ports = self.ports
        keys = self.keys
        admission = Admission(front.rate_limits)
        secure = front.public_url is not None and front.public_url.startswith("https:")
        desks = Desks(self.desk, self.meetings, self.reading, self.bulks)
        self.doors = (
            *doors_of(ports, desks, keys, admission),
            *self.hooks.doors(admission),
        )
        served = [row for door in self.doors for row in door.operations]
        return application(
            [
                token_route(ports.catalog, ports.tokens, ports.clock, keys),
                *access_routes(ports.catalog, ports.tokens, ports.clock, keys),
                user_activity_route(ports.activity, keys),
                demo_route(
                    ports.catalog,
                    ports.tokens,
                    ports.clock,
                    Demo(
                        is_on=front.demo,
                        secure=secure,
                        invitation=front.invitation,
                        url=front.reached,
                        trusted=front.trusted_proxies,
                    ),
                ),
                *health_routes(self.checks, self.metrics.text, keys),
                *page_routes(front.sdk, front.demo_page, front.public_url),
                *docs_routes(front.docs, demo_is_on=front.demo),
                *api_routes(),
                document_route(served, VERSION, front.public_url),
                signalling(self.reception, front.origins),
            ],
            self.house.tracer,
            self.metrics.observe_request,
            doors=self.doors,
            hsts=front.hsts,
        )

    async def _is_known(self, account: AccountId, identity: str) -> bool:
        return await self.ports.catalog.known(account, identity) is not None

    async def _room_size(self, account: AccountId) -> int:
        found = await self.ports.catalog.account(account)
        return (found.settings if found is not None else Settings()).max_room_size

    def _gone(self, device: Device, at: int) -> None:
        self.exchange.line_gone(device)
        self.attendance.went(device, at)

    def _talked(self, meeting: Bridge, leg: LegId, started: bool) -> None:
        trace = self.house.trace(meeting.account, Address(Kind.BRIDGE, meeting.id))
        at = self.ports.clock.now()
        self.calls.aside(talked(meeting, leg, started, at, trace))

    async def open(self) -> None:
        """Make the accounts, and take up the calls the log knows."""
        now = self.ports.clock.now()
        await self.ports.catalog.open_account(FIRST_ACCOUNT, "Main", now)
        await self.ports.catalog.open_account(DEMO_ACCOUNT, "Demo", now)
        alive = await self.log.cursor(ALIVE) * SECOND
        self.house.last_alive = alive or None
        await recover(self.house)
        await self.hooks.open()
        await self.calls.open()
        legs = self.house.views.all_legs()
        living = {device for leg in legs for device in leg.devices}
        await self.attendance.open(living, alive or now)
        await self.bulks.open()
        await self.retention.open()
        self.forgetting.open()
        await self._show_life()
        self._signalling_trouble = None

    async def _show_life(self) -> None:
        """Leave a sign of life in the log: who dies without a word died after it."""
        now = self.ports.clock.now()
        with suppress(StorageUnavailable):  # /readyz tells it
            await self.log.move_cursor(ALIVE, now // SECOND)
        when = now + ALIVE_TIME
        self._next_sign = self.ports.clock.at(when, self._begin_showing_life)

    def _begin_showing_life(self) -> None:
        self.house.tasks.start(self._show_life(), "show life")

    async def run(self) -> None:
        """Hear the engine until cancelled."""
        await self.newsroom.run()

    async def end_call(self, account: AccountId, call: LegId) -> None:
        """End a call as if its own party had hung up.

        Or `Refused`, `StorageUnavailable`: then nothing has changed.
        """
        await self.house.give(account, Address(Kind.LEG, call), Hangup())

    async def tell(self) -> Told:
        """Say how everything is doing, for a support bundle."""
        views = self.house.views
        pipes: dict[str, Any] = {}
        for leg in islice(views.all_legs(), MOST_PIPES):
            statistics = views.statistics(leg.id)
            if statistics is not None:
                pipes[leg.id] = msgspec.to_builtins(statistics)
        return Told(
            version=VERSION,
            metrics=self.metrics.text().decode(),
            checks={
                it.name: it.text if it.works else f"! {it.text}"
                for it in await self.checks()
            },
            engine=asdict(self.ports.engine.state),
            pipes=pipes,
        )

    async def close(self) -> None:
        """End every call, tell everybody, and end every connection."""
        self._signalling_trouble = "The server is being stopped."
        if self._next_sign is not None:
            self._next_sign.cancel()
        self.bulks.close()
        self.retention.close()
        self.forgetting.close()
        try:
            async with asyncio.timeout(WOUND_UP_WITHIN_S):
                await wind_up(self.house)
                await self.calls.catch_up()
                self.switchboard.close()
                await self.attendance.write()
        except (TimeoutError, StorageUnavailable):
            pass  # the next start ends what has not ended, and applies what is new
        finally:
            self.reception.end(Ending.HOUSE_ENDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(LEFT_WITHIN_S):
                    await self.reception.left()
            await self.house.tasks.cancel()
            await self.calls.close()
            await self.hooks.close()

    async def checks(self) -> Sequence[Check]:
        """Look whether everything works."""
        engine, log = self.ports.engine.state, await self.log.works()
        signalling = self._signalling_trouble
        return (
            Check("engine", engine.ready, engine.text),
            Check("log", log is None, log or "The log can be written."),
            Check("signalling", signalling is None, signalling or "Calls can be made."),
        )
