# Like rabbitmq:4: RABBITMQ_DEFAULT_USER, _PASS and _VHOST are read by the server itself, when its data folder is new.
FROM kata-local/debian:trixie
ENV LANG=C.UTF-8
RUN apt-get update \
 && apt-get install -y --no-install-recommends rabbitmq-server \
 && rm -rf /var/lib/apt/lists/* /var/lib/rabbitmq/.erlang.cookie \
 && mkdir -p /etc/rabbitmq/conf.d \
 && printf 'loopback_users.guest = false\nlog.console = true\n' > /etc/rabbitmq/conf.d/10-defaults.conf
COPY rabbitmq-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
VOLUME /var/lib/rabbitmq
EXPOSE 5672
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["rabbitmq-server"]
