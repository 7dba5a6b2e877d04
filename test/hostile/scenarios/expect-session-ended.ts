// Checks that nothing works any more with the tokens of an ended session.

import type { Account } from '../accounts.ts'
import type { AttackRunner, ParsedAnswer } from '../attack-runner.ts'
import { bearer, expectRefused, newText, openSocket } from './scenario.ts'

export const textOf = (answer: ParsedAnswer | null, field: string) =>
  String(answer?.json?.[field] ?? '')

export function refresh(
  runner: AttackRunner,
  token: string,
  statuses: readonly number[],
  what: string,
): Promise<ParsedAnswer | null> {
  const json = { refresh_token: token }
  return runner.ask(`session: ${what}`, 'POST', '/auth/refresh', { json, statuses })
}

/** No call, no renewal and no socket may work. */
export async function expectEnded(
  runner: AttackRunner,
  { token, refreshToken }: Account,
  what: string,
): Promise<void> {
  const statuses = [401, 403]
  const kind = `session: ${what}`
  await runner.ask(kind, 'GET', '/auth/me', { token, statuses })
  await runner.ask(kind, 'GET', '/auth/sessions', { token, statuses })
  await runner.ask(kind, 'POST', '/ws/ticket', { token, statuses })
  await runner.ask(kind, 'POST', '/messages', { token, json: { content: newText() }, statuses })
  await refresh(runner, refreshToken, statuses, what)
  const socket = openSocket(runner, { headers: bearer(token) })
  await expectRefused(runner, socket, `a token ${what}`, [4401, 4403])
}
