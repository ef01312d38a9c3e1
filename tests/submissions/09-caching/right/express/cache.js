// The cache in Redis. It only ever makes things faster: when Redis is away, everything is simply not there.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";

export const TTL = Number(process.env.CACHE_TTL);
const LOCK_MS = 10_000; // longer than any answer of the origin takes, so that a lock outlives its work but not a crash
const PAUSE_MS = 1000; // after a failure Redis is left alone for so long
const UNLOCK = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end";

// Commands fail at once while Redis is away, instead of waiting in a queue until it is back.
const redis = new Redis(process.env.REDIS_URL, {
  connectTimeout: 1000,
  commandTimeout: 1000,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  retryStrategy: () => 300,
});
redis.on("error", () => {}); // it goes on trying by itself

// Whoever waits for this before serving does not begin without a cache that is there.
export const connected = Promise.race([new Promise((resolve) => redis.once("ready", resolve)), sleep(2000)]);

export async function get(key) {
  const found = await attempt(() => redis.get(key));
  return found && JSON.parse(found);
}

export function put(key, value) {
  return attempt(() => redis.set(key, JSON.stringify(value), "EX", TTL));
}

export async function version(group) {
  return (await attempt(() => redis.get(`version ${group}`))) ?? "first";
}

// Nobody finds entries of an older version any more; they expire by themselves, and the version long after them.
export async function forget(...groups) {
  for (const group of groups) await attempt(() => redis.set(`version ${group}`, randomUUID(), "EX", TTL + 60));
}

// One caller at a time, in all copies of the server. Without Redis nobody waits.
export async function alone(key, work) {
  const [lock, owner] = [`lock ${key}`, randomUUID()];
  while ((await attempt(() => redis.set(lock, owner, "PX", LOCK_MS, "NX"), "away")) === null) await sleep(20);
  try {
    return await work();
  } finally {
    await attempt(() => redis.eval(UNLOCK, 1, lock, owner));
  }
}

let awayUntil = 0;

// What Redis says, or `otherwise` when it is away.
async function attempt(command, otherwise = null) {
  if (Date.now() < awayUntil) return otherwise;
  try {
    return await command();
  } catch {
    awayUntil = Date.now() + PAUSE_MS;
    return otherwise;
  }
}
