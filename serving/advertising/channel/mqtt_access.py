"""Screens' access to a mosquitto broker, by its dynamic-security plugin."""

import asyncio
import json
import logging
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiomqtt import MqttError

from graftnet_tf.errors import GraftNetError
from serving.advertising.channel.topics import presence_topic, state_topic
from serving.advertising.store.screens import Credential
from serving.advertising.store.tokens import token_hash

COMMANDS = "$CONTROL/dynamic-security/v1"
RESPONSES = f"{COMMANDS}/response"
_GATEWAY_ROLE = "graftnet-gateway"
_MARK = "graftnet screen"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ANSWER_SECONDS = 5.0
_PAGE = 500
_AWAY = "The broker is not reached now; try again in a minute."

Command = dict[str, Any]
Answer = dict[str, Any]


class UnreachableBrokerError(GraftNetError):
    """The broker does not answer now."""


class DynamicSecurity:
    """Keeps one client with one role for each screen at the broker.

    A screen logs in with its name, its token as the password, and its name as the client id, so
    that no other can take over its session. It may receive the state of its lift, send its own
    presence, and nothing else.
    """

    def __init__(self, username: str):
        """Prepares nothing but itself.

        Args:
          username: The gateway's own, which must administer the plugin.

        Raises:
          GraftNetError: a screen could have that name.
        """
        if _NAME.fullmatch(username):
            raise GraftNetError(
                f"The gateway's user at the broker is {username}, as a screen could be named; "
                "expected another beginning, as in _gateway."
            )
        self._username = username
        self._send: Callable[[str, str], Awaitable[None]] | None = None
        self._asked: dict[str, asyncio.Future[list[Answer]]] = {}

    async def connect(self, send: Callable[[str, str], Awaitable[None]]) -> None:
        """Begins to use a connection, on which the gateway's own rights are seen to first.

        Args:
          send: Publishes a payload to a topic. What comes back on `RESPONSES` is to be given to
            `on_response` from now on.

        Raises:
          GraftNetError: the broker has no such plugin, or does not let it be administered.
        """
        self._send = send
        (own,) = await self._ask({"command": "getClient", "username": self._username})
        roles = own.get("data", {}).get("client", {}).get("roles", [])
        if not any(role["rolename"] == _GATEWAY_ROLE for role in roles):
            await self._ask(
                _default_access(),
                {"command": "createRole", "rolename": _GATEWAY_ROLE, "acls": _gateway_acls()},
                {
                    "command": "addClientRole",
                    "username": self._username,
                    "rolename": _GATEWAY_ROLE,
                },
            )

    def disconnect(self) -> None:
        """Ends the use of the connection."""
        self._send = None
        for answer in self._asked.values():
            answer.cancel()

    def on_response(self, payload: bytes) -> None:
        """Takes what the plugin published; what was asked by another gateway is passed over."""
        answers: list[Answer] = json.loads(payload)["responses"]
        asked = self._asked.get(answers[0].get("correlationData", ""))
        if asked is not None and not asked.done():
            asked.set_result(answers)

    async def grant(self, screen: str, lift: str, token: str) -> None:
        """As `ScreenAccess.grant`.

        Raises:
          GraftNetError: the broker does not answer, or a name may not stand in a topic.
        """
        for name in (screen, lift):
            if not _NAME.fullmatch(name):
                raise GraftNetError(
                    f"{name!r} cannot be let in at the broker; expected letters, digits and ._- "
                    "alone, beginning with a letter or digit, at most 64."
                )
        mark = _mark(Credential(lift, token_hash(token)))
        if await self._mark(screen) != mark:
            await self._ask(
                *_removal(screen),
                {"command": "createRole", "rolename": _role(screen), "acls": _acls(screen, lift)},
                {
                    "command": "createClient",
                    "username": screen,
                    "clientid": screen,
                    "password": token,
                    "textdescription": mark,
                    "roles": [{"rolename": _role(screen)}],
                },
            )

    async def revoke(self, screen: str) -> None:
        """As `ScreenAccess.revoke`."""
        try:
            await self._ask(*_removal(screen))
        except UnreachableBrokerError as error:
            logging.warning("A screen is shut out as soon as it can be: %s", error)

    async def keep_only(self, enrolled: Callable[[], Awaitable[Mapping[str, Credential]]]) -> None:
        """As `ScreenAccess.keep_only`.

        The broker's list is read before the store's, so that who is enrolled in between stays;
        who is let in anew meanwhile, by another gateway too, stays as well.
        """
        marks = await self._marks()
        expected = {name: _mark(credential) for name, credential in (await enrolled()).items()}
        for screen, mark in marks.items():
            if expected.get(screen) != mark == await self._mark(screen):
                await self._ask(*_removal(screen))

    async def _mark(self, screen: str) -> str | None:
        """What was noted with a screen's client, if there is one."""
        (found,) = await self._ask({"command": "getClient", "username": screen})
        return found.get("data", {}).get("client", {}).get("textdescription")

    async def _marks(self) -> dict[str, str]:
        """What was noted with each screen's client."""
        marks: dict[str, str] = {}
        offset, total = 0, 1
        while offset < total:
            (answer,) = await self._ask(
                {"command": "listClients", "verbose": True, "count": _PAGE, "offset": offset}
            )
            total = answer["data"]["totalCount"]
            offset += _PAGE
            for client in answer["data"]["clients"]:
                mark = client.get("textdescription", "")
                if mark.startswith(_MARK):
                    marks[client["username"]] = mark
        return marks

    async def _ask(self, *commands: Command) -> list[Answer]:
        """The plugin's answers to commands, which it carries out with no other in between.

        That there is nothing of a name, or that it is there already, is an answer too.
        """
        if self._send is None:
            raise UnreachableBrokerError(_AWAY)
        identifier = str(uuid.uuid4())
        request = {"commands": [{**it, "correlationData": identifier} for it in commands]}
        self._asked[identifier] = asked = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                await self._send(COMMANDS, json.dumps(request))
                await asyncio.wait([asked])
        except TimeoutError:
            raise UnreachableBrokerError(
                "The broker's dynamic-security plugin does not answer; see that it is loaded and "
                f"that {self._username} may administer it."
            ) from None
        except MqttError:
            raise UnreachableBrokerError(_AWAY) from None
        finally:
            del self._asked[identifier]
        if asked.cancelled():
            raise UnreachableBrokerError(_AWAY)
        return [_checked(answer) for answer in asked.result()]


