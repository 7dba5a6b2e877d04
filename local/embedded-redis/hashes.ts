// Hashes: fields in the order in which they were first set.
import { RedisError, type Reply } from '../reply.ts'
import type { Commands, Keyspace } from './keyspace.ts'

export const hashCommands: Commands = {
  HSET: [-4, setFields],
  HGET: [3, (keys, key, field) => keys.of(key, 'hash')?.get(field) ?? null],
  HGETALL: [2, (keys, key) => [...(keys.of(key, 'hash') ?? [])].flat()],
  HLEN: [2, (keys, key) => keys.of(key, 'hash')?.size ?? 0],
  HDEL: [-3, deleteFields],
}

function setFields(keys: Keyspace, key: string, ...pairs: string[]): Reply {
  if (pairs.length % 2 === 1) {
    throw new RedisError("ERR wrong number of arguments for 'hset' command")
  }
  const hash = keys.of(key, 'hash') ?? keys.put(key, 'hash', new Map())
  return keys.edit(key, hash, () => {
    for (let at = 0; at < pairs.length; at += 2) {
      hash.set(String(pairs[at]), String(pairs[at + 1]))
    }
  })
}

function deleteFields(keys: Keyspace, key: string, ...fields: string[]): Reply {
  const hash = keys.of(key, 'hash')
  if (!hash) return 0
  return keys.edit(key, hash, () => {
    for (const field of fields) hash.delete(field)
  })
}
