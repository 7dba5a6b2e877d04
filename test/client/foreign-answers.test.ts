import { describe, expect, test } from 'vitest'
import { ChatClient } from '../../src/client/chat-client.ts'
import { problemStatuses } from '../../src/client/contract.ts'
import type { ChatProblem } from '../../src/client/problem.ts'
import { ChatRest } from '../../src/client/rest.ts'
import { problems } from '../../src/contract/problems.ts'
import { type Answer, ada, type Call, Harness, problem, settle } from './harness.ts'

const json = 'application/json'
const problemJson = 'application/problem+json'
const message = { id: 'm1', content: 'Hello', revision: 1 }
const page = { messages: [], next_cursor: null, session: { epoch: 'e1', seq: 0 } }
const credentials = { email: 'ada@example.com', password: 'a long password' }
const tokens = (n: number) => ({
  ...{ access_token: `t${n}`, expires_in: 3600, refresh_token: null },
  user: ada,
})

/** Each call, and the answer of the service. */
const calls: Record<string, { ask: (rest: ChatRest) => Promise<unknown>; answers: unknown }> = {
  register: {
    ask: (rest) => rest.register({ username: 'Ada', ...credentials }),
    answers: ada,
  },
  login: { ask: (rest) => rest.login(credentials), answers: tokens(1) },
  refresh: { ask: (rest) => rest.refresh(), answers: tokens(2) },
  logout: { ask: (rest) => rest.logout(), answers: undefined },
  me: { ask: (rest) => rest.me(), answers: ada },
  history: { ask: (rest) => rest.history(), answers: page },
  message: { ask: (rest) => rest.message('m1'), answers: message },
  search: { ask: (rest) => rest.search({ q: 'two' }), answers: { hits: [], next_cursor: null } },
  mentions: { ask: (rest) => rest.mentions(), answers: { messages: [], next_cursor: null } },
  readState: {
    ask: (rest) => rest.readState(),
    answers: { last_read_id: null, unread: 0, mentions: 0 },
  },
  online: { ask: (rest) => rest.online(), answers: [ada] },
  edit: { ask: (rest) => rest.edit('m1', 'Hello'), answers: message },
  remove: { ask: (rest) => rest.remove('m1'), answers: undefined },
  'any other': { ask: (rest) => rest.call('GET', '/auth/sessions'), answers: [] },
}

const refusal = (status: number, code: string) => problem(status, code).body

/** Answers that a proxy or a login page may give in place of the service. */
const foreign: [string, Answer][] = [
  ...[400, 401, 403, 404, 407, 409, 410, 422, 429, 500, 502, 503, 504, 511].map(
    (status): [string, Answer] => [`a page with ${status}`, { status, type: 'text/html' }],
  ),
  ['a page with 200', { status: 200, type: 'text/html' }],
  ['a page that says when to come again', { status: 429, type: 'text/html', retryAfter: '86400' }],
  ['a page that looks like a refusal', as(401, 'session_ended', 'text/html')],
  ['a refusal that is no problem', as(401, 'session_ended', json)],
  ['a refusal with no type', as(403, 'account_inactive', '')],
  ['a problem with a code that is not known', as(401, 'login_to_wifi', problemJson)],
  ['a problem with the name of something of every object', as(403, 'toString', problemJson)],
  ['a problem with the code of another status', as(403, 'session_ended', problemJson)],
  ['a problem without a code', { status: 401, type: problemJson, body: {} }],
  ['a problem that is null', { status: 401, type: problemJson, body: null }],
  ['a problem that breaks off', { status: 401, type: problemJson }],
  ['JSON that breaks off', { status: 200, type: json }],
  ['JSON without headers that breaks off', { status: 200 }],
  ['a redirect', { status: 302, type: 'text/html' }],
  ['a redirect that must not be read', { status: 0, type: '' }],
  ['a refusal without headers, with a code that is not known', problem(401, 'login_to_wifi')],
]

/** Answers with the right media type, but the wrong content. */
const misshapen: [string, Answer][] = [
  ['an empty object', { status: 200, type: json, body: {} }],
  ['null', { status: 200, type: json, body: null }],
  ['a text', { status: 200, type: json, body: 'ok' }],
  ['a list of other things', { status: 201, type: json, body: { messages: 1, id: 1 } }],
  ['tokens of something else', { status: 200, type: json, body: { access_token: 'x' } }],
  ['nothing', { status: 204, type: '' }],
]

