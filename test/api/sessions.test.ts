import { afterEach, describe, expect, inject, test, vi } from 'vitest'
import { z } from 'zod'
import { Session, Tokens } from '../../src/contract/routes/sessions.ts'
import { call, callAs, newPerson, Socket, sql, trouble } from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'
import {
  anAddress,
  askRefresh,
  callIn,
  type LoggedIn,
  logIn,
  password,
  refreshed,
  registered,
  session,
} from './accounts.ts'
import { answer, callWith, platformError, post, refusal, roomThat } from './responses.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

afterEach(async () => {
  await trouble({ part: 'postgres' })
})

async function loggedIn(): Promise<LoggedIn & { email: string; userId: string }> {
  const { email, user } = await registered()
  return { ...(await session(email)), email, userId: user.id }
}

/** The clock of Worker and room, which moves only when the test sets it. */
function stopClock() {
  testClock.stop()
  return { advance: (ms: number) => testClock.moveBy(ms) }
}

const works = async (tokens: Pick<Tokens, 'access_token'>) =>
  (await callIn(tokens, 'GET', '/auth/me')).status === 200

const ended = async (response: Response) => refusal(response, 'session_ended')

const goesOn = async (tokens: LoggedIn) => {
  expect(await works(tokens)).toBe(true)
  return refreshed(tokens)
}

async function listed(tokens: Pick<Tokens, 'access_token'>) {
  return answer(await callIn(tokens, 'GET', '/auth/sessions'), 200, z.array(Session))
}

/** Counts the requests to Postgres during some work. */
async function requestsToPostgres(work: () => Promise<unknown>): Promise<number> {
  const { fetch } = globalThis
  let requests = 0
  const watched = vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
    if (String(input).startsWith(inject('services').neonEndpoint)) requests++
    return fetch(input, init)
  })
  await work()
  watched.mockRestore()
  return requests
}

/** A room that records revocations and may be unavailable. */
function revokingRoom(answers: (() => Promise<void>)[] = []) {
  const revoked: string[] = []
  const revoke = async (ids: string[]) => {
    await answers.shift()?.()
    revoked.push(...ids)
  }
  return { ROOM: roomThat({ revoke, admits: async () => ({ ok: true, value: null }) }), revoked }
}

const away = () => Promise.reject(platformError({ overloaded: true }))

