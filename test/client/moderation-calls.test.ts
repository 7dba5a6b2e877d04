import { describe, expect, test } from 'vitest'
import { ChatClient } from '../../src/client/chat-client.ts'
import type { Room } from '../../src/client/contract.ts'
import type { Moderation } from '../../src/client/moderation.ts'
import { ChatRest } from '../../src/client/rest.ts'
import { type Answer, ada, bo, Harness, problem } from './harness.ts'

const json = 'application/json'
const at = '2026-11-23T12:00:00.000Z'
const message = '019a9d5e-0001-7a40-8f00-6b1f6f0e9a11'
const room: Room = {
  staff: [],
  slow_mode_ms: 0,
  posting: 'everyone',
  links: 'everyone',
  announcement: null,
  pins: [],
  reactions: [],
  revision: 1,
}
const restrictions = { mute: { until: null, reason: 'Noise' }, ban: null }
const report = { id: message, status: 'resolved' }

/** A call, its request, and the answer of the service; without one, it is 204. */
type Row = { ask: (calls: Moderation) => Promise<unknown>; is: string; body?: object; get?: object }

const nobody = { users: [], next_cursor: null }
const noReports = { reports: [], next_cursor: null }
const noEntries = { entries: [], next_cursor: null }

const table: Row[] = [
  { ask: (calls) => calls.room(), is: 'GET /room', get: room },
  {
    ask: (calls) => calls.changeRoom({ slow_mode_ms: 10_000, announcement: null }),
    is: 'PATCH /room',
    body: { slow_mode_ms: 10_000, announcement: null },
    get: room,
  },
  { ask: (calls) => calls.pin(message), is: `PUT /room/pins/${message}`, get: room },
  { ask: (calls) => calls.unpin(message), is: `DELETE /room/pins/${message}` },
  { ask: (calls) => calls.words(), is: 'GET /room/words', get: { terms: ['spam'] } },
  {
    ask: (calls) => calls.setWords(['spam']),
    is: 'PUT /room/words',
    body: { terms: ['spam'] },
    get: { terms: ['spam'] },
  },
  {
    ask: (calls) => calls.setRole(bo.id, 'moderator'),
    is: `PUT /users/${bo.id}/role`,
    body: { role: 'moderator' },
    get: room,
  },
  {
    ask: (calls) => calls.mute(bo.id, { until: at, reason: 'Noise' }),
    is: `PUT /users/${bo.id}/mute`,
    body: { until: at, reason: 'Noise' },
    get: restrictions,
  },
  { ask: (calls) => calls.unmute(bo.id), is: `DELETE /users/${bo.id}/mute` },
  {
    ask: (calls) => calls.ban(bo.id, { until: null }),
    is: `PUT /users/${bo.id}/ban`,
    body: { until: null },
    get: restrictions,
  },
  { ask: (calls) => calls.unban(bo.id), is: `DELETE /users/${bo.id}/ban` },
  {
    ask: (calls) => calls.purge(bo.id, { since: at, reason: null }),
    is: `POST /users/${bo.id}/purge`,
    body: { since: at, reason: null },
    get: { messages: 3 },
  },
  { ask: (calls) => calls.profile(bo.id), is: `GET /users/${bo.id}`, get: bo },
  { ask: (calls) => calls.restricted(), is: 'GET /users?restricted=true', get: nobody },
  {
    ask: (calls) => calls.restricted('a&b'),
    is: 'GET /users?restricted=true&cursor=a%26b',
    get: nobody,
  },
  { ask: (calls) => calls.reports(), is: 'GET /reports?status=open', get: noReports },
  {
    ask: (calls) => calls.reports({ status: 'dismissed', cursor: message }),
    is: `GET /reports?status=dismissed&cursor=${message}`,
    get: noReports,
  },
  {
    ask: (calls) => calls.closeReport(message, 'resolved'),
    is: `PATCH /reports/${message}`,
    body: { status: 'resolved' },
    get: report,
  },
  { ask: (calls) => calls.audit(null), is: 'GET /audit', get: noEntries },
  { ask: (calls) => calls.audit(message), is: `GET /audit?cursor=${message}`, get: noEntries },
  {
    ask: (calls) => calls.report(message, 'Spam'),
    is: `POST /messages/${message}/report`,
    body: { reason: 'Spam' },
  },
  { ask: (calls) => calls.report(message), is: `POST /messages/${message}/report`, body: {} },
]

