import asyncio
from dataclasses import dataclass, field

from loadgen.bench import Setting
from loadgen.compare import compare


@dataclass
class Fake:
    figure: float
    invalid: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        return {"cost": self.figure, "loss": 0.0}


@dataclass
class Scripted:
    figures: dict[str, list[float]]
    order: list[str] = field(default_factory=list)
    name: str = "scripted"

    async def run(self, setting: Setting) -> Fake:
        self.order.append(setting.driver)
        return Fake(self.figures[setting.driver].pop(0))


def test_rounds_alternate_and_ratios_take_the_extremes() -> None:
    workload = Scripted({"x": [4, 6, 5], "y": [10, 8, 12]})
    result = asyncio.run(compare(workload, Setting("x"), "y", 3))
    assert workload.order == ["x", "y"] * 3
    cost, loss = result.rows
    assert (cost.a.median, cost.b.median) == (5, 10)
    assert cost.ratio is not None
    assert (cost.ratio.median, cost.ratio.lowest, cost.ratio.highest) == (
        0.5,
        4 / 12,
        6 / 8,
    )
    assert loss.ratio is None


def test_doubts_are_kept() -> None:
    class Doubtful(Scripted):
        async def run(self, setting: Setting) -> Fake:
            return Fake(1, ["late"])

    result = asyncio.run(compare(Doubtful({}), Setting("x"), "y", 2))
    assert result.invalid[0] == "x, round 1: late"
    assert len(result.invalid) == 4
