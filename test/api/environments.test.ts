import { describe, expect, inject, it } from 'vitest'
import { createTokens } from '../../src/crypto/access-token.ts'
import { createRefreshTokens } from '../../src/crypto/refresh-token.ts'
import { callAs, newPerson, type Person, Socket, sql } from '../support/chat.ts'
import { formerRelease } from '../support/former-release.ts'
import { testClock } from '../support/test-clock.ts'
import { askRefresh, refreshed, registered, session } from './accounts.ts'
import { refusal } from './responses.ts'

const secret = inject('settings').JWT_SECRET
const former = formerRelease(secret)
const dayMs = 24 * 3_600_000
const formerTokensUntil = Date.parse('2027-03-01T00:00:00Z')

const caller = ({ id, username, sessionId }: Person) => ({ member: { id, username }, sessionId })

/** Makes a refresh token the current one of a session. */
async function keep(sessionId: string, hash: string): Promise<void> {
  await sql()`update sessions set refresh_hash = ${hash}, expires_at = '2100-01-01'
    where id = ${sessionId}`
}

describe('environments', () => {
  it('ENV-1 An access token of one environment is refused in every other, also with the same secret', async () => {
    for (const environment of ['staging', 'production'] as const) {
      const ada = await newPerson()
      const tokens = createTokens({ environment, secret, ttlSeconds: 3_600 })
      const { access_token } = await tokens.issue(caller(ada), Date.now())
      const foreign = { ...ada, token: access_token }
      await refusal(await callAs(foreign, 'GET', '/auth/me'), 'unauthenticated')
      const closed = await (await Socket.open(access_token)).closed
      expect(closed.code).toBe(4401)
      expect((await callAs(ada, 'GET', '/auth/me')).status).toBe(200)

      const socket = await Socket.join(ada)
      socket.send('authenticate', { token: access_token })
      expect((await socket.next('error')).data).toMatchObject({ code: 'unauthenticated' })
    }
  })

  it('ENV-2 A refresh token of one environment renews no session of another, also with the same secret and rows', async () => {
    const { email, user } = await registered()
    const { session_id } = await session(email)
    for (const environment of ['staging', 'production'] as const) {
      const minted = await createRefreshTokens({ environment, secret }).mint(session_id)
      await keep(session_id, minted.hash)
      await refusal(await askRefresh(minted.token), 'session_ended')
    }
    const rows = await sql()`select id from sessions where user_id = ${user.id}`
    expect(rows).toHaveLength(1)
  })

  it('ENV-3 Tokens of a release that named no environment are accepted until 1 March 2027 and not later', async () => {
    const { email, username, user } = await registered()
    const { session_id } = await session(email)
    const ada = { id: user.id, username, sessionId: session_id, token: '' }
    const works = async (now: number) => {
      testClock.set(now)
      const token = await former.issue(caller(ada), now - 60_000)
      return (await callAs({ ...ada, token }, 'GET', '/auth/me')).status
    }
    const renews = async (now: number) => {
      testClock.set(now)
      const { token, hash } = await former.mint(session_id)
      await keep(session_id, hash)
      return (await askRefresh(token)).status
    }

    await keep(session_id, '')
    expect(await works(formerTokensUntil - dayMs)).toBe(200)
    expect(await renews(formerTokensUntil - dayMs)).toBe(200)
    expect(await works(formerTokensUntil)).toBe(401)
    expect(await renews(formerTokensUntil)).toBe(401)
  })

  it('ENV-4 A release that names no environment accepts current tokens, so that a roll-back logs nobody out', async () => {
    const { email, user } = await registered()
    const first = await session(email)
    const second = await refreshed(first)
    for (const { access_token, refresh_token } of [first, second]) {
      expect(await former.verify(access_token, Date.now())).toBe(user.id)
      expect(await former.opens(refresh_token)).toBe(true)
    }
  })
})
