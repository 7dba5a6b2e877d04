// Upgrades a request to the room's WebSocket. The Worker authenticates the client before it wakes
// the room.

import { zValidator } from '@hono/zod-validator'
import { type Context, Hono } from 'hono'
import { chat } from '../../contract/routes/socket.ts'
import { protocol } from '../../contract/version.ts'
import type { Admitted } from '../../domain/session.ts'
import {
  closeCodeHeader,
  farewellHeader,
  type JoinRequest,
  joinRequestHeader,
} from '../../room/rpc.ts'
import type { AppEnv, Services } from '../app-env.ts'
import { connectRoom } from '../backends/room-client.ts'
import { isOriginAllowed } from '../middleware/cors.ts'
import {
  clientAddress,
  enforceEdgeLimit,
  isWithinEdgeLimit,
} from '../middleware/edge-rate-limit.ts'
import { ownOrigins } from '../middleware/host-guard.ts'
import { ProblemError } from '../problem-error.ts'
import { problemResponse, validationHook } from '../problem-response.ts'
import { type RefusalCode, refusalCode, refuseUpgrade } from './refuse-upgrade.ts'
import { redeemTicket } from './tickets.ts'
import { UpgradeHeaders, UpgradeQuery } from './upgrade-request.ts'

type UpgradeRequest = { headers: UpgradeHeaders; query: UpgradeQuery }

function protocolHeader({ batching }: UpgradeHeaders): Record<string, string> {
  return batching ? { 'sec-websocket-protocol': protocol } : {}
}

/** Precedence: a token among the subprotocols, a ticket, a token in the URL. */
async function authenticateUpgrade(
  services: Services,
  { headers, query }: UpgradeRequest,
): Promise<Admitted | undefined> {
  if (!headers.token && query.ticket) return redeemTicket(services, query.ticket)
  const token = headers.token ?? query.token
  const { tokens, clock } = services
  const checked = token ? await tokens.verify(token, clock.now()) : undefined
  return checked?.ok ? checked : undefined
}

async function joinRoom(
  c: Context<AppEnv>,
  upgrade: UpgradeRequest,
  admitted: Admitted,
): Promise<Response> {
  const { connectCooldowns, digestOfAddress, clock } = c.env
  const { member, sessionId, issuedAt, expiresAt } = admitted
  const caller = `member:${member.id}`
  const refuse = (code: RefusalCode, farewell?: string) =>
    refuseUpgrade(c, code, protocolHeader(upgrade.headers), { caller, farewell })
  if (connectCooldowns.isActive(member.id, clock.now())) return refuse(4429)

  const joinRequest: JoinRequest = {
    member,
    sessionId,
    ...(issuedAt !== undefined && { issuedAt }),
    tokenExpiresAt: expiresAt / 1000,
    batching: upgrade.headers.batching,
    resume: upgrade.query.resume,
    address: await digestOfAddress(clientAddress(c)),
  }
  const headers = {
    upgrade: 'websocket',
    ...protocolHeader(upgrade.headers),
    [joinRequestHeader]: encodeURIComponent(JSON.stringify(joinRequest)),
  }
  // This is a new request, so that no unchecked header of the client reaches the room.
  const joining = () => new Request(`https://room${chat.path}`, { headers })
  const answer = await connectRoom(c.env, (room) => room.fetch(joining()))
  if (answer.status === 101) return answer
  const code = refusalCode(answer.headers.get(closeCodeHeader))
  if (code === 4429) connectCooldowns.start(member.id, clock.now())
  const farewell = answer.headers.get(farewellHeader)
  return refuse(code, farewell === null ? undefined : decodeURIComponent(farewell))
}

async function handleUpgrade(c: Context<AppEnv>, upgrade: UpgradeRequest): Promise<Response> {
  const refuse = (code: RefusalCode) => refuseUpgrade(c, code, protocolHeader(upgrade.headers))
  // Sockets are counted apart from the other calls of an address: when a whole office reconnects,
  // each member opens a socket and also refreshes a token.
  if (!(await isWithinEdgeLimit(c, `socket:${clientAddress(c)}`))) return refuse(4429)

  const origin = c.req.header('origin')
  if (origin !== undefined && !isOriginAllowed(origin, ownOrigins(c), c.env.config))
    return refuse(4403)

  try {
    const admitted = await authenticateUpgrade(c.env, upgrade)
    return admitted ? await joinRoom(c, upgrade, admitted) : refuse(4401)
  } catch (error) {
    // Redis or the room is unavailable.
    if (error instanceof ProblemError) return refuse(1013)
    throw error
  }
}

export const upgradeRoute = new Hono<AppEnv>().get(
  chat.path,
  zValidator('header', UpgradeHeaders, validationHook),
  zValidator('query', UpgradeQuery, validationHook),
  async (c) => {
    const upgrade = { headers: c.req.valid('header'), query: c.req.valid('query') }
    if (upgrade.headers.isUpgrade) return handleUpgrade(c, upgrade)
    await enforceEdgeLimit(c, clientAddress(c))
    return problemResponse({ code: 'upgrade_required' }, { upgrade: 'websocket' })
  },
)
