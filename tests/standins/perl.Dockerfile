# Like perl:5.40-slim: `perl` and `cpanm`; Debian's modules stand in for what CPAN would bring.
FROM kata-local/debian:trixie
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
        perl cpanminus libmojolicious-perl libmojo-jwt-perl libcrypt-argon2-perl libcrypt-bcrypt-perl \
        libcache-memcached-fast-perl libdbd-mariadb-perl libdbd-mysql-perl libdbd-pg-perl libdbi-perl libredis-perl \
 && rm -rf /var/lib/apt/lists/*
CMD ["perl", "-de0"]
