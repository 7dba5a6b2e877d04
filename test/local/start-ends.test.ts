// What ends a start, and what does not.
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
import { bundlerOf, groupOf, living, workerdInFront } from './process-table.ts'
import {
  copyProject,
  folderWithPostgres,
  makeFolder,
  npmStart,
  startUp,
  untilUp,
} from './starts.ts'

const limitMs = 60_000
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

describe('RUN-5 the end of npm is the end of all', () => {
  test.each(['SIGTERM', 'SIGKILL'] as const)('by %s', { timeout: limitMs }, async (signal) => {
    const folder = await folderWithPostgres()
    const npm = await untilUp(npmStart({ PORT: String(await freePort()), DATA_DIR: folder }))
    const start = Number(readFileSync(join(folder, 'pid'), 'utf8'))
    onTestFinished(() => void (isAlive(start) && process.kill(start, 'SIGKILL')))
    const groups = ['worker', 'redis'].map((name) => groupOf(join(folder, name)))
    expect(living(groups)).toBeGreaterThan(3)
    npm.process.kill(signal)
    await vi.waitUntil(() => !isAlive(start) && living(groups) === 0, { timeout: 10_000 })
  })
})

test('RUN-6 another parent may end', { timeout: limitMs }, async () => {
  const script = `
    import { untilNpmIsGone } from ${JSON.stringify(join(local, 'parent.ts'))}
    let other = 'waits'
    untilNpmIsGone({}).then(() => { other = 'ends' })
    const gone = untilNpmIsGone({ npm_lifecycle_event: 'start' })
    console.log('ready')
    await gone
    console.log(other)`
  const file = join(makeFolder(), 'script.mjs')
  writeFileSync(file, script)
  const shell = spawn('sh', ['-c', `"${process.execPath}" "${file}" & wait`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: shell.stdout })
  expect((await once(lines, 'line'))[0]).toBe('ready')
  shell.kill('SIGKILL')
  expect((await once(lines, 'line'))[0]).toBe('waits')
})

test.skipIf(process.platform !== 'linux')(
  'RUN-7 the service answers again when the process that listens is killed',
  { timeout: limitMs },
  async () => {
    const folder = await folderWithPostgres()
    const port = await freePort()
    const started = await startUp({ PORT: String(port), DATA_DIR: folder })
    const killed = workerdInFront(groupOf(join(folder, 'worker')), port)
    process.kill(killed, 'SIGKILL')
    await vi.waitUntil(() => !isAlive(killed))
    await vi.waitUntil(() => isAnswering(port), { timeout: 10_000 })
    expect(started.complained()).toBe('')
  },
)

test('RUN-11 a change of the code ends a start whose bundler was killed', {
  timeout: limitMs,
}, async () => {
  const project = copyProject()
  const folder = await folderWithPostgres()
  const env = { PORT: String(await freePort()), DATA_DIR: folder }
  const started = await startUp(env, project)
  process.kill(bundlerOf(groupOf(join(folder, 'worker'))), 'SIGKILL')
  appendFileSync(join(project, 'src/worker.ts'), '\n')
  expect(await started.ended).toBe(1)
  expect(started.complained()).toContain('esbuild ended by itself\n')
})

describe('a watch of the health', () => {
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
  ])('RUN-8 ends for a service that %s', async (_, open) => {
    await untilSilent({ url: await open(), ...nothing })
  })

  test('RUN-8 lets a service be revived', async () => {
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
