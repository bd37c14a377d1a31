"""The memory of all bodies that Python alone receives."""

from __future__ import annotations

import asyncio

from wherry.runtime.alone.memory_budget import MemoryBudget


def test_within_the_budget_every_body_continues():
    budget = MemoryBudget(10)
    assert budget.take("a", 5)
    assert budget.take("b", 5)


def test_when_the_budget_is_used_up_one_body_continues_and_gives_its_turn_to_another():
    async def play() -> list[str]:
        budget, order = MemoryBudget(10), []
        assert budget.take("a", 11)
        assert not budget.take("b", 1)

        async def go_on(owner: str) -> None:
            await budget.wait(owner)
            order.append(owner)

        waiting = asyncio.ensure_future(go_on("b"))
        await asyncio.sleep(0)
        budget.leave("a", 1)
        await waiting
        assert not budget.take("a", 0)
        budget.leave("b", 1)
        await go_on("a")
        return order

    assert asyncio.run(play()) == ["b", "a"]


def test_a_body_that_stops_waiting_takes_no_turn():
    async def play() -> bool:
        budget = MemoryBudget(10)
        budget.take("a", 11)
        waiting = asyncio.ensure_future(budget.wait("b"))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        budget.leave("a")
        return budget.take("c", 0)

    assert asyncio.run(play())
