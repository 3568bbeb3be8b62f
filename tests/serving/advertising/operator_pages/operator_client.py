"""An operator at the pages, with what a browser would send along."""

import functools
import re

import httpx

from serving.advertising.store import operators, tables

PASSWORD = "correct horse battery"


@functools.cache
def password_hash():
    """What is kept of `PASSWORD`, computed once for all tests."""
    return operators.hashed(PASSWORD)


async def add(connection, name, role):
    """Adds an operator whose password is `PASSWORD`."""
    row = {"name": name, "password_hash": password_hash(), "role": role}
    await connection.execute(tables.operators.insert().values(row))


class Operator:
    """Somebody who is logged in; `get` and `post` answer without following redirects.

    Attributes:
      http: The client, with the session's cookie.
    """

    def __init__(self, service, name="olga", role="admin"):
        service.write(add, name, role)
        self.name = name
        self.http = httpx.Client(
            base_url=service.address, timeout=20, verify=False, headers={"Accept": "text/html"}
        )
        self._csrf = {}
        now = service.gateway.clock()
        session = service.write(operators.begin_session, name, now=now)
        self.http.cookies.set("session", session, domain="127.0.0.1")

    def log_in(self, password=PASSWORD):
        fields = {"name": self.name, "password": password}
        return self.http.post("/operator/login", data=fields)

    @property
    def csrf(self):
        """The token that the pages of this session have."""
        session = self.http.cookies["session"]
        if session not in self._csrf:
            page = self.http.get("/operator/account").text
            found = re.search(r'name="csrf-token" content="([0-9a-f]{64})"', page)
            self._csrf[session] = found[1]
        return self._csrf[session]

    def get(self, path, **settings):
        return self.http.get(path, **settings)

    def post(self, path, **fields):
        """Sends a form, with its token."""
        return self.http.post(path, data={"csrf": self.csrf, **fields})

    def send(self, path, **settings):
        """Sends as a script does, with the token in a header."""
        headers = {"X-CSRF-Token": self.csrf, "Accept": "*/*"} | settings.pop("headers", {})
        return self.http.post(path, headers=headers, **settings)

    def done(self, path, **fields):
        """Sends a form that must succeed; returns the page that follows."""
        answer = self.post(path, **fields)
        assert answer.status_code == 303, answer.text
        return self.get(answer.headers["location"]).text
