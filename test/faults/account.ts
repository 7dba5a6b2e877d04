// Accounts of the campaigns, with sessions that are renewed as a client does.

import { setTimeout as delay } from 'node:timers/promises'
import { type Answer, call, NoAnswer } from '../harness/rest.ts'
import type { Member } from '../kit/protocol.ts'
import type { Account } from './client-parts.ts'

export const password = 'correct horse battery staple'
const retryAfterMs = 400

export type OpenedAccount = Account &
  Required<Pick<Account, 'renew'>> & { email: string; refreshToken: string }

type Tokens = { access_token: string; refresh_token: string }

/** Registers, and logs in. */
export async function openAccount(port: number, username: string): Promise<OpenedAccount> {
  const email = `${username}@example.com`
  const body = { username, email, password }
  const registered = await call(port, 'POST', '/auth/register', { body })
  const logged = await logIn(port, email)
  if (registered.status !== 201 || logged.status !== 200)
    throw new Error(`No account: ${registered.status}, ${logged.status}`)
  const { id } = registered.body as Member
  const tokens = logged.body as Tokens
  let renewing: Promise<boolean> | undefined
  const account: OpenedAccount = {
    ...{ id, username, email },
    ...{ token: tokens.access_token, refreshToken: tokens.refresh_token },
    // Its clients share one session.
    renew() {
      renewing ??= renew(port, account).finally(() => {
        renewing = undefined
      })
      return renewing
    },
  }
  return account
}

export function logIn(port: number, email: string): Promise<Answer> {
  return call(port, 'POST', '/auth/login', { body: { email, password } })
}

export function refresh(port: number, refreshToken: string): Promise<Answer> {
  return call(port, 'POST', '/auth/refresh', { body: { refresh_token: refreshToken } })
}

/** Continues the session, or begins another one. @returns false: both are refused */
async function renew(port: number, account: OpenedAccount): Promise<boolean> {
  const attempts = [
    () => refresh(port, account.refreshToken),
    () => logIn(port, account.email),
  ] as const
  for (const attempt of attempts) {
    const { status, body } = await untilAnswered(attempt)
    if (status !== 200) continue
    const { access_token, refresh_token } = body as Tokens
    account.token = access_token
    account.refreshToken = refresh_token
    return true
  }
  return false
}

async function untilAnswered(attempt: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      const answer = await attempt()
      if (answer.status < 500 && answer.status !== 429) return answer
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
    }
    await delay(retryAfterMs)
  }
}
