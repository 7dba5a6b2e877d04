import { afterEach, describe, expect, test } from 'vitest'
import { call, Socket, sql, trouble } from '../support/chat.ts'
import {
  anAddress,
  askRefresh,
  callIn,
  type LoggedIn,
  logIn,
  newAccount,
  password,
  refreshed,
  registered,
  session,
} from './accounts.ts'
import { callWith, json, platformError, post, refusal, roomThat } from './responses.ts'

const chosen = 'another long password'

afterEach(() => trouble({ part: 'postgres' }))

const change = (tokens: LoggedIn, current: string, to = chosen) =>
  callIn(tokens, 'POST', '/auth/password', { current, new: to })

const common = 'Is one of the first that anyone would try. Choose another.'
const telling = 'Must not hold the username or the email address.'

describe('a common password', () => {
  test.each([
    ['many have it', 'Password123', common],
    ['it is a pattern', '12341234', common],
    ['it holds the name', 'i am ADA LOVELACE 1', telling],
    ['it holds the address', 'countess@example.com', telling],
    ['it holds the beginning of the address', 'countess of l.', telling],
  ])(
    'PW-1 A password that is easy to guess is refused when registering: %s',
    async (_, guessable, fault) => {
      const mark = crypto.randomUUID().slice(0, 8)
      const person = { username: 'Ada Lovelace', email: `countess@${mark}.example.com` }
      const email = guessable.includes('@') ? 'countess@example.com' : person.email
      const body = { ...person, email, password: guessable }
      const { errors } = await refusal(
        await call('/auth/register', post(body, anAddress())),
        'invalid',
      )
      expect(errors).toEqual({ password: fault })
    },
  )

  test('PW-2 A password that is easy to guess is refused as a new password', async () => {
    const { email, username } = await registered()
    const tokens = await session(email)
    for (const [guessable, fault] of [
      ['qwertyuiop', common],
      [username, telling],
      [email.toUpperCase(), telling],
    ] as const)
      expect((await refusal(await change(tokens, password, guessable), 'invalid')).errors).toEqual({
        new: fault,
      })
    expect((await logIn(email)).status).toBe(200)
  })

  test('PW-3 An existing password that is easy to guess still logs in', async () => {
    const { email } = await registered()
    const { email: old } = await registered({ ...newAccount(), password: 'some other password' })
    await sql()`update users set password_hash =
      (select password_hash from users where email = ${email}), username = ${password}
      where email = ${old}`
    expect((await logIn(old)).status).toBe(200)
  })
})

