// All keys with their values and expiries. An expired key is removed when it is next read, and a
// collection is removed with its last element.
import { RedisError, type Reply } from '../reply.ts'

interface Values {
  string: string
  hash: Map<string, string>
  zset: Map<string, number>
}
type Kind = keyof Values

interface Entry {
  kind: Kind
  value: Values[Kind]
  /** Milliseconds since 1970; null: never. */
  expiresAt: number | null
}

/** Counted as Redis does: it includes the command's name, and is negative if more may follow. */
type Arity = number
export type Command = [Arity, (keys: Keyspace, ...args: string[]) => Reply]
export type Commands = Record<string, Command>

export class Keyspace {
  /** The same instant for a whole command or transaction. */
  now = 0
  /** Rises with every change, so that a snapshot can see whether it is outdated. */
  changes = 0
  #entries = new Map<string, Entry>()

  find(key: string): Entry | undefined {
    const entry = this.#entries.get(key)
    if (!entry || entry.expiresAt === null || entry.expiresAt >= this.now) return entry
    this.remove(key)
    return undefined
  }

  names(): string[] {
    return [...this.#entries.keys()].filter((key) => this.find(key))
  }

  of<K extends Kind>(key: string, kind: K): Values[K] | undefined {
    const entry = this.find(key)
    if (entry && entry.kind !== kind) {
      throw new RedisError('WRONGTYPE Operation against a key holding the wrong kind of value')
    }
    return entry?.value as Values[K] | undefined
  }

  /** A new key never expires. */
  put<K extends Kind>(key: string, kind: K, value: Values[K], expiresAt: number | null = null) {
    this.changes++
    this.#entries.set(key, { kind, value, expiresAt })
    return value
  }

  /** Changes a collection, and removes it if it is then empty. Returns by how much its size changed. */
  edit(key: string, collection: Map<string, unknown>, change: () => void): number {
    const before = collection.size
    change()
    this.changes++
    if (collection.size === 0) this.remove(key)
    return Math.abs(collection.size - before)
  }

  replaceText(key: string, value: string): void {
    this.put(key, 'string', value, this.find(key)?.expiresAt)
  }

  expire(key: string, expiresAt: number): boolean {
    const entry = this.find(key)
    if (!entry) return false
    if (expiresAt <= this.now) return this.remove(key)
    this.changes++
    entry.expiresAt = expiresAt
    return true
  }

  remove(key: string): boolean {
    this.changes++
    return this.#entries.delete(key)
  }

  clear(): void {
    this.changes++
    this.#entries.clear()
  }

  /** Everything as JSON, in which an infinite score must be a text. */
  dump(): unknown[] {
    return [...this.#entries].map(([key, { kind, value, expiresAt }]) => [
      key,
      kind,
      typeof value === 'string' ? value : [...value].map(([name, part]) => [name, String(part)]),
      expiresAt,
    ])
  }

  load(dump: unknown[]): void {
    for (const [key, kind, value, expiresAt] of dump as [string, Kind, never, number | null][]) {
      if (kind === 'string') this.put(key, kind, value, expiresAt)
      if (kind === 'hash') this.put(key, kind, new Map(value), expiresAt)
      if (kind === 'zset') this.put(key, kind, readScores(value), expiresAt)
    }
  }
}

function readScores(elements: [string, string][]): Map<string, number> {
  return new Map(elements.map(([member, score]) => [member, Number(score)]))
}
