// The clock of the Workers is set forward and back between two calls.

import { describe, expect, test } from 'vitest'
import { Ticket } from '../../src/contract/routes/socket.ts'
import { newPerson, sql, tokenFor } from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'
import {
  anAddress,
  callIn,
  newAccount,
  password,
  refreshed,
  registered,
  session,
} from './accounts.ts'
import { answer, callWith, post, refusal, roomThat } from './responses.ts'

const second = 1_000
const minute = 60 * second
const steps = [1, 10, 600, 3_600].flatMap((seconds) => [-seconds * second, seconds * second])

/** The clock of the Workers stands still and is set by the test. */
function stopClock() {
  testClock.stop()
  return (ms: number) => testClock.moveBy(ms)
}

const admitting = { ROOM: roomThat({ admits: async () => ({ ok: true, value: null }) }) }

describe.each(steps)('when the clock is set by %i ms', (step) => {
  test('TOKEN-5 A token is accepted until one minute after its end, also if the clock was set back by up to an hour since', async () => {
    const person = await newPerson()
    const setBy = stopClock()
    // It has ended by the clock that was set forward.
    const token = await tokenFor(
      person,
      (Math.max(step, 0) + 10 * minute) / second,
      person.sessionId,
    )
    const headers = { authorization: `Bearer ${token}` }
    setBy(step)
    expect((await callWith(admitting, '/auth/me', { headers })).status).toBe(200)
    const bought = await callWith(admitting, '/ws/ticket', { method: 'POST', headers })
    expect((await answer(bought, 201, Ticket)).expires_in).toBe(30)
    setBy(10 * minute + Math.max(-step, 0) + minute)
    await refusal(await callWith(admitting, '/auth/me', { headers }), 'token_expired')
  })

  test('LOGIN-18 Nobody waits longer to log in than the window of the limit, wherever the clock is set', async () => {
    const { email } = await registered()
    const setBy = stopClock()
    const address = anAddress()
    const attempt = (secret: string) =>
      callWith({ LOGIN_LIMIT_PAIR: '2' }, '/auth/login', post({ email, password: secret }, address))
    for (let tries = 0; tries < 2; tries++)
      await refusal(await attempt('wrong password'), 'bad_credentials')
    setBy(step)
    const { retry_after = 0 } = await refusal(await attempt(password), 'rate_limited').catch(
      () => ({
        retry_after: 0,
      }),
    )
    expect(retry_after).toBeLessThanOrEqual(15 * 60)
    setBy(retry_after * second)
    expect((await attempt(password)).status).toBe(200)
  })

  test('REG-15 Nobody waits longer to register than the window of the limit, wherever the clock is set', async () => {
    const setBy = stopClock()
    const address = anAddress()
    const attempt = () =>
      callWith({ REGISTER_LIMIT: '1' }, '/auth/register', post(newAccount(), address))
    expect((await attempt()).status).toBe(201)
    setBy(step)
    const response = await attempt()
    const wait = Number(response.headers.get('retry-after') ?? 0)
    expect(wait).toBeLessThanOrEqual(60 * 60)
    setBy(wait * second)
    if (response.status === 429) expect((await attempt()).status).toBe(201)
  })

  test('SESS-15 Sessions continue and new ones begin, wherever the clock is set', async () => {
    const { email, user } = await registered()
    const tokens = await session(email)
    const setBy = stopClock()
    await sql()`
      insert into sessions (id, user_id, created_at, last_used_at, expires_at, refresh_hash)
      select gen_random_uuid(), ${user.id}, now(), now() + interval '1 second' * n,
        now() + interval '1 day', '-'
      from generate_series(1, 50) as n`
    setBy(step)
    const renewed = await refreshed(tokens)
    expect(renewed.refresh_expires_in).toBe(30 * 24 * 60 * 60)
    expect((await callIn(renewed, 'GET', '/auth/sessions')).status).toBe(200)
    expect((await callIn(await session(email), 'GET', '/auth/sessions')).status).toBe(200)
  })
})
