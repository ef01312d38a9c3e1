"""What keeps a container in its place: capabilities, limits, temporary folders, no way of finding names outside."""

from __future__ import annotations

from typing import Any

from docker.types import LogConfig, Ulimit

from kata.engine import LOG_BYTES, ContainerSpec

#: Unroutable by definition (RFC 5737): names outside the private network fail at once instead of leaking out.
_NO_RESOLVER = "192.0.2.1"


def host_config(api: Any, spec: ContainerSpec) -> Any:
    """What the container may use and reach; nothing of the host is mounted, and only named ports are published."""
    box = spec.sandbox
    return api.create_host_config(
        network_mode=f"container:{spec.share_network_of}" if spec.share_network_of else (spec.network or "bridge"),
        port_bindings={port: ("127.0.0.1", spec.pinned.get(port)) for port in spec.published} or None,
        publish_all_ports=False,
        cap_drop=["ALL"],
        cap_add=list(box.capabilities) or None,
        security_opt=["no-new-privileges:true"],
        init=True,
        mem_limit=box.memory,
        memswap_limit=box.memory,
        nano_cpus=int(box.cpus * 1e9),
        pids_limit=box.pids,
        ulimits=[Ulimit(name="nofile", soft=box.files, hard=box.files), Ulimit(name="core", soft=0, hard=0)],
        shm_size=box.shared_memory,
        read_only=box.read_only,
        tmpfs={
            "/tmp": f"size={box.temporary},nr_inodes=20000,mode=1777,exec",  # noqa: S108 - the container's own
            **dict.fromkeys(spec.volumes, f"size={box.temporary},nr_inodes=20000,mode=1777"),
        },
        log_config=LogConfig(type="json-file", config={"max-size": str(LOG_BYTES), "max-file": "1"}),
        dns=None if spec.share_network_of or spec.published else [_NO_RESOLVER],
        dns_opt=None if spec.share_network_of else ["timeout:1", "attempts:1"],
        restart_policy={"Name": "no"},
    )
