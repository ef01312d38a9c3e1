# Like node:20-slim: `node` and `npm`.
FROM kata-local/debian:trixie
ENV LANG=C.UTF-8
RUN apt-get update \
 && apt-get install -y --no-install-recommends nodejs npm \
 && rm -rf /var/lib/apt/lists/*
CMD ["node"]
