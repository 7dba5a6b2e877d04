import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Message } from '../../src/contract/entities.ts'
import { Export } from '../../src/contract/routes/accounts.ts'
import { call, flushed, sql, trouble } from '../support/chat.ts'
import { callIn, type LoggedIn, registered, session } from './accounts.ts'
import { answer, callWith, platformError, refusal, roomThat } from './responses.ts'

afterEach(() => trouble({ part: 'postgres' }))

async function member() {
  const person = await registered()
  return { ...person, tokens: await session(person.email) }
}

const ask = (tokens: LoggedIn) => callIn(tokens, 'GET', '/auth/me/export')

async function made(response: Response): Promise<Message> {
  expect(response.ok).toBe(true)
  return response.json()
}

const say = async (tokens: LoggedIn, content: string) =>
  made(await callIn(tokens, 'POST', '/messages', { content }))

/** Creates this many messages that only Postgres has. */
async function archived(userId: string, count: number): Promise<void> {
  await sql()`
    insert into messages (id, user_id, content, created_at, is_deleted, revision)
    select (lpad(to_hex(1500000000000 + n), 12, '0') || '-7000-8000-' || ${userId.slice(-12)}::text)::uuid,
      ${userId}, 'number ' || n, to_timestamp(1500000000 + n / 1000.0), false, 1
    from generate_series(1, ${count}::int) as n`
}

describe('one’s own data', () => {
  test('EXPORT-1 An export is a file with the account, its sessions and its messages in their current state', async () => {
    const { user, email, tokens } = await member()
    const other = await session(email)
    const [first, second, third] = [
      await say(tokens, 'first'),
      await say(tokens, 'second “„\u2028 💬'),
      await say(tokens, 'third'),
    ]
    await flushed()
    const edited = await made(
      await callIn(tokens, 'PATCH', `/messages/${first.id}`, { content: 'edited' }),
    )
    expect((await callIn(tokens, 'DELETE', `/messages/${third.id}`)).status).toBe(204)
    const fourth = await say(tokens, 'fourth')
    const stranger = await member()
    await say(stranger.tokens, 'of someone else')

    const response = await ask(tokens)
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename="\S+\.json"$/,
    )
    expect(response.headers.get('cache-control')).toBe('no-store')
    const whole = await answer(response, 200, Export)
    expect(whole.user).toEqual(user)
    expect(whole.sessions.map(({ id }) => id).sort()).toEqual(
      [tokens.session_id, other.session_id].sort(),
    )
    const { client_id: _, ...plain } = second
    expect(whole.messages).toEqual([
      expect.objectContaining({ id: edited.id, content: 'edited', revision: 2 }),
      expect.objectContaining({ id: plain.id, content: plain.content, revision: 1 }),
      expect.objectContaining({ id: third.id, content: '', is_deleted: true, revision: 2 }),
      expect.objectContaining({ id: fourth.id, content: 'fourth' }),
    ])
  })

  test('EXPORT-2 An export is sent page by page and holds everything once', async () => {
    const { user, tokens } = await member()
    await archived(user.id, 1_234)
    const recent = await say(tokens, 'recent')
    const { messages } = await answer(await ask(tokens), 200, Export)
    expect(messages.map(({ content }) => content)).toEqual([
      ...Array.from({ length: 1_234 }, (_, at) => `number ${at + 1}`),
      recent.content,
    ])
  })

  test.each(['before', 'after'] as const)(
    'EXPORT-3 An export is complete also if messages are archived while it is read: %s',
    async (when) => {
      const { user, tokens } = await member()
      await archived(user.id, 3)
      const recent = await say(tokens, 'recent')
      const { fetch } = globalThis
      const watched = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
        if (!/id\\" asc/.test(String(init?.body))) return fetch(input, init)
        watched.mockRestore()
        if (when === 'before') await flushed()
        const response = await fetch(input, init)
        if (when === 'after') await flushed()
        return response
      })
      const { messages } = await answer(await ask(tokens), 200, Export)
      expect(vi.isMockFunction(globalThis.fetch)).toBe(false)
      expect(messages.map(({ content }) => content)).toEqual([
        ...['number 1', 'number 2', 'number 3'],
        recent.content,
      ])
    },
  )

  test('EXPORT-4 An export breaks off if Postgres goes away, and is then not valid JSON', async () => {
    const { user, tokens } = await member()
    await archived(user.id, 3_000)
    const response = await ask(tokens)
    const reader = response.body?.getReader()
    let text = ''
    const read = async () => {
      const { done, value } = (await reader?.read()) ?? { done: true }
      text += new TextDecoder().decode(value)
      return !done
    }
    expect(await read()).toBe(true)
    await trouble({ part: 'postgres', fault: 'refuse' })
    while (await read());
    expect(text).toContain('number 1')
    expect(text).not.toContain('number 2999')
    expect(() => JSON.parse(text)).toThrow()
  })

  test('EXPORT-5 An export that cannot begin is refused with a problem', async () => {
    const { tokens } = await member()
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    const away = { ROOM: roomThat({ unwritten: () => Promise.reject(platformError({})) }) }
    await refusal(await callWith(away, '/auth/me/export', { headers }), 'unavailable')
    await trouble({ part: 'postgres', fault: 'refuse' })
    await refusal(await ask(tokens), 'unavailable')
  })

  test('EXPORT-6 An export is given only to its own user, in a session that has not ended', async () => {
    await refusal(await call('/auth/me/export'), 'unauthenticated')
    const { user, tokens } = await member()
    await callIn(tokens, 'POST', '/auth/logout', {})
    await refusal(await ask(tokens), 'session_ended')
    await sql()`update users set is_active = false where id = ${user.id}`
    await refusal(await ask(tokens), 'account_inactive')
  })

  test('EXPORT-7 A user can export ten times an hour; failed exports do not count', async () => {
    const { tokens } = await member()
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    const away = { ROOM: roomThat({ unwritten: () => Promise.reject(platformError({})) }) }
    await refusal(await callWith(away, '/auth/me/export', { headers }), 'unavailable')
    for (let times = 0; times < 10; times++)
      await answer(await callWith({}, '/auth/me/export', { headers }), 200, Export)
    const { detail } = await refusal(
      await callWith({}, '/auth/me/export', { headers }),
      'rate_limited',
    )
    expect(detail).toMatch(/^Your data was asked for many times\. Try again in \d+ minutes\.$/)
  })
})