describe('a session', () => {
  test('SESS-1 A login begins a session, and its access token names it', async () => {
    const { email, user } = await registered()
    const begun = await answer(await logIn(email), 200, Tokens)
    expect(begun).toMatchObject({ expires_in: 86_400, refresh_expires_in: 2_592_000 })
    const claims = JSON.parse(atob(begun.access_token.split('.')[1] ?? ''))
    expect(claims).toMatchObject({ sub: user.id, sid: begun.session_id })
  })

  test('SESS-2 A session lives for weeks while it is renewed, and ends when it is not', async () => {
    const clock = stopClock()
    let tokens: LoggedIn = await loggedIn()
    const { session_id } = tokens
    const seen = new Set([tokens.refresh_token])
    for (let hour = 0; hour < 14 * 24; hour++) {
      clock.advance(hourMs - 1_000)
      if (hour % 24 === 0) expect(await works(tokens)).toBe(true)
      tokens = await refreshed(tokens)
      expect(tokens.session_id).toBe(session_id)
      seen.add(tokens.refresh_token)
    }
    expect(seen.size).toBe(14 * 24 + 1)

    clock.advance(30 * dayMs - 1_000)
    await refusal(await callIn(tokens, 'GET', '/auth/me'), 'token_expired')
    tokens = await refreshed(tokens)
    expect(await works(tokens)).toBe(true)
    clock.advance(30 * dayMs)
    await ended(await askRefresh(tokens.refresh_token))
  }, 60_000)

  test('SESS-3 A refresh token stays valid until its replacement is used', async () => {
    const clock = stopClock()
    const first = await loggedIn()
    const lost = await refreshed(first)
    clock.advance(29_999)
    expect((await refreshed(first)).refresh_token).toBe(lost.refresh_token)

    clock.advance(hourMs)
    const lostToo = await refreshed(first)
    expect(lostToo.refresh_token).not.toBe(lost.refresh_token)
    clock.advance(hourMs)
    const arrived = await refreshed(first)
    await goesOn(arrived)
    await ended(await askRefresh(first.refresh_token))
  })

  test('SESS-4 Ten renewals at once with one refresh token all get tokens that work', async () => {
    const first = await loggedIn()
    const all = await Promise.all(Array.from({ length: 10 }, () => refreshed(first)))
    expect(new Set(all.map(({ refresh_token }) => refresh_token)).size).toBe(1)
    for (const tokens of all) expect(await works(tokens)).toBe(true)
    const next = await refreshed(all[7] as LoggedIn)
    await goesOn(await refreshed(next))
  })

  test('SESS-5 A session ends when a refresh token is used again after its replacement was', async () => {
    const first = await loggedIn()
    const second = await refreshed(first)
    const third = await refreshed(second)
    const socket = await Socket.join({ token: third.access_token })
    const other = await session(first.email)

    const stolen = await callWith({}, '/auth/refresh', post(first))
    await ended(stolen)
    expect(await socket.closed).toMatchObject({ code: 4401 })
    await ended(await callIn(third, 'GET', '/auth/me'))
    await ended(await askRefresh(third.refresh_token))
    expect((await (await Socket.open(third.access_token)).closed).code).toBe(4401)
    await goesOn(other)
  })

  test('SESS-6 A session whose refresh token was used twice ends in the room first, and ending it can be repeated', async () => {
    const first = await loggedIn()
    await refreshed(await refreshed(first))
    const kept = () => sql()`select id from sessions where id = ${first.session_id}`
    const { ROOM, revoked } = revokingRoom([away])
    await refusal(await callWith({ ROOM }, '/auth/refresh', post(first)), 'unavailable')
    expect([revoked, await kept()]).toEqual([[], [{ id: first.session_id }]])

    const closesPostgres = revokingRoom([() => trouble({ part: 'postgres', fault: 'refuse' })])
    const again = callWith({ ROOM: closesPostgres.ROOM }, '/auth/refresh', post(first))
    await refusal(await again, 'unavailable')
    await trouble({ part: 'postgres' })
    expect(closesPostgres.revoked).toEqual([first.session_id])

    await ended(await callWith({ ROOM }, '/auth/refresh', post(first)))
    expect([revoked, await kept()]).toEqual([[first.session_id], []])
  })

  test('SESS-7 A forged refresh token causes no query', async () => {
    const { refresh_token } = await loggedIn()
    const swapped = refresh_token.replace(/./, (letter) => (letter === 'A' ? 'B' : 'A'))
    for (const forged of ['nonsense', swapped, `${refresh_token}A`, 'A'.repeat(107)]) {
      const requests = await requestsToPostgres(async () => ended(await askRefresh(forged)))
      expect(requests).toBe(0)
    }
    expect(await requestsToPostgres(() => askRefresh(refresh_token))).toBeGreaterThan(0)
  })

  test('SESS-8 A refresh token that cannot renew gets the same answer, whatever the reason', async () => {
    const clock = stopClock()
    const [gone, stolen, old] = [await loggedIn(), await loggedIn(), await loggedIn()]
    await refreshed(await refreshed(stolen))
    await callIn(gone, 'POST', '/auth/logout', {})
    const refusals = [
      await ended(await askRefresh('nonsense')),
      await ended(await askRefresh(gone.refresh_token)),
      await ended(await askRefresh(stolen.refresh_token)),
      await ended(await call('/auth/refresh', post({}))),
    ]
    clock.advance(31 * dayMs)
    refusals.push(await ended(await askRefresh(old.refresh_token)))
    for (const refusal of refusals) expect(refusal).toEqual(refusals[0])
  })

  test('SESS-9 A session of a deactivated account cannot be renewed', async () => {
    const tokens = await loggedIn()
    await sql()`update users set is_active = false where id = ${tokens.userId}`
    await refusal(await askRefresh(tokens.refresh_token), 'account_inactive')
    await refusal(await callIn(tokens, 'GET', '/auth/sessions'), 'account_inactive')
  })

  test('SESS-10 A session survives a change of `JWT_SECRET`', async () => {
    const first = await loggedIn()
    const changed = {
      JWT_SECRET: 'the secret of tomorrow, at least 32 bytes',
      JWT_SECRET_PREVIOUS: inject('settings').JWT_SECRET,
    }
    const renew = async ({ refresh_token }: LoggedIn, settings: Record<string, string>) =>
      (await answer(
        await callWith(settings, '/auth/refresh', post({ refresh_token })),
        200,
        Tokens,
      )) as LoggedIn
    const byOld = await refreshed(first)
    // While Workers of both releases run, the second tab reaches the new one.
    expect((await renew(first, changed)).refresh_token).toBe(byOld.refresh_token)
    const byNew = await renew(byOld, changed)
    expect(await renew(byNew, changed)).toMatchObject({ session_id: first.session_id })
  })

  test('SESS-11 The stored session holds nothing that could renew it', async () => {
    const tokens = await refreshed(await loggedIn())
    const bytes = Uint8Array.from(
      atob(tokens.refresh_token.replaceAll('-', '+').replaceAll('_', '/')),
      (letter) => letter.charCodeAt(0),
    )
    const secret = bytes.slice(16, 48)
    const rows = JSON.stringify(await sql()`select * from sessions where id = ${tokens.session_id}`)
    expect(rows).toContain(tokens.session_id)
    const hex = Array.from(secret, (byte) => byte.toString(16).padStart(2, '0')).join('')
    for (const spelling of [
      tokens.refresh_token,
      tokens.refresh_token.slice(22, 64),
      btoa(String.fromCharCode(...secret)),
      hex,
    ])
      expect(rows).not.toContain(spelling)
  })

  test('SESS-12 An account has at most fifty sessions; one more ends the one that was unused the longest', async () => {
    const { email, user } = await registered()
    const oldest = await session(email)
    await sql()`
      insert into sessions (id, user_id, created_at, last_used_at, expires_at, refresh_hash)
      select gen_random_uuid(), ${user.id}, now(), now() + interval '1 second' * n,
        now() + interval '1 day', '-'
      from generate_series(1, 49) as n`
    const { ROOM, revoked } = revokingRoom()
    const login = await callWith({ ROOM }, '/auth/login', post({ email, password }, anAddress()))
    await answer(login, 200, Tokens)
    expect(revoked).toEqual([oldest.session_id])
    const [row] = await sql()`select count(*)::int as open from sessions where user_id = ${user.id}`
    expect(row).toEqual({ open: 50 })
    await ended(await askRefresh(oldest.refresh_token))
  })

  test('SESS-13 The row of a session that is over is removed at the next login of any user', async () => {
    const clock = stopClock()
    const over = await loggedIn()
    clock.advance(31 * dayMs)
    const { email } = await registered()
    await callWith({}, '/auth/login', post({ email, password }, anAddress()))
    expect(await sql()`select id from sessions where id = ${over.session_id}`).toEqual([])
  })

  test('SESS-14 No session begins if the account changes while its password is checked', async () => {
    const { email, user } = await registered()
    const spoil = (statement: () => Promise<unknown>) => {
      const { fetch } = globalThis
      let done = false
      const watched = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
        if (!done && /insert into sessions/.test(String(init?.body))) {
          done = true
          await statement()
        }
        return fetch(input, init)
      })
      return () => watched.mockRestore()
    }
    const [other] = await sql()`select password_hash from users where email = ${email}`
    const changed = spoil(() => sql()`update users set password_hash = '-' where id = ${user.id}`)
    await refusal(await logIn(email), 'bad_credentials')
    changed()
    await sql()`update users set password_hash = ${other?.password_hash} where id = ${user.id}`

    const deactivated = spoil(() => sql()`update users set is_active = false where id = ${user.id}`)
    await refusal(await logIn(email), 'account_inactive')
    deactivated()
    expect(await sql()`select id from sessions where user_id = ${user.id}`).toEqual([])
  })
})

