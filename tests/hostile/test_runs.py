"""Hostile servers (27-40): the verdict names the true cause, and the machine is clean afterwards."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.hostile.canary import Canary
from tests.tiny import tiny

from kata.engine.docker import DockerEngine
from kata.results import Report, Verdict

Strict = Callable[..., Report]
MIB = 1 << 20


def test_31_files_without_end_are_a_resource_limit(strict: Strict, tmp_path: Path, HURRIED: Any) -> None:
    small = replace(HURRIED, sandbox=replace(HURRIED.sandbox, written=32 * MIB))
    filling = "out = open('/app/fill', 'wb')\nwhile True: out.write(bytes(MIB)); out.flush(); time.sleep(0.02)"
    report = strict(tiny(tmp_path / "api", at_import=f"import time\nMIB = 4 << 20\n{filling}"), profile=small)
    assert report.verdict is Verdict.RESOURCE_LIMIT, report
    assert "wrote more than 32 MB of files" in report.message


@pytest.mark.parametrize("word", ["print('x')", "print('x' * 5000)", "os.write(1, bytes(65536))"])
def test_32_a_flood_of_output_is_a_resource_limit(strict: Strict, tmp_path: Path, word: str) -> None:
    """Of short lines, of long ones, and of one line without an end."""
    report = strict(tiny(tmp_path / "api", at_import=f"import os\nwhile True: {word}"))
    assert report.verdict is Verdict.RESOURCE_LIMIT, report
    assert "printed more than" in report.message


def test_32_a_flood_on_a_request_is_a_resource_limit(strict: Strict, tmp_path: Path, HURRIED: Any) -> None:
    """Ended while it is checked, and told so in place of the checks that failed after it."""
    patient = replace(HURRIED, exchange_seconds=15.0)
    report = strict(tiny(tmp_path / "api", on_put="while True: print('x' * 3000)"), profile=patient)
    assert report.verdict is Verdict.RESOURCE_LIMIT, report


def thread(*lines: str) -> str:
    """Code for the top of a server: `lines` run beside it in a thread of their own."""
    body = "\n".join("    " + line for line in lines)
    start = "threading.Thread(target=work, daemon=True).start()"
    return f"import threading, time, socket, signal\ndef work():\n{body}\n{start}"


def test_27_a_fork_bomb_is_contained(strict: Strict, tmp_path: Path, HURRIED: Any) -> None:
    """It uses up its own processes; the server in front of it may even be graded."""
    small = replace(HURRIED, sandbox=replace(HURRIED.sandbox, pids=32, cpus=0.5), boot_seconds=6.0)
    bomb = "while True:\n    try: os.fork()\n    except OSError: time.sleep(0.1)"
    report = strict(tiny(tmp_path / "api", at_import=f"import time\n{bomb}"), profile=small)
    assert report.verdict is Verdict.RESOURCE_LIMIT, report
    assert "32 processes" in report.message


def test_threads_that_never_end_are_named_where_requests_get_no_reply(
    strict: Strict, tmp_path: Path, HURRIED: Any
) -> None:
    small = replace(HURRIED, sandbox=replace(HURRIED.sandbox, pids=32))
    hoard = "import threading, time\n        while True: threading.Thread(target=time.sleep, args=(60,)).start()"
    report = strict(tiny(tmp_path / "api", on_put=hoard), profile=small)
    assert report.verdict is Verdict.RESOURCE_LIMIT, report
    assert "32 processes and threads" in report.message


def test_28_memory_hoarded_on_a_request_is_named(strict: Strict, tmp_path: Path, HURRIED: Any) -> None:
    small = replace(HURRIED, sandbox=replace(HURRIED.sandbox, memory=64 * MIB))
    report = strict(tiny(tmp_path / "api", on_put="hog = bytearray(400 << 20)"), profile=small)
    assert report.verdict is Verdict.RESOURCE_LIMIT, report
    assert "memory" in report.message


def test_29_a_worker_that_dies_of_memory_is_no_verdict(strict: Strict, tmp_path: Path, HURRIED: Any) -> None:
    """The engine marks the whole container as out of memory, and the server goes on."""
    small = replace(HURRIED, sandbox=replace(HURRIED.sandbox, memory=64 * MIB))
    worker = "if os.fork() == 0:\n    hog = bytearray(400 << 20)\n    os._exit(0)"
    assert strict(tiny(tmp_path / "api", at_import=worker), profile=small).verdict is Verdict.PASSED


def test_30_temporary_folders_and_inodes_are_small(strict: Strict, tmp_path: Path) -> None:
    """What fills them gets an error, and the host's disk has nothing of it."""
    filling = (
        "def fill(path):\n"
        "    with open(path, 'wb') as out:\n"
        "        while True: out.write(bytes(1 << 20)); out.flush()\n"
        "for path in ('/tmp/fill', '/dev/shm/fill'):\n"
        "    try: fill(path)\n"
        "    except OSError as error: assert error.errno == 28, error\n"
        "    os.remove(path)\n"
        "try:\n"
        "    for i in range(50000): open(f'/tmp/{i}', 'w').close()\n"
        "    raise SystemExit('no limit on files')\n"
        "except OSError as error: assert error.errno == 28, error"
    )
    assert strict(tiny(tmp_path / "api", at_import=filling)).verdict is Verdict.PASSED


