// What every end of a session comes to: nothing opens any more.

import type { Person } from '../people.ts'
import type { Heard, Stage } from '../stage.ts'
import { asMember, mustBeTurnedAway, openSocket, someText } from './scene.ts'

/** The contract says one second; the machine is under attack. */
export const endWithinMs = 5_000

export const textOf = (heard: Heard | null, field: string) => String(heard?.json?.[field] ?? '')

export function refresh(
  stage: Stage,
  token: string,
  statuses: readonly number[],
  what: string,
): Promise<Heard | null> {
  const json = { refresh_token: token }
  return stage.ask(`session: ${what}`, 'POST', '/auth/refresh', { json, statuses })
}

/** Neither a call, nor a renewal, nor a socket. */
export async function mustBeOver(
  stage: Stage,
  { token, refreshToken }: Person,
  what: string,
): Promise<void> {
  const statuses = [401, 403]
  const kind = `session: ${what}`
  await stage.ask(kind, 'GET', '/auth/sessions', { token, statuses })
  await stage.ask(kind, 'POST', '/ws/ticket', { token, statuses })
  await stage.ask(kind, 'POST', '/messages', { token, json: { content: someText() }, statuses })
  if (refreshToken) await refresh(stage, refreshToken, statuses, what)
  const socket = openSocket(stage, { headers: asMember(token) })
  await mustBeTurnedAway(stage, socket, { what: `a token ${what}`, codes: [4401, 4403] })
}
