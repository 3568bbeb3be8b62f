"""Which versions are served after any order of what can happen below a base path."""

import os
import shutil

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tensorflow_serving.apis.model_pb2 import ModelSpec

from serving.model_server.models.model_config import ModelConfig
from serving.model_server.models.served_model import AVAILABLE, END, UNLOADING, ServedModel
from serving.model_server.models.version_policy import All, Latest, Specific

_KEPT = 8
_VERSIONS = range(1, 13)


class FakeServable:
    """A version's number and whether it was closed."""

    def __init__(self, directory, version):
        if os.path.exists(os.path.join(directory, "damaged")):
            raise ValueError("damaged")
        self.version = version
        self.closed = False

    def close(self):
        assert not self.closed
        self.closed = True


class Orders:
    """A base path and its ServedModel beside a simple model of what should be served."""

    def __init__(self, base_path, policy):
        self.base_path = base_path
        self.policy = policy
        self.present = {}
        self.served = set()
        self.failed = set()
        self.requests = []
        self.model = ServedModel(ModelConfig("m", base_path, policy), FakeServable)

    def publish(self, version):
        if version not in self.present:
            os.mkdir(self._directory(version))
            self.present[version] = "whole"

    def remove(self, version):
        if self.present.pop(version, None):
            shutil.rmtree(self._directory(version))

    def damage(self, version):
        if self.present.get(version) == "whole":
            open(os.path.join(self._directory(version), "damaged"), "w").close()
            self.present[version] = "damaged"

    def repair(self, version):
        if self.present.get(version) == "damaged":
            os.remove(os.path.join(self._directory(version), "damaged"))
            self.present[version] = "whole"

    def refresh(self, _):
        self.model.refresh()
        wanted = set(self.policy.choose(sorted(self.present)))
        self.served |= {version for version in wanted if self.present[version] == "whole"}
        self.failed = wanted - self.served
        if wanted & self.served:
            self.served &= wanted
        in_use = {servable.version for _, servable in self.requests}
        unloading = in_use - self.served
        self.failed |= set(self.policy.missing(sorted(self.present))) - self.served - unloading

    def ask(self, version):
        """Begins a request to a version, which lasts until `answer`."""
        if version in self.served:
            using = self.model.using(ModelSpec(name="m", version={"value": version}))
            self.requests.append((using, using.__enter__()))

    def answer(self, _):
        if self.requests:
            using, servable = self.requests.pop(0)
            assert not servable.closed
            using.__exit__(None, None, None)

    def check(self):
        statuses = self.model.statuses()
        in_state = {
            state: {version for version, status in statuses.items() if status.state == state}
            for state in (AVAILABLE, UNLOADING, END)
        }
        assert set(self.model.available) == self.served == in_state[AVAILABLE]
        assert set().union(*in_state.values()) == set(statuses)
        assert {version for version, status in statuses.items() if status.error} == self.failed
        assert len(in_state[END] - self.failed) <= _KEPT
        in_use = {servable.version for _, servable in self.requests}
        assert in_state[UNLOADING] <= in_use

    def _directory(self, version):
        return os.path.join(self.base_path, str(version))


def of_kind(kind):
    return st.tuples(st.just(kind), st.sampled_from(_VERSIONS))


steps = st.lists(
    st.one_of(
        *map(of_kind, ("publish", "remove", "damage", "repair", "ask", "answer")),
        *[of_kind("refresh")] * 6,
    ),
    max_size=120,
)
# Version 1 ends, comes back damaged, is forgotten as such, and eight more end.
_FORGOTTEN = [
    ("publish", 1),
    ("refresh", 0),
    ("publish", 2),
    ("refresh", 0),
    ("remove", 2),
    ("damage", 1),
    ("refresh", 0),
    *((kind, version) for version in range(3, 13) for kind in ("publish", "refresh")),
]


@pytest.mark.parametrize(
    "policy", [Latest(), Latest(2), All(), Specific(frozenset({2, 3, 5}))], ids=repr
)
@given(steps)
@example(_FORGOTTEN)
@settings(max_examples=150, derandomize=True, deadline=None, database=None)
def test_any_order_of_events_leaves_what_should_be_served(tmp_path_factory, policy, steps):
    base_path = str(tmp_path_factory.mktemp("orders"))
    orders = Orders(base_path, policy)
    for kind, version in steps:
        getattr(orders, kind)(version)
        orders.check()
    while orders.requests:
        orders.answer(None)
    orders.check()
    orders.model.retire()
    assert orders.model.available == []
