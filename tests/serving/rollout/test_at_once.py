"""Rollouts of two models in one file, one inside the other at every moment, and of one model."""

import contextlib
import os
import threading

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files, file_locks
from serving.model_server.models.model_config import models_of
from serving.model_server.server import ModelServer
from serving.rollout import config_file, plan
from serving.rollout.rollout import Rollout
from serving.rollout.versions import Versions, find_model, versions_of
from tests.serving.model_server.number_models import config, publish
from tests.serving.rollout.test_rollout import asked, rolling, to_canary

STABLE = Versions(frozenset({1}), {"stable": 1, "canary": 1})
BOTH = Versions(frozenset({1, 2}), {"stable": 1, "canary": 2})


class Servers:
    """Stands in for `Replicas`: notes what it is sent, and calls a hook at each moment.

    Attributes:
      sent: every configuration, in order, of all rollouts that share the list.
      hook: called with the number of the moment: before the n-th sending, or waiting, is over.
    """

    def __init__(self, sent, hook=lambda _: None):
        self.sent, self.hook, self.moment = sent, hook, 0

    def available(self):
        return frozenset({1})

    def reload(self, config):
        self._pass()
        self.sent.append(config)

    def wait_for(self, wanted):
        self._pass()

    def _pass(self):
        self.moment += 1
        self.hook(self.moment)


@pytest.fixture
def path(tmp_path):
    """A file of two models, both with version 1 as stable and canary."""
    path = str(tmp_path / "models.config")
    labels = {
        "model_version_policy": {"specific": {"versions": [1]}},
        "version_labels": {"stable": 1, "canary": 1},
    }
    nowhere = str(tmp_path / "nowhere")
    config_file.write(path, config(graftnet=(nowhere, labels), other=(nowhere, labels)))
    return path


def said(path, model):
    return versions_of(find_model(config_file.read(path), model))


def fails_at(number):
    def hook(moment):
        if moment == number:
            raise GraftNetError("does not follow.")

    return hook


def canary(path, model, servers):
    """What the rollout ends with, on success or failure."""
    try:
        return Rollout(path, model, servers, push=True).advance(to_canary(2))
    except GraftNetError:
        return said(path, model)


# A canary sends, waits (what is served now), sends, waits (served), sends, waits (labelled).
WAITS = (2, 4, 6)


@pytest.mark.parametrize("inner_fails", [None, 3, 4, 5, 6])
@pytest.mark.parametrize(
    ("inside", "outer_fails"),
    [(inside, fails) for inside in WAITS for fails in (None, 4, 6) if inside <= (fails or 6)],
)
def test_one_inside_the_other_ends_as_both_would_alone(path, inside, outer_fails, inner_fails):
    sent, ends = [], {}

    def hook(moment):
        if moment == inside:
            ends["other"] = canary(path, "other", Servers(sent, fails_at(inner_fails)))
        fails_at(outer_fails)(moment)

    ends["graftnet"] = canary(path, "graftnet", Servers(sent, hook))
    expected = {  # a failing first step goes back to the start, a failing second one to the first
        None: BOTH,
        3: STABLE,
        4: STABLE,
        5: Versions(BOTH.served, STABLE.labels),
        6: Versions(BOTH.served, STABLE.labels),
    }
    assert ends["graftnet"] == said(path, "graftnet") == expected[outer_fails]
    assert ends["other"] == said(path, "other") == expected[inner_fails]
    assert sent[-1] == config_file.read(path), "the servers have what the file says"
    assert os.listdir(os.path.dirname(path)) == ["models.config"]


@pytest.mark.parametrize("sending", [1, 3, 5])
def test_what_is_sent_last_is_what_was_written_last(path, monkeypatch, sending):
    """Another rollout starts while the first sends a configuration that it has read."""
    sent, threads = [], []
    at_the_lock, held = threading.Event(), file_locks.held

    def noted(lock, **named):
        if threads and threading.current_thread() is threads[0]:
            at_the_lock.set()
        return held(lock, **named)

    def other():
        try:
            canary(path, "other", Servers(sent))
        finally:
            at_the_lock.set()

    def hook(moment):
        if moment == sending:
            threads.append(threading.Thread(target=other))
            threads[0].start()
            at_the_lock.wait()

    monkeypatch.setattr(config_file.file_locks, "held", noted)
    canary(path, "graftnet", Servers(sent, hook))
    threads[0].join()
    assert (said(path, "graftnet"), said(path, "other")) == (BOTH, BOTH)
    assert sent[-1] == config_file.read(path)


