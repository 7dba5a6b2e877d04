// Answers the upgrade of a new connection: refuses it, or accepts it as `joining`.

import type { CloseCode } from '../../contract/close-codes.ts'
import type { RoomFrame } from '../../contract/frames.ts'
import { protocol } from '../../contract/version.ts'
import type { Clock } from '../clock/clock.ts'
import type { ConnectionCloser } from '../connections/closer.ts'
import type { ConnectionRegistry } from '../connections/registry.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { RestrictionTable } from '../log/private/restrictions.ts'
import type { RoomPorts } from '../ports.ts'
import type { JoinLeave } from '../presence/join-leave.ts'
import { closeCodeHeader, farewellHeader, type JoinRequest, joinRequestHeader } from '../rpc.ts'
import type { Sequencer } from '../sequencer/sequencer.ts'
import type { Access } from './access.ts'
import type { Revocations } from './revocations.ts'

/** How many sockets of a user may exist for which the client has not answered the room's close. */
const unansweredClosesMax = 4

type Uses = {
  clock: Clock
  connections: ConnectionRegistry
  closer: ConnectionCloser
  joinLeave: JoinLeave
  sequencer: Sequencer
  access: Access
  revocations: Revocations
  restrictions: RestrictionTable
  rateLimits: RateLimits
  socketLimits: RoomPorts['sockets']
}

export class Upgrade {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** Answers an upgrade that the Worker has checked. */
  accept(request: Request): Response {
    const joinRequest = readJoinRequest(request)
    if (!joinRequest) return new Response(null, { status: 400 })
    const { clock, connections, joinLeave, sequencer } = this.#uses
    const { member } = joinRequest
    const now = clock.now()
    const refusal = this.#refusal(joinRequest, now)
    if (refusal !== null) return refusedUpgrade(refusal, this.#farewell(joinRequest))
    const { 0: client, 1: server } = new WebSocketPair()
    this.#enforceUserMax(member.id)
    connections.accept(server, joinRequest, now)
    joinLeave.join(member)
    sequencer.admitSoon()
    return new Response(null, {
      status: 101,
      webSocket: client,
      ...(joinRequest.batching && { headers: { 'Sec-WebSocket-Protocol': protocol } }),
    })
  }

  #refusal(joinRequest: JoinRequest, now: number): CloseCode | null {
    const { access, revocations, connections, rateLimits, socketLimits } = this.#uses
    const refusal = access.refusal(joinRequest)
    if (refusal)
      return refusal.code === 'token_expired' || refusal.code === 'session_ended' ? 4401 : 4403
    const userId = joinRequest.member.id
    if (!rateLimits.tryConnect(userId, now) || revocations.isConnectBlocked(userId)) return 4429
    // Until its client answers the close, a closed socket holds memory as an open one does.
    if (connections.unansweredCloses(userId) >= unansweredClosesMax) return 4429
    const { address } = joinRequest
    if (address !== undefined && connections.socketsOfAddress(address) >= socketLimits.address)
      return 4429
    return connections.socketCount >= socketLimits.room ? 4503 : null
  }

  /** A banned person learns why, and until when; null: there is nothing to tell. */
  #farewell({ member }: JoinRequest): RoomFrame | null {
    const { clock, restrictions } = this.#uses
    const held = restrictions.ofPerson(member.id, clock.wall())
    if (!held.ban) return null
    return {
      event: 'restricted',
      data: { user_id: member.id, username: member.username, ...held },
    }
  }

  /** One more connection of a user at the limit closes the one that was silent the longest. */
  #enforceUserMax(userId: string): void {
    const { clock, connections, socketLimits, closer } = this.#uses
    if (connections.ofUser(userId).size < socketLimits.user) return
    const silent = connections.longestSilent(userId, clock.now())
    if (silent) closer.close(silent, 4409)
  }
}

/** A plain answer: a refused socket could be held open, and that would keep the room awake. */
export function refusedUpgrade(code: CloseCode, farewell: RoomFrame | null = null): Response {
  return new Response(null, {
    status: 403,
    headers: {
      [closeCodeHeader]: `${code}`,
      ...(farewell && { [farewellHeader]: encodeURIComponent(JSON.stringify(farewell)) }),
    },
  })
}

function readJoinRequest(request: Request): JoinRequest | null {
  const header = request.headers.get(joinRequestHeader)
  if (header === null || request.headers.get('Upgrade')?.toLowerCase() !== 'websocket') return null
  // It needs no check: only the Worker can reach the room, and it writes this header itself.
  return JSON.parse(decodeURIComponent(header)) as JoinRequest
}
