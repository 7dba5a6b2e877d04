// Closes slow consumers, because bytes that a client does not read stay in the room's memory. Only
// a ping that the platform answers proves that a client reads; bytes sent after it are unproven. A
// close is a test too: a client that reads answers it and reconnects.

import type { Revocations } from '../access/revocations.ts'
import type { Clock } from '../clock/clock.ts'
import type { ConnectionCloser } from './closer.ts'
import { type Connection, unprovenBytes } from './connection.ts'
import type { ConnectionRegistry } from './registry.ts'

const KiB = 1024
const MiB = 1024 * KiB

/** How long, and for how many unproven bytes, a connection stays open after its latest ping. */
const trust = {
  proven: { ageMs: 90_000, bytes: 2 * MiB },
  /** It never pinged: its client may not know the ping. */
  neverPinged: { ageMs: 15 * 60_000, bytes: 8 * MiB },
} as const
/** A sweep runs at each tick. After a longer gap it does not know how long a client was silent. */
const sweepGapMaxMs = 150_000
/** Under traffic a sweep also runs after so many bytes of broadcasts, or of replies in all. */
const sweepEvery = { broadcast: 512 * KiB, replies: 8 * MiB } as const
/** Unproven bytes of all connections that never pinged. Above it the largest of them are closed. */
const neverPingedMax = 24 * MiB
/** The same limit for the connections of one user, but only those above `tabMax` count. */
const userMax = 8 * MiB
/** More than the unproven bytes of a browser tab between two pings. */
const tabMax = 512 * KiB
/** How long a client may take for its first ping, and to answer the room's close. */
const answerMs = 10_000
/** Unproven bytes of closed sockets without an answer. Above it a restart frees the memory. */
const unansweredMax = 24 * MiB
/** More than a few tabs on a broken network hold. At a restart, users with more are blocked. */
const blockMin = 4 * MiB
/** A client may have sent so much before it received the close. Only a restart stops more. */
const afterCloseMax = { frames: 600, bytes: 32 * MiB } as const

type Uses = {
  ctx: DurableObjectState
  clock: Clock
  /** When the last sweep was, or else the start of the room, in milliseconds. */
  sweptAt: number
  connections: ConnectionRegistry
  closer: Pick<ConnectionCloser, 'close'>
  revocations: Pick<Revocations, 'blockConnects'>
  /** Restarts the room: all connections end, and their clients resume. */
  restart: (why: string) => void
}

export class SlowConsumers {
  readonly #uses: Uses
  #broadcastBytes = 0
  #replyBytes = 0
  #sweptAt: number
  /** Earlier silence does not count: the clock was set forward, or the room did not run. */
  #silenceFrom = 0

  constructor(uses: Uses) {
    this.#uses = uses
    this.#sweptAt = uses.sweptAt
  }

