import { afterEach, describe, expect, inject, test } from 'vitest'
import type { Message } from '../../src/contract/entities.ts'
import { Page } from '../../src/contract/routes/messages.ts'
import { erasedName } from '../../src/contract/values.ts'
import { skeletonsOf } from '../../src/domain/skeleton.ts'
import { emailDigests } from '../../src/redis/digest.ts'
import { cacheUser } from '../../src/redis/user-cache.ts'
import { call, flushed, ringUntil, Socket, sql, trouble } from '../support/chat.ts'
import {
  anAddress,
  askRefresh,
  callIn,
  connectTestRedis,
  type LoggedIn,
  logIn,
  newAccount,
  password,
  registered,
  session,
} from './accounts.ts'
import { answer, callWith, json, platformError, post, refusal, roomThat } from './responses.ts'
import { everythingKept } from './stored-data.ts'

afterEach(async () => {
  await trouble({ part: 'postgres' })
  await trouble({ part: 'redis' })
})

async function member() {
  const person = await registered()
  return { ...person, tokens: await session(person.email) }
}

async function say(tokens: LoggedIn, content: string): Promise<Message> {
  const response = await callIn(tokens, 'POST', '/messages', { content })
  expect(response.status).toBe(201)
  return response.json()
}

/** A call whose background work has also finished. */
function eraseWith(
  changes: Record<string, unknown>,
  { access_token }: LoggedIn,
  body: Record<string, unknown> = { password },
) {
  const headers = { ...json, ...anAddress(), authorization: `Bearer ${access_token}` }
  return callWith(changes, '/auth/me', { method: 'DELETE', headers, body: JSON.stringify(body) })
}

const erase = (tokens: LoggedIn, body?: Record<string, unknown>) => eraseWith({}, tokens, body)

const accountOf = async (id: string) => (await sql()`select * from users where id = ${id}`)[0]