def test_many_at_once_all_hold(tmp_path):
    path = str(tmp_path / "models.config")
    names = [f"model{number}" for number in range(4)]
    one = {"model_version_policy": {"specific": {"versions": [1]}}}
    config_file.write(path, config(**{name: (str(tmp_path / "no"), one) for name in names}))
    sent, ends = [], {}

    def roll(name):
        rollout = Rollout(path, name, Servers(sent), push=True)
        rollout.pin()
        for _ in range(3):
            rollout.advance(to_canary(2))
            rollout.advance(plan.promote)
            ends[name] = rollout.advance(plan.rollback)

    threads = [threading.Thread(target=roll, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends == dict.fromkeys(names, STABLE)
    assert {name: said(path, name) for name in names} == ends
    assert sent[-1] == config_file.read(path)


@pytest.mark.parametrize(("inside", "served"), zip(WAITS, ({1, 3}, {1, 2, 3}, {1, 3}), strict=True))
def test_two_of_one_model_do_not_mix(path, inside, served):
    """The one that finds the model changed by another leaves it so, and says so."""
    changed = Versions(frozenset(served), {"stable": 1, "canary": 3})

    def hook(moment):
        if moment == inside:
            with contextlib.suppress(GraftNetError):
                Rollout(path, "graftnet", Servers([]), push=True).advance(to_canary(3))
            fails_at(6)(moment)

    with pytest.raises(GraftNetError, match="another") as raised:
        Rollout(path, "graftnet", Servers([], hook), push=True).advance(to_canary(2))
    assert said(path, "graftnet") == changed
    assert "as it was before" not in str(raised.value)


def test_a_hand_s_change_of_another_part_outlasts_a_failure(path):
    def hook(moment):
        if moment == 4:
            text = atomic_files.read_bytes(path).decode()
            atomic_files.write_text(path, text.replace('name: "other"', 'name: "renamed"'))
            raise GraftNetError("does not follow.")

    with pytest.raises(GraftNetError, match=r"says of graftnet is as it was .*versions 1 \(can"):
        Rollout(path, "graftnet", Servers([], hook), push=True).advance(to_canary(2))
    assert (said(path, "graftnet"), said(path, "renamed")) == (STABLE, STABLE)


def test_a_server_that_cannot_be_told_to_go_back_is_said(path):
    def hook(moment):
        if moment >= 4:
            raise GraftNetError("10.0.0.1:8500 is gone.")

    with pytest.raises(GraftNetError, match=r"And going back failed: 10\.0\.0\.1:8500 is gone\."):
        Rollout(path, "graftnet", Servers([], hook), push=True).advance(to_canary(2))
    assert said(path, "graftnet") == STABLE


def test_a_policy_is_put_back_as_it_was(tmp_path):
    path = str(tmp_path / "models.config")
    latest = {"model_version_policy": {"latest": {"num_versions": 2}}}
    before = config(graftnet=(str(tmp_path), latest), other=(str(tmp_path), {}))
    config_file.write(path, before)
    with pytest.raises(GraftNetError, match="as it was before this step: no versions by number"):
        Rollout(path, "graftnet", Servers([], fails_at(2)), push=True).pin()
    assert config_file.read(path) == before


def test_a_link_and_the_file_have_one_lock(path, tmp_path):
    link = str(tmp_path / "link.config")
    os.symlink(path, link)
    with (
        config_file.locked(link),
        file_locks.held(
            os.path.join(str(tmp_path), f"{atomic_files.INCOMING}lock-models.config"), wait=False
        ) as free,
    ):
        assert not free


def test_a_folder_that_is_not_there_is_one_line(tmp_path):
    with (
        pytest.raises(GraftNetError, match=r"none/models\.config cannot be changed: No such file"),
        config_file.locked(str(tmp_path / "none" / "models.config")),
    ):
        pass


def test_a_rollout_that_fails_leaves_another_s_on_real_servers(tmp_path):
    bases = {name: str(tmp_path / name) for name in ("graftnet", "other")}
    for base in bases.values():
        publish(base, 1)
        publish(base, 2)
    os.makedirs(os.path.join(bases["graftnet"], "3"))  # which cannot be loaded
    path = str(tmp_path / "models.config")
    one = {"model_version_policy": {"specific": {"versions": [1]}}}
    config_file.write(path, config(**{name: (base, one) for name, base in bases.items()}))
    with ModelServer(models_of(config_file.read(path)), poll_seconds=0) as server:
        with rolling(path, [server]) as it, rolling(path, [server], model="other") as other:
            it.pin()
            other.pin()
            follow = it._follow

            def meanwhile(wanted):
                if 3 in wanted.served:
                    other.advance(to_canary(2))
                follow(wanted)

            it._follow = meanwhile
            with pytest.raises(GraftNetError, match="cannot load version 3"):
                it.advance(to_canary(3))
        assert (said(path, "graftnet"), said(path, "other")) == (STABLE, BOTH)
        assert asked(server, version_label="canary") == 1
        assert asked(server, model="other", version_label="canary") == 2
