// What the room aims at beside its peers: ratios within one run, and whether they were reached.

import type { DelayRow } from '../figures/delay.ts'
import { type DeliveriesRow, hasResult } from '../figures/deliveries.ts'
import type { LoneRow } from '../figures/lone.ts'
import { table } from '../table.ts'
import { median, spread } from './spread.ts'

type Run = { deliveries: DeliveriesRow[]; lone: LoneRow[]; delay: DelayRow[] }

type Aim = {
  what: string
  atLeast?: number
  atMost?: number
  /** null: the run has not measured it. */
  ratio: (run: Run) => number | null
}

const bare = 'bare object'
const inserting = 'bare object + insert'
const socketIo = 'Socket.IO + pg'
const plain = 'room, plain clients'
const batching = 'room, chat.v1 clients'

const crowds = [500, 2_000]
const crowdAtTen = 2_000
/** Of the delay figure, in milliseconds. */
const late = 200

const aims: Aim[] = [
  ...crowds.flatMap((sockets) => [
    {
      what: `deliveries/s, ${sockets} sockets: chat.v1 ÷ bare object`,
      atLeast: 10,
      ratio: ratioOfHighest(batching, bare, sockets),
    },
    {
      what: `deliveries/s, ${sockets} sockets: chat.v1 ÷ Socket.IO + pg`,
      atLeast: 5,
      ratio: ratioOfHighest(batching, socketIo, sockets),
    },
    {
      what: `deliveries/s, ${sockets} sockets: plain ÷ bare object + insert`,
      atLeast: 0.85,
      ratio: ratioOfHighest(plain, inserting, sockets),
    },
  ]),
  {
    what: 'lone user, p50: chat.v1 ÷ bare object + insert',
    atMost: 1.3,
    ratio: ratioAlone(batching),
  },
  ...[batching, plain].map((room) => ({
    what: `10 messages/s, ${crowdAtTen} sockets, p99: ${room} ÷ bare object`,
    atMost: 1.1,
    ratio: ratioOfP99(room),
  })),
  {
    what: `Postgres and Redis ${late} ms late, p50: ÷ not late`,
    atMost: 1.1,
    ratio: ratioOfDelay(({ p50Ms }) => p50Ms),
  },
  {
    what: `Postgres and Redis ${late} ms late, p99: ÷ not late`,
    atMost: 1.2,
    ratio: ratioOfDelay(({ p99Ms }) => p99Ms),
  },
]

export function aimsSection(runs: Run[]): string[] {
  const rows = aims.flatMap(({ what, atLeast, atMost, ratio }) => {
    const ratios = runs.flatMap((run) => ratio(run) ?? [])
    if (ratios.length === 0) return []
    const middle = median(ratios)
    const isMet = middle >= (atLeast ?? 0) && middle <= (atMost ?? Number.POSITIVE_INFINITY)
    const aim = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`
    return [[what, aim, spread(ratios, 2), isMet ? 'yes' : '**no**']]
  })
  return rows.length === 0 ? [] : ['## Aims', '', table(['ratio', 'aim', 'here', 'met'], rows), '']
}

function ratioOfHighest(ours: string, theirs: string, sockets: number): Aim['ratio'] {
  return ({ deliveries }) => {
    const highest = (subject: string) => {
      const row = deliveries.find((row) => row.subject === subject && row.sockets === sockets)
      return row && hasResult(row) ? row.ramp.highest.deliveriesPerSecond : null
    }
    return divide(highest(ours), highest(theirs))
  }
}

function ratioOfP99(ours: string): Aim['ratio'] {
  return ({ deliveries }) => {
    const p99 = (subject: string) =>
      deliveries.find((row) => row.subject === subject && row.sockets === crowdAtTen)?.moderate
        .p99Ms ?? null
    return divide(p99(ours), p99(bare))
  }
}

function ratioAlone(ours: string): Aim['ratio'] {
  return ({ lone }) => {
    const p50 = (name: string) => lone.find(({ subject }) => subject === name)?.p50Ms ?? null
    return divide(p50(ours), p50(inserting))
  }
}

function ratioOfDelay(of: (row: DelayRow) => number): Aim['ratio'] {
  return ({ delay }) => {
    const figure = (ms: number) => {
      const row = delay.find(({ delayMs }) => delayMs === ms)
      return row ? of(row) : null
    }
    return divide(figure(late), figure(0))
  }
}

function divide(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a / b
}