  /** Counts bytes that were broadcast to every connection. */
  countBroadcast(bytes: number, now: number): void {
    this.#broadcastBytes += bytes
    if (this.#broadcastBytes >= sweepEvery.broadcast) this.sweep(now)
  }

  /** Counts bytes of replies and welcomes, which single connections were sent. */
  countReplies(bytes: number, now: number): void {
    this.#replyBytes += bytes
    if (this.#replyBytes >= sweepEvery.replies) this.sweep(now)
  }

  /** Closes the connections whose unproven time or bytes are over a limit. */
  sweep(now: number): void {
    const { connections, closer } = this.#uses
    this.#broadcastBytes = 0
    this.#replyBytes = 0
    if (now - this.#sweptAt > sweepGapMaxMs) this.#silenceFrom = now
    this.#sweptAt = now
    const neverPinged: Connection[] = []
    const largeByUser = new Map<string, Connection[]>()
    for (const connection of [...connections.all()]) {
      const provenAt = this.#provenAt(connection)
      connection.sentBytes.atSweep = connection.sentBytes.total
      const { ageMs, bytes } = provenAt === null ? trust.neverPinged : trust.proven
      const since = Math.max(provenAt ?? connection.connectedAt, this.#silenceFrom)
      if (now - since > ageMs || unprovenBytes(connection) > bytes) {
        closer.close(connection, 4408)
        continue
      }
      if (provenAt === null && now - since > answerMs) neverPinged.push(connection)
      if (unprovenBytes(connection) > tabMax)
        largeByUser.set(connection.member.id, [
          ...(largeByUser.get(connection.member.id) ?? []),
          connection,
        ])
    }
    const closed = new Set(
      [...largeByUser.values()].flatMap((own) => this.#closeLargest(own, userMax)),
    )
    this.#closeLargest(
      neverPinged.filter((connection) => !closed.has(connection)),
      neverPingedMax,
    )
    this.#restartIfUnanswered(now)
  }

  /** To be called for each frame that arrives on a socket after the room has closed it. */
  frameAfterClose({ state, member }: Connection, size: number): void {
    if (state.kind !== 'closing') return
    const wasCloseIgnored = isCloseIgnored(state)
    state.frames++
    state.frameBytes += size
    if (!wasCloseIgnored && isCloseIgnored(state))
      this.#restart([member.id], 'A client keeps sending after its connection was closed')
  }

  /** When the client last proved by a ping that it reads, in milliseconds; null: never. */
  #provenAt(connection: Connection): number | null {
    const { ctx, clock, connections } = this.#uses
    const stamp = ctx.getWebSocketAutoResponseTimestamp(connection.socket)?.getTime()
    if (stamp === undefined) return null
    if (connection.ping?.stamp === stamp) return connection.ping.at
    // The platform's timestamps are of the wall clock. One from the future counts as now.
    const ageMs = clock.wall() - stamp
    const at = clock.now() - Math.max(0, ageMs)
    connections.recordPing(connection, { stamp, at }, ageMs)
    // The ping came after the last sweep, so all bytes sent before that sweep are proven.
    connection.sentBytes.proven = connection.sentBytes.atSweep
    return at
  }

  /** Closes the largest connections until the rest holds at most `bytesMax`. Gives the closed. */
  #closeLargest(connections: Connection[], bytesMax: number): Connection[] {
    let bytes = connections.reduce((sum, connection) => sum + unprovenBytes(connection), 0)
    const closed: Connection[] = []
    for (const connection of connections.sort((a, b) => unprovenBytes(b) - unprovenBytes(a))) {
      if (bytes <= bytesMax) break
      bytes -= unprovenBytes(connection)
      this.#uses.closer.close(connection, 4408)
      closed.push(connection)
    }
    return closed
  }

  #restartIfUnanswered(now: number): void {
    const { connections } = this.#uses
    connections.removeEnded()
    let unansweredBytes = 0
    const bytesByUser = new Map<string, number>()
    for (const { state, member } of connections.closing) {
      if (state.kind !== 'closing' || now - state.since <= answerMs) continue
      unansweredBytes += state.unprovenBytes
      bytesByUser.set(member.id, (bytesByUser.get(member.id) ?? 0) + state.unprovenBytes)
    }
    if (unansweredBytes <= unansweredMax) return
    const blocked = [...bytesByUser]
      .filter(([, bytes]) => bytes > blockMin)
      .map(([userId]) => userId)
    this.#restart(blocked, 'Connections that were closed but not read use too much memory')
  }

  /** Ends all connections. All clients may reconnect, except those of the blocked users. */
  #restart(blocked: string[], why: string): void {
    const { revocations, restart } = this.#uses
    revocations.blockConnects(blocked)
    restart(blocked.length === 0 ? why : `${why} (${blocked.join(' ')})`)
  }
}

type ClosingState = Extract<Connection['state'], { kind: 'closing' }>

/** The client sends so much that it cannot have received the close. */
const isCloseIgnored = ({ frames, frameBytes }: ClosingState) =>
  frames >= afterCloseMax.frames || frameBytes > afterCloseMax.bytes
