// Starts on a machine with unusual proxies, ports, bundlers and settings: each works, or prints one
// sentence.
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { freePort } from '../../local/ports.ts'
import { findRedisServer, startRedisServer } from '../../local/redis-server.ts'
import {
  barePlace,
  end,
  limitMs,
  makeFolder,
  place,
  refusalOf,
  type Start,
  shareStart,
  start,
  startUp,
} from './starts.ts'

const esbuild = join(import.meta.dirname, '../../node_modules/esbuild/bin/esbuild')

async function listen(port: number, host: string, answer = ''): Promise<Server> {
  const server = await listenAt(port, host, answer)
  onTestFinished(() => void server.close())
  return server
}

function listenAt(port: number, host: string, answer: string): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => {}).end(answer))
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => resolve(server))
  })
}

/** By each name that programs look for. */
function proxyEnvironment(proxy: string): Record<string, string> {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY']
  const both = names.flatMap((name) => [name, name.toLowerCase()])
  return { ...Object.fromEntries(both.map((name) => [name, proxy])), NO_PROXY: 'internal.example' }
}

describe('a start with a proxy that answers nonsense, a bundler that crashes once, and settings', () => {
  const secret = 'the-production-secret-that-lay-in-a-shell'
  const settings = {
    READ_ACCESS: 'members',
    LOGIN_LIMIT_PAIR: '1',
    MESSAGE_LIMIT: ' ',
    ENVIRONMENT: 'production',
    JWT_SECRET: secret,
    ADMIN_TOKEN: secret,
    UPSTASH_REDIS_REST_URL: 'https://redis.example',
  }
  let env: { PORT: string; DATA_DIR: string }
  let started: Start
  let deaths: () => number

  beforeAll(async () => {
    env = await place()
    const proxy = await freePort()
    const server = await listenAt(proxy, '127.0.0.1', 'nonsense')
    const bundler = crashingBundler(1)
    deaths = bundler.deaths
    started = await shareStart({
      ...env,
      ...proxyEnvironment(`http://127.0.0.1:${proxy}`),
      NODE_USE_ENV_PROXY: '1',
      ...bundler.env,
      ...settings,
    })
    return async () => {
      server.close()
      await end(started)
    }
  })

  test('PLACE-10 `npm start` works whatever proxy the environment names', () =>
    expect(started.complained()).toBe(''))

  test('PLACE-13 A bundler that dies is started again once', () => {
    expect(deaths()).toBe(1)
    expect(started.complained()).toBe('')
  })

  test('PLACE-15 Settings in the environment reach the Worker and take precedence over `wrangler.toml`, but secrets do not', async () => {
    const url = `http://127.0.0.1:${env.PORT}`
    expect((await fetch(`${url}/messages`)).status).toBe(401)
    const logIn = async () => {
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ email: 'nobody@example.com', password: 'a long password' })
      return (await fetch(`${url}/auth/login`, { method: 'POST', headers, body })).status
    }
    expect([await logIn(), await logIn()]).toEqual([401, 429])
    expect(started.printed()).toContain(
      '  Settings  READ_ACCESS, LOGIN_LIMIT_PAIR of the environment\n' +
        '  Not used  ENVIRONMENT, UPSTASH_REDIS_REST_URL, JWT_SECRET, ADMIN_TOKEN of the environment: ',
    )
    expect(readFileSync(join(env.DATA_DIR, 'worker/variables.env'), 'utf8')).not.toContain(secret)
  })
})

test('PLACE-10 `npm start` works if the address of the proxy is not valid', async () => {
  // With NODE_USE_ENV_PROXY, Node itself would end at this address.
  const started = await startUp({ ...(await place()), ...proxyEnvironment('proxy.example:3128') })
  expect(started.complained()).toBe('')
})

