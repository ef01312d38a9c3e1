"""Whose an object is, and when nobody will ever remove it."""

from __future__ import annotations

import os
import subprocess
import sys

from kata.engine.labels import EXPIRES, KEEP, Owner, birth_of, is_abandoned, owner_of, run_labels


def test_labels_name_their_owner() -> None:
    owner = Owner.current()
    assert owner_of(run_labels("abc", "app", owner)) == owner
    assert owner.is_alive()


def test_object_of_a_living_owner_is_not_abandoned() -> None:
    assert not is_abandoned(run_labels("abc", "app"), now=0)


def test_object_of_a_dead_process_is_abandoned() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    born = birth_of(ended.pid)
    ended.wait()
    me = Owner.current()
    labels = run_labels("abc", "app", Owner(me.host, me.boot, ended.pid, born))
    assert is_abandoned(labels, now=0)


def test_a_reused_pid_is_another_owner() -> None:
    me = Owner.current()
    assert is_abandoned(run_labels("abc", "app", Owner(me.host, me.boot, os.getpid(), "long ago")), now=0)


def test_object_of_an_earlier_boot_is_abandoned() -> None:
    me = Owner.current()
    assert is_abandoned(run_labels("abc", "app", Owner(me.host, "another boot", me.pid, me.born)), now=0)


def test_object_of_another_machine_waits_for_its_time() -> None:
    labels = {**run_labels("abc", "app", Owner("elsewhere", "b", 1, "1")), EXPIRES: "1000"}
    assert not is_abandoned(labels, now=999)
    assert is_abandoned(labels, now=1001)


def test_kept_object_is_never_abandoned() -> None:
    labels = {**run_labels("abc", "app", Owner("elsewhere", "b", 1, "1")), EXPIRES: "0", KEEP: "yes"}
    assert not is_abandoned(labels, now=1e12)


def test_labels_of_an_image_add_nothing_to_ours() -> None:
    """The engine puts an image's labels below those of its container: every one that means something is ours."""
    forged = {
        f"dev.kata.{name}": "x" for name in ("keep", "cache", "expires", "pid", "run", "role", "host", "boot", "born")
    }
    assert "x" not in {**forged, **run_labels("abc", "app")}.values()


def test_an_end_that_is_no_number_is_long_past() -> None:
    assert is_abandoned({"dev.kata.run": "x", EXPIRES: "never"}, now=1)


def test_labels_of_others_are_not_ours() -> None:
    assert owner_of({"dev.kata.pid": "x"}) is None
