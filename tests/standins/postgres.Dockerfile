# Like postgres:17-alpine. The compiler for queries (LLVM, 130 MB) is left out: PostgreSQL runs the same without it.
FROM kata-local/debian:trixie
ENV LANG=C.UTF-8 PGDATA=/var/lib/postgresql/data PATH=/usr/lib/postgresql/17/bin:$PATH
RUN apt-get update \
 && apt-get install -y --no-install-recommends postgresql-common \
 && echo 'create_main_cluster = false' >> /etc/postgresql-common/createcluster.conf \
 && apt-get install -y --no-install-recommends postgresql-17 \
 && rm -rf /var/lib/apt/lists/* /usr/lib/postgresql/17/lib/bitcode /usr/lib/postgresql/17/lib/llvmjit* \
 && find /usr/lib -name 'libLLVM*' -delete \
 && mkdir -p /docker-entrypoint-initdb.d "$PGDATA" \
 && chown -R postgres:postgres "$PGDATA" /var/run/postgresql
COPY postgres-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
VOLUME /var/lib/postgresql/data
EXPOSE 5432
STOPSIGNAL SIGINT
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
