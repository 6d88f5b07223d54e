"""The command line."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from loadgen import adverse, attack, report, workloads
from loadgen.bench import Setting
from loadgen.compare import Comparable, compare
from loadgen.farm import PROFILES
from loadgen.join import JoinResult, JoinWorkload
from loadgen.ladder import Limits, climb
from loadgen.measure import Measurement
from loadgen.workloads import Workload

COULD_NOT_MEASURE = 2
INVALID = 1

Outcome = tuple[Any, str]
"""A result dataclass with a list `invalid`, and its text."""
Command = Callable[[argparse.Namespace], Coroutine[Any, Any, Outcome]]


def main() -> int:
    """Run one command; the exit status says whether its result can be believed."""
    arguments = _parser().parse_args()
    command: Command = arguments.command
    try:
        result, text = asyncio.run(command(arguments))
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # a driver may fail in any way
        print(f"could not measure: {_reason(error)}", file=sys.stderr)
        return COULD_NOT_MEASURE
    if arguments.json:
        print(json.dumps(dataclasses.asdict(result), indent=2))
    else:
        print(text)
    return INVALID if result.invalid else 0


def _reason(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"


def _setting(arguments: argparse.Namespace) -> Setting:
    return Setting(
        driver=arguments.driver,
        server_cpus=arguments.server_cpu,
        farm_cpu=arguments.farm_cpu,
        seconds=arguments.seconds,
        warm_up=arguments.warm_up,
        sample_every=arguments.sample_every,
        in_kernel=not arguments.no_filter,
        profiles=arguments.srtp,
        loss=getattr(arguments, "loss", 0) / 100,
        seed=getattr(arguments, "seed", 1),
        during=getattr(arguments, "during", None),
        memory=getattr(arguments, "memory", False),
    )


async def _run(arguments: argparse.Namespace) -> Outcome:
    workload: Workload | JoinWorkload = arguments.workload(arguments)
    print(f"{workload.name}: {arguments.driver} …", file=sys.stderr)
    result = await workload.run(_setting(arguments))
    if isinstance(result, JoinResult):
        return result, report.join(result)
    assert isinstance(result, Measurement)
    return result, report.measurement(result)


async def _compare(arguments: argparse.Namespace) -> Outcome:
    workload: Comparable = arguments.workload(arguments)
    arguments.driver = arguments.a
    result = await compare(workload, _setting(arguments), arguments.b, arguments.rounds)
    return result, report.comparison(result)


async def _attack(arguments: argparse.Namespace) -> Outcome:
    result = await attack.run(_setting(arguments))
    return result, report.attacks(result)


async def _adverse(arguments: argparse.Namespace) -> Outcome:
    result = await adverse.run(_setting(arguments), arguments.viewers, arguments.patience)
    return result, report.adverse(result)


async def _ladder(arguments: argparse.Namespace) -> Outcome:
    makers: dict[str, Callable[[int], Workload]] = {
        "panel": lambda viewers: workloads.panel(arguments.publishers, viewers),
        "webinar": workloads.webinar,
        "speaker": workloads.speaker,
    }
    rungs = range(arguments.start, arguments.stop + 1, arguments.step)
    limits = Limits(arguments.max_p99, arguments.max_loss)
    result = await climb(_setting(arguments), makers[arguments.workload], rungs, limits)
    return result, report.ladder(result)


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def _cores(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(",")))


def _add_json(parser: argparse.ArgumentParser) -> None:
    # Suppressed, so that a subcommand's default does not undo what the command before it has set.
    text = "print the result as JSON"
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=text)


def _common(*, driver: bool) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    if driver:
        text = '"ringway", "janus", or "module:Class" from PYTHONPATH'
        parser.add_argument("--driver", required=True, help=text)
    _add_json(parser)
    group = parser.add_argument_group("measuring")
    add = group.add_argument
    add("--seconds", type=float, default=5, help="length of a window (default 5)")
    add("--warm-up", type=float, default=1.5, help="seconds before it (default 1.5)")
    text = "the server's core, or several with commas between (default 0)"
    add("--server-cpu", type=_cores, default=(0,), metavar="N[,N]", help=text)
    add("--farm-cpu", type=int, default=1, help="the clients' core (default 1)")
    add("--srtp", default=PROFILES, help="SRTP profiles to offer, as OpenSSL spells them")
    text = "decrypt one packet of N, a power of two (default 16; 4 for audio workloads)"
    add("--sample-every", type=_count, metavar="N", help=text)
    text = "receive every packet in user space instead of sampling in the kernel"
    add("--no-filter", action="store_true", help=text)
    return parser


def _percent(text: str) -> float:
    value = float(text)
    if not 0 <= value < 100:
        raise argparse.ArgumentTypeError("must be at least 0 and less than 100")
    return value


def _add_trouble(option: Callable[..., Any]) -> None:
    text = "viewers pretend to lose so many packets, NACK them, and read every packet"
    option("--loss", type=_percent, default=0, metavar="PERCENT", help=text)
    option("--seed", type=_count, default=1, help="of the losses (default 1)")
    text = "measure with half the viewers first, to see how much memory each of them takes"
    option("--memory", action="store_true", help=text)
    text = "run this in a shell while it is measured; {pids} are the server's processes"
    option("--during", metavar="COMMAND", help=text)


Subparsers = Any  # argparse keeps its class private


def _add_workloads(commands: Subparsers, common: argparse.ArgumentParser, command: Command) -> None:
    """Add the workloads that measure once."""

    def add(name: str, text: str, maker: Callable[[argparse.Namespace], Any]) -> Any:
        parser = commands.add_parser(name, parents=[common], help=text, description=text)
        parser.set_defaults(command=command, workload=maker)
        return parser.add_argument

    text = "several publishers with audio and video; every viewer receives all"
    option = add("panel", text, lambda a: workloads.panel(a.publishers, a.viewers))
    option("--publishers", type=_count, default=5, help="(default 5)")
    option("--viewers", type=_count, default=80, help="(default 80)")
    _add_trouble(option)
    text = "one publisher with audio and video"
    option = add("webinar", text, lambda a: workloads.webinar(a.viewers))
    option("--viewers", type=_count, default=200, help="(default 200)")
    _add_trouble(option)
    text = "one publisher with audio alone"
    option = add("speaker", text, lambda a: workloads.speaker(a.listeners))
    option("--listeners", type=_count, default=500, help="(default 500)")
    text = "all participants talk, and hear a mix that the server encodes"
    option = add("mix", text, lambda a: workloads.mix(a.participants))
    option("--participants", type=_count, default=40, help="(default 40)")
    text = "time from opening a client to its connection, on an idle and on a loaded server"
    option = add("join", text, lambda a: JoinWorkload(a.count, a.load_viewers))
    option("--count", type=_count, default=50, help="joins to either server (default 50)")
    text = "viewers of the 5-publisher panel on the loaded server (default 40)"
    option("--load-viewers", type=_count, default=40, help=text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m loadgen",
        description="Puts WebRTC load on a server and measures what it costs.",
        epilog="Exit status: 0 the result holds; 1 it is invalid, or an attack got through; "
        "2 it could not be measured.",
    )
    parser.set_defaults(json=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    common = _common(driver=True)
    _add_workloads(commands, common, _run)

    text = "raise the viewers until latency or loss is too high"
    ladder = commands.add_parser("ladder", parents=[common], help=text, description=text)
    ladder.set_defaults(command=_ladder)
    ladder.add_argument("--workload", choices=["panel", "webinar", "speaker"], default="panel")
    ladder.add_argument("--publishers", type=_count, default=5, help="of the panel (default 5)")
    ladder.add_argument(
        "--start", type=_count, default=20, help="viewers on the first rung (default 20)"
    )
    ladder.add_argument("--step", type=_count, default=20, help="viewers added (default 20)")
    ladder.add_argument("--stop", type=_count, default=400, help="the last rung (default 400)")
    add = ladder.add_argument
    add("--max-p99", type=float, default=5, metavar="MS", help="limit of a rung (default 5)")
    add("--max-loss", type=float, default=0.1, metavar="PERCENT", help="the other (default 0.1)")

    text = "security checks against a running room"
    security = commands.add_parser("attack", parents=[common], help=text, description=text)
    security.set_defaults(command=_attack)

    text = "clients that die, fall silent or complain: do the others notice?"
    trouble = commands.add_parser("adverse", parents=[common], help=text, description=text)
    trouble.set_defaults(command=_adverse)
    trouble.add_argument("--viewers", type=_count, default=20, help="the bystanders (default 20)")
    text = "seconds to wait for the server to give up dead viewers (default 45)"
    trouble.add_argument("--patience", type=float, default=45, help=text)

    text = "run a workload against two servers in turns: compare --a D1 --b D2 panel …"
    both = commands.add_parser("compare", help=text, description=text)
    both.add_argument("--a", required=True, help="a driver")
    both.add_argument("--b", required=True, help="another driver")
    both.add_argument("--rounds", type=_rounds, default=2, help="of each, at least 2 (default 2)")
    _add_json(both)
    below = both.add_subparsers(required=True, metavar="WORKLOAD")
    _add_workloads(below, _common(driver=False), _compare)
    return parser


def _rounds(text: str) -> int:
    value = int(text)
    if value < 2:
        raise argparse.ArgumentTypeError("must be at least 2")
    return value
