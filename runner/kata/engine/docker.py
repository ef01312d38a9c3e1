"""The real engine: Docker, through its own Python package. Tried on API 1.41 (20.10) and made for anything newer."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

import docker
import docker.errors
import requests

from kata.engine import BuildFailed, BuildLimits, ContainerSpec, ContainerState, EngineInfo, ImageInfo, Progress
from kata.engine.build_output import follow_build
from kata.engine.build_watch import BuildWatch
from kata.engine.confinement import host_config
from kata.engine.labels import CACHE
from kata.engine.reading import container_state, engine_info, image_info, pull_line
from kata.engine.translating import START_HINT, reason_of, startable, translated
from kata.errors import EngineUnavailable, NotGraded
from kata.safe import safe_line

_CALL = 60
#: What the log's JSON adds to a line, beyond the time stamp that we ask for.
_LINE_OVERHEAD = 45
#: The context is our own tar; no step leaves its container behind, nothing of the host's configuration goes in.
_BUILD_OPTIONS: Mapping[str, bool] = {
    "custom_context": True,
    "decode": True,
    "rm": True,
    "forcerm": True,
    "pull": False,
    "use_config_proxy": False,
}


class DockerEngine:
    """One connection pool to the engine. Safe to use from several threads."""

    def __init__(self, client: docker.DockerClient) -> None:
        self._client = client
        self._api: Any = client.api

    @classmethod
    def connect_to_host(cls, seconds: int = 2) -> DockerEngine:
        """The engine that the docker command would use. Raises EngineUnavailable within about two seconds."""
        try:
            client = docker.from_env(timeout=seconds, max_pool_size=32)
            client.ping()
        except (docker.errors.DockerException, requests.RequestException, OSError, ValueError) as error:
            host = os.environ.get("DOCKER_HOST", "")
            where = f" at DOCKER_HOST={safe_line(host, 100)}" if host else ""
            raise EngineUnavailable(f"Docker cannot be reached{where}: {reason_of(error)}", START_HINT) from error
        client.api.timeout = _CALL
        return cls(client)

    def info(self) -> EngineInfo:
        with translated():
            found = self._api.info()
        return engine_info(found, self._api.api_version)

    def ping(self) -> None:
        """Return when the engine takes a new connection; one that stops still answers on the old ones."""
        self._api.close()
        with translated():
            self._api.ping()

    # -- images -----------------------------------------------------------------------------------------------------

    def image(self, name: str) -> ImageInfo | None:
        try:
            with translated():
                found = self._api.inspect_image(name)
        except docker.errors.ImageNotFound:
            return None
        return image_info(found)

    def pull(self, name: str, progress: Progress) -> None:
        repository, _, tag = name.rpartition(":") if ":" in name.rsplit("/", 1)[-1] else (name, "", "latest")
        with translated():
            try:
                for event in self._api.pull(repository, tag=tag, stream=True, decode=True):
                    if "error" in event:
                        raise NotGraded(
                            f"the image {name} could not be pulled: {safe_line(event['error'])}", _pull_hint(name)
                        )
                    progress(pull_line(event))
            except docker.errors.APIError as error:
                raise NotGraded(
                    f"the image {name} could not be pulled: {reason_of(error)}", _pull_hint(name)
                ) from error

    def build(
        self,
        context: IO[bytes],
        tag: str,
        labels: Mapping[str, str],
        progress: Progress,
        limits: BuildLimits,
        dockerfile: str = "Dockerfile",
        offline: bool = False,
        fresh: bool = False,
    ) -> None:
        watch = BuildWatch(self._api, limits)
        options = {
            "tag": tag,
            "labels": dict(labels),
            "dockerfile": dockerfile,
            "container_limits": {"memory": limits.memory, "memswap": limits.memory},
            "network_mode": "none" if offline else None,
            "nocache": fresh,
            "extra_hosts": watch.extra_hosts,
        }
        try:
            with translated(), watch.watching():
                stream = self._api.build(fileobj=context, timeout=int(limits.seconds), **_BUILD_OPTIONS, **options)
                follow_build(watch.listen(stream), progress, limits.seconds)
        except BuildFailed as failure:
            raise watch.told(failure) from failure
        finally:
            if fresh:
                watch.clear()

    def commit(self, container: str, tag: str, changes: Sequence[str], labels: Mapping[str, str]) -> None:
        repository, _, name = tag.rpartition(":")
        lines = [*changes, *(f"LABEL {key}={json.dumps(value)}" for key, value in labels.items())]
        with translated():
            self._api.commit(container, repository=repository, tag=name, changes=lines)

    # -- networks ---------------------------------------------------------------------------------------------------

    def create_network(self, name: str, labels: Mapping[str, str]) -> str:
        """A private network: no way out, and no address of the host on it either."""
        with translated():
            found = self._api.create_network(
                name,
                driver="bridge",
                internal=True,
                labels=dict(labels),
                options={"com.docker.network.bridge.inhibit_ipv4": "true"},
                check_duplicate=True,
            )
        return str(found["Id"])

    def connect(self, network: str, container: str, aliases: Sequence[str] = ()) -> None:
        with translated():
            self._api.connect_container_to_network(container, network, aliases=list(aliases) or None)

    def remove_network(self, network: str) -> None:
        """Remove it; what is still attached to it (a container that is on its way out) is detached first."""
        with contextlib.suppress(docker.errors.NotFound), translated():
            try:
                self._api.remove_network(network)
            except docker.errors.APIError as error:
                if error.status_code != 403:  # 403: it has active endpoints
                    raise
                for container in self._api.inspect_network(network)["Containers"] or {}:
                    with contextlib.suppress(docker.errors.APIError):
                        self._api.disconnect_container_from_network(container, network, force=True)
                self._api.remove_network(network)

    # -- containers -------------------------------------------------------------------------------------------------

    def create(self, spec: ContainerSpec) -> str:
        networking = None
        if spec.network:
            endpoint = self._api.create_endpoint_config(aliases=list(spec.aliases))
            networking = self._api.create_networking_config({spec.network: endpoint})
        with translated(), startable():
            found = self._api.create_container(
                spec.image,
                command=list(spec.command) if spec.command is not None else None,
                entrypoint=list(spec.entrypoint) if spec.entrypoint is not None else None,
                environment=dict(spec.environment),
                labels=dict(spec.labels),
                working_dir=spec.workdir,
                user=spec.sandbox.user,
                ports=list(spec.published) or None,
                stop_signal="SIGTERM",
                healthcheck={"test": ["NONE"]},
                networking_config=networking,
                host_config=host_config(self._api, spec),
                use_config_proxy=False,
            )
        return str(found["Id"])

    def start(self, container: str) -> None:
        with translated(), startable():
            self._api.start(container)

    def put(self, container: str, path: str, tar: IO[bytes]) -> None:
        with translated():
            self._api.put_archive(container, path, tar)

    def stop(self, container: str, seconds: int) -> None:
        with contextlib.suppress(docker.errors.NotFound), translated():
            self._api.stop(container, timeout=seconds)

    def kill(self, container: str) -> None:
        with translated():
            try:
                self._api.kill(container)
            except docker.errors.APIError as error:
                if error.status_code not in (404, 409):  # it is gone or does not run, which is what was wanted
                    raise

    def pause(self, container: str) -> None:
        with translated():
            self._api.pause(container)

    def resume(self, container: str) -> None:
        with translated():
            self._api.unpause(container)

    def wait(self, container: str, seconds: float) -> int:
        """The exit code, once the container has ended. Raises TimeoutError when it still runs."""
        try:
            with translated():
                return int(self._api.wait(container, timeout=seconds)["StatusCode"])
        except (requests.ReadTimeout, requests.ConnectionError) as error:
            raise TimeoutError from error

    def run(self, container: str, command: Sequence[str]) -> tuple[int, bytes]:
        """Run a command inside a running container of ours; exit code and output."""
        with translated():
            made = self._api.exec_create(container, list(command))
            output = self._api.exec_start(made["Id"])
            return int(self._api.exec_inspect(made["Id"])["ExitCode"] or 0), bytes(output)

    def state(self, container: str) -> ContainerState:
        try:
            with translated():
                found = self._api.inspect_container(container)["State"]
        except docker.errors.NotFound as error:
            raise NotGraded("a container of this run was removed from outside", "Run it again.") from error
        return container_state(found)

    def logs(self, container: str, lines: int = 200, since: float | None = None, until: float | None = None) -> bytes:
        """The last `lines` of output between two moments (Unix time in seconds); none when the container is gone."""
        # The engine would take the last lines of all first, and then those of them that fall between the moments.
        tail = lines if since is None else "all"
        found = b""
        with contextlib.suppress(docker.errors.NotFound), translated():
            found = self._api.logs(container, tail=tail, since=since, until=until, stdout=True, stderr=True)
        return bytes(found) if since is None else b"".join(bytes(found).splitlines(keepends=True)[-lines:])

    def logged(self, container: str) -> int | None:
        with contextlib.suppress(docker.errors.APIError, requests.RequestException), translated():
            found: bytes = self._api.logs(container, timestamps=True, stdout=True, stderr=True)
            return len(found) + _LINE_OVERHEAD * found.count(b"\n")
        return None

    def written(self, container: str) -> int:
        """Bytes that the container has written to its own file system; 0 when it is gone."""
        with contextlib.suppress(docker.errors.APIError, requests.RequestException), translated():
            for found in self._api.containers(all=True, size=True, filters={"id": container}):
                return int(found.get("SizeRw") or 0)
        return 0

    def processes(self, container: str) -> int:
        with contextlib.suppress(docker.errors.DockerException, requests.RequestException), translated():
            found = self._api.stats(container, stream=False, one_shot=True)
            return int((found.get("pids_stats") or {}).get("current") or 0)
        return 0

    def port(self, container: str, port: int) -> int:
        with translated():
            found = self._api.inspect_container(container)["NetworkSettings"]["Ports"].get(f"{port}/tcp")
        if not found:
            raise NotGraded(f"the engine published no port for {port}", "Run `kata doctor`; then try again.")
        return int(found[0]["HostPort"])

    def remove(self, container: str) -> None:
        with contextlib.suppress(docker.errors.NotFound), translated():
            try:
                self._api.remove_container(container, force=True, v=True)
            except docker.errors.APIError as error:
                if error.status_code != 409:  # 409: another sweep removes it at this moment
                    raise

    # -- what is there ----------------------------------------------------------------------------------------------

    def labelled(self, label: str) -> Iterator[tuple[str, str, Mapping[str, str]]]:
        """(kind, id, labels) of each container, network, volume and image with `label` ("key" or "key=value")."""
        filters = {"label": label}
        with translated():
            for item in self._api.containers(all=True, filters=filters):
                yield "container", item["Id"], item.get("Labels") or {}
            for item in self._api.networks(filters=filters):
                yield "network", item["Id"], item.get("Labels") or {}
            for item in self._api.volumes(filters=filters)["Volumes"] or []:
                yield "volume", item["Name"], item.get("Labels") or {}
            for item in self._api.images(filters=filters):
                labels = item.get("Labels") or {}
                # What was committed for later runs inherits the labels of the run that made it.
                if not labels.get(CACHE):
                    yield "image", item["Id"], labels

    def cached_images(self, label: str) -> list[tuple[str, str, int]]:
        """(tag, id, bytes) of every image that carries `label` and is kept for later runs."""
        with translated():
            found = self._api.images(filters={"label": label})
        kept = [item for item in found if (item.get("Labels") or {}).get(CACHE)]
        return [((item.get("RepoTags") or ["<none>"])[0], item["Id"], item["Size"]) for item in kept]

    def remove_image(self, image: str) -> None:
        with contextlib.suppress(docker.errors.ImageNotFound), translated():
            self._api.remove_image(image, force=True)

    def remove_volume(self, name: str) -> None:
        with contextlib.suppress(docker.errors.APIError, NotGraded), translated():
            self._api.remove_volume(name, force=True)


def _pull_hint(name: str) -> str:
    return f"Check the network and `docker pull {name}`; or name another image under [images] in kata's config.toml."
