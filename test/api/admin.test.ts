import { afterEach, describe, expect, inject, test, vi } from 'vitest'
import { z } from 'zod'
import { Message, User } from '../../src/contract/entities.ts'
import { Rearchive } from '../../src/contract/rearchive.ts'
import { DeadLetter, RoomReport } from '../../src/contract/room-report.ts'
import * as routes from '../../src/contract/routes/admin.ts'
import * as recovery from '../../src/contract/routes/recovery.ts'
import { Session } from '../../src/contract/routes/sessions.ts'
import {
  call,
  callAs,
  flushed,
  newPerson,
  ringUntil,
  Socket,
  sql,
  tokenFor,
  trouble,
} from '../support/chat.ts'
import { askRefresh, callIn, logIn, registered, session } from './accounts.ts'
import { answer, callWith, json, post, refusal, roomThat } from './responses.ts'

const nobody = '0b5c9a52-6f0e-4d0b-9a43-0f6a5f1f2f11'
const calls = Object.values({ ...routes, ...recovery })
  .filter((value) => typeof value === 'object' && 'operationId' in value)
  .map(({ method, path }) => ({ method: method.toUpperCase(), path: path.replace('{id}', nobody) }))

const key = () => ({ ...json, authorization: `Bearer ${inject('settings').ADMIN_TOKEN}` })

function asOperator(method: string, path: string, body?: unknown): Promise<Response> {
  return call(path, {
    method,
    headers: key(),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

afterEach(() => vi.restoreAllMocks())

describe("the operator's token", () => {
  test("ADMIN-1 Without `ADMIN_TOKEN` the operator's calls do not exist", async () => {
    for (const { method, path } of calls)
      for (const tried of [method, 'PUT'])
        await refusal(
          await callWith({ ADMIN_TOKEN: undefined }, path, { method: tried, headers: key() }),
          'not_found',
        )
  })

  test("ADMIN-2 A call without the operator's token is refused before anything else", async () => {
    const near = `${inject('settings').ADMIN_TOKEN.slice(0, -1)}x`
    const person = await newPerson()
    for (const { method, path } of calls)
      for (const authorization of [undefined, `Bearer ${near}`, `Bearer ${person.token}`]) {
        const headers = { ...json, ...(authorization && { authorization }) }
        await refusal(await call(path, { method, headers }), 'unauthenticated')
      }
  })

  test('ADMIN-3 Each call is logged with its method, path and status, and nothing more', async () => {
    const lines: string[] = []
    for (const stream of ['log', 'error'] as const)
      vi.spyOn(console, stream).mockImplementation((line: string) => lines.push(line))
    await asOperator('POST', `/admin/users/${nobody}/deactivate`)
    await asOperator('GET', '/admin/users?email=ada%40example.com')
    await call('/admin/room', { headers: { authorization: 'Bearer guessed' } })
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        event: 'operator_called',
        method: 'POST',
        path: `/admin/users/${nobody}/deactivate`,
        status: 404,
      },
      { event: 'operator_called', method: 'GET', path: '/admin/users', status: 200 },
      { event: 'operator_refused', level: 'error', method: 'GET', path: '/admin/room' },
    ])
  })
})

