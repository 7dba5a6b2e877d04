import { afterEach, describe, expect, test } from 'vitest'
import { ResetAsked } from '../../src/contract/routes/password-reset.ts'
import { Socket, sql, trouble } from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'
import {
  anAddress,
  askRefresh,
  callIn,
  logIn,
  newAccount,
  password,
  registered,
  session,
} from './accounts.ts'
import { forgetful, mailingWorker, tokenIn } from './reset-mails.ts'
import { answer, platformError, post, refusal, roomThat } from './responses.ts'

const chosen = 'another long password'
const minuteMs = 60_000

afterEach(() => trouble({ part: 'postgres' }))

const storedHashes = async () =>
  (await sql()`select token_hash from password_resets`).map(({ token_hash }) => token_hash)

describe('asking for a link', () => {
  test('RESET-1 A request for a link is answered alike whether or not there is an account', async () => {
    const { email } = await registered()
    const { ask, mails } = mailingWorker()
    const [known, unknown] = [await ask(email), await ask(newAccount().email)]
    const headersOf = (response: Response) =>
      [...response.headers].filter(([name]) => name !== 'date').sort()
    expect(headersOf(unknown)).toEqual(headersOf(known))
    expect(await answer(known, 202, ResetAsked)).toEqual({ expires_in: 1800 })
    expect(await answer(unknown, 202, ResetAsked)).toEqual({ expires_in: 1800 })
    expect(mails.map(({ to }) => to)).toEqual([email])
  })

  test('RESET-1 The answer does not wait for the look-up of the account', async () => {
    const { email } = await registered()
    await trouble({ part: 'postgres', fault: 'refuse' })
    const { ask, mails } = mailingWorker()
    expect((await ask(email)).status).toBe(202)
    expect(mails).toEqual([])
  })

  test('RESET-8 A deactivated or erased account gets no link', async () => {
    const [off, gone] = [await registered(), await registered()]
    await sql()`update users set is_active = false where id = ${off.user.id}`
    const erased = await callIn(await session(gone.email), 'DELETE', '/auth/me', { password })
    expect(erased.status).toBe(204)
    const { ask, mails } = mailingWorker()
    for (const { email } of [off, gone]) expect((await ask(email)).status).toBe(202)
    expect(mails).toEqual([])
    expect(
      await sql()`select from password_resets
      where user_id in (${off.user.id}, ${gone.user.id})`,
    ).toEqual([])
  })

  test('RESET-9 Requests for links are limited by network address, with or without an account', async () => {
    const { email } = await registered()
    const { ask } = mailingWorker({ RESET_LIMIT: '2' })
    const address = anAddress()
    expect((await ask(newAccount().email, address)).status).toBe(202)
    expect((await ask(email, address)).status).toBe(202)
    const known = await refusal(await ask(email, address), 'rate_limited')
    const unknown = await refusal(await ask(newAccount().email, address), 'rate_limited')
    expect(unknown.detail).toBe(known.detail)
    expect((await ask(email)).status).toBe(202)
  })

  test('an address of another form is refused before anything is sent', async () => {
    const { ask, mails } = mailingWorker()
    for (const email of ['nobody', 'a@example.com\r\nBcc: b@example.com', 'a@x.com,b@x.com'])
      await refusal(await ask(email), 'invalid')
    expect(mails).toEqual([])
  })
})

