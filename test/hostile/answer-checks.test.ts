// Each check of an answer must find what it exists to find.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkAnswer, type Expectation } from './answer-checks.ts'
import type { Answer, Call, Header } from './http-call.ts'
import { LeakDetector } from './leak-detector.ts'
import { operationAt, parseContract } from './published-contract.ts'

const read = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../docs', name), 'utf8'))
const contract = parseContract(read('openapi.json'), read('asyncapi.json'))

const always: Header[] = [
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['permissions-policy', 'camera=()'],
  ['cache-control', 'no-store'],
]

const user = {
  id: '019a9d5e-2c1b-7a40-8f00-6b1f6f0e9a11',
  username: 'ada',
  email: 'ada@hostile.example',
  created_at: '2026-11-23T12:00:00.000Z',
  last_seen: null,
  is_active: true,
}

type Shown = { status?: number; type?: string; body?: unknown; headers?: Header[] }

function answer({
  status = 200,
  type = 'application/json',
  body = user,
  headers = [],
}: Shown): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const all = new Map([...always, ['content-type', type] as const, ...headers])
  return {
    status,
    headers: new Map([...all].map(([name, value]) => [name, [value]])),
    body: Buffer.from(text),
  }
}

const problem = (status: number, code: string, more: object = {}) => ({
  status,
  type: 'application/problem+json',
  body: { type: `urn:edge-chat:problem:${code}`, title: 't', status, detail: 'd', code, ...more },
})

function wrongOf(shown: Shown, expected: Partial<Expectation> = {}, call: Partial<Call> = {}) {
  const asked = { method: 'GET', path: '/auth/me', headers: [], body: null, ...call }
  const operation = operationAt(contract, asked.method, asked.path)
  const kept = new LeakDetector()
  kept.addSecret('JWT_SECRET', 'a-secret-of-the-service')
  return checkAnswer(asked, answer(shown), { operation, ...expected }, { contract, leaks: kept })
    .wrong
}

test('a correct answer gives no violation', () => {
  expect(wrongOf({})).toEqual([])
  const away = problem(503, 'unavailable', { retry_after: 5 })
  const expected = { overloads: true }
  away.body.detail = 'Too many are asking for this. Try again shortly.'
  expect(wrongOf({ ...away, headers: [['retry-after', '5']] }, expected)).toEqual([])
})

describe('is wrong with', () => {
  test.each<[string, Shown, RegExp]>([
    ['a 500', problem(500, 'unavailable'), /^it answers 500$/],
    [
      'a 503 that was not intended',
      problem(503, 'unavailable', { retry_after: 5 }),
      /^it answers 503$/,
    ],
    [
      'a field that the contract lacks',
      { body: { ...user, password_hash: 'x' } },
      /Unrecognized key/,
    ],
    ['a field that is missing', { body: { ...user, id: undefined } }, /^the body does not fit: id/],
    ['a field of another type', { body: { ...user, is_active: 1 } }, /does not fit: is_active/],
    ['a body that is not JSON', { body: '<html>' }, /does not fit/],
    ['another type of content', { type: 'text/html' }, /sent as text\/html/],
    [
      'a refusal without a problem',
      { status: 401, type: 'text/plain', body: 'no' },
      /sent as text/,
    ],
    [
      'a refusal that is larger than the call',
      problem(422, 'invalid', { errors: { terms: 'x'.repeat(70_000) } }),
      /far too large/,
    ],
    ['a status that the contract lacks', problem(418, 'invalid'), /the contract has no 418/],
    [
      'a problem of another status',
      { ...problem(403, 'invalid'), status: 401 },
      /says 403 with 401/,
    ],
    ['a 429 without a time', problem(429, 'rate_limited'), /no Retry-After/],
    ['a password hash', { body: { ...user, username: '$2b$10$abc' } }, /leaks a password hash/],
    ['a stack', { body: { ...user, username: 'at x (worker.js:1:2)' } }, /leaks a stack/],
    ['a secret', { body: { ...user, username: 'a-secret-of-the-service' } }, /leaks JWT_SECRET/],
    ['a password', { body: { ...user, username: 'Kq9~abc' } }, /leaks a password/],
    ['a cache', { headers: [['cache-control', 'public, max-age=60']] }, /may be cached/],
    ['a Server header', { headers: [['server', 'x']] }, /sends server/],
    ['no policy', { headers: [['content-security-policy', '']] }, /content-security-policy/],
    ['CORS for anyone', { headers: [['access-control-allow-origin', '*']] }, /CORS allows/],
    [
      'a cookie for scripts',
      { headers: [['set-cookie', 'refresh-8787=x; Path=/; SameSite=Strict']] },
      /script/,
    ],
  ])('%s', (_name, shown, wrong) => {
    expect(wrongOf(shown)).toContainEqual(expect.stringMatching(wrong))
  })

  test('CORS for a foreign page', () => {
    const headers: Header[] = [['origin', 'https://evil.example']]
    const shown: Shown = { headers: [['access-control-allow-origin', 'https://evil.example']] }
    expect(wrongOf(shown, {}, { headers })).toEqual(['CORS allows https://evil.example'])
  })

  test('an answer that should be a refusal', () => {
    expect(wrongOf({}, { refused: true })).toEqual(['it is allowed with 200'])
    expect(wrongOf({}, { statuses: [401] })).toEqual(['it answers 200, not 401'])
  })

  test('the email address of another user, and a token that was not requested', () => {
    const other = { ...user, email: 'x@well-behaved.example' }
    const page = { path: '/users/online' }
    expect(wrongOf({ body: [other] }, {}, page)).toContain(
      "the answer leaks another's email address",
    )
    const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x'
    expect(wrongOf({ body: { ...user, username: token } })).toContain(
      'the answer leaks an access token',
    )
  })

  test('what only moderators may see, in an answer to another', () => {
    const named = (username: string) => ({ body: { ...user, username } })
    for (const [text, leak] of [
      ['zq7trm 1', 'a term of the word list'],
      ['Vw8~report 1', 'the reason of a report'],
      ['Rk4~reason 1', 'the reason of a restriction'],
    ] as const) {
      expect(wrongOf(named(text))).toEqual([`the answer leaks ${leak}`])
      expect(wrongOf(named(text), { isStaff: true })).toEqual([])
    }
    const detail = 'A moderator has muted you. Reason: Rk4~reason 1'
    const muted = problem(403, 'muted', { detail })
    expect(wrongOf(muted, {}, { method: 'POST', path: '/messages' })).toEqual([])
  })

  test('an answer where no route is', () => {
    const call = { path: '/.env' }
    expect(wrongOf({ type: 'text/plain', body: 'SECRET=1' }, {}, call)).toEqual([
      'there is no such route, and it answers 200',
    ])
  })
})
