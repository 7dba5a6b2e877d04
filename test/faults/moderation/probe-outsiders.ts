// Tries to write as people who are muted or banned, over REST and over a socket.

import { ChatSocket } from '../../harness/chat-socket.ts'
import { call } from '../../harness/rest.ts'
import { type Frame, readMessage } from '../../kit/protocol.ts'
import type { RestrictionKind } from '../../kit/restriction-times.ts'
import type { Account } from '../client-parts.ts'
import type { Team } from './team.ts'

const refusals = { mute: 'muted', ban: 'banned' } as const
const liveWithinMs = 10_000
const content = 'probe: let me in.'

/** @returns a sentence for everything that was not refused */
export async function probeOutsiders(port: number, team: Team): Promise<string[]> {
  const wrong: string[] = []
  for (const outsider of team.outsiders) {
    const kind = heldNow(team, outsider)
    if (kind === null) continue
    team.metrics.count(`probes under a ${kind}`)
    const { username, token } = outsider
    const { status, body } = await call(port, 'POST', '/messages', { token, body: { content } })
    const code = (body as { code?: string } | null)?.code
    if (status !== 403 || code !== refusals[kind])
      wrong.push(`${username} is under a ${kind}, and sending answers ${status} ${code}`)
    const outcome = await talk(port, outsider)
    if (outcome !== refusals[kind])
      wrong.push(`${username} is under a ${kind}, and on a socket is ${outcome}`)
  }
  return wrong
}

/** A ban counts more than a mute. */
function heldNow({ record }: Team, { id }: Account): RestrictionKind | null {
  const kinds = (['ban', 'mute'] as const).filter((kind) => {
    const wanted = record.restrictions.latest(kind, id, Date.now())
    return wanted !== null && wanted.until === Number.POSITIVE_INFINITY
  })
  return kinds[0] ?? null
}

/** Connects and sends. @returns the code of the refusal, or what happened instead */
async function talk(port: number, { id, token }: Account): Promise<string> {
  const frames: Frame[] = []
  const has = (event: Frame['event']) => frames.some((frame) => frame.event === event)
  const socket = new ChatSocket({
    ...{ port, token, batching: true, liveWithinMs, isLive: () => has('synced') },
    onText: (text) => {
      const wasLive = has('synced')
      frames.push(...readMessage(text, { batching: true }).frames)
      if (!wasLive && has('synced')) socket.send('send_message', { content, client_id: 'probe' })
      if (has('error') || has('new_message')) socket.close()
    },
  })
  const { code } = await socket.closed
  const own = frames.find((frame) => frame.event === 'restricted')?.data
  const refusal = frames.find((frame) => frame.event === 'error')?.data.code
  // Further refusals of a banned person are HTTP answers.
  if (!has('welcome'))
    return code === 4403 && own?.ban === undefined ? 'refused without a reason' : 'banned'
  return own?.user_id === id && own.mute !== null ? (refusal ?? `closed with ${code}`) : 'not told'
}