OUTSIDE = """
names = ["example.org", "x" * 60 + ".example.org", "host.docker.internal", "gateway.docker.internal"]
hosts = ["172.17.0.1", "169.254.169.254", "192.0.2.1", "8.8.8.8", "::1", "fe80::1", "2001:4860:4860::8888"]
parts = socket.gethostbyname(socket.gethostname()).rsplit(".", 1)[0]
hosts += [f"{parts}.1", f"{parts}.254", f"{parts}.255"]
for name in names:
    try: print("FOUND", name, socket.getaddrinfo(name, 80))
    except OSError: pass
for host in hosts:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        for port in (PORT, 53, 80, 2375):
            one = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind)
            one.settimeout(0.1)
            try:
                one.connect((host, port)); one.send(b"GET / HTTP/1.0\\r\\n\\r\\n")
                if kind == socket.SOCK_STREAM or one.recv(10): print("REACHED", host, port, kind)
            except OSError: pass
for family, kind in ((socket.AF_INET, socket.SOCK_RAW), (socket.AF_PACKET, socket.SOCK_RAW)):
    try: print("RAW", socket.socket(family, kind, 1))
    except PermissionError: pass
print("looked around")
raise SystemExit(7)
"""


def test_33_to_36_nothing_outside_is_reached(strict: Strict, tmp_path: Path, canary: Canary) -> None:
    """Gateway, host, metadata address, names, IPv6, raw sockets: all closed, and the canary on the host is silent."""
    report = strict(tiny(tmp_path / "api", at_import="import socket" + OUTSIDE.replace("PORT", str(canary.port))))
    assert report.verdict is Verdict.CRASHED, report
    assert "looked around" in report.log_tail
    assert not [line for line in report.log_tail if line.startswith(("FOUND", "REACHED", "RAW"))]
    assert not canary.heard()


