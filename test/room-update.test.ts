// What a deploy does until the room runs the new build, against a service that answers from a script.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { deploy } from '../deploy/deploy.ts'
import { awaitRoomUpdate } from '../deploy/room-update.ts'
import type { Shell } from '../deploy/shell.ts'
import { awaitReady } from '../deploy/smoke.ts'
import type { Build } from '../src/contract/routes/health.ts'

const build: Build = { commit: 'adc022b4cc9e', time: '2026-11-30T12:00:00.000Z' }
const before: Build = { commit: 'b9e35401b77b', time: '2026-11-26T17:12:12.000Z' }
const adminToken = 'the token of the operator, 32 characters'
const delayMs = 60_000

let stop = async () => {}

afterEach(() => stop())

type Running = { worker?: Build | null; room?: Build | null; sockets?: number }

/** A service whose state is a function of the time, which passes only while the deploy pauses. */
async function serviceThat(running: (ms: number) => Running) {
  let ms = 0
  const pauses: number[] = []
  const calls: string[] = []
  const time = {
    now: () => ms,
    pause: async (waitMs: number) => {
      pauses.push(waitMs)
      ms += waitMs
    },
  }
  const answer = async ({ method, url }: IncomingMessage, response: ServerResponse) => {
    const { worker = build, room = build, sockets = 0 } = running(ms)
    if (url !== '/ready') calls.push(`${method} ${url} at ${ms}`)
    if (method === 'POST') return response.writeHead(204).end()
    const ready = { status: 'ready', build: worker, room: { state: 'up', build: room } }
    return response.end(JSON.stringify(url === '/ready' ? ready : { sockets }))
  }
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const reports: string[] = []
  const update = (token?: string) =>
    awaitRoomUpdate(
      { url, build, delayMs, adminToken: token },
      (sentence) => reports.push(sentence),
      time,
    )
  return { url, update, calls, pauses, reports, elapsedMs: () => ms }
}

/** The room takes the new build when the delay ends. */
const busy = (ms: number): Running => ({ room: ms < delayMs ? before : build, sockets: 3 })

describe('after a deploy', () => {
  test('UPDATE-1 With CHAT_URL, a deploy waits until the room runs the new build', async () => {
    const { update, elapsedMs, calls } = await serviceThat(busy)
    expect(await update()).toEqual({ done: true, sentence: 'The room runs adc022b4cc9e.' })
    expect(elapsedMs()).toBe(delayMs)
    expect(calls).toEqual([])
  })

  test.each<[string, Running, string]>([
    ['the room', { room: before }, 'the room runs b9e35401b77b of 2026-11-26T17:12:12.000Z'],
    ['the Worker', { worker: before }, 'the Worker runs b9e35401b77b of 2026-11-26T17:12:12.000Z'],
    ['a room of the release before', { room: null }, 'the room runs a build without a name'],
    [
      'a room of the same commit that was built before',
      { room: { ...build, time: before.time } },
      'the room runs adc022b4cc9e of 2026-11-26T17:12:12.000Z',
    ],
  ])(
    'UPDATE-2 A deploy fails if the new build does not run a minute after the delay, and says which part lags: %s',
    async (_, running, fact) => {
      const { update, url, elapsedMs } = await serviceThat(() => running)
      expect(await update()).toEqual({
        done: false,
        sentence: `${url} was not updated in time: ${fact}, not adc022b4cc9e.`,
      })
      expect(elapsedMs()).toBe(delayMs + 60_000)
    },
  )

  test('UPDATE-3 With ADMIN_TOKEN, a deploy asks a busy room once to drain, within 10 seconds that end before the delay', async () => {
    const { update, calls, reports } = await serviceThat(busy)
    expect((await update(adminToken)).done).toBe(true)
    expect(calls).toEqual(['GET /admin/room at 48000', 'POST /admin/reconnect at 48000'])
    expect(reports).toEqual(['3 connections were asked to reconnect within 10 seconds.'])
  })

  test('UPDATE-4 A room without connections is not asked to drain, and is asked so seldom that it can hibernate', async () => {
    const { update, calls, pauses } = await serviceThat((ms) => ({ ...busy(ms), sockets: 0 }))
    expect((await update(adminToken)).done).toBe(true)
    expect(calls).toEqual(['GET /admin/room at 48000'])
    expect(pauses.slice(0, 4)).toEqual([12_000, 12_000, 12_000, 12_000])
  })

  test('a refused drain does not end the wait', async () => {
    const service = await serviceThat(busy)
    const refusing = await service.update('not\nallowed in a header')
    expect(refusing.done).toBe(true)
    expect(service.reports[0]).toMatch(/^The room was not asked to drain: /)
  })
})

test('UPDATE-5 `npm run deploy -- --delay` replaces the delay of wrangler.toml, where every environment defers for a minute', async () => {
  const { unstable_readConfig } = await import('wrangler')
  for (const env of ['production', 'staging', undefined])
    expect(
      unstable_readConfig({ config: 'wrangler.toml', env }).durable_objects.code_update_strategy,
    ).toEqual({ mode: 'deferred', max_delay: 60 })
  const config = unstable_readConfig({ config: 'wrangler.toml', env: 'production' })
  const runs: string[][] = []
  const shell: Shell = {
    migrate: async () => null,
    fill: async () => null,
    ask: async () =>
      JSON.stringify(
        ['DATABASE_URL', 'UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN', 'JWT_SECRET'].map(
          (name) => ({ name }),
        ),
      ),
    async run(_, args) {
      runs.push(args)
      return true
    },
  }
  const place = {
    ...({ target: 'production', config, chatUrl: undefined } as const),
    databaseUrl: 'postgres://me@db.test/chat',
  }
  expect(await deploy(place, { build, delaySeconds: 90 }, shell)).toEqual([])
  expect(runs[0]?.at(-1)).toBe('--durable-objects-code-update-mode=deferred 90s')
})

test('an address of the service that is none stops a deploy', async () => {
  const { preflightFailures } = await import('../deploy/preflight.ts')
  const { unstable_readConfig } = await import('wrangler')
  const config = unstable_readConfig({ config: 'wrangler.toml', env: 'production' })
  const found = preflightFailures({
    ...{ target: 'production', config, databaseUrl: 'postgres://me@db.test/chat' },
    ...{ chatUrl: 'chat.example.com', secrets: null },
  })
  expect(found[0]).toBe('CHAT_URL is not an address like https://chat.example.com.')
})

describe('the smoke test with --build', () => {
  const once = { tries: 1, pauseMs: 1, timeoutMs: 5_000 }

  test('UPDATE-6 `npm run smoke -- URL --build X` passes only when Worker and room run X, and says which of them lags', async () => {
    const { url } = await serviceThat(() => ({}))
    expect(await awaitReady(url, 'adc022b', once)).toEqual({
      ready: true,
      sentence: `${url} is ready, and Worker and room run adc022b.`,
    })
    await stop()
    const late = await serviceThat(() => ({ room: before }))
    expect(await awaitReady(late.url, 'adc022b', once)).toEqual({
      ready: false,
      sentence: `${late.url} was not ready in 1 tries; at last: the room runs b9e35401b77b of 2026-11-26T17:12:12.000Z, not adc022b`,
    })
    await stop()
    const both = await serviceThat(() => ({ worker: null, room: before }))
    expect((await awaitReady(both.url, 'adc022b', once)).sentence).toContain(
      'the Worker runs a build without a name and the room runs b9e35401b77b',
    )
  })
})