describe('a port', () => {
  test('PLACE-11 A port on which another program listens at `[::1]` is refused', async ({
    skip,
  }) => {
    const env = await barePlace()
    await listen(Number(env.PORT), '::1').catch(() => skip('no IPv6 here'))
    expect(await refusalOf(start(env))).toBe(
      `Port ${env.PORT} is in use at [::1], where browsers look for localhost first: ` +
        'end what listens there, or set PORT to another one\n',
    )
  })

  test('PLACE-12 A port that is taken while the Worker starts is reported in one sentence', async () => {
    const env = await place()
    const started = start(env)
    const variables = join(env.DATA_DIR, 'worker/variables.env')
    await vi.waitUntil(() => existsSync(variables), { timeout: limitMs, interval: 10 })
    await listen(Number(env.PORT), '127.0.0.1')
    expect(await refusalOf(started)).toBe(
      `Port ${env.PORT} is in use: end what listens there, or set PORT to another one\n`,
    )
  })
})

/** Stands in for esbuild, and crashes with a dump as esbuild does when the dev server starts it. */
function crashingBundler(times: number) {
  const file = join(makeFolder(), 'esbuild')
  const script = `#!/bin/sh
died=$(cat "$0.deaths" 2>/dev/null | wc -l)
if [ "$died" -lt ${times} ] && ps -o args= -p $PPID | grep -q dev-server; then
  echo died >> "$0.deaths"
  echo 'runtime/cgo: pthread_create failed: Resource temporarily unavailable' >&2
  printf 'SIGABRT: abort\\n\\ngoroutine 1 [running]:\\nmain.main()\\n\\t/esbuild/main.go:7\\n' >&2
  exit 2
fi
exec "${esbuild}" "$@"
`
  writeFileSync(file, script)
  chmodSync(file, 0o755)
  const deaths = () => readFileSync(`${file}.deaths`, 'utf8').trim().split('\n').length
  return { env: { ESBUILD_BINARY_PATH: file }, deaths }
}

test('PLACE-13 If the bundler dies again, one sentence says so, without its dump', async () => {
  const env = await place()
  const started = start({ ...env, ...crashingBundler(9).env })
  expect(await refusalOf(started)).toBe(
    'esbuild, which bundles the Worker, ended by itself: ' +
      'runtime/cgo: pthread_create failed: Resource temporarily unavailable ' +
      `(${env.DATA_DIR}/worker/worker.log has the rest)\n`,
  )
  const log = readFileSync(join(env.DATA_DIR, 'worker/worker.log'), 'utf8')
  expect(log).toContain('goroutine 1 [running]:')
})

test.skipIf(!findRedisServer())(
  'PLACE-14 A Redis whose port was taken after it was chosen gets another port',
  async () => {
    const folder = makeFolder()
    const taken = await listen(0, '127.0.0.1', '-ERR another program\r\n')
    const { port } = taken.address() as AddressInfo
    const ports = [port, await freePort()]
    const server = await startRedisServer(folder, async () => ports.shift() ?? freePort())
    onTestFinished(server.stop)
    expect(server.url).not.toContain(`:${port}`)
    expect(ports).toEqual([])
  },
)

test('PLACE-16 Wrong settings in the environment are named before anything is created', async () => {
  const env = await barePlace()
  const started = start({ ...env, DATA_DIR: join(env.DATA_DIR, 'new'), MESSAGE_LIMIT: '0' })
  expect(await refusalOf(started)).toBe(
    'The environment: MESSAGE_LIMIT must be a whole number from 1 to 1000000000\n',
  )
  expect(existsSync(join(env.DATA_DIR, 'new'))).toBe(false)
})

test.each([
  ['--help', 0],
  ['--port', 2],
])('PLACE-17 `npm start -- %s` prints the usage and starts nothing', async (argument, code) => {
  const env = await barePlace()
  const started = start({ ...env, DATA_DIR: join(env.DATA_DIR, 'new') }, undefined, [argument])
  expect(await started.ended).toBe(code)
  expect(started.printed() + started.complained()).toContain('DATA_DIR=.local')
  expect(existsSync(join(env.DATA_DIR, 'new'))).toBe(false)
})
