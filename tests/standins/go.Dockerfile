# Like golang:1.24: `go`; Debian's module sources (/usr/share/gocode) stand in for what the module proxy would bring.
FROM kata-local/debian:trixie
ENV GOPATH=/go GOTOOLCHAIN=local PATH=/go/bin:$PATH
RUN apt-get update \
 && apt-get install -y --no-install-recommends golang-go golang-github-lib-pq-dev golang-golang-x-crypto-dev \
 && rm -rf /var/lib/apt/lists/* \
 && mkdir -p /go/bin /go/src
WORKDIR /go
CMD ["bash"]