function service(answer: Answer) {
  const harness = new Harness()
  harness.answer = () => answer
  const { platform } = harness
  const rest = new ChatRest({ url: 'https://chat.test', getToken: () => 't0', platform })
  return { harness, calls: rest.moderation }
}

describe.each(table)('$is', ({ ask, is, body, get }) => {
  test('is this request, with the token, and gives the answer', async () => {
    const { harness, calls } = service({ status: get ? 200 : 204, body: get, type: json })
    const given = await ask(calls)
    if (get) expect(given).toMatchObject(get)
    else expect(given).toBeUndefined()
    const [method, path] = is.split(' ')
    expect(harness.calls).toEqual([{ method, path, body, token: 'Bearer t0', ifMatch: null }])
  })

  test.each([
    ['a page', { status: 200, type: 'text/html' }],
    ['null', { status: 200, type: json, body: null }],
    ['a text', { status: 200, type: json, body: 'ok' }],
    ['an empty object', { status: 200, type: json, body: {} }],
    ['nothing', { status: get ? 204 : 200, type: json }],
  ])('fails with `network` for an answer of something else: %s', async (_, foreign) => {
    await expect(ask(service(foreign).calls)).rejects.toMatchObject({ code: 'network' })
  })
})

describe('the word list', () => {
  test('has the ETag of the answer, and replaces only the list with that ETag', async () => {
    const body = { terms: ['spam'] }
    const { harness, calls } = service({ status: 200, type: json, body, etag: '"w2"' })
    const { etag } = await calls.words()
    expect(etag).toBe('"w2"')
    expect(await calls.setWords(['ham'], etag)).toEqual({ ...body, etag: '"w2"' })
    expect(harness.calls.map(({ ifMatch }) => ifMatch)).toEqual([null, '"w2"'])
    harness.answer = () => problem(412, 'outdated')
    const outdated = { code: 'outdated', status: 412 }
    await expect(calls.setWords(['ham'], etag)).rejects.toMatchObject(outdated)
  })

  test('has no ETag where the platform does not show it', async () => {
    const { calls } = service({ status: 200, body: { terms: [] } })
    expect(await calls.words()).toEqual({ terms: [], etag: null })
  })

  test('alone has an ETag in its answer', async () => {
    const { calls } = service({ status: 200, type: json, body: room, etag: '"r1"' })
    expect(await calls.room()).toEqual(room)
  })
})

test.each([
  [403, 'muted', { retry_after: 30 }, 30_000],
  [429, 'slow_mode', { retry_after: 90 }, 90_000],
  [403, 'banned', {}, undefined],
  [403, 'forbidden', {}, undefined],
  [403, 'posting_closed', {}, undefined],
  [422, 'content_refused', {}, undefined],
] as const)('a call that is refused with %i %s throws that problem', async (...row) => {
  const [status, code, more, retryAfterMs] = row
  const { calls } = service(problem(status, code, more))
  const refused = calls.report(message).catch((thrown) => thrown)
  expect(await refused).toMatchObject({ code, status, message: `It is ${code}.` })
  expect((await refused).retryAfterMs).toBe(retryAfterMs)
})

test('a client has the calls of its own REST client', async () => {
  const { harness } = service({ status: 200, body: { ...ada } })
  const { platform } = harness
  const client = new ChatClient({ url: 'https://chat.test', getToken: () => 't1', platform })
  await client.moderation.profile(ada.id)
  expect(harness.calls).toMatchObject([{ path: `/users/${ada.id}`, token: 'Bearer t1' }])
})