INSIDE = """
def refused(what):
    try: what()
    except (OSError, PermissionError): return
    print("DONE", what.__name__)
    raise SystemExit("not confined")
def proc(): open("/proc/sys/kernel/core_pattern", "w").write("|/tmp/x")
def sysrq(): open("/proc/sysrq-trigger", "w").write("b")
def cgroup(): open("/sys/fs/cgroup/memory/memory.limit_in_bytes", "w").write("-1")
def clock(): time.clock_settime(time.CLOCK_REALTIME, 0)
def mount(): os.mkdir("/tmp/m"); subprocess.run(["mount", "-t", "tmpfs", "x", "/tmp/m"], check=True, stderr=-3)
def device(): os.mknod("/tmp/sda", 0o660 | stat.S_IFBLK, os.makedev(8, 0))
def root(): os.setuid(0)
def engine(): open("/var/run/docker.sock")
def password(): open("/etc/passwd", "a")
def low(): os.nice(-20)
def name(): socket.sethostname("other")
def chroot(): os.chroot("/tmp")
def unshare(): os.unshare(os.CLONE_NEWUSER)
def other(): os.kill(1, 9) or (_ for _ in ()).throw(OSError)
for each in (proc, sysrq, cgroup, clock, device, root, engine, password, low, name, chroot, other): refused(each)
"""


def test_what_belongs_to_the_machine_cannot_be_changed(strict: Strict, tmp_path: Path) -> None:
    """Kernel settings, cgroups, the clock, devices, the engine's socket, other users' files."""
    report = strict(tiny(tmp_path / "api", at_import="import socket, stat, subprocess, time" + INSIDE))
    assert report.verdict is Verdict.PASSED, report


def test_37_a_server_that_never_listens_is_told_with_its_log(strict: Strict, tmp_path: Path, HURRIED: Any) -> None:
    hurried = replace(HURRIED, boot_seconds=4.0)
    waiting = "import time; print('waiting for nothing', flush=True); time.sleep(600)"
    report = strict(tiny(tmp_path / "api", at_import=waiting), profile=hurried)
    assert report.verdict is Verdict.NOT_READY
    assert "waiting for nothing" in report.log_tail


def test_38_a_server_that_accepts_and_says_nothing(strict: Strict, tmp_path: Path, HURRIED: Any) -> None:
    hurried = replace(HURRIED, boot_seconds=4.0)
    report = strict(tiny(tmp_path / "api", on_get="import time; time.sleep(600)"), profile=hurried)
    assert report.verdict is Verdict.NOT_READY
    assert "did not answer" in report.message


def test_39_a_server_that_dies_later_fails_with_its_exit_code(strict: Strict, tmp_path: Path) -> None:
    dying = "STORED['seen'] = STORED.get('seen', 0) + 1\n        if STORED['seen'] == 3: os._exit(42)"
    report = strict(tiny(tmp_path / "api", on_get=dying, on_put="os._exit(42)"))
    assert report.verdict is Verdict.FAILED, report
    assert any("exit code 42" in check.message for check in report.checks)


STUBBORN = {
    "40_ignores_signals": "import signal\nfor number in (2, 15, 1, 3, 10): signal.signal(number, signal.SIG_IGN)",
    "survives_its_session": "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        import time\n"
    "        while True: time.sleep(1)\n    os._exit(0)",
    "comes_back": thread(
        "import subprocess",
        "while True: subprocess.run([sys.executable, '-c', 'import time; time.sleep(0.2)'])",
    ),
    "stops_itself": thread("time.sleep(600)", "os.kill(os.getpid(), signal.SIGSTOP)"),
}


@pytest.mark.parametrize("way", STUBBORN)
def test_40_whatever_it_ignores_it_is_gone_in_three_seconds(strict: Strict, tmp_path: Path, way: str) -> None:
    report = strict(tiny(tmp_path / "api", at_import=STUBBORN[way]))
    assert report.verdict is Verdict.PASSED, report
    seconds = {phase.name: phase.seconds for phase in report.phases}
    assert seconds["teardown"] < 3


def test_links_that_the_server_makes_lead_nowhere(strict: Strict, tmp_path: Path) -> None:
    """Nothing of the runner reads a server's file system."""
    lines = "os.symlink('/etc/passwd', '/app/link'); os.symlink('/proc/self/mem', '/app/mem'); os.mkfifo('/app/fifo')"
    assert strict(tiny(tmp_path / "api", at_import=lines)).verdict is Verdict.PASSED


