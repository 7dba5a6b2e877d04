// The virtual users of the load generator: they connect, are cut off and return.

import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type Connect,
  type Connected,
  countIn,
  type PresenceKnown,
  type Received,
} from './commands.ts'
import { DeliveryChecker } from './delivery-checker.ts'
import { dialects } from './dialects.ts'
import { FrameReader } from './frame-reader.ts'
import { Histogram } from './histogram.ts'
import { VirtualUser } from './virtual-user.ts'

const heartbeatMs = 30_000
const pingTickMs = 100
const pollMs = 5
const quietMs = 1_000
const lostAfterMs = 10_000
/** One local address has 28,000 ports. */
const socketsPerAddress = 5_000

export class Crowd {
  readonly users: VirtualUser[] = []
  readonly #groups = new Map<string, VirtualUser[]>()
  readonly checker: DeliveryChecker
  readonly reactionAnswers = { accepted: 0, refused: 0 }
  readonly #frames: FrameReader
  readonly #heartbeat: ReturnType<typeof setInterval>
  #nextPing = 0
  #pingsDue = 0
  #connectedAt = 0
  #receivedAt = 0
  #webSocketMessages = 0
  #bytes = 0

  constructor(dialect: Connect['dialect']) {
    const { isOrdered, parse } = dialects[dialect]
    this.checker = new DeliveryChecker(isOrdered)
    this.#frames = new FrameReader(parse)
    this.#heartbeat = setInterval(() => this.#pingSome(), pingTickMs)
  }

  connect(options: Connect): Promise<Connected> {
    const { dialect, endpoints, sockets = endpoints.length, group } = options
    const shared = {
      frames: this.#frames,
      checker: this.checker,
      received: (bytes: number, at: number) => this.#receive(bytes, at),
      answered: (isAccepted: boolean) =>
        this.reactionAnswers[isAccepted ? 'accepted' : 'refused']++,
      closed: (code: number) => countIn(this.checker.faults.closed, code),
    }
    const added = Array.from({ length: sockets }, (_, n) => {
      const address = 1 + Math.floor((this.users.length + n) / socketsPerAddress)
      const endpoint = endpoints[n % endpoints.length] as Connect['endpoints'][number]
      return new VirtualUser(shared, { endpoint, localAddress: `127.0.0.${address}` }, dialect)
    })
    this.users.push(...added)
    if (group !== undefined) this.#groups.set(group, added)
    return this.#connectUsers(added, options.concurrency ?? sockets)
  }

  async awaitQuiet(): Promise<void> {
    while (performance.now() - this.#receivedAt < quietMs) await delay(pollMs)
  }

  async awaitOnline(online: number): Promise<PresenceKnown> {
    const isKnown = () => this.users.every((user) => user.online === online)
    await this.until(isKnown)
    const seconds = isKnown() ? (performance.now() - this.#connectedAt) / 1000 : null
    return { seconds, webSocketMessages: this.#webSocketMessages, bytes: this.#bytes }
  }

  takeReceived(): Received {
    const received = { webSocketMessages: this.#webSocketMessages, bytes: this.#bytes }
    this.#webSocketMessages = 0
    this.#bytes = 0
    return received
  }

  cut(group: string): void {
    for (const user of this.group(group)) user.cut()
  }

  reconnect(group: string): Promise<Connected> {
    const users = this.group(group)
    return this.#connectUsers(users, users.length)
  }

  disconnect(): void {
    clearInterval(this.#heartbeat)
    for (const user of this.users) user.cut()
  }

  async #connectUsers(users: VirtualUser[], concurrency: number): Promise<Connected> {
    const ready = new Histogram()
    const refused: Record<string, number> = {}
    const utilization = performance.eventLoopUtilization()
    this.#webSocketMessages = 0
    this.#bytes = 0
    this.#connectedAt = performance.now()
    const waiting = users.values()
    const connectInTurn = async () => {
      for (const user of waiting) {
        const outcome = await user.connect()
        if (outcome === 'ready') ready.add(performance.now() - this.#connectedAt)
        else {
          countIn(refused, outcome)
          this.checker.close(user.receiver)
        }
      }
    }
    await Promise.all(Array.from({ length: concurrency }, connectInTurn))
    return {
      refused,
      resumed: users.filter(({ resumed }) => resumed).length,
      readyMs: ready.buckets(),
      webSocketMessages: this.#webSocketMessages,
      bytes: this.#bytes,
      busy: performance.eventLoopUtilization(utilization).utilization,
    }
  }

  group(name: string): VirtualUser[] {
    const users = this.#groups.get(name)
    if (!users) throw new Error(`There is no group ${name}`)
    return users
  }

  #receive(bytes: number, at: number): void {
    this.#receivedAt = at
    this.#webSocketMessages++
    this.#bytes += bytes
  }

  /** @param giveUpMs gives up when nothing has arrived for so long */
  async until(isDone: () => boolean, giveUpMs = lostAfterMs): Promise<void> {
    const from = performance.now()
    while (!isDone() && performance.now() - Math.max(from, this.#receivedAt) < giveUpMs)
      await delay(pollMs)
  }

  /** Spreads the pings over the heartbeat. */
  #pingSome(): void {
    this.#pingsDue += (this.users.length * pingTickMs) / heartbeatMs
    for (; this.#pingsDue >= 1; this.#pingsDue--)
      this.users[this.#nextPing++ % this.users.length]?.ping()
  }
}
