// Commands for keys of every type.
import { RedisError, type Reply } from '../reply.ts'
import type { Commands, Keyspace } from './keyspace.ts'
import { fitsInt64, readInteger } from './numbers.ts'

export const keyCommands: Commands = {
  PING: [-1, ping],
  DEL: [
    -2,
    (keys, ...names) => names.filter((name) => keys.find(name) && keys.remove(name)).length,
  ],
  KEYS: [2, named],
  EXISTS: [-2, (keys, ...names) => names.filter((name) => keys.find(name)).length],
  EXPIRE: [-3, (keys, key, seconds, ...options) => expire(keys, 'expire', key, seconds, options)],
  PEXPIRE: [-3, (keys, key, ms, ...options) => expire(keys, 'pexpire', key, ms, options)],
  TTL: [2, (keys, key) => timeLeft(keys, key, (ms) => Math.floor((ms + 500) / 1_000))],
  PTTL: [2, (keys, key) => timeLeft(keys, key, (ms) => ms)],
  FLUSHDB: [-1, flush],
}

function ping(_keys: Keyspace, message = 'PONG', ...more: string[]): Reply {
  if (more.length > 0) throw new RedisError("ERR wrong number of arguments for 'ping' command")
  return message
}

/** Patterns of the form `prefix*` alone. */
function named(keys: Keyspace, pattern: string): Reply {
  if (!/^[^*?[\]\\]*\*$/.test(pattern)) throw new RedisError(`ERR Unsupported pattern ${pattern}`)
  return keys.names().filter((name) => name.startsWith(pattern.slice(0, -1)))
}

/** Milliseconds since 1970; `unit` is the milliseconds of one. */
export function expiryOf(keys: Keyspace, command: string, amount: bigint, unit: bigint): number {
  const at = amount * unit + BigInt(keys.now)
  if (fitsInt64(at) && fitsInt64(amount * unit)) return Number(at)
  throw new RedisError(`ERR invalid expire time in '${command}' command`)
}

function expire(keys: Keyspace, command: string, key: string, amount: string, options: string[]) {
  if (options.length > 0) throw new RedisError(`ERR Unsupported option ${options[0]}`)
  const unit = command === 'expire' ? 1_000n : 1n
  return Number(keys.expire(key, expiryOf(keys, command, readInteger(amount), unit)))
}

function timeLeft(keys: Keyspace, key: string, inUnits: (ms: number) => number): Reply {
  const entry = keys.find(key)
  if (!entry) return -2
  return entry.expiresAt === null ? -1 : inUnits(entry.expiresAt - keys.now)
}

function flush(keys: Keyspace, ...options: string[]): Reply {
  const [mode = 'SYNC', ...more] = options.map((option) => option.toUpperCase())
  if (more.length > 0 || !['SYNC', 'ASYNC'].includes(mode)) throw new RedisError('ERR syntax error')
  keys.clear()
  return 'OK'
}
