// The upgrade to the room's WebSocket. The Worker checks who comes; only then the room is woken.

import { type Context, Hono } from 'hono'
import { chat } from '../contract/routes/chat.ts'
import { bearerPrefix, protocol } from '../contract/version.ts'
import type { Admitted } from '../domain/session.ts'
import { closeCodeHeader, type JoinRequest, joinRequestHeader } from '../room/rpc.ts'
import { addressOf, demandWithinEdgeLimit, withinEdgeLimit } from './edge.ts'
import { originAllowed } from './origins.ts'
import { ownOrigins } from './own-address.ts'
import type { Wired } from './parts.ts'
import { problemAnswer, Refused } from './problem.ts'
import { type RefusalCode, refusalCodeOf, refuseUpgrade } from './refused-upgrade.ts'
import { enterRoom } from './room-line.ts'
import { redeem } from './tickets.ts'

const epochMax = 64

/** What opens the door: the first of these that is there. */
type Pass = { kind: 'token'; token: string } | { kind: 'ticket'; ticket: string } | null

type Offer = { batching: boolean; pass: Pass }

type InAddress = { token: string | undefined; ticket: string | undefined }

/** What is given empty is not given: a page may fill in the parameter that it has no value for. */
function readPass(carried: string | undefined, { token, ticket }: InAddress): Pass {
  if (carried) return { kind: 'token', token: carried }
  if (ticket) return { kind: 'ticket', ticket }
  return token ? { kind: 'token', token } : null
}

/** What the client offers as subprotocols, and its pass: a token there, or what the address holds. */
export function readOffer(subprotocols: string | undefined, address: InAddress): Offer {
  const offered = (subprotocols ?? '').split(',').map((name) => name.trim())
  const carrier = offered.find((name) => name.startsWith(bearerPrefix))
  return {
    batching: offered.includes(protocol),
    pass: readPass(carrier?.slice(bearerPrefix.length), address),
  }
}

/** Where the client was. What can't be read is no fault: it then starts anew. */
export function readResume(
  epoch: string | undefined,
  since: string | undefined,
): JoinRequest['resume'] {
  if (!epoch || epoch.length > epochMax || !since || !/^\d{1,15}$/.test(since)) return null
  return { epoch, since: Number(since) }
}

function echo({ batching }: Offer): Record<string, string> {
  return batching ? { 'sec-websocket-protocol': protocol } : {}
}

async function admittedWith(c: Context<Wired>, pass: Pass): Promise<Admitted | undefined> {
  if (pass?.kind === 'ticket') return redeem(c.env, pass.ticket)
  const checked = pass ? await c.env.tokens.verify(pass.token, Date.now()) : undefined
  return checked?.ok ? checked : undefined
}

async function enterAs(c: Context<Wired>, offer: Offer, admitted: Admitted): Promise<Response> {
  const { waitingAccounts, digestOfAddress } = c.env
  const { member } = admitted
  const refuse = (code: RefusalCode) => refuseUpgrade(c, code, echo(offer))
  if (waitingAccounts.has(member.id, Date.now())) return refuse(4429)

  const joinRequest: JoinRequest = {
    member,
    sessionId: admitted.sessionId,
    tokenExpiresAt: admitted.expiresAt / 1000,
    batching: offer.batching,
    resume: readResume(c.req.query('epoch'), c.req.query('since')),
    address: await digestOfAddress(addressOf(c)),
  }
  const headers = {
    upgrade: 'websocket',
    ...echo(offer),
    [joinRequestHeader]: encodeURIComponent(JSON.stringify(joinRequest)),
  }
  // Made anew: nothing that the client sent reaches the room unchecked.
  const enter = () => new Request(`https://room${chat.path}`, { headers })
  const answer = await enterRoom(c.env, (room) => room.fetch(enter()))
  if (answer.status === 101) return answer
  const code = refusalCodeOf(answer.headers.get(closeCodeHeader))
  if (code === 4429) waitingAccounts.add(member.id, Date.now())
  return refuse(code)
}

async function admit(c: Context<Wired>, offer: Offer): Promise<Response> {
  const refuse = (code: RefusalCode) => refuseUpgrade(c, code, echo(offer))
  // Apart from other calls of the address: where a whole office comes back at once, each member
  // opens a socket and renews a token.
  if (!(await withinEdgeLimit(c, `socket:${addressOf(c)}`))) return refuse(4429)

  const origin = c.req.header('origin')
  if (origin !== undefined && !originAllowed(origin, ownOrigins(c), c.env.config))
    return refuse(4403)

  try {
    const admitted = await admittedWith(c, offer.pass)
    return admitted ? await enterAs(c, offer, admitted) : refuse(4401)
  } catch (error) {
    // Redis or the room is away.
    if (error instanceof Refused) return refuse(1013)
    throw error
  }
}

export const chatCall = new Hono<Wired>().get(chat.path, async (c) => {
  if (c.req.header('upgrade')?.toLowerCase() === 'websocket')
    return admit(
      c,
      readOffer(c.req.header('sec-websocket-protocol'), {
        token: c.req.query('token'),
        ticket: c.req.query('ticket'),
      }),
    )
  await demandWithinEdgeLimit(c, addressOf(c))
  return problemAnswer({ code: 'upgrade_required' }, { upgrade: 'websocket' })
})