describe('erasing an account', () => {
  test('END-1 Erasing an account needs the password, and wrong ones count as failed logins', async () => {
    const { tokens, user } = await member()
    const attempt = (secret: string, changes = {}) =>
      callWith({ LOGIN_LIMIT_ACCOUNT: '2', ...changes }, '/auth/me', {
        method: 'DELETE',
        headers: { ...json, ...anAddress(), authorization: `Bearer ${tokens.access_token}` },
        body: JSON.stringify({ password: secret }),
      })
    await refusal(await attempt('a wrong password'), 'wrong_password')
    await refusal(await attempt('a wrong password'), 'wrong_password')
    await refusal(await attempt(password), 'rate_limited')
    expect(await accountOf(user.id)).toMatchObject({ is_active: true, erased_at: null })
  })

  test.each(['keep', 'delete'] as const)(
    'END-2 An erasure leaves no trace of the name and address in Postgres, the room or Redis: %s',
    async (messages) => {
      const { email, username, user, tokens } = await member()
      const archived = await say(tokens, `archived words of ${user.id}`)
      await flushed()
      const recent = await say(tokens, `recent words of ${user.id}`)
      await callIn(tokens, 'PATCH', `/messages/${archived.id}`, { content: `edited ${user.id}` })
      const socket = await Socket.join({ token: tokens.access_token })
      await session(email)
      expect((await callWith({}, '/auth/me', bearer(tokens))).status).toBe(200)
      const redis = connectTestRedis()
      await ringUntil(async () => (await redis.hget('room:presence', user.id)) === username)
      const skeletons = skeletonsOf(username).map((skeleton) => skeleton.replace(/^.*:/, ''))
      const names = [username, username.toLowerCase(), ...skeletons, email, email.toLowerCase()]
      expect((await accountOf(user.id))?.username_skeletons).toEqual(skeletonsOf(username))
      const before = await everythingKept()
      for (const where of ['postgres', 'room', 'redis'])
        expect(before.some((line) => line.startsWith(where) && line.includes(username))).toBe(true)

      const response = await erase(tokens, { password, messages })
      expect(response.status).toBe(204)
      expect((await socket.closed).code).toBe(4403)
      await flushed()
      await ringUntil(async () => (await redis.hget('room:presence', user.id)) === null)

      const after = await everythingKept()
      for (const name of names) expect(after.filter((line) => line.includes(name))).toEqual([])
      const keys = after.filter((line) => line.includes(user.id) && line.includes('"client_id":"'))
      expect(keys).toEqual([])
      const words = after.filter((line) => line.includes(`words of ${user.id}`))
      expect(words.length > 0).toBe(messages === 'keep')

      const page = await answer(await call('/messages?limit=100'), 200, Page)
      const left = page.messages.filter(({ user_id }) => user_id === user.id)
      expect(left.map(({ username, content }) => [username, content])).toEqual(
        messages === 'delete'
          ? []
          : [
              [erasedName, recent.content],
              [erasedName, `edited ${user.id}`],
            ],
      )
    },
  )

  test('END-10 After an erasure only what docs/security.md lists stays', async () => {
    const { user, tokens } = await member()
    await say(tokens, 'something')
    await flushed()
    expect((await erase(tokens, { password, messages: 'delete' })).status).toBe(204)
    await flushed()

    const about = (await everythingKept()).filter((line) => line.includes(user.id))
    const places = about.map((line) => line.replace(/(?: \{| \[|:(?=[\d.]+ |[\da-f]{8}-)).*$/, ''))
    // Recent sends stay as long as their window.
    expect(places.filter((place) => place !== 'redis room:sends').sort()).toEqual([
      'postgres',
      'postgres',
      'redis erased',
      'redis register:address',
      'room erasures',
      'room messages',
      'room revocations',
    ])
    expect(await accountOf(user.id)).toEqual({
      id: user.id,
      username: erasedName,
      username_canonical: `erased:${user.id}`,
      username_skeletons: null,
      email: '',
      email_canonical: `erased:${user.id}`,
      password_hash: '',
      created_at: expect.anything(),
      last_seen: null,
      is_active: false,
      erased_at: expect.anything(),
    })
  })

  test('END-3 An erasure ends all sessions, and nobody can log in to the account again', async () => {
    const { email, username, tokens } = await member()
    const other = await session(email)
    expect((await erase(tokens)).status).toBe(204)
    for (const { access_token, refresh_token } of [tokens, other]) {
      await refusal(await callIn({ access_token }, 'GET', '/auth/me'), 'session_ended')
      await refusal(await askRefresh(refresh_token), 'session_ended')
      await refusal(
        await callIn({ access_token }, 'POST', '/messages', { content: 'a' }),
        'account_inactive',
      )
    }
    await refusal(await logIn(email), 'bad_credentials')
    const [again, taken] = [{ ...newAccount(), username, email }, newAccount()]
    expect((await call('/auth/register', post(again, anAddress()))).status).toBe(201)
    for (const name of [erasedName, `erased:${crypto.randomUUID()}`])
      await refusal(
        await call('/auth/register', post({ ...taken, username: name }, anAddress())),
        'invalid',
      )
  })

  test('END-4 An erasure clears the login counts of the account, as far as their keys can be computed', async () => {
    const { email, tokens } = await member()
    await logIn(email, 'a wrong password')
    const redis = connectTestRedis()
    const [digest] = await emailDigests(email.toLowerCase(), {
      secret: inject('settings').JWT_SECRET,
    })
    const account = `login:account:${digest}`
    expect(await redis.zcard(account)).toBeGreaterThan(0)
    expect((await erase(tokens)).status).toBe(204)
    expect(await redis.exists(account, `login:sessions:${digest}`)).toBe(0)
  })

  test('END-5 An erasure can be repeated from any step at which it stopped', async () => {
    const { email, tokens, user } = await member()
    const said = await say(tokens, `words to be gone of ${user.id}`)
    await flushed()
    const all = { password, messages: 'delete' }
    const roomAway = { ROOM: roomThat({ erase: () => Promise.reject(platformError({})) }) }
    await refusal(await eraseWith(roomAway, tokens, all), 'unavailable')
    expect((await logIn(email)).status).toBe(200)

    const closes = (part: 'postgres' | 'redis') => ({
      ROOM: roomThat({ erase: () => trouble({ part, fault: 'refuse' }) }),
    })
    for (const part of ['postgres', 'redis'] as const) {
      await refusal(await eraseWith(closes(part), tokens, all), 'unavailable')
      await trouble({ part })
      expect(await accountOf(user.id)).toMatchObject({ email })
    }
    expect((await erase(tokens, all)).status).toBe(204)
    expect((await erase(tokens, all)).status).toBe(204)
    const [row] = await sql()`select content, is_deleted from messages where id = ${said.id}`
    expect(row).toEqual({ content: '', is_deleted: true })
  })

  test('END-6 Repeating the call finishes an erasure also after the account is gone', async () => {
    const { tokens, user } = await member()
    await callWith({}, '/auth/me', bearer(tokens))
    const redis = connectTestRedis()
    expect(await redis.exists(`user:${user.id}`)).toBe(1)
    // As if Redis had been unavailable for the last step.
    await sql()`update users set erased_at = now(), is_active = false where id = ${user.id}`
    expect((await erase(tokens, { password: 'no matter which' })).status).toBe(204)
    expect(await redis.exists(`user:${user.id}`)).toBe(0)
  })

  test('END-7 An erasure deletes more messages than one statement takes', async () => {
    const { tokens, user } = await member()
    await sql()`
      insert into messages (id, user_id, content, created_at, is_deleted, revision)
      select ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, ${user.id},
        'one of many', now(), false, 1
      from generate_series(1, 4500) as n`
    expect((await erase(tokens, { password, messages: 'delete' })).status).toBe(204)
    const rows = await sql()`
      select is_deleted, revision, content, count(*)::int from messages
      where user_id = ${user.id} group by 1, 2, 3`
    expect(rows).toEqual([{ is_deleted: true, revision: 2, content: '', count: 4_500 }])
  })

  test('END-8 A copy of the account that was being written during the erasure does not come back', async () => {
    const { tokens, user } = await member()
    const redis = connectTestRedis()
    expect((await erase(tokens)).status).toBe(204)

    await cacheUser(redis, user)
    expect(await redis.exists(`user:${user.id}`)).toBe(0)
  })

  test('END-9 A deactivated account cannot be erased by its user', async () => {
    const { tokens, user } = await member()
    await sql()`update users set is_active = false where id = ${user.id}`
    await refusal(await erase(tokens), 'account_inactive')
  })
})

function bearer({ access_token }: LoggedIn): RequestInit {
  return { headers: { authorization: `Bearer ${access_token}` } }
}
