# The cache in Memcached. It only ever makes things faster: when Memcached is away, everything is simply not there.
require "dalli"
require "digest"
require "securerandom"

class Cache
  # Without these an unreachable Memcached would hold up every request, and be given up for a minute.
  PATIENCE = { socket_timeout: 1, down_retry_delay: 1, socket_max_failures: 0 }.freeze
  LOCK_SECONDS = 10 # longer than any answer of the origin takes, so that a lock outlives its work but not a crash

  attr_reader :ttl

  def initialize
    @ttl = Integer(ENV.fetch("CACHE_TTL"))
    @memcached = Dalli::Client.new(ENV.fetch("MEMCACHED_URL").delete_prefix("memcached://"), PATIENCE)
  end

  def get(key) = attempt { @memcached.get(name(key)) }
  def put(key, value) = attempt { @memcached.set(name(key), value, ttl) }
  def version(group) = attempt { @memcached.get(name("version", group)) }

  # Nobody finds entries of an older version any more; they expire by themselves, and the version long after them.
  def forget(*groups)
    groups.each { |group| attempt { @memcached.set(name("version", group), SecureRandom.uuid, ttl + 60) } }
  end

  # One caller at a time, in all copies of the server. Without Memcached nobody waits.
  def alone(key)
    lock = name("lock", key)
    sleep 0.02 until (held = attempt("away") { @memcached.add(lock, 1, LOCK_SECONDS) })
    yield
  ensure
    attempt { @memcached.delete(lock) } if held && held != "away"
  end

  private

  # Memcached's keys are short and without spaces.
  def name(*words) = Digest::SHA256.hexdigest(words.join(" "))

  def attempt(otherwise = nil)
    yield
  rescue Dalli::DalliError
    otherwise
  end
end
