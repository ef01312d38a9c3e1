# frozen_string_literal: true

require "connection_pool"
require "pg"

# PostgreSQL, with one connection for each of Puma's threads.
module Database
  POOL = ConnectionPool.new(size: 8) { PG.connect(ENV.fetch("DATABASE_URL")) }

  SCHEMA = <<~SQL
    CREATE TABLE IF NOT EXISTS users (
      id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      email         text NOT NULL, -- as it was sent
      name          text NOT NULL,
      role          text NOT NULL DEFAULT 'user',
      password_hash text NOT NULL
    );
    CREATE UNIQUE INDEX IF NOT EXISTS users_email ON users (lower(email));
    CREATE TABLE IF NOT EXISTS refresh_tokens (
      sha256     text PRIMARY KEY,
      user_id    uuid NOT NULL REFERENCES users,
      family     uuid NOT NULL,
      expires_at timestamptz NOT NULL,
      used_at    timestamptz,
      ended_at   timestamptz
    );
    CREATE INDEX IF NOT EXISTS refresh_tokens_family ON refresh_tokens (family);
    CREATE INDEX IF NOT EXISTS refresh_tokens_user ON refresh_tokens (user_id);
  SQL

  module_function

  # All rows of the answer, as hashes.
  def rows(sql, *values)
    POOL.with { |connection| connection.exec_params(sql, values).to_a }
  end

  def row(sql, *values)
    rows(sql, *values).first
  end

  # Within the block, rows and row speak over the same connection: a pool lends each thread one.
  def transaction(&block)
    POOL.with { |connection| connection.transaction(&block) }
  end

  # Tables and the first administrator. Two copies may start at the same moment: the lock lets one go first.
  def set_up
    transaction do |connection|
      connection.exec("SET LOCAL client_min_messages = warning")
      connection.exec("SELECT pg_advisory_xact_lock(61002)")
      connection.exec(SCHEMA)
      email = ENV.fetch("ADMIN_EMAIL")
      unless row("SELECT 1 FROM users WHERE lower(email) = lower($1)", email)
        rows("INSERT INTO users (email, name, role, password_hash) VALUES ($1, 'Administrator', 'admin', $2)",
             email, Passwords.hash_of(ENV.fetch("ADMIN_PASSWORD")))
      end
    end
  end
end
