"""Results as text."""

from __future__ import annotations

from loadgen.adverse import AdverseResult, Health, Incident
from loadgen.attack import AttackResult
from loadgen.compare import Comparison, Spread
from loadgen.join import JoinResult, Joins
from loadgen.ladder import LadderResult
from loadgen.measure import Measurement, Repair


def measurement(m: Measurement) -> str:
    """A measurement as a small table."""
    rows = [
        ("clients", f"{m.publishers} publishers, {m.viewers} viewers, {m.seconds:.1f} s"),
        ("packets", f"{m.packets_in_per_second:.0f}/s in, {m.packets_per_second:.0f}/s forwarded"),
        ("CPU per packet", f"{m.cpu_us_per_packet:.2f} us"),
        ("server CPU", f"{m.server_cpu_percent:.1f} % of a core, {m.server_memory_mib:.0f} MiB"),
        ("loss", f"{m.loss_percent:.3f} %"),
        ("SRTP", f"in {m.srtp_publishers}, out {m.srtp_viewers or 'the same'}"),
        ("farm", f"{m.farm_cpu_percent:.0f} % of its core, {m.farm_late_percent:.2f} % late"),
    ]
    if m.workload == "mix":
        each = m.server_cpu_percent / m.clients
        rows.insert(3, ("CPU per client", f"{each:.2f} % of a core"))
    if m.latency_ms:
        t = m.latency_ms
        text = f"p50 {t.p50:.2f}, p90 {t.p90:.2f}, p99 {t.p99:.2f}, max {t.max:.2f} ms"
        rows.insert(4, ("latency", text))
        out, back = m.feedback_per_second, m.feedback_to_publishers_per_second
        rows.append(("feedback", f"{out:.0f}/s from viewers, {back:.0f}/s to publishers"))
    if m.repair:
        rows += _repair(m.repair)
    if m.memory_kib_per_viewer is not None:
        text = f"{m.memory_kib_per_viewer:.0f} KiB for each viewer, {m.server_pss_mib:.0f} MiB PSS"
        rows.append(("memory", text))
    return _table(f"{m.workload}, {m.driver}", rows, m.notes, m.invalid)


def _repair(r: Repair) -> list[tuple[str, str]]:
    ways = f"{r.repaired_by_rtx} by RTX, {r.repaired_plainly} plainly, {r.surplus} in surplus"
    return [
        ("pretended loss", f"{r.lost} packets, {r.nacked} asked for by {r.nack_messages} NACKs"),
        ("repaired", f"{r.rate_percent:.1f} %: {ways}"),
        ("repair time", f"p50 {r.p50_ms:.2f}, p99 {r.p99_ms:.2f} ms"),
    ]


def join(result: JoinResult) -> str:
    """Join times as a small table."""
    rows = [
        ("idle server", _joins(result.idle)),
        (f"5 x {result.load_viewers} panel", _joins(result.loaded)),
    ]
    return _table(f"join, {result.driver}", rows, [], result.invalid)


def _joins(joins: Joins) -> str:
    text = f"p50 {joins.p50_ms:.1f}, p95 {joins.p95_ms:.1f}, max {joins.max_ms:.1f} ms"
    if joins.cpu_ms_per_join is not None:
        text += f", {joins.cpu_ms_per_join:.1f} ms CPU each"
    return f"{text} ({joins.count} joins)"


def ladder(result: LadderResult) -> str:
    """The highest rung that was held."""
    if not result.held:
        return f"not even the first rung was held: {result.ended_by}" + _list([], result.invalid)
    head = f"held {result.held.viewers} viewers; ended by {result.ended_by}"
    return f"{head}\n{measurement(result.held)}" + _list([], result.invalid)


def comparison(result: Comparison) -> str:
    """Both sides and their ratios."""
    sides = f"a = {result.a}, b = {result.b}"
    lines = [
        f"{result.workload}: {sides}; median (min-max) of {result.rounds} rounds each, in turns",
        f"  {'':22}{'a':>26}{'b':>26}{'a / b':>26}",
    ]
    for row in result.rows:
        ratio = _spread(row.ratio) if row.ratio else "-"
        lines.append(f"  {row.figure:22}{_spread(row.a):>26}{_spread(row.b):>26}{ratio:>26}")
    return "\n".join(lines) + _list([], result.invalid)


def attacks(result: AttackResult) -> str:
    """One line for each attack."""
    rows = []
    for verdict in result.verdicts:
        after = "" if verdict.still_forwards else "; THE ROOM NO LONGER FORWARDS"
        word = "held  " if verdict.held else "FAILED"
        rows.append((verdict.attack, f"{word}  {verdict.finding}{after}"))
    return _table(f"attack, {result.driver}", rows, [], [])


def adverse(result: AdverseResult) -> str:
    """The bystanders, line by line."""
    rows = [("nothing happens", _health(result.baseline))]
    rows += [(each.name, _health(each.health) + _dead(each)) for each in result.incidents]
    title = f"adverse, {result.driver}: 2 publishers, {result.viewers} bystanders"
    return _table(title, rows, [], result.invalid)


def _health(health: Health) -> str:
    t = health.latency_ms
    text = f"p50 {t.p50:.2f}, p99 {t.p99:.2f} ms, loss {health.loss_percent:.3f} %"
    return f"{text}, {health.key_frame_requests} key frames asked for"


def _dead(incident: Incident) -> str:
    if incident.sent_to_the_dead_s is None:
        return ""
    if incident.gave_up:
        return f"; sent to them for {incident.sent_to_the_dead_s:.0f} s"
    return f"; still sent to them after {incident.sent_to_the_dead_s:.0f} s"


def _spread(spread: Spread) -> str:
    return f"{spread.median:.2f} ({spread.lowest:.2f}-{spread.highest:.2f})"


def _table(title: str, rows: list[tuple[str, str]], notes: list[str], invalid: list[str]) -> str:
    width = max(len(name) for name, _ in rows) + 2
    lines = [title, *(f"  {name:{width}}{text}" for name, text in rows)]
    return "\n".join(lines) + _list(notes, invalid)


def _list(notes: list[str], invalid: list[str]) -> str:
    lines = [f"\n  note: {note}" for note in notes]
    return "".join(lines + [f"\n  INVALID: {reason}" for reason in invalid])
