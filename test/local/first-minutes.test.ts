// What people see in their first minutes: lines while it starts, and a start for a phone.
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { originsOfNetwork } from '../../local/network.ts'
import { freePort } from '../../local/ports.ts'
import { readSettings } from '../../local/settings.ts'
import { workerVariables } from '../../local/variables.ts'
import { makeFolder, place, start, startUp } from './starts.ts'

test('RUN-12 While a start is not ready, a line a second says what it does', async () => {
  // A server that never answers, so that the start waits for it.
  const silent = createServer(() => {})
  const port = await freePort()
  await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve))
  const started = start({
    PORT: String(await freePort()),
    DATA_DIR: makeFolder(),
    DATABASE_URL: `postgres://me:secret@127.0.0.1:${port}/chat`,
  })
  await vi.waitUntil(() => /^ +1 s {2}Connecting to Postgres$/m.test(started.printed()), {
    timeout: 60_000,
  })
  expect(started.printed()).not.toContain('secret')
  started.process.kill('SIGKILL')
  silent.close()
})

test('RUN-12 The lines also come while the creation of a database blocks the process', async () => {
  const script = `
    import { startProgress } from './local/progress.ts'
    startProgress().step('Blocked')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)`
  const root = join(import.meta.dirname, '../..')
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { cwd: root })
  let printed = ''
  child.stdout.on('data', (text) => {
    printed += text
  })
  await vi.waitUntil(() => /^ +1 s {2}Blocked\n +2 s {2}Blocked$/m.test(printed), {
    timeout: 60_000,
  })
  child.kill('SIGKILL')
})

test('PLACE-18 With HOST=0.0.0.0 machines of the network can call a start, which warns and limits logins', async () => {
  const [origin] = originsOfNetwork(0)
  const env = await place()
  const started = await startUp({ ...env, HOST: '0.0.0.0' })
  expect(started.printed()).toContain('Warning: HOST=0.0.0.0 lets every machine')
  // Where the machine has no network, there is nothing more to see.
  if (origin === undefined) return
  const url = originsOfNetwork(Number(env.PORT))[0] ?? ''
  expect(started.printed()).toContain(`In this network: ${url}`)
  expect(started.printed()).toMatch(/[█▄▀]{20}/)
  const refused = await fetch(`${url}/auth/login`, {
    method: 'POST',
    headers: { origin: url, 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'nobody@example.com', password: 'not the password' }),
  })
  expect(await refused.json()).toMatchObject({ code: 'bad_credentials' })
  expect(refused.headers.get('access-control-allow-origin')).toBe(url)
})

test.each(['', 'localhost', 'my-laptop'])(
  'PLACE-18 With HOST=%j only this machine can call it',
  (HOST) => {
    const settings = readSettings({ HOST })
    const none = {} as never
    const bridges = { neon: none, upstash: none, mail: none }
    expect(settings.isOpen).toBe(false)
    const closed = workerVariables(bridges, none, {}, settings)
    const open = workerVariables(bridges, none, {}, { ...settings, isOpen: true })
    expect(closed).toHaveProperty('LOGIN_LIMIT_PAIR')
    expect(closed).not.toHaveProperty('ALLOWED_ORIGINS')
    expect(open).not.toHaveProperty('LOGIN_LIMIT_PAIR')
  },
)
