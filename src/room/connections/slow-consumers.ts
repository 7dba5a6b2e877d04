// Finds the sockets that nobody reads: what is sent to them piles up in the room's memory. Only a
// ping that the platform answers proves a reader; what was sent since then is unproven. A close
// proves one, too: who reads answers it and comes back.

import type { CloseCode } from '../../contract/close-codes.ts'
import type { Clock } from '../clock/clock.ts'
import type { Connection, ConnectionRegistry } from './registry.ts'

const KiB = 1024
const MiB = 1024 * KiB

/** How long, and for how many bytes, a socket is trusted since its last proof. */
const trust = {
  proven: { ageMs: 90_000, bytes: 2 * MiB },
  /** Never pinged: perhaps a client that knows no ping. */
  unknown: { ageMs: 15 * 60_000, bytes: 8 * MiB },
} as const
/** Sweeps come at each beat. One that comes later than this cannot tell how long anyone was silent. */
const sweepGapMaxMs = 150_000
/** Under traffic the sockets are swept whenever so much was broadcast, or told to single ones. */
const sweepEvery = { broadcast: 512 * KiB, told: 8 * MiB } as const
/** What sockets that never pinged may hold together; then those that hold the most are closed. */
const unknownMax = 24 * MiB
/** The same for the sockets of one user, of those that hold more than a tab between two pings. */
const userMax = 8 * MiB
const tabMax = 512 * KiB
/** So long a client may take to ping first, and to answer our close. */
const answerMs = 10_000
/** What sockets whose clients do not answer may hold before the room frees it by a restart. */
const unreadMax = 24 * MiB
/** Of that, more than a few tabs on a broken line hold: whose it is stays out for a while. */
const guiltMin = 4 * MiB
/** What a client may have sent before it heard of our close. Nothing but a restart ends it. */
const deaf = { frames: 600, bytes: 32 * MiB } as const

type Uses = {
  ctx: DurableObjectState
  clock: Clock
  /** When the room was swept last, or began, in milliseconds. */
  sweptAt: number
  connections: ConnectionRegistry
  close: (connection: Connection, code: CloseCode) => void
  /** Their next sockets are refused for some time, also by the next start of the room. */
  turnAway: (userIds: string[]) => void
  /** Starts the room anew: all connections end, and their clients resume. */
  restart: (why: string) => void
}

/** A socket that we closed and whose client did not answer. */
type Unread = {
  userId: string
  /** That may still be queued. */
  bytes: number
  closedAt: number
  /** That came after the close, and their bytes. */
  frames: number
  frameBytes: number
}

export class SlowConsumers {
  readonly #uses: Uses
  readonly #unread = new Map<WebSocket, Unread>()
  #broadcastBytes = 0
  #toldBytes = 0
  #sweptAt: number
  /** Silence counts from here: before, the clock was set forward, or the room did not run. */
  #silenceFrom = 0

  constructor(uses: Uses) {
    this.#uses = uses
    this.#sweptAt = uses.sweptAt
  }

