// The process of the crowd: listeners, who only read, and raiders, who also write. It counts what each
// of them gets, and every gap in `seq`.

import { serveCalls } from '../../bench/harness/worker-rpc.ts'
import { countIn, type Endpoint } from '../../bench/load-generator/commands.ts'
import { DeliveryChecker } from '../../bench/load-generator/delivery-checker.ts'
import { dialects } from '../../bench/load-generator/dialects.ts'
import { type Batch, FrameReader } from '../../bench/load-generator/frame-reader.ts'
import { textOf } from '../../bench/load-generator/message-text.ts'
import { OpenLoop } from '../../bench/load-generator/open-loop.ts'
import { VirtualUser } from '../../bench/load-generator/virtual-user.ts'

const dialect = 'chat.v1'
const connectsAtOnce = 20
const contentBytes = 60
/** Each user pings once in so many seconds. */
const pingSeconds = 20

const shared = new FrameReader(dialects[dialect].parse)

/** Reads for one user, and counts. All users share what was parsed. */
class CountingReader extends FrameReader {
  webSocketMessages = 0
  events = 0
  bytes = 0
  seq = -1

  constructor() {
    super(dialects[dialect].parse)
  }

  override read(raw: Buffer): Batch[] {
    const batches = shared.read(raw)
    this.webSocketMessages++
    this.bytes += raw.length
    for (const { seqs, syncedSeq, joined, left } of batches) {
      this.events += joined.length + left.length + (seqs ? seqs.last - seqs.first + 1 : 0)
      this.seq = seqs?.last ?? syncedSeq ?? this.seq
    }
    return batches
  }
}

type Person = { user: VirtualUser; reader: CountingReader; checker: DeliveryChecker }

const crowd = { listeners: [] as Person[], raiders: [] as Person[] }
type Group = keyof typeof crowd
let raid: OpenLoop | null = null
let second = 0

setInterval(() => {
  second++
  const due = (_: Person, index: number) => index % pingSeconds === second % pingSeconds
  for (const { user } of [...crowd.listeners, ...crowd.raiders].filter(due)) user.ping()
}, 1_000)

function createPerson(endpoint: Endpoint): Person {
  const reader = new CountingReader()
  const checker = new DeliveryChecker(true)
  const closed = (code: number) => countIn(checker.faults.closed, code)
  const uses = { frames: reader, checker, received: () => {}, answered: () => {}, closed }
  const user = new VirtualUser(uses, { endpoint, localAddress: '127.0.0.1' }, dialect)
  return { user, reader, checker }
}

function sumOf(group: Group, kind: 'refused' | 'closed'): Record<string, number> {
  const sum: Record<string, number> = {}
  for (const { checker } of crowd[group])
    for (const [code, count] of Object.entries(checker.faults[kind]))
      sum[code] = (sum[code] ?? 0) + count
  return sum
}

const handlers = {
  /** Throws unless all of them are let in. */
  async connect({ group, endpoints }: { group: Group; endpoints: Endpoint[] }): Promise<void> {
    const people = endpoints.map(createPerson)
    crowd[group].push(...people)
    const waiting = people.values()
    const connectInTurn = async () => {
      for (const { user } of waiting) {
        const outcome = await user.connect()
        if (outcome !== 'ready') throw new Error(`One of the ${group}: ${outcome}`)
      }
    }
    await Promise.all(Array.from({ length: connectsAtOnce }, connectInTurn))
  },
  /** Every connected raider sends once in `everyMs`, whatever the room answers. */
  startRaid({ everyMs }: { everyMs: number }): void {
    const { raiders } = crowd
    let number = 0
    raid = new OpenLoop((1_000 * raiders.length) / everyMs, () => {
      const { user } = raiders[number % raiders.length] as Person
      if (user.isReady) user.send(number, textOf(number, contentBytes))
      number++
    })
  },
  async endRaid(): Promise<void> {
    await raid?.end(0)
  },
  /** What each listener has got so far. */
  totals: () => ({
    events: crowd.listeners.map(({ reader }) => reader.events),
    webSocketMessages: crowd.listeners.map(({ reader }) => reader.webSocketMessages),
    bytes: crowd.listeners.map(({ reader }) => reader.bytes),
  }),
  report: () => ({
    gaps: crowd.listeners.filter(({ checker }) => checker.faults.disordered > 0).length,
    /** The latest numbers that the listeners know: one, if all know the same. */
    seqs: [...new Set(crowd.listeners.map(({ reader }) => reader.seq))],
    listenersClosed: sumOf('listeners', 'closed'),
    raidersClosed: sumOf('raiders', 'closed'),
    raidersRefused: sumOf('raiders', 'refused'),
  }),
}

export type CrowdHandlers = typeof handlers
export type Heard = ReturnType<typeof handlers.report>
export type Totals = ReturnType<typeof handlers.totals>

serveCalls(handlers)
