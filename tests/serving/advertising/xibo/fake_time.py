"""A clock that goes when it is told to, and sleepers that wake by it."""

import asyncio


class FakeTime:
    """Time for one event loop; starts at 1000 s."""

    def __init__(self):
        self.now = 1000.0
        self._sleepers: list[tuple[float, asyncio.Future]] = []

    def clock(self) -> float:
        """Seconds now."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Waits until the time has come."""
        woken = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.now + seconds, woken))
        await woken

    async def settle(self) -> None:
        """Lets everything run that does not wait for time."""
        for _ in range(100):
            await asyncio.sleep(0)

    async def advance(self, seconds: float) -> None:
        """Lets time pass, with all that happens meanwhile."""
        await self.settle()
        end = self.now + seconds
        while awake := [it for it in self._sleepers if not it[1].done() and it[0] <= end]:
            first = min(awake, key=lambda it: it[0])
            self.now = max(self.now, first[0])
            first[1].set_result(None)
            await self.settle()
        self.now = end
        await self.settle()