def test_a_sparse_file_counts_by_its_apparent_size(strict: Strict, tmp_path: Path) -> None:
    """The engine tells apparent sizes; a file of a terabyte is over the limit, whatever it occupies."""
    lines = "open('/app/sparse', 'wb').truncate(1 << 40)\nimport time; time.sleep(60)"
    report = strict(tiny(tmp_path / "api", at_import=lines))
    assert report.verdict is Verdict.RESOURCE_LIMIT, report
    assert "of files" in report.message


def test_the_forwarder_lets_nobody_out(strict: Strict, tmp_path: Path, canary: Canary) -> None:
    """Its ports lead back to the server, not to the host, whichever way they are reached."""
    lines = (
        "parts = socket.gethostbyname(socket.gethostname()).rsplit('.', 1)[0]",
        "for last in range(1, 12):",
        "    for port in range(9000, 9004):",
        "        try:",
        "            with socket.create_connection((f'{parts}.{last}', port), 0.2) as one:",
        f"                one.send(b'GET http://172.17.0.1:{canary.port}/ HTTP/1.1\\r\\nHost: 172.17.0.1\\r\\n\\r\\n')",
        "        except OSError: pass",
    )
    report = strict(tiny(tmp_path / "api", before_serving=thread("time.sleep(1)", *lines)))
    assert report.verdict is Verdict.PASSED, report
    assert not canary.heard()


LOOKS = """
try:
    with open('/data/fill', 'wb') as out:
        while True: out.write(bytes(1 << 20))
except OSError as error: assert error.errno == 28, error
status = open('/proc/self/status').read()
assert 'NoNewPrivs:\\t1' in status, status
assert int(status.split('CapBnd:')[1].split()[0], 16) & ~0xcb == 0, status
"""


def own(folder: Path, base: str, *lines: str) -> Path:
    """A submission with a Dockerfile of its own, `lines` before its command."""
    (folder / "Dockerfile").write_text("\n".join((f"FROM {base}", "WORKDIR /srv", "COPY . .", *lines, "")))
    (folder / "kata.toml").write_text("port = 8000\n")
    return folder


def test_23_25_26_what_an_image_says_of_its_run_is_overridden(
    strict: Strict, tmp_path: Path, images: dict[str, str]
) -> None:
    """Volumes are small and in memory; no signal, label, health check or set-user-id program helps."""
    folder = own(
        tiny(tmp_path / "api", at_import=LOOKS),
        images["python"],
        "USER root",
        "RUN cp /bin/sh /srv/root-shell && chmod 4755 /srv/root-shell",
        "VOLUME /data",
        "STOPSIGNAL SIGCONT",
        "HEALTHCHECK --interval=1s CMD kill -9 -1",
        "LABEL dev.kata.run=other dev.kata.keep=yes dev.kata.cache=own",
        "ENV PORT=1 HTTP_PROXY=http://192.0.2.1",
        'CMD ["python", "main.py"]',
    )
    report = strict(folder)
    assert report.verdict is Verdict.PASSED, report
    assert {phase.name: phase.seconds for phase in report.phases}["teardown"] < 3


def test_24_exposed_ports_are_not_published(
    strict: Strict, tmp_path: Path, images: dict[str, str], engine: DockerEngine
) -> None:
    """The one way in is the forwarder's port, on the loopback of the host."""
    seen: list[dict[str, Any]] = []

    def look(event: Mapping[str, Any]) -> None:
        if event["event"] == "up":
            found = engine._api.inspect_container(event["container"])
            seen.append({port: bound for port, bound in found["NetworkSettings"]["Ports"].items() if bound})

    folder = own(tiny(tmp_path / "api"), images["python"], "EXPOSE 1-65535", 'CMD ["python", "main.py"]')
    assert strict(folder, on_event=look).verdict is Verdict.PASSED
    assert seen == [{}]


