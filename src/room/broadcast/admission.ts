// Decides which connections may join, and sends each one its welcome. The broadcaster calls `admit`
// between two broadcasts, so that no frame is lost between the replay and the first live event.

import type { CloseCode } from '../../contract/close-codes.ts'
import type { RoomFrame } from '../../contract/frames.ts'
import { limits } from '../../contract/values.ts'
import { protocol } from '../../contract/version.ts'
import type { Revocations } from '../access/revocations.ts'
import { tokenEnd } from '../access/token-renewal.ts'
import type { Clock } from '../clock/clock.ts'
import type { Connection, ConnectionRegistry } from '../connections/registry.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { Log } from '../log/log.ts'
import type { RoomPorts } from '../ports.ts'
import type { JoinLeave } from '../presence/join-leave.ts'
import type { Presence } from '../presence/presence.ts'
import { closeCodeHeader, type JoinRequest, joinRequestHeader } from '../rpc.ts'
import { replyEncoded } from './batch.ts'
import { createReplays } from './replay.ts'

/** How often a client should ping, in milliseconds. */
const heartbeatMs = 30_000
/** How many sockets of a user may exist for which the client has not answered the room's close. */
const unansweredClosesMax = 4
/** After so many bytes of welcomes the other joining connections wait for the end of the gap. */
const welcomeBytesMax = 8 * 1024 * 1024

type Uses = {
  clock: Clock
  log: Log
  connections: ConnectionRegistry
  presence: Presence
  joinLeave: JoinLeave
  revocations: Revocations
  rateLimits: RateLimits
  rules: Pick<RoomPorts, 'limits' | 'sockets'>
}

export class Admission {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /**
   * Answers an upgrade that the Worker has checked. An accepted connection is then `joining`. A
   * refusal is a plain answer, because a client could hold a refused socket open, and that would
   * keep the room awake.
   */
  acceptUpgrade(request: Request): Response {
    const joinRequest = readJoinRequest(request)
    if (!joinRequest) return new Response(null, { status: 400 })
    const { clock, connections, joinLeave } = this.#uses
    const { member } = joinRequest
    const now = clock.now()
    const refusal = this.#refusal(joinRequest, now)
    if (refusal !== null)
      return new Response(null, { status: 403, headers: { [closeCodeHeader]: `${refusal}` } })
    const { 0: client, 1: server } = new WebSocketPair()
    this.#enforceUserMax(member.id)
    connections.accept(server, joinRequest, now)
    joinLeave.join(member)
    return new Response(null, {
      status: 101,
      webSocket: client,
      ...(joinRequest.batching && { headers: { 'Sec-WebSocket-Protocol': protocol } }),
    })
  }

  /**
   * Welcomes joining connections: at least one, and none after `welcomeBytesMax`. Gives the bytes
   * that were sent. They get the present state here, and later events from the broadcaster.
   */
  admit(joining: Iterable<Connection>): number {
    const { log, connections, presence } = this.#uses
    const count = presence.count
    const roster = this.roster()
    const synced = encode({ event: 'synced', data: {}, seq: log.position.seq })
    const replay = createReplays(log)
    let bytes = 0
    for (const connection of joining) {
      if (bytes >= welcomeBytesMax) break
      const missed = replay(connection.joining?.resume ?? null)
      const welcome = encode(this.#welcome(connection, missed !== null, count))
      connections.welcome(connection)
      bytes += replyEncoded(connection, [welcome, roster, ...(missed ?? []), synced])
    }
    return bytes
  }

  /** The number of users online and the latest of them, as an encoded frame. */
  roster(): string {
    const { presence } = this.#uses
    const users = presence.latest(limits.onlineListed)
    return encode({ event: 'users_online', data: { count: presence.count, users } })
  }

  #welcome(connection: Connection, resumed: boolean, count: number): RoomFrame {
    const { member } = connection
    const { max, windowMs } = this.#uses.rules.limits.sends
    return {
      event: 'welcome',
      data: {
        user_id: member.id,
        username: member.username,
        epoch: this.#uses.log.epoch,
        resumed,
        server_time: new Date(this.#uses.clock.wall()).toISOString(),
        token_expires_at: tokenEnd(connection),
        heartbeat_ms: heartbeatMs,
        max_content: limits.contentMax,
        rate_limit: { max, window_ms: windowMs },
        online_count: count,
      },
    }
  }

  #refusal(joinRequest: JoinRequest, now: number): CloseCode | null {
    const { revocations, connections, rateLimits, rules } = this.#uses
    const refusal = revocations.refusal(joinRequest)
    if (refusal) return refusal.code === 'account_inactive' ? 4403 : 4401
    const userId = joinRequest.member.id
    if (!rateLimits.connect(userId, now) || revocations.isConnectBlocked(userId)) return 4429
    // Until its client answers the close, a closed socket holds memory as an open one does.
    if (connections.unansweredCloses(userId) >= unansweredClosesMax) return 4429
    const { address } = joinRequest
    if (
      address !== undefined &&
      connections.socketCounts.ofAddress(address) >= rules.sockets.address
    )
      return 4429
    return connections.socketCounts.total >= rules.sockets.room ? 4503 : null
  }

  /** One more connection of a user at the limit closes the one that was silent the longest. */
  #enforceUserMax(userId: string): void {
    const { clock, connections, rules, joinLeave } = this.#uses
    if (connections.ofUser(userId).size < rules.sockets.user) return
    const silent = connections.longestSilent(userId, clock.now())
    if (silent) joinLeave.close(silent, 4409)
  }
}

const encode = (frame: RoomFrame) => JSON.stringify(frame)

function readJoinRequest(request: Request): JoinRequest | null {
  const header = request.headers.get(joinRequestHeader)
  if (header === null || request.headers.get('Upgrade')?.toLowerCase() !== 'websocket') return null
  // It needs no check: only the Worker can reach the room, and it writes this header itself.
  return JSON.parse(decodeURIComponent(header)) as JoinRequest
}
