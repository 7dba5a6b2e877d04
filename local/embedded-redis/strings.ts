// Texts and counters.
import { RedisError, type Reply } from '../reply.ts'
import { expiryOf } from './keys.ts'
import type { Commands, Keyspace } from './keyspace.ts'
import { fitsInt64, readInteger } from './numbers.ts'

export const stringCommands: Commands = {
  GET: [2, (keys, key) => keys.of(key, 'string') ?? null],
  GETDEL: [2, takeText],
  SET: [-3, setText],
  INCR: [2, increment],
}

function takeText(keys: Keyspace, key: string): Reply {
  const text = keys.of(key, 'string')
  if (text === undefined) return null
  keys.remove(key)
  return text
}

function setText(keys: Keyspace, key: string, text: string, ...options: string[]): Reply {
  const { condition, expiry } = readSetOptions(options)
  const expiresAt = expiry ? expiryOfSet(keys, expiry) : null
  if (condition && (condition === 'XX') !== Boolean(keys.find(key))) return null
  keys.put(key, 'string', text, expiresAt)
  return 'OK'
}

interface SetOptions {
  condition?: string
  expiry?: { unit: string; amount: string }
}

/** The same option twice is allowed, the last counts; its opposite is not. */
function readSetOptions(options: string[]): SetOptions {
  const read: SetOptions = {}
  for (let at = 0; at < options.length; at++) {
    const option = String(options[at]).toUpperCase()
    const amount = options[at + 1]
    if (option === 'NX' || option === 'XX') {
      if ((read.condition ?? option) !== option) throw new RedisError('ERR syntax error')
      read.condition = option
    } else if ((option === 'EX' || option === 'PX') && amount !== undefined) {
      if ((read.expiry?.unit ?? option) !== option) throw new RedisError('ERR syntax error')
      read.expiry = { unit: option, amount }
      at++
    } else {
      throw new RedisError('ERR syntax error')
    }
  }
  return read
}

function expiryOfSet(keys: Keyspace, { unit, amount }: { unit: string; amount: string }): number {
  const value = readInteger(amount)
  if (value <= 0n) throw new RedisError("ERR invalid expire time in 'set' command")
  return expiryOf(keys, 'set', value, unit === 'EX' ? 1_000n : 1n)
}

function increment(keys: Keyspace, key: string): Reply {
  const next = readInteger(keys.of(key, 'string') ?? '0') + 1n
  if (!fitsInt64(next)) throw new RedisError('ERR increment or decrement would overflow')
  keys.replaceText(key, String(next))
  return Number(next)
}