def _checked(answer: Answer) -> Answer:
    error = answer.get("error", "")
    if error and not error.endswith(("not found", "already exists")):
        raise GraftNetError(f"The broker refuses {answer['command']}: {error}.")
    return answer


def _removal(screen: str) -> tuple[Command, Command]:
    return (
        {"command": "deleteClient", "username": screen},
        {"command": "deleteRole", "rolename": _role(screen)},
    )


def _role(screen: str) -> str:
    return f"graftnet-screen-{screen}"


def _mark(credential: Credential) -> str:
    return f"{_MARK} of {credential.lift}, token {credential.token_hash}"


def _acls(screen: str, lift: str) -> list[dict[str, Any]]:
    return [
        _allow("subscribeLiteral", state_topic(lift)),
        _allow("publishClientReceive", state_topic(lift)),
        _allow("publishClientSend", presence_topic(lift, screen)),
    ]


def _gateway_acls() -> list[dict[str, Any]]:
    states, presence = state_topic("+"), presence_topic("+", "+")
    return [
        _allow("publishClientSend", states),
        *(
            _allow(kind, topic)
            for kind in ("subscribePattern", "publishClientReceive")
            for topic in (states, presence)
        ),
    ]


def _default_access() -> Command:
    """Nothing is allowed that no role allows."""
    return {
        "command": "setDefaultACLAccess",
        "acls": [
            {"acltype": "publishClientSend", "allow": False},
            {"acltype": "publishClientReceive", "allow": False},
            {"acltype": "subscribe", "allow": False},
            {"acltype": "unsubscribe", "allow": True},
        ],
    }


def _allow(kind: str, topic: str) -> dict[str, Any]:
    return {"acltype": kind, "topic": topic, "allow": True}