describe('an account', () => {
  test('ADMIN-4 The operator can find an account by its email address or name, in any case and with white space around it', async () => {
    const { user, email, username } = await registered()
    for (const query of [
      { email: email.toUpperCase() },
      { email: ` ${email}\n` },
      { username: username.toUpperCase() },
      { username: `\u3000${username.replace(' ', '\u3000')} ` },
    ]) {
      const response = await asOperator('GET', `/admin/users?${new URLSearchParams(query)}`)
      expect(await answer(response, 200, z.array(User))).toEqual([user])
    }
    const none = await asOperator('GET', '/admin/users?username=nobody')
    expect(await answer(none, 200, z.array(User))).toEqual([])
    await refusal(await asOperator('GET', '/admin/users'), 'invalid')
    await refusal(await asOperator('GET', '/admin/users?email=a&username=b'), 'invalid')
    await refusal(await asOperator('GET', '/admin/users?username=a%00'), 'invalid')
  })

  test('ADMIN-5 A deactivated account is out at once: its connections, sessions, tokens and logins end', async () => {
    const { user, email } = await registered()
    const tokens = await session(email)
    const tabs = await Promise.all([
      Socket.open(tokens.access_token),
      Socket.open(tokens.access_token),
    ])
    await Promise.all(tabs.map((tab) => tab.next('synced')))
    const other = await Socket.join(await newPerson())

    expect((await asOperator('POST', `/admin/users/${user.id}/deactivate`)).status).toBe(204)
    for (const tab of tabs) expect(await tab.closed).toMatchObject({ code: 4403 })
    expect((await other.next('user_left')).data.user_id).toBe(user.id)
    await refusal(await logIn(email), 'account_inactive')
    await refusal(await askRefresh(tokens.refresh_token), 'session_ended')
    const sent = await callIn(tokens, 'POST', '/messages', { content: 'still here' })
    await refusal(sent, 'account_inactive')
    expect(await (await Socket.open(tokens.access_token)).closed).toMatchObject({ code: 4403 })
    expect(other.of('error')).toEqual([])
  })

  test('ADMIN-6 An account that is activated again can log in; its old sessions stay ended', async () => {
    const { user, email } = await registered()
    const before = await session(email)
    await asOperator('POST', `/admin/users/${user.id}/deactivate`)
    expect((await asOperator('POST', `/admin/users/${user.id}/activate`)).status).toBe(204)
    await refusal(await askRefresh(before.refresh_token), 'session_ended')
    await refusal(await callIn(before, 'POST', '/messages', { content: 'old' }), 'session_ended')
    const after = await session(email)
    expect((await callIn(after, 'POST', '/messages', { content: 'new' })).status).toBe(201)
  })

  test('ADMIN-7 The operator can list and end the sessions of an account', async () => {
    const { user, email } = await registered()
    const tokens = await session(email)
    const tab = await Socket.open(tokens.access_token)
    await tab.next('synced')
    const listed = await asOperator('GET', `/admin/users/${user.id}/sessions`)
    expect(await answer(listed, 200, z.array(Session))).toMatchObject([{ id: tokens.session_id }])
    expect((await asOperator('DELETE', `/admin/users/${user.id}/sessions`)).status).toBe(204)
    expect(await tab.closed).toMatchObject({ code: 4401 })
    await refusal(await askRefresh(tokens.refresh_token), 'session_ended')
    expect((await logIn(email)).status).toBe(200)
  })

  test('ADMIN-8 An account that does not exist is not found', async () => {
    for (const deed of ['activate', 'deactivate'])
      await refusal(await asOperator('POST', `/admin/users/${nobody}/${deed}`), 'not_found')
    await refusal(await asOperator('POST', '/admin/users/ada/deactivate'), 'invalid')
  })
})