  /** So much went out to everyone. */
  count(bytes: number, now: number): void {
    this.#broadcastBytes += bytes
    if (this.#broadcastBytes >= sweepEvery.broadcast) this.sweep(now)
  }

  /** So much went out to one of them. */
  countOne(bytes: number, now: number): void {
    this.#toldBytes += bytes
    if (this.#toldBytes >= sweepEvery.told) this.sweep(now)
  }

  /** Closes whoever was trusted for too long, or with too many others. */
  sweep(now: number): void {
    const { connections, close } = this.#uses
    this.#broadcastBytes = 0
    this.#toldBytes = 0
    if (now - this.#sweptAt > sweepGapMaxMs) this.#silenceFrom = now
    this.#sweptAt = now
    const unknown: Connection[] = []
    const heavy = new Map<string, Connection[]>()
    for (const connection of [...connections.all()]) {
      const provenAt = this.#provenAt(connection)
      connection.sweptBytes = connection.sentBytes
      const { ageMs, bytes } = provenAt === null ? trust.unknown : trust.proven
      const since = Math.max(provenAt ?? connection.connectedAt, this.#silenceFrom)
      if (now - since > ageMs || unproven(connection) > bytes) {
        close(connection, 4408)
        continue
      }
      if (provenAt === null && now - since > answerMs) unknown.push(connection)
      if (unproven(connection) > tabMax)
        heavy.set(connection.member.id, [...(heavy.get(connection.member.id) ?? []), connection])
    }
    const closed = new Set([...heavy.values()].flatMap((own) => this.#squeeze(own, userMax)))
    this.#squeeze(
      unknown.filter((connection) => !closed.has(connection)),
      unknownMax,
    )
    this.#giveUpMemory(now)
  }

  /** We closed this one. Its memory is free only when its client has gone. */
  closed(connection: Connection, now: number): void {
    const { socket, member } = connection
    const bytes = unproven(connection)
    this.#unread.set(socket, { userId: member.id, bytes, closedAt: now, frames: 0, frameBytes: 0 })
  }

  /** A socket that has ended for us goes on talking. */
  talksOn(socket: WebSocket, size: number, now: number): void {
    const [userId = ''] = this.#uses.ctx.getTags(socket)
    const unknown = { userId, bytes: 0, closedAt: now, frames: 0, frameBytes: 0 }
    const known = this.#unread.get(socket) ?? unknown
    const wasDeaf = isDeaf(known)
    known.frames++
    known.frameBytes += size
    this.#unread.set(socket, known)
    if (!wasDeaf && isDeaf(known)) this.#restart([userId], 'A closed socket talks on')
  }

  gone(socket: WebSocket): void {
    this.#unread.delete(socket)
  }

  /** When a socket last proved that it is read, in milliseconds; null: never. */
  #provenAt(connection: Connection): number | null {
    const { ctx, clock, connections } = this.#uses
    const stamp = ctx.getWebSocketAutoResponseTimestamp(connection.socket)?.getTime()
    if (stamp === undefined) return null
    if (connection.ping?.stamp === stamp) return connection.ping.at
    // The platform's stamps follow the wall clock; one from the future counts as now.
    const ageMs = clock.wall() - stamp
    const at = clock.now() - Math.max(0, ageMs)
    connections.notePing(connection, { stamp, at }, ageMs)
    // The ping came after the last sweep, so all that was sent before that one is proven.
    connection.provenBytes = connection.sweptBytes
    return at
  }

  /** Who reads answers the close and comes back; who does not is known then. Gives whom it closed. */
  #squeeze(connections: Connection[], bytesMax: number): Connection[] {
    let bytes = connections.reduce((sum, connection) => sum + unproven(connection), 0)
    const closed: Connection[] = []
    for (const connection of connections.sort((a, b) => unproven(b) - unproven(a))) {
      if (bytes <= bytesMax) break
      bytes -= unproven(connection)
      this.#uses.close(connection, 4408)
      closed.push(connection)
    }
    return closed
  }

  #giveUpMemory(now: number): void {
    const { ctx } = this.#uses
    if (this.#unread.size === 0) return
    // A socket's end is not always reported.
    const listed = new Set(ctx.getWebSockets())
    let unanswered = 0
    const held = new Map<string, number>()
    for (const [socket, { userId, bytes, closedAt }] of this.#unread) {
      if (!listed.has(socket)) this.#unread.delete(socket)
      else if (now - closedAt > answerMs) {
        unanswered += bytes
        held.set(userId, (held.get(userId) ?? 0) + bytes)
      }
    }
    if (unanswered <= unreadMax) return
    const guilty = [...held].filter(([, bytes]) => bytes > guiltMin).map(([userId]) => userId)
    this.#restart(guilty, 'Sockets that nobody reads hold too much memory')
  }

  /** All sockets end and come back, but those of whoever made it necessary. */
  #restart(guilty: string[], why: string): void {
    const { turnAway, restart } = this.#uses
    turnAway(guilty)
    restart(`${why} (${guilty.join(' ')})`)
  }
}

const isDeaf = ({ frames, frameBytes }: Unread) => frames >= deaf.frames || frameBytes > deaf.bytes

const unproven = ({ sentBytes, provenBytes }: Connection) => sentBytes - provenBytes
