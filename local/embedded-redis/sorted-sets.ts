// Sorted sets: members by score, equal scores by the bytes of the member. Sorted when read.
import { RedisError, type Reply } from '../reply.ts'
import type { Commands, Keyspace } from './keyspace.ts'
import { readDouble, readInteger, writeDouble } from './numbers.ts'

export const sortedSetCommands: Commands = {
  ZADD: [-4, addMembers],
  ZREM: [-3, removeMembers],
  ZCARD: [2, (keys, key) => keys.of(key, 'zset')?.size ?? 0],
  ZSCORE: [3, scoreOf],
  ZCOUNT: [4, (keys, key, min, max) => inInterval(min, max)(sorted(keys, key)).length],
  ZRANGE: [-4, range],
  ZREMRANGEBYSCORE: [4, removeByScore],
}

type Element = [member: string, score: number]
type Selection = (elements: Element[]) => Element[]

function addMembers(keys: Keyspace, key: string, ...args: string[]): Reply {
  const first = args.findIndex((arg) => !['NX', 'XX', 'GT'].includes(arg.toUpperCase()))
  const options = new Set(args.slice(0, first).map((option) => option.toUpperCase()))
  const scored = readElements(first < 0 ? [] : args.slice(first), options)
  const set = keys.of(key, 'zset') ?? keys.put(key, 'zset', new Map())
  return keys.edit(key, set, () => {
    for (const [member, score] of scored) {
      const known = set.get(member)
      if (options.has(known === undefined ? 'XX' : 'NX')) continue
      if (known !== undefined && options.has('GT') && score <= known) continue
      set.set(member, score)
    }
  })
}

function readElements(flat: string[], options: Set<string>): Element[] {
  if (flat.length === 0 || flat.length % 2 === 1) throw new RedisError('ERR syntax error')
  if (options.has('NX') && options.has('XX')) {
    throw new RedisError('ERR XX and NX options at the same time are not compatible')
  }
  if (options.has('NX') && options.has('GT')) {
    throw new RedisError('ERR GT, LT, and/or NX options at the same time are not compatible')
  }
  return flat.flatMap((text, at): Element[] =>
    at % 2 === 0 ? [[String(flat[at + 1]), readDouble(text)]] : [],
  )
}

function removeMembers(keys: Keyspace, key: string, ...members: string[]): Reply {
  const set = keys.of(key, 'zset')
  if (!set) return 0
  return keys.edit(key, set, () => {
    for (const member of members) set.delete(member)
  })
}

function scoreOf(keys: Keyspace, key: string, member: string): Reply {
  const score = keys.of(key, 'zset')?.get(member)
  return score === undefined ? null : writeDouble(score)
}

function removeByScore(keys: Keyspace, key: string, min: string, max: string): Reply {
  const removed = inInterval(min, max)(sorted(keys, key))
  return removeMembers(keys, key, ...removed.map(([member]) => member))
}

function range(keys: Keyspace, key: string, start: string, stop: string, ...args: string[]): Reply {
  const { byScore, reverse, withScores, offset, count } = readRangeOptions(args)
  const [min, max] = reverse ? [stop, start] : [start, stop]
  const select = byScore ? inInterval(min, max) : atIndexes(start, stop)
  const elements = sorted(keys, key)
  const found = select(reverse ? elements.reverse() : elements)
  const page = byScore ? cut(found, offset, count) : found
  return page.flatMap(([member, score]) => (withScores ? [member, writeDouble(score)] : [member]))
}

function cut(elements: Element[], offset: number, count: number): Element[] {
  return offset < 0 ? [] : elements.slice(offset, count < 0 ? undefined : offset + count)
}

function readRangeOptions(args: string[]) {
  const read = { byScore: false, reverse: false, withScores: false, offset: 0, count: -1 }
  for (let at = 0; at < args.length; at++) {
    const option = String(args[at]).toUpperCase()
    const [offset, count] = args.slice(at + 1, at + 3)
    if (option === 'BYSCORE' && !read.byScore) read.byScore = true
    else if (option === 'REV' && !read.reverse) read.reverse = true
    else if (option === 'WITHSCORES') read.withScores = true
    else if (option === 'LIMIT' && offset !== undefined && count !== undefined) {
      read.offset = Number(readInteger(offset))
      read.count = Number(readInteger(count))
      at += 2
    } else throw new RedisError('ERR syntax error')
  }
  if (read.count !== -1 && !read.byScore) {
    throw new RedisError(
      'ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX',
    )
  }
  return read
}

/** Indexes count from the end when negative, and the last one belongs to the range. */
function atIndexes(start: string, stop: string): Selection {
  const [first, last] = [Number(readInteger(start)), Number(readInteger(stop))]
  return (elements) => {
    const from = first < 0 ? first + elements.length : first
    const to = last < 0 ? last + elements.length : last
    return elements.slice(Math.max(from, 0), Math.max(to + 1, 0))
  }
}

/** `(` in front of a bound leaves the bound itself out. */
function inInterval(min: string, max: string): Selection {
  const [low, high] = [readBound(min), readBound(max)]
  return (elements) =>
    elements.filter(
      ([, score]) =>
        (low.open ? score > low.score : score >= low.score) &&
        (high.open ? score < high.score : score <= high.score),
    )
}

function readBound(text: string): { open: boolean; score: number } {
  const open = text.startsWith('(')
  const score = readDouble(open ? text.slice(1) : text, 'ERR min or max is not a float')
  return { open, score }
}

function sorted(keys: Keyspace, key: string): Element[] {
  return [...(keys.of(key, 'zset') ?? [])].sort(byScoreThenMember)
}

/** Equal scores are not subtracted: of infinities, that is not a number. */
function byScoreThenMember([a, scoreOfA]: Element, [b, scoreOfB]: Element): number {
  if (scoreOfA !== scoreOfB) return scoreOfA - scoreOfB
  return Buffer.from(a).compare(Buffer.from(b))
}
