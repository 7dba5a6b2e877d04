// A start where the machine around it is not as expected: it works, or says in one sentence why not.
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { freePort } from '../../local/ports.ts'
import { findRedisServer, startRedisServer } from '../../local/redis-server.ts'
import { folderWithPostgres, makeFolder, start, startUp } from './starts.ts'

const limitMs = 60_000
const esbuild = join(import.meta.dirname, '../../node_modules/esbuild/bin/esbuild')

function listen(port: number, host: string, answer = ''): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => {}).end(answer))
  onTestFinished(() => void server.close())
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => resolve(server))
  })
}

async function place(): Promise<{ PORT: string; DATA_DIR: string }> {
  return { PORT: String(await freePort()), DATA_DIR: await folderWithPostgres() }
}

describe('a proxy in the environment', () => {
  test.each(['answers nonsense', 'has an address that is none'])(
    'PLACE-10 that %s keeps no start from this machine',
    { timeout: limitMs },
    async (what) => {
      const port = await freePort()
      if (what === 'answers nonsense') await listen(port, '127.0.0.1', 'nonsense')
      const isNone = what === 'has an address that is none'
      const proxy = isNone ? `proxy.example:${port}` : `http://127.0.0.1:${port}`
      const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY']
      const env = Object.fromEntries(
        names.flatMap(
          (name) =>
            [
              [name, proxy],
              [name.toLowerCase(), proxy],
            ] as const,
        ),
      )
      const started = await startUp({
        ...(await place()),
        ...env,
        NO_PROXY: 'internal.example',
        // Node itself ends at an address that is none.
        ...(!isNone && { NODE_USE_ENV_PROXY: '1' }),
      })
      expect(started.complained()).toBe('')
    },
  )
})

describe('a port', () => {
  test('PLACE-11 on which another program has [::1] is refused', async ({ skip }) => {
    const env = await place()
    await listen(Number(env.PORT), '::1').catch(() => skip('no IPv6 here'))
    const started = start(env)
    expect(await started.ended).toBe(1)
    expect(started.complained()).toBe(
      `Port ${env.PORT} is in use at [::1], where browsers look for localhost first: ` +
        'end what listens there, or set PORT to another one\n',
    )
  })

  test.each(['PORT', 'INSPECTOR_PORT'])(
    'PLACE-12 that is taken while the Worker starts is told in one sentence: %s',
    { timeout: limitMs },
    async (setting) => {
      const port = await freePort()
      const env = { ...(await place()), [setting]: String(port) }
      const started = start(env)
      const variables = join(env.DATA_DIR, 'worker/variables.env')
      await vi.waitUntil(() => existsSync(variables), { timeout: limitMs, interval: 10 })
      await listen(port, '127.0.0.1')
      expect(await started.ended).toBe(1)
      expect(started.complained()).toBe(
        `Port ${port} is in use: end what listens there, or set ${setting} to another one\n`,
      )
    },
  )
})

describe('a bundler that dies', () => {
  /** Stands before esbuild and dies as it does, with a dump, where the dev server starts it. */
  function mortal(deaths: number): { ESBUILD_BINARY_PATH: string } {
    const file = join(makeFolder(), 'esbuild')
    const script = `#!/bin/sh
died=$(cat "$0.deaths" 2>/dev/null | wc -l)
if [ "$died" -lt ${deaths} ] && ps -o args= -p $PPID | grep -q dev-server; then
  echo died >> "$0.deaths"
  echo 'runtime/cgo: pthread_create failed: Resource temporarily unavailable' >&2
  printf 'SIGABRT: abort\\n\\ngoroutine 1 [running]:\\nmain.main()\\n\\t/esbuild/main.go:7\\n' >&2
  exit 2
fi
exec "${esbuild}" "$@"
`
    writeFileSync(file, script)
    chmodSync(file, 0o755)
    return { ESBUILD_BINARY_PATH: file }
  }

  test('PLACE-13 once is started again', { timeout: limitMs }, async () => {
    const started = await startUp({ ...(await place()), ...mortal(1) })
    expect(started.complained()).toBe('')
  })

  test('PLACE-13 each time is told in one sentence, without its dump', {
    timeout: limitMs,
  }, async () => {
    const env = await place()
    const started = start({ ...env, ...mortal(9) })
    expect(await started.ended).toBe(1)
    expect(started.complained()).toBe(
      'esbuild, which bundles the Worker, ended by itself: ' +
        'runtime/cgo: pthread_create failed: Resource temporarily unavailable ' +
        `(${env.DATA_DIR}/worker/worker.log has the rest)\n`,
    )
    const log = readFileSync(join(env.DATA_DIR, 'worker/worker.log'), 'utf8')
    expect(log).toContain('goroutine 1 [running]:')
  })
})

test.skipIf(!findRedisServer())(
  'PLACE-14 a Redis whose port was taken since it was chosen gets another one',
  { timeout: limitMs },
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

describe('settings of the Worker in the environment', () => {
  test('PLACE-15 reach it, above those of wrangler.toml, but no secret does', {
    timeout: limitMs,
  }, async () => {
    const env = await place()
    const secret = 'the-production-secret-that-lay-in-a-shell'
    const started = await startUp({
      ...env,
      READ_ACCESS: 'members',
      LOGIN_LIMIT_PAIR: '1',
      MESSAGE_LIMIT: ' ',
      ENVIRONMENT: 'production',
      JWT_SECRET: secret,
      ADMIN_TOKEN: secret,
      UPSTASH_REDIS_REST_URL: 'https://redis.example',
    })
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

  test.each([
    ['MESSAGE_LIMIT', '0', 'must be a whole number from 1 to 1000000000'],
    ['ACCESS_TOKEN_TTL', '1h', 'must be a whole number from 1 to 86400'],
    ['READ_ACCESS', 'everyone', 'must be one of public, members'],
    ['ALLOWED_ORIGINS', '*', 'must be origins, like https://chat.example.com, separated by commas'],
  ])(
    'PLACE-16 that are wrong are named before anything is made: %s=%s',
    async (name, value, must) => {
      const env = await place()
      const started = start({ ...env, DATA_DIR: join(env.DATA_DIR, 'new'), [name]: value })
      expect(await started.ended).toBe(1)
      expect(started.complained()).toBe(`The environment: ${name} ${must}\n`)
      expect(existsSync(join(env.DATA_DIR, 'new'))).toBe(false)
    },
  )
})

test.each([
  ['--help', 0],
  ['--port', 2],
])('PLACE-17 a start with %s tells how it is used, and starts nothing', async (argument, code) => {
  const env = await place()
  const started = start({ ...env, DATA_DIR: join(env.DATA_DIR, 'new') }, undefined, [argument])
  expect(await started.ended).toBe(code)
  expect(started.printed() + started.complained()).toContain('DATA_DIR=.local')
  expect(existsSync(join(env.DATA_DIR, 'new'))).toBe(false)
})