describe('one’s sessions', () => {
  test('OWN-1 A user can list their sessions, the latest used first, with the browser of each', async () => {
    const { email } = await registered()
    const first = await session(email)
    const agent = { ...anAddress(), 'user-agent': 'Mozilla/5.0 (X11)\t Firefox' }
    const second = await answer(await logIn(email, password, agent), 200, Tokens)
    await newPerson()
    await refreshed(first)
    const found = await listed(second)
    expect(found).toEqual([
      expect.objectContaining({ id: first.session_id, current: false, user_agent: null }),
      expect.objectContaining({
        ...{ id: second.session_id, current: true },
        user_agent: 'Mozilla/5.0 (X11) Firefox',
      }),
    ])
    expect(Date.parse(found[0]?.expires_at ?? '') - Date.now()).toBeGreaterThan(29 * dayMs)
  })

  test('OWN-2 A user can end one session with its connections, and the others continue', async () => {
    const { email } = await registered()
    const [one, other] = [await session(email), await session(email)]
    const socket = await Socket.join({ token: one.access_token })
    const bystander = await Socket.join({ token: other.access_token })

    expect((await callIn(other, 'DELETE', `/auth/sessions/${one.session_id}`)).status).toBe(204)
    expect(await socket.closed).toMatchObject({ code: 4401 })
    await ended(await callIn(one, 'GET', '/auth/me'))
    await ended(await callIn(one, 'POST', '/messages', { content: 'still here' }))
    await ended(await askRefresh(one.refresh_token))
    const again = await callIn(other, 'DELETE', `/auth/sessions/${one.session_id}`)
    await refusal(again, 'not_found')
    await bystander.settle()
    await goesOn(other)
    await bystander.close()
  })

  test('OWN-3 A user can neither see nor end the sessions of another user', async () => {
    const [ada, bob] = [await loggedIn(), await loggedIn()]
    const response = await callIn(bob, 'DELETE', `/auth/sessions/${ada.session_id}`)
    await refusal(response, 'not_found')
    expect((await listed(bob)).map(({ id }) => id)).toEqual([bob.session_id])
    await goesOn(ada)
  })

  test('OWN-4 Logging out ends a session with either token, and can be repeated', async () => {
    const { email } = await registered()
    const [one, two] = [await session(email), await session(email)]
    expect((await callIn(one, 'POST', '/auth/logout', {})).status).toBe(204)
    expect((await callIn(one, 'POST', '/auth/logout', {})).status).toBe(204)
    await ended(await askRefresh(one.refresh_token))

    for (let times = 0; times < 2; times++) {
      const response = await call('/auth/logout', post({ refresh_token: two.refresh_token }))
      expect(response.status).toBe(204)
    }
    await ended(await callIn(two, 'GET', '/auth/me'))
    expect((await (await Socket.open(two.access_token)).closed).code).toBe(4401)
  })

  test('OWN-5 Logging out works with a refresh token if the access token is no longer valid', async () => {
    const tokens = await loggedIn()
    const expired = { authorization: 'Bearer nonsense' }
    const { refresh_token } = tokens
    expect((await call('/auth/logout', post({ refresh_token }, expired))).status).toBe(204)
    await ended(await askRefresh(refresh_token))
    await refusal(await call('/auth/logout', post({}, expired)), 'unauthenticated')
    await refusal(await call('/auth/logout', post({})), 'unauthenticated')
    await refusal(
      await call('/auth/logout', post({ refresh_token: 'nonsense' })),
      'unauthenticated',
    )
  })

  test('OWN-6 A user can end all their sessions at once', async () => {
    const { email } = await registered()
    const all = [await session(email), await session(email), await session(email)]
    const stranger = await loggedIn()
    const sockets = await Promise.all(
      all.map(({ access_token }) => Socket.join({ token: access_token })),
    )
    expect((await callIn(all[1] as LoggedIn, 'POST', '/auth/logout-all')).status).toBe(204)
    for (const socket of sockets) expect(await socket.closed).toMatchObject({ code: 4401 })
    for (const tokens of all) {
      await ended(await askRefresh(tokens.refresh_token))
      await ended(await callIn(tokens, 'GET', '/auth/sessions'))
    }
    await goesOn(stranger)
  })

  test.each<[string, (tokens: LoggedIn) => [string, RequestInit]]>([
    ['logging out', () => ['/auth/logout', post({})]],
    ['logging out everywhere', () => ['/auth/logout-all', { method: 'POST' }]],
    ['ending one', ({ session_id }) => [`/auth/sessions/${session_id}`, { method: 'DELETE' }]],
  ])(
    'OWN-7 A session ends in the room first, and ending it can be repeated until it is done: %s',
    async (_, ask) => {
      const tokens = await loggedIn()
      const [path, init] = ask(tokens)
      const authorization = `Bearer ${tokens.access_token}`
      const attempt = (ROOM: unknown) =>
        callWith({ ROOM }, path, { ...init, headers: { ...init.headers, authorization } })

      const { ROOM, revoked } = revokingRoom([away, async () => {}])
      await refusal(await attempt(ROOM), 'unavailable')
      await goesOn(tokens)
      const closesPostgres = revokingRoom([() => trouble({ part: 'postgres', fault: 'refuse' })])
      await refusal(await attempt(closesPostgres.ROOM), 'unavailable')
      expect(closesPostgres.revoked).toEqual([tokens.session_id])
      await trouble({ part: 'postgres' })
      expect((await attempt(ROOM)).status).toBe(204)
      expect(revoked).toEqual([tokens.session_id])
      expect(await sql()`select id from sessions where id = ${tokens.session_id}`).toEqual([])
    },
  )
})

describe('while Postgres is unavailable', () => {
  test('OWN-8 Without Postgres, no session ends and none is renewed', async () => {
    const tokens = await loggedIn()
    await trouble({ part: 'postgres', fault: 'refuse' })
    await refusal(await askRefresh(tokens.refresh_token), 'unavailable')
    await refusal(await callIn(tokens, 'GET', '/auth/sessions'), 'unavailable')
    await trouble({ part: 'postgres' })
    await goesOn(tokens)
  })

  test('OWN-9 Without Postgres, `/auth/me` answers only those that the room still admits', async () => {
    const person = await newPerson()
    const me = { headers: { authorization: `Bearer ${person.token}` } }
    expect((await callWith({}, '/auth/me', me)).status).toBe(200)
    expect((await callAs(person, 'POST', '/auth/logout', {})).status).toBe(204)
    await trouble({ part: 'postgres', fault: 'refuse' })
    await ended(await callWith({}, '/auth/me', me))
  })
})