function as(status: number, code: string, type: string): Answer {
  return { status, type, body: refusal(status, code) }
}

/** Ada is logged in with a cookie. The answers of the service can be replaced. */
async function loggedIn() {
  const harness = new Harness()
  const rest = new ChatRest({ url: 'https://chat.test', cookie: true, platform: harness.platform })
  let valid = 0
  const own = ({ path }: Call): Answer => {
    if (path === '/auth/login' || path === '/auth/refresh')
      return { status: 200, type: `${json}; charset=UTF-8`, body: tokens(++valid) }
    return { status: 200, type: json, body: ada }
  }
  harness.answer = own
  harness.countsReadCalls = false
  await rest.login(credentials)
  return { harness, rest, recover: () => (harness.answer = own) }
}

test('the codes of the client are those of the contract', () => {
  const statuses = Object.entries(problems).map(([code, { status }]) => [code, status])
  expect(Object.entries(problemStatuses).sort()).toEqual(statuses.sort())
})

describe.each(Object.entries(calls))('%s', (name, { ask, answers }) => {
  test.each(foreign)('fails with `network` for %s', async (_, answer) => {
    await fails(answer)
  })

  test.each(
    misshapen.filter(([, { status }]) => name !== 'any other' && (status !== 204 || answers)),
  )('fails with `network` for an answer with %s', async (_, answer) => {
    await fails(answer)
  })

  /** After such an answer, nothing is repeated, ended or delayed. */
  async function fails(answer: Answer) {
    const { harness, rest, recover } = await loggedIn()
    const before = harness.calls.length
    harness.answer = () => answer
    const thrown = await ask(rest).then(
      () => null,
      (problem: ChatProblem) => problem,
    )
    expect(thrown).toMatchObject({ name: 'Error', code: 'network' })
    expect(thrown?.status).toBeUndefined()
    expect(thrown?.retryAfterMs).toBeUndefined()
    expect(harness.calls).toHaveLength(before + 1)
    recover()
    if (name !== 'logout') expect(await rest.getToken({ renew: false })).toBe('t1')
    // The client forgets the session even if the logout was not answered.
    expect(await rest.refresh()).toBe(name !== 'logout')
  }

  test('accepts the answer of the service, with headers and without', async () => {
    for (const type of [json, `${json};charset=utf-8`, 'Application/JSON', undefined]) {
      const { harness, rest } = await loggedIn()
      const status = answers === undefined ? 204 : 200
      harness.answer = () => ({ status, body: answers, ...(type !== undefined && { type }) })
      await expect(ask(rest)).resolves.not.toThrow()
    }
  })

  test('throws the refusal of the service, with headers and without', async () => {
    for (const type of [problemJson, `${problemJson}; charset=utf-8`, undefined]) {
      const { harness, rest } = await loggedIn()
      const body = problem(503, 'unavailable', { retry_after: 3 }).body
      harness.answer = () => ({ status: 503, body, ...(type !== undefined && { type }) })
      const refused = { code: 'unavailable', status: 503, retryAfterMs: 3_000 }
      await expect(ask(rest)).rejects.toMatchObject(refused)
    }
  })
})

describe('a client whose network answers in place of the service', () => {
  const places = ['/auth/refresh', '/messages']
  const cases = places.flatMap((place) =>
    foreign.map(([name, answer]): [string, string, Answer] => [place, name, answer]),
  )
  test.each(cases)('at %s with %s tries again, and connects', async (place, _, answer) => {
    const harness = new Harness()
    const url = 'https://chat.test'
    const { platform } = harness
    const rest = new ChatRest({ url, cookie: true, userId: ada.id, platform })
    const client = new ChatClient({ url, getToken: rest.getToken, platform })
    const own = ({ path }: Call): Answer | undefined =>
      path === '/auth/refresh' ? { status: 200, type: json, body: tokens(1) } : undefined
    harness.answer = (call) => (call.path.startsWith(place) ? answer : own(call))
    client.connect()
    for (let times = 0; times < 3; times++) {
      await settle()
      expect(client.state).toMatchObject({ status: 'connecting', stopped: null })
      expect(client.state.retryAt).not.toBeNull()
      await harness.clock.advance(30_000)
    }
    harness.answer = own
    await harness.clock.advance(30_000)
    await harness.admit()
    expect(client.state.status).toBe('online')
  })
})
