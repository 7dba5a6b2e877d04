import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../local/ports.ts'
import { findRedisServer } from '../../local/redis-server.ts'
import { groupOf, living } from '../harness/process-table.ts'
import { uniqueName } from './engines.ts'
import { barePlace, refusalOf, start, startUp } from './starts.ts'

function groupsIn(folder: string): (number | undefined)[] {
  return ['worker', 'redis'].map((name) => groupOf(join(folder, name)))
}

describe('a start that fails', () => {
  const secret = uniqueName()
  let busy: ReturnType<typeof createServer>
  let port: number

  beforeAll(async () => {
    port = await freePort()
    busy = createServer().listen(port, '127.0.0.1')
    await once(busy, 'listening')
  })

  afterAll(() => busy.close())

  test.each<[string, () => Record<string, string>, RegExp]>([
    ['a PORT that is none', () => ({ PORT: '80a' }), /^PORT must be .* 65535, not "80a"\n$/],
    ['a PORT in use', () => ({ PORT: String(port) }), /^Port \d+ is in use: .* set PORT .*\n$/],
    [
      'an INSPECTOR_PORT in use',
      () => ({ INSPECTOR_PORT: String(port) }),
      /^Port \d+ is in use: .* set INSPECTOR_PORT .*\n$/,
    ],
    [
      'a Postgres that is not there',
      () => ({ DATABASE_URL: `postgres://me:${secret}@127.0.0.1:1/chat` }),
      /^Postgres at 127\.0\.0\.1:1\/chat cannot be used: .*ECONNREFUSED.*\n$/,
    ],
  ])('says so in one sentence: %s', async (_name, env, sentence) => {
    const started = start({ ...(await barePlace()), ...env() })
    expect(await refusalOf(started)).toMatch(sentence)
    expect(started.complained() + started.printed()).not.toContain(secret)
  })
})

describe('a data folder', () => {
  const account = { username: 'ada', email: 'ada@example.com', password: 'correct horse' }
  let env: Awaited<ReturnType<typeof barePlace>>
  let folder: string
  let url: string

  beforeAll(async () => {
    env = await barePlace()
    folder = env.DATA_DIR
    url = `http://127.0.0.1:${env.PORT}`
  })

  async function post(path: string): Promise<number> {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(url + path, {
      method: 'POST',
      headers,
      body: JSON.stringify(account),
    })
    return answer.status
  }

  async function operate(...words: string[]): Promise<string> {
    const program = join(import.meta.dirname, '../../operator/operator.ts')
    const { PATH } = process.env
    const ran = promisify(execFile)(process.execPath, [program, ...words], {
      env: { PATH, ...env },
    })
    return (await ran).stdout
  }

  test('is filled by the first start, and used by one at a time', async () => {
    const first = await startUp(env)
    for (const path of ['/docs', '/redoc', '/ready', '/ws/chat']) {
      expect(first.printed()).toContain(path)
    }
    expect(await post('/auth/register')).toBe(201)
    expect(first.printed()).toContain(
      `\n  Become the owner: PORT=${env.PORT} DATA_DIR=${folder} npm run operator -- role <your username> owner\n`,
    )
    expect(await operate('role', account.username, 'owner')).toBe('ada is an owner now.\n')
    expect((await fetch(`${url}/ready`)).status).toBe(200)
    for (const file of ['secrets.json', 'worker/variables.env']) {
      expect(statSync(join(folder, file)).mode & 0o077).toBe(0)
    }

    const second = start({ ...env, PORT: String(await freePort()) })
    expect(await refusalOf(second)).toBe(
      `${folder} is in use by another start (process ${first.process.pid}): end it, or set DATA_DIR\n`,
    )

    const groups = groupsIn(folder)
    expect(living(groups)).toBeGreaterThan(3)
    const asked = performance.now()
    first.process.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    expect(performance.now() - asked).toBeLessThan(3_000)
    expect(living(groups)).toBe(0)
    expect(first.complained()).toBe('')
  })

  test('is freed from the processes that a killed start has left', async () => {
    const killed = await startUp(env)
    expect(await post('/auth/login')).toBe(200)
    const groups = groupsIn(folder)
    const groupLeader = Number(groupOf(join(folder, 'worker')))
    process.kill(groupLeader, 'SIGSTOP')
    killed.process.kill('SIGKILL')
    await once(killed.process, 'exit')
    process.kill(groupLeader, 'SIGKILL')
    expect(living([groupLeader])).toBeGreaterThan(0)

    const next = await startUp(env)
    expect(living(groups)).toBe(0)
    expect(await post('/auth/login')).toBe(200)

    process.kill(-Number(groupOf(join(folder, 'worker'))), 'SIGTERM')
    expect(await refusalOf(next)).toBe('wrangler ended by itself; so does everything else\n')
    expect(living(groupsIn(folder))).toBe(0)
  })

  test.skipIf(!findRedisServer())('is released when its Redis dies', async () => {
    const started = await startUp(env)
    process.kill(-Number(groupOf(join(folder, 'redis'))), 'SIGKILL')
    const refusal = await refusalOf(started)
    expect(refusal).toBe('The Redis server ended by itself; so does everything else\n')
    expect(living(groupsIn(folder))).toBe(0)
  })

  test('stays unused if the requested Redis is not reachable', async () => {
    const refused = start({ ...env, REDIS_URL: 'redis://:hidden@127.0.0.1:1' })
    expect(await refusalOf(refused)).toMatch(
      /^Redis at 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED.*\n$/,
    )
  })
})