describe('the room', () => {
  test('ADMIN-9 The operator can delete the message of any user', async () => {
    const author = await newPerson()
    const socket = await Socket.join(author)
    const said = await callAs(author, 'POST', '/messages', { content: 'bad words' })
    const { id } = await answer(said, 201, Message)
    expect((await asOperator('DELETE', `/admin/messages/${id}`)).status).toBe(204)
    expect((await socket.next('message_deleted')).data.message_id).toBe(id)
    await refusal(await asOperator('DELETE', `/admin/messages/${nobody}`), 'not_found')
  })

  test('ADMIN-10 The operator can read the state of the room', async () => {
    const author = await newPerson()
    await Socket.join(author)
    await callAs(author, 'POST', '/messages', { content: 'one' })
    await flushed()
    const report = await answer(await asOperator('GET', '/admin/room'), 200, RoomReport)
    expect(report).toMatchObject({ dirty: 0, oldest_dirty_ms: null, postgres_error: null })
    expect(report.flushed_seq).toBe(report.seq)
    expect(report.sockets).toBeGreaterThan(0)
    expect(report.online).toBeGreaterThan(0)
  })

  test('ADMIN-11 The operator can list the dead letters and have them retried', async () => {
    // Postgres does not know this author.
    const ghost = { id: nobody, username: 'ghost' }
    const sessionId = crypto.randomUUID()
    const token = await tokenFor(ghost, 60, sessionId)
    const said = await callAs({ token }, 'POST', '/messages', { content: 'boo' })
    const { id } = await answer(said, 201, Message)
    const rows = async () =>
      answer(await asOperator('GET', '/admin/set-aside'), 200, z.array(DeadLetter))
    await flushed()
    expect(await rows()).toMatchObject([
      { kind: 'messages', key: id, message_id: id, user_id: nobody, code: '23503' },
    ])

    await sql()`insert into users (id, username, username_canonical, email, email_canonical, password_hash)
      values (${nobody}, 'ghost', 'ghost', 'ghost@chat.test', 'ghost@chat.test', '-')`
    expect((await asOperator('POST', '/admin/set-aside/retry')).status).toBe(204)
    await ringUntil(async () => (await rows()).length === 0)
    expect(await sql()`select content from messages where id = ${id}`).toEqual([{ content: 'boo' }])
  })

  test('ADMIN-12 The operator can drain the room within a given time', async () => {
    const socket = await Socket.join(await newPerson())
    const away = await call('/admin/reconnect', post({ within_ms: 2_000 }, key()))
    expect(away.status).toBe(204)
    expect((await socket.next('reconnect')).data).toEqual({ after_ms: 2_000 })
    await refusal(await call('/admin/reconnect', post({ within_ms: -1 }, key())), 'invalid')
    expect((await asOperator('POST', '/admin/presence')).status).toBe(204)
  })

  test('ADMIN-13 The operator can have everything written to Postgres, and reads in a sentence why that failed', async () => {
    const author = await newPerson()
    await callAs(author, 'POST', '/messages', { content: 'before the backup' })
    const report = await answer(await asOperator('POST', '/admin/flush'), 200, RoomReport)
    expect(report).toMatchObject({ dirty: 0, flushed_seq: report.seq, rearchive: null })

    await callAs(author, 'POST', '/messages', { content: 'not in the backup' })
    await trouble({ part: 'postgres', fault: 'refuse' })
    const failed = await refusal(await asOperator('POST', '/admin/flush'), 'unavailable')
    await trouble({ part: 'postgres' })
    expect(failed.detail).toMatch(
      /^Postgres still lacks 1 row\. It cannot be reached \(unreachable\)/,
    )
  })

  test('ADMIN-14 The operator can have Postgres repaired, and see how far that has come', async () => {
    const begun = await answer(await asOperator('POST', '/admin/rearchive'), 200, Rearchive)
    expect(begun.rows_left).toBeGreaterThan(0)
    expect(begun.detail).toContain('No message is missing.')
    const running = await answer(await asOperator('GET', '/admin/room'), 200, RoomReport)
    expect(running.rearchive).toEqual(begun)
    await ringUntil(async () => {
      const report = await answer(await asOperator('GET', '/admin/room'), 200, RoomReport)
      return report.rearchive === null
    })
  })

  test('ADMIN-15 A call that an older room does not know is `unavailable`, and the state of an older room can be read', async () => {
    const unknown = () => {
      throw new TypeError('The RPC receiver does not implement the method "flushNow".')
    }
    const report = await answer(await asOperator('GET', '/admin/room'), 200, RoomReport)
    const { rearchive, ...older } = report
    const ROOM = roomThat({ flushNow: unknown, rearchive: unknown, report: async () => older })
    for (const path of ['/admin/flush', '/admin/rearchive'])
      await refusal(
        await callWith({ ROOM }, path, { method: 'POST', headers: key() }),
        'unavailable',
      )
    const read = await callWith({ ROOM }, '/admin/room', { headers: key() })
    expect(await answer(read, 200, RoomReport)).toEqual({ ...older, rearchive: null })
  })

  test('ADMIN-16 The operator can seal the room, and is told what stands in the way', async () => {
    const answers = [
      { ok: false, refusal: { code: 'unavailable', detail: 'Postgres lacks 3 rows.' } },
      { ok: true, value: null },
    ]
    const ROOM = roomThat({ seal: async () => answers.shift() })
    const seal = () => callWith({ ROOM }, '/admin/seal', { method: 'POST', headers: key() })
    expect((await refusal(await seal(), 'unavailable')).detail).toBe('Postgres lacks 3 rows.')
    expect((await seal()).status).toBe(204)
  })
})
