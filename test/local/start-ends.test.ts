// The causes that end a start, and those that do not.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { untilSilent } from '../../local/health-watch.ts'
import { freePort } from '../../local/ports.ts'
import { bundlerOf, groupOf, living, signal, workerdsOf } from '../harness/process-table.ts'
import { copyProject, makeFolder, npmStart, place, refusalOf, startUp, untilUp } from './starts.ts'

const local = join(import.meta.dirname, '../../local')

async function isAnswering(port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(1_000)
    return (await fetch(`http://127.0.0.1:${port}/health`, { signal })).ok
  } catch {
    return false
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('RUN-5 The service ends when npm ends, also if npm is killed', () => {
  test.each(['SIGTERM', 'SIGKILL'] as const)('by %s', async (how) => {
    const env = await place()
    const npm = await untilUp(npmStart(env))
    const start = Number(readFileSync(join(env.DATA_DIR, 'pid'), 'utf8'))
    onTestFinished(() => signal(start, 'SIGKILL'))
    const groups = ['worker', 'redis'].map((name) => groupOf(join(env.DATA_DIR, name)))
    expect(living(groups)).toBeGreaterThan(3)
    npm.process.kill(how)
    await vi.waitUntil(() => !isAlive(start) && living(groups) === 0, { timeout: 10_000 })
  })
})

test('RUN-6 The service does not end with any parent other than npm', async () => {
  const script = `
    import { untilNpmIsGone } from ${JSON.stringify(join(local, 'parent.ts'))}
    let other = 'waits'
    untilNpmIsGone({}).then(() => { other = 'ends' })
    const gone = untilNpmIsGone({ npm_lifecycle_event: 'start' })
    console.log(process.pid)
    await gone
    console.log(other)`
  const file = join(makeFolder(), 'script.mjs')
  writeFileSync(file, script)
  const shell = spawn('sh', ['-c', `"${process.execPath}" "${file}" & wait`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: shell.stdout })
  const orphan = Number((await once(lines, 'line'))[0])
  onTestFinished(() => signal(orphan, 'SIGKILL'))
  shell.kill('SIGKILL')
  expect((await once(lines, 'line'))[0]).toBe('waits')
})

test.skipIf(process.platform !== 'linux')(
  'RUN-7 If the process that listens is killed, the service answers again',
  async () => {
    const env = await place()
    const port = Number(env.PORT)
    const started = await startUp(env)
    const group = groupOf(join(env.DATA_DIR, 'worker'))
    const [killed] = workerdsOf(group, port, 'in front') as [number]
    process.kill(killed, 'SIGKILL')
    await vi.waitUntil(() => !isAlive(killed))
    await vi.waitUntil(() => isAnswering(port), { timeout: 10_000 })
    expect(started.complained()).toBe('')
  },
)

test('RUN-11 If the code changes after the bundler was killed, the start ends with a sentence', async () => {
  const project = copyProject()
  const env = await place()
  const started = await startUp(env, project)
  process.kill(bundlerOf(groupOf(join(env.DATA_DIR, 'worker'))), 'SIGKILL')
  appendFileSync(join(project, 'src/worker.ts'), '\n')
  expect(await refusalOf(started)).toContain('esbuild ended by itself\n')
})

describe('the health watch', () => {
  const nothing = { isServing: () => true, revive: () => {} }

  async function serve(status: number): Promise<string> {
    const server = createServer((_, response) => response.writeHead(status).end())
    onTestFinished(() => void server.close())
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  test.each([
    ['refuses', async () => `http://127.0.0.1:${await freePort()}`],
    ['fails', () => serve(500)],
  ])('RUN-8 The health watch ends for a service that %s', async (_, open) => {
    await untilSilent({ url: await open(), ...nothing })
  })

  test('RUN-8 The health watch first tries to revive the service', async () => {
    let status = 500
    const revived = new Promise<void>((resolve) => {
      const server = createServer((_, response) => {
        response.writeHead(status).end()
        if (status === 200) resolve()
      })
      onTestFinished(() => void server.close())
      server.listen(0, '127.0.0.1', () => {
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
        untilSilent({
          url,
          isServing: () => true,
          revive: () => {
            status = 200
          },
        })
      })
    })
    await revived
  })
})
