# Like ruby:3.3-slim: `ruby`, `gem`, `bundle`; Debian's gems stand in for what RubyGems would bring.
FROM kata-local/debian:trixie
ENV LANG=C.UTF-8
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
        ruby bundler puma ruby-rackup ruby-sinatra ruby-webrick \
        ruby-bcrypt ruby-bunny ruby-dalli ruby-jwt ruby-mysql2 ruby-pg ruby-redis \
 && rm -rf /var/lib/apt/lists/*
CMD ["irb"]
