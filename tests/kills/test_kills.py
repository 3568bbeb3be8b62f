"""SIGKILL at random moments, again and again: nothing published is lost, and reruns complete."""

import json
import os
import subprocess
import sys

import pytest

ROOT = os.path.join(os.path.dirname(__file__), "../..")

FEW = {"publishing": 2, "composing": 1, "trunk": 1}
MANY = {
    "publishing": 100,
    "composing": 25,
    "promoting": 25,
    "trunk": 20,
    "branch": 20,
    "mining": 20,
    "life": 4,
}


def run(module, *arguments):
    """The JSON object that a module of this folder prints; what it logs is shown."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.kills.{module}", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def storm(seed, kills):
    """Kills each job that often and checks that nothing went wrong."""
    outcomes = run("storm", seed, *(f"{job}={number}" for job, number in kills.items()))
    assert {job: outcome["problems"] for job, outcome in outcomes.items()} == {
        job: [] for job in kills
    }
    assert {job: outcome["kills"] for job, outcome in outcomes.items()} == kills
    assert all(outcome["published"] for outcome in outcomes.values())


def test_a_few_kills_lose_nothing():
    storm(1, FEW)


@pytest.mark.slow
def test_hundreds_of_kills_lose_nothing():
    storm(2, MANY)


@pytest.mark.parametrize(
    ("processes", "kills"), [(4, 1), pytest.param(16, 8, marks=pytest.mark.slow)]
)
def test_processes_that_publish_at_once_get_versions_of_their_own(processes, kills):
    outcome = run("crowd", 3, processes, kills)
    assert outcome["problems"] == []
    assert outcome["versions"] >= 40 * (processes - kills) + 1
