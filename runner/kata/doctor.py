"""What the machine can do for kata, as findings with what to do about each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kata.engine import ContainerSpec, Sandbox
from kata.engine.docker import DockerEngine
from kata.engine.labels import new_run, run_labels

GIB = 1 << 30
_NEEDED = ("forwarder", "python", "node", "postgres")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `blocking` when nothing can be graded until it is mended."""

    about: str
    text: str
    good: bool = True
    todo: str = ""
    blocking: bool = False


def examine(engine: DockerEngine, images: Mapping[str, str], free: int) -> list[Finding]:
    """Engine, processors, memory, disk, images, and whether limits really take effect."""
    return [*_engine(engine), _disk(free), *_images(engine, images), *_limits(engine, images)]


def _engine(engine: DockerEngine) -> Iterator[Finding]:
    info = engine.info()
    yield Finding("engine", f"Docker {info.version}, API {info.api}, cgroup v{info.cgroup}, {info.storage}")
    yield Finding("system", info.system)
    enough = info.memory >= 2 * GIB
    yield Finding(
        "resources",
        f"{info.cpus} processors, {info.memory / GIB:.1f} GB of memory",
        enough,
        "" if enough else "Give Docker at least 2 GB of memory.",
    )


def _disk(free: int) -> Finding:
    enough = free >= 3 * GIB
    return Finding(
        "disk", f"{free / GIB:.1f} GB free", enough, "" if enough else "Free some space; `kata clean --images` helps."
    )


def _images(engine: DockerEngine, images: Mapping[str, str]) -> Iterator[Finding]:
    for role, name in images.items():
        found = engine.image(name)
        if found is not None:
            yield Finding(f"image {role}", f"{name} ({found.size / 1e6:.0f} MB)")
        else:
            needed = role in _NEEDED
            todo = f"`docker pull {name}`, or `make engine` in a checkout where no registry answers." if needed else ""
            yield Finding(
                f"image {role}", f"{name} is not here yet; it is pulled when an exercise needs it", not needed, todo
            )


def _limits(engine: DockerEngine, images: Mapping[str, str]) -> Iterator[Finding]:
    """Start the forwarder's image under a small memory limit and read back what the kernel made of it."""
    if engine.image(images["forwarder"]) is None:
        return
    run = new_run()
    limit = 48 << 20
    spec = ContainerSpec(
        image=images["forwarder"],
        role="doctor",
        entrypoint=("sh", "-c"),
        command=(
            "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null; "
            "cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null; "
            "grep -E 'NoNewPrivs|CapEff' /proc/1/status",
        ),
        labels=run_labels(run, "doctor"),
        sandbox=Sandbox(memory=limit, pids=64),
    )
    container = engine.create(spec)
    try:
        engine.start(container)
        engine.wait(container, 20)
        words = engine.logs(container).decode("utf-8", "replace").split()
    finally:
        engine.remove(container)
    facts = {
        "memory limit": str(limit) in words,
        "process limit": "64" in words,
        "no new privileges": "NoNewPrivs:" in words and words[words.index("NoNewPrivs:") + 1] == "1",
        "no capabilities": "0000000000000000" in words,
    }
    for about, good in facts.items():
        todo = "" if good else "The engine ignores this limit: grade only code that you trust, or use another engine."
        yield Finding(about, "in force" if good else "NOT in force", good, todo)