describe('choosing a new password', () => {
  test('RESET-2 With the link of the mail a person chooses a new password, and then only this one logs in', async () => {
    const { email, token, use } = await forgetful()
    const response = await use(token)
    expect([response.status, await response.text()]).toEqual([204, ''])
    await refusal(await logIn(email), 'bad_credentials')
    expect((await logIn(email, chosen)).status).toBe(200)
  })

  test('RESET-3 A link works once', async () => {
    const { token, use, email } = await forgetful()
    expect((await use(token)).status).toBe(204)
    await refusal(await use(token, 'a third long password'), 'reset_token_invalid')
    expect((await logIn(email, chosen)).status).toBe(200)
  })

  test('RESET-3 If several use a link at the same time, one succeeds', async () => {
    const { token, use, email } = await forgetful()
    const passwords = Array.from({ length: 6 }, (_, nth) => `long password number ${nth}`)
    const answers = await Promise.all(passwords.map((wanted) => use(token, wanted)))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([204, 403, 403, 403, 403, 403])
    const winner = passwords[statuses.indexOf(204)]
    expect((await logIn(email, winner)).status).toBe(200)
  })

  test('RESET-4 A link works for 30 minutes', async () => {
    const { token, use } = await forgetful()
    testClock.moveBy(30 * minuteMs)
    await refusal(await use(token), 'reset_token_invalid')
    testClock.moveBy(-minuteMs)
    expect((await use(token)).status).toBe(204)
  })

  test('RESET-5 A link ends when a newer one is sent', async () => {
    const { token, email, ask, use, mails } = await forgetful()
    await ask(email)
    await refusal(await use(token), 'reset_token_invalid')
    expect((await use(tokenIn(mails[0]))).status).toBe(204)
  })

  test('RESET-5 A link ends when the password is changed', async () => {
    const { token, email, use } = await forgetful()
    const passwords = { current: password, new: 'a third long password' }
    const changed = await callIn(await session(email), 'POST', '/auth/password', passwords)
    expect(changed.status).toBe(204)
    await refusal(await use(token), 'reset_token_invalid')
    expect((await logIn(email, passwords.new)).status).toBe(200)
  })

  test('RESET-5 A link ends when the account has another address', async () => {
    const { token, email, user, use } = await forgetful()
    const other = `other.${user.id}@example.com`
    await sql()`update users set email = ${other}, email_canonical = ${other}
      where id = ${user.id}`
    await refusal(await use(token), 'reset_token_invalid')
    await sql()`update users set email = ${email}, email_canonical = ${email.toLowerCase()}
      where id = ${user.id}`
    expect((await use(token)).status).toBe(204)
  })

  test('RESET-6 A reset ends all sessions of the account with their connections', async () => {
    const { token, email, use } = await forgetful()
    const [one, other] = [await session(email), await session(email)]
    const socket = await Socket.join({ token: one.access_token })
    expect((await use(token)).status).toBe(204)
    expect(await socket.closed).toMatchObject({ code: 4401 })
    for (const { access_token, refresh_token } of [one, other]) {
      await refusal(await askRefresh(refresh_token), 'session_ended')
      await refusal(await callIn({ access_token }, 'GET', '/auth/me'), 'session_ended')
      expect((await (await Socket.open(access_token)).closed).code).toBe(4401)
    }
  })

  test('RESET-7 A password that would be refused when registering is refused, and the link can be used again', async () => {
    const { token, email, username, use } = await forgetful()
    for (const weak of ['Password123', '12341234', username, email, 'short'])
      expect((await refusal(await use(token, weak), 'invalid')).errors).toHaveProperty('password')
    expect((await use(token)).status).toBe(204)
  })

  test('RESET-8 A deactivated or erased account can use no link', async () => {
    const [off, gone] = [await forgetful(), await forgetful()]
    await sql()`update users set is_active = false where id = ${off.user.id}`
    const erased = await callIn(await session(gone.email), 'DELETE', '/auth/me', { password })
    expect(erased.status).toBe(204)
    for (const { token, use } of [off, gone]) await refusal(await use(token), 'reset_token_invalid')
  })

  test('RESET-9 Attempts to use a link are limited by network address', async () => {
    const { token, use } = await forgetful({ RESET_LIMIT: '2' })
    const address = anAddress()
    for (let tried = 0; tried < 2; tried++)
      await refusal(await use('A'.repeat(43), chosen, address), 'reset_token_invalid')
    await refusal(await use(token, chosen, address), 'rate_limited')
    expect((await use(token)).status).toBe(204)
  })

  test('RESET-10 Only a digest of a token is stored, and it goes with the account', async () => {
    const { token, email } = await forgetful()
    const rows = JSON.stringify(await sql()`select * from password_resets`)
    expect(rows).not.toContain(token)
    const before = await storedHashes()
    await callIn(await session(email), 'DELETE', '/auth/me', { password })
    expect((await storedHashes()).length).toBe(before.length - 1)
  })

  test('RESET-10 Links that have expired are deleted when another is asked for', async () => {
    const { user, ask } = await forgetful()
    testClock.moveBy(31 * minuteMs)
    await ask(newAccount().email)
    expect(await sql()`select from password_resets where user_id = ${user.id}`).toEqual([])
  })

  test('RESET-11 A password is not reset while the room or Postgres is away, and the link can be used again', async () => {
    const { token, email } = await forgetful()
    const attempt = (revoke: () => Promise<void>) =>
      mailingWorker({ ROOM: roomThat({ revoke }) }).use(token)
    const kept = await session(email)
    await refusal(await attempt(() => Promise.reject(platformError({}))), 'unavailable')
    expect((await askRefresh(kept.refresh_token)).status).toBe(200)
    await refusal(
      await attempt(() => trouble({ part: 'postgres', fault: 'refuse' })),
      'unavailable',
    )
    await trouble({ part: 'postgres' })
    expect((await logIn(email)).status).toBe(200)
    expect((await attempt(async () => {})).status).toBe(204)
  })

  test('RESET-12 After a reset a mail tells the owner of the address', async () => {
    const { token, email, use, mails } = await forgetful()
    await use(token)
    expect(mails).toHaveLength(1)
    expect(mails[0]).toMatchObject({
      to: email,
      subject: 'Your password for public.example.com was changed',
    })
    expect(mails[0]?.text).not.toContain('#reset=')
  })

  test('RESET-13 After a reset, the failed logins before do not keep the person out', async () => {
    const { token, email, use, worker } = await forgetful({ LOGIN_LIMIT_PAIR: '2' })
    const address = anAddress()
    const attempt = (secret: string) =>
      worker('/auth/login', post({ email, password: secret }, address))
    for (let tried = 0; tried < 2; tried++)
      await refusal(await attempt('not my password'), 'bad_credentials')
    await refusal(await attempt(password), 'rate_limited')
    expect((await use(token, chosen, address)).status).toBe(204)
    expect((await attempt(chosen)).status).toBe(200)
  })

  test.each(['x', 'a/b+c='.repeat(10), 'A'.repeat(42), 'A'.repeat(43)])(
    'RESET-14 A text that is no token is refused like a token that has ended: %s',
    async (text) => {
      const { detail } = await refusal(await mailingWorker().use(text), 'reset_token_invalid')
      expect(detail).toContain('Ask for a new one.')
    },
  )
})
