# A TCP forwarder, like alpine/socat: socat, a shell and cat, with just the libraries they load. It starts on every run.
FROM kata-local/debian:trixie AS parts
RUN apt-get update \
 && apt-get install -y --no-install-recommends busybox-static socat \
 && rm -rf /var/lib/apt/lists/*
RUN mkdir -p /out/bin /out/tmp \
 && cp /usr/bin/busybox /usr/bin/socat /out/bin/ \
 && for tool in sh cat ls ps kill nc wget sleep; do ln -s busybox "/out/bin/$tool"; done \
 && ldd /usr/bin/socat | grep -o '/[^ ]*' | xargs cp --parents --dereference --target-directory=/out

FROM scratch
COPY --from=parts /out /
ENV PATH=/bin
ENTRYPOINT ["socat"]
