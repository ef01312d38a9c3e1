# Like mysql and mariadb: MariaDB 11.8. The data folder is no VOLUME, so `docker commit` keeps it.
FROM kata-local/debian:trixie
ENV LANG=C.UTF-8
RUN apt-get update \
 && apt-get install -y --no-install-recommends mariadb-server mariadb-client-compat \
 && rm -rf /var/lib/apt/lists/* /var/lib/mysql \
 && install -d -o mysql -g mysql /var/lib/mysql /run/mysqld \
 && install -d /docker-entrypoint-initdb.d \
 && printf '[mariadbd]\nbind-address = 0.0.0.0\nskip-name-resolve\n' > /etc/mysql/mariadb.conf.d/90-network.cnf
COPY mysql-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
EXPOSE 3306
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["mysqld"]
