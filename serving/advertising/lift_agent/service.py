"""A lift's agent as a whole: a thread that reads, a thread that uploads."""

import dataclasses
import threading
import uuid

import httpx

from serving.advertising.backoff import Backoff
from serving.advertising.lift_agent.agent import Agent
from serving.advertising.lift_agent.background import Background
from serving.advertising.lift_agent.door import door_at
from serving.advertising.lift_agent.newest_frame import NewestFrame
from serving.advertising.lift_agent.reader import Reader
from serving.advertising.lift_agent.schedule import Schedule
from serving.advertising.lift_agent.settings import AgentSettings, GatewaySettings, SourceSettings
from serving.advertising.lift_agent.sources import source_of
from serving.advertising.lift_agent.upload import Kind, Uploader, gateway_client
from serving.http_service.token_file import TokenFile

_GRACE = 0.8  # seconds that each thread has to end
_REOPENED_WITHIN = 10.0  # seconds: a camera in the same house need not be spared as a gateway


@dataclasses.dataclass(frozen=True)
class Summary:
    """What a run came to.

    Attributes:
      frames: Pictures read.
      losses: How often the source was lost.
      outcomes: How many uploads ended how.
    """

    frames: int
    losses: int
    outcomes: dict[Kind, int]

    def __str__(self) -> str:
        uploads = ", ".join(f"{self.outcomes.get(kind, 0)} {kind.value}" for kind in Kind)
        return (
            f"Snapshots: {uploads}. {self.frames} pictures read; source lost {self.losses} times."
        )


def run(
    source: SourceSettings, gateway: GatewaySettings, agent: AgentSettings, over: threading.Event
) -> Summary:
    """Uploads snapshots until files end or the event is set.

    Returns within two seconds of that, whatever hangs meanwhile.

    Args:
      source: Where pictures come from.
      gateway: Whom they are uploaded to.
      agent: When, and how large.
      over: Ends the run; it is set when the run is over.

    Raises:
      GraftNetError: the token, a certificate, the door's signal or files cannot be read.
    """
    token = TokenFile(gateway.token_file)
    door = door_at(agent.door_signal) if agent.door_signal else None
    client = gateway_client(gateway)
    newest = NewestFrame()
    seed = f"{agent.seed} {gateway.lift}"
    reader = Reader(
        source_of(source),
        newest,
        loop=source.loop,
        backoff=Backoff(seed, longest=_REOPENED_WITHIN),
        stop=over,
    )
    lift_agent = Agent(
        agent,
        newest=newest,
        door=door,
        uploads=Uploader(client, gateway.lift, token=token.token, boot_id=uuid.uuid4()),
        schedule=Schedule(agent.min_interval, agent.max_interval, Backoff(seed)),
    )
    threads = [
        Background(reader.run, over),
        Background(lambda: _upload(client, lift_agent, over), over),
    ]
    over.wait()
    for thread in threads:
        thread.join(_GRACE)
    return Summary(reader.frames, reader.losses, dict(lift_agent.outcomes))


def _upload(client: httpx.Client, agent: Agent, over: threading.Event) -> None:
    with client:
        agent.run(over)
    over.set()
