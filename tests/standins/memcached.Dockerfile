# Like memcached:1.6-alpine: never root, arguments go to memcached.
FROM kata-local/debian:trixie
RUN apt-get update \
 && apt-get install -y --no-install-recommends memcached \
 && rm -rf /var/lib/apt/lists/*
COPY memcached-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
USER memcache
EXPOSE 11211
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["memcached"]
