// The aims of the room beside its peers: ratios within one run, and whether they were reached.

import { hasResult } from '../figures/deliveries.ts'
import type { PeersRun } from '../figures/peers.ts'
import { median, spread } from './statistics.ts'
import { type Row, table } from './table.ts'

/** NaN: the run did not measure it. */
type Figure = (run: PeersRun) => number
type Aim = { what: string; limit: string; isMet: (ratio: number) => boolean; ratio: Figure }

const bare = 'bare object'
const inserting = 'bare object + insert'
const plain = 'room, plain clients'
const batching = 'room, chat.v1 clients'
const slowMs = 200

const highest =
  (subject: string, sockets: number): Figure =>
  ({ deliveries }) => {
    const row = deliveries.find((row) => row.subject === subject && row.sockets === sockets)
    return row && hasResult(row) ? row.search.highest.deliveriesPerSecond : Number.NaN
  }
const moderateP99 =
  (subject: string): Figure =>
  ({ deliveries }) =>
    deliveries.find((row) => row.subject === subject && row.sockets === 2_000)?.moderate.p99Ms ??
    Number.NaN
const cellOf = (rows: Row[], of: string, name: string) =>
  rows.find(({ label }) => label === of)?.values[name] ?? Number.NaN
const aloneP50 =
  (subject: string): Figure =>
  ({ loneUser }) =>
    cellOf(loneUser, subject, 'p50 ms')
const delayed =
  (percentile: string, ms: number): Figure =>
  ({ slowStores }) =>
    cellOf(slowStores, `${ms} ms`, `${percentile} ms`)

const atLeast = (limit: number, what: string, ours: Figure, theirs: Figure): Aim => ({
  what,
  limit: `at least ${limit}`,
  isMet: (ratio) => ratio >= limit,
  ratio: (run) => ours(run) / theirs(run),
})
const atMost = (limit: number, what: string, ours: Figure, theirs: Figure): Aim => ({
  ...atLeast(limit, what, ours, theirs),
  limit: `at most ${limit}`,
  isMet: (ratio) => ratio <= limit,
})

const aims: Aim[] = [
  ...[500, 2_000].flatMap((n) => {
    const what = `deliveries/s, ${n} sockets:`
    const ours = highest(batching, n)
    return [
      atLeast(10, `${what} chat.v1 ÷ bare object`, ours, highest(bare, n)),
      atLeast(5, `${what} chat.v1 ÷ Socket.IO + pg`, ours, highest('Socket.IO + pg', n)),
      atLeast(0.85, `${what} plain ÷ ${inserting}`, highest(plain, n), highest(inserting, n)),
    ]
  }),
  atMost(1.3, `lone user, p50: chat.v1 ÷ ${inserting}`, aloneP50(batching), aloneP50(inserting)),
  ...[batching, plain].map((room) => {
    const what = `10 messages/s, 2000 sockets, p99: ${room} ÷ bare object`
    return atMost(1.1, what, moderateP99(room), moderateP99(bare))
  }),
  ...['p50', 'p99'].map((percentile, n) => {
    const what = `Postgres and Redis ${slowMs} ms late, ${percentile}: ÷ not late`
    return atMost([1.1, 1.2][n] ?? 1, what, delayed(percentile, slowMs), delayed(percentile, 0))
  }),
]

export function aimsTable(runs: PeersRun[]): string {
  const rows = aims.flatMap(({ what, limit, isMet, ratio }) => {
    const ratios = runs.map(ratio).filter((value) => !Number.isNaN(value))
    if (ratios.length === 0) return []
    return [[what, limit, spread(ratios, 2), isMet(median(ratios)) ? 'yes' : '**no**']]
  })
  return table(['ratio', 'aim', 'here', 'met'], rows)
}