def test_32_a_flood_changes_nothing_for_the_neighbour(strict: Strict, tmp_path: Path) -> None:
    """Both run at the same time; one is ended, and the other gets the verdict that it gets alone."""
    patient = "import time; time.sleep(0.2)"
    flood = tiny(tmp_path / "flood", at_import="while True: print('x' * 3000)")
    with ThreadPoolExecutor(2) as pool:
        ended, calm = pool.map(strict, (flood, tiny(tmp_path / "calm", on_get=patient, on_put=patient)))
    assert ended.verdict is Verdict.RESOURCE_LIMIT, ended
    assert calm.verdict is Verdict.PASSED, calm


SYSTEM = """
for path in ("/etc/hosts", "/etc/resolv.conf", "/etc/hostname", "/etc/passwd", "/usr/lib/os-release", "/dev/null",
             "/proc/self/oom_score_adj", "/proc/1/oom_score_adj", "/proc/self/comm", "/proc/sys/vm/overcommit_memory"):
    try: open(path, "w").write("127.0.0.1 evil\\n" * 1000)
    except OSError: pass
"""


def test_files_of_the_system_are_only_the_containers_own(
    strict: Strict, tmp_path: Path, images: dict[str, str]
) -> None:
    """As root inside of an image of its own: what it writes there changes nothing for anybody else."""
    before = [Path(name).read_bytes() for name in ("/etc/hosts", "/etc/resolv.conf", "/proc/sys/vm/overcommit_memory")]
    folder = own(tiny(tmp_path / "api", at_import=SYSTEM), images["python"], 'CMD ["python", "main.py"]')
    assert strict(folder).verdict is Verdict.PASSED
    after = [Path(name).read_bytes() for name in ("/etc/hosts", "/etc/resolv.conf", "/proc/sys/vm/overcommit_memory")]
    assert before == after


LINKS = {
    "working_folder": ("RUN rm -rf /srv2 && ln -s /proc/1/root/etc /srv2", "VOLUME /srv2"),
    "volume_over_system": ("VOLUME /etc",),
    "temporary_folder": ("RUN rm -rf /tmp && ln -s /etc /tmp",),
    "unknown_user": ("USER nobody-of-that-name",),
    "many_volumes": tuple(f"VOLUME /v{number}" for number in range(20)),
    "odd_volumes": ('VOLUME ["/a:b,c", "relative", "/../../x", "/spa ce"]',),
    "host_names": ("RUN ln -sf /dev/stdout /var/log && ln -s / /srv/root && mkfifo /srv/pipe",),
}


@pytest.mark.parametrize("way", LINKS)
def test_links_and_volumes_of_an_image_lead_nowhere(
    strict: Strict, tmp_path: Path, images: dict[str, str], way: str
) -> None:
    """It runs, or does not start and is told so; never an error of ours, and never something left on the host."""
    before = sorted(os.listdir("/etc"))
    report = strict(own(tiny(tmp_path / "api"), images["python"], *LINKS[way], 'CMD ["python", "main.py"]'))
    assert report.verdict in (Verdict.PASSED, Verdict.NOT_READY, Verdict.CRASHED, Verdict.BUILD_FAILED), report
    assert sorted(os.listdir("/etc")) == before


def test_connections_that_are_never_closed_are_the_servers_own_trouble(strict: Strict, tmp_path: Path) -> None:
    """It keeps every reply's connection open for ever and opens thousands to itself."""
    hoarding = thread(
        "kept = []",
        "time.sleep(1)",
        "while True:",
        "    try: kept.append(socket.create_connection(('127.0.0.1', int(os.environ['PORT'])), 1))",
        "    except OSError: time.sleep(0.5)",
    )
    report = strict(tiny(tmp_path / "api", at_import=hoarding))
    assert report.verdict in (Verdict.PASSED, Verdict.FAILED, Verdict.RESOURCE_LIMIT, Verdict.NOT_READY), report
