# Like php:8.4-cli, with Composer; Slim (/usr/share/php/Slim/autoload.php) stands in for what Packagist would bring.
FROM kata-local/debian:trixie
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
        php8.4-cli php8.4-curl php8.4-mbstring php8.4-mysql php8.4-pgsql php8.4-xml php-memcached php-redis \
        composer php-slim php-slim-psr7 unzip \
 && rm -rf /var/lib/apt/lists/*
CMD ["php", "-a"]