describe('changing the password', () => {
  test('PW-4 Changing a password needs the current one, and then only the new one logs in', async () => {
    const { email } = await registered()
    const tokens = await session(email)
    await refusal(await change(tokens, 'not my password'), 'wrong_password')
    expect((await change(tokens, password)).status).toBe(204)
    await refusal(await logIn(email), 'bad_credentials')
    expect((await logIn(email, chosen)).status).toBe(200)
  })

  test('PW-10 A password is accepted in any Unicode form also to change it and to erase the account', async () => {
    const [nfc, nfd] = ['mot de passe très long', 'mot de passe tre\u0300s long']
    const { email } = await registered({ ...newAccount(), password: nfd })
    const tokens = await session(email, nfc)
    expect((await change(tokens, nfd, `${nfd} 2`)).status).toBe(204)
    expect((await change(tokens, `${nfc} 2`, `${nfc} 3`)).status).toBe(204)
    expect((await logIn(email, `${nfd} 3`)).status).toBe(200)
    const ended = await callIn(tokens, 'DELETE', '/auth/me', { password: `${nfd} 3` })
    expect(ended.status).toBe(204)
  })

  test('PW-5 Changing a password ends all other sessions with their connections, and the current one continues', async () => {
    const { email } = await registered()
    const [mine, other, third] = [await session(email), await session(email), await session(email)]
    const [socket, others] = [
      await Socket.join({ token: mine.access_token }),
      await Socket.join({ token: other.access_token }),
    ]
    expect((await change(mine, password)).status).toBe(204)
    expect(await others.closed).toMatchObject({ code: 4401 })
    for (const { access_token, refresh_token } of [other, third]) {
      await refusal(await askRefresh(refresh_token), 'session_ended')
      await refusal(await callIn({ access_token }, 'GET', '/auth/me'), 'session_ended')
      expect((await (await Socket.open(access_token)).closed).code).toBe(4401)
    }
    await socket.settle()
    expect((await callIn(await refreshed(mine), 'GET', '/auth/me')).status).toBe(200)
    await socket.close()
  })

  test('PW-6 A wrong password in a change of the password counts as a failed login', async () => {
    const { email } = await registered()
    const { access_token } = await session(email)
    const headers = { ...json, ...anAddress(), authorization: `Bearer ${access_token}` }
    const attempt = (current: string) =>
      callWith({ LOGIN_LIMIT_PAIR: '2' }, '/auth/password', {
        ...{ method: 'POST', headers },
        body: JSON.stringify({ current, new: chosen }),
      })
    await refusal(await attempt('a wrong password'), 'wrong_password')
    await refusal(await attempt('a wrong password'), 'wrong_password')
    await refusal(await attempt(password), 'rate_limited')
    const login = post({ email, password }, headers)
    await refusal(await callWith({ LOGIN_LIMIT_PAIR: '2' }, '/auth/login', login), 'rate_limited')
    expect((await logIn(email)).status).toBe(200)
  })

  test('PW-9 The right password in a change of the password or an erasure counts towards `SESSION_LIMIT` checks an hour', async () => {
    const { email } = await registered()
    const { access_token } = await session(email)
    const headers = { ...json, ...anAddress(), authorization: `Bearer ${access_token}` }
    const ROOM = roomThat({
      revoke: async () => {},
      erase: () => Promise.reject(platformError({})),
    })
    const attempt = (method: string, path: string, body: object) =>
      callWith({ ROOM, SESSION_LIMIT: '2' }, path, { method, headers, body: JSON.stringify(body) })
    const changed = await attempt('POST', '/auth/password', { current: password, new: chosen })
    expect(changed.status).toBe(204)
    await refusal(await attempt('DELETE', '/auth/me', { password: chosen }), 'unavailable')
    const back = { current: chosen, new: password }
    await refusal(await attempt('POST', '/auth/password', back), 'rate_limited')
    await refusal(await attempt('DELETE', '/auth/me', { password: chosen }), 'rate_limited')
    await refusal(
      await callWith(
        { SESSION_LIMIT: '2' },
        '/auth/login',
        post({ email, password: chosen }, headers),
      ),
      'rate_limited',
    )
    expect((await logIn(email, chosen)).status).toBe(200)
  })

  test('PW-7 A password is not changed while the room or Postgres is away, and the change can be repeated', async () => {
    const { email } = await registered()
    const [mine, other] = [await session(email), await session(email)]
    const attempt = (revoke: () => Promise<void>) =>
      callWith({ ROOM: roomThat({ revoke }) }, '/auth/password', {
        method: 'POST',
        headers: { ...json, ...anAddress(), authorization: `Bearer ${mine.access_token}` },
        body: JSON.stringify({ current: password, new: chosen }),
      })
    await refusal(await attempt(() => Promise.reject(platformError({}))), 'unavailable')
    expect((await askRefresh(other.refresh_token)).status).toBe(200)
    const closesPostgres = () => trouble({ part: 'postgres', fault: 'refuse' })
    await refusal(await attempt(closesPostgres), 'unavailable')
    await trouble({ part: 'postgres' })
    expect((await attempt(async () => {})).status).toBe(204)
    await refusal(await askRefresh(other.refresh_token), 'session_ended')
  })

  test('PW-8 A password can be changed only in a session that has not ended', async () => {
    const { email } = await registered()
    const tokens = await session(email)
    await sql()`delete from sessions where id = ${tokens.session_id}`
    await refusal(await change(tokens, password), 'session_ended')
    expect((await logIn(email)).status).toBe(200)
  })
})
