import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Bridge, serve } from '../../local/bridge.ts'

let bridge: Bridge
let done = 0

beforeAll(async () => {
  bridge = await serve({}, async ({ method, path, body }) => {
    done++
    if (body === 'fail') throw new Error('a fault of the bridge')
    return { status: 200, headers: { 'x-own': '1' }, body: { method, path, size: body.length } }
  })
})

afterEach(() => {
  bridge.setFault()
  bridge.setDelay(0)
  done = 0
})

afterAll(() => bridge.close())

function post(body = '', init: RequestInit = {}) {
  return fetch(`${bridge.url}/path`, { method: 'POST', body, ...init })
}

test('listens on loopback only', () => {
  expect(bridge.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
})

test('a call is answered as JSON', async () => {
  const answer = await post('ä')
  expect([answer.status, answer.headers.get('x-own')]).toEqual([200, '1'])
  expect(await answer.json()).toEqual({ method: 'POST', path: '/path', size: 1 })
})

test('a body of 8 MiB is accepted, one byte more is not', async () => {
  const largest = 'x'.repeat(8 << 20)
  expect((await post(largest)).status).toBe(200)
  // The connection may be cut before all of it was sent.
  const status = await post(`${largest}x`).then(
    (answer) => answer.status,
    () => 413,
  )
  expect([status, done]).toEqual([413, 1])
})

test('an internal error is not an answer of the engine', async () => {
  const answer = await post('fail')
  expect([answer.status, await answer.json()]).toEqual([
    500,
    { message: 'a fault of the bridge', error: 'a fault of the bridge' },
  ])
})

test('the fault refuse cuts the connection before anything is done', async () => {
  bridge.setFault('refuse')
  await expect(post()).rejects.toThrow('fetch failed')
  expect(done).toBe(0)
})

test('the fault lose cuts the connection after everything is done', async () => {
  bridge.setFault('lose')
  await expect(post()).rejects.toThrow('fetch failed')
  expect(done).toBe(1)
})

test('the fault garbage answers without JSON', async () => {
  bridge.setFault('garbage')
  await expect((await post()).json()).rejects.toThrow('not valid JSON')
})

test('the fault hang keeps the caller waiting', async () => {
  bridge.setFault('hang')
  await expect(post('', { signal: AbortSignal.timeout(100) })).rejects.toThrow('aborted')
})

test('a delay comes before every answer', async () => {
  bridge.setDelay(50)
  const before = performance.now()
  await post()
  expect(performance.now() - before).toBeGreaterThanOrEqual(49)
})
