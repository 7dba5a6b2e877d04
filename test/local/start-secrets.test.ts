// A running start gives no secret to other programs on the machine, and logs none.
import { globSync, readFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { freePort } from '../../local/ports.ts'
import { groupOf, portsOf, unreadBy, workerdsOf } from '../harness/process-table.ts'
import { barePlace, place, refusalOf, start, startUp } from './starts.ts'

const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJub2JvZHkifQ.c2lnbmF0dXJl'
const ticket = 'a-ticket-that-was-never-issued'

/** Whether a debugger of workerd answers at this port. */
async function isDebugger(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/json`, {
      signal: AbortSignal.timeout(5_000),
    })
    return (await answer.text()).includes('webSocketDebuggerUrl')
  } catch {
    return false
  }
}

async function debuggersOf(group: number | undefined): Promise<number[]> {
  const ports = portsOf(group)
  expect(ports.length).toBeGreaterThan(1)
  const found = await Promise.all(ports.map(isDebugger))
  return ports.filter((_, index) => found[index])
}

/** Sends the head of a request and waits for the first of the answer, or for the end. */
function ask(port: number, target: string, headers: string[] = []): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
    const answered = (text: string) => {
      resolve(text)
      socket.destroy()
    }
    socket.on('data', (data) => answered(String(data)))
    socket.on('error', ({ message }) => answered(message))
    socket.on('close', () => answered('closed'))
    socket.write([`GET ${target} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n'))
  })
}

const upgrade = [
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
]

/** All files that must not contain secrets: not the room's storage, nor the file of the secrets. */
function filesToSearch(folder: string): string {
  const files = globSync(join(folder, 'worker/**/*'), { withFileTypes: true })
  return files
    .filter((file) => file.isFile() && !file.parentPath.includes('/state'))
    .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))
    .join('\n')
}

describe.skipIf(process.platform !== 'linux')('a start', () => {
  test('opens no debugger, and logs no token when a request fails before the Worker', async () => {
    const env = await place()
    const [port, folder] = [Number(env.PORT), env.DATA_DIR]
    const started = await startUp(env)
    const group = groupOf(join(folder, 'worker'))
    expect(await debuggersOf(group)).toEqual([])

    const [workerd] = workerdsOf(group, port, 'behind') as [number]
    process.kill(workerd, 'SIGSTOP')
    const asked = Promise.all([
      ask(port, `/ws/chat?token=${token}`, upgrade),
      ask(port, `/ws/chat?%74oken=${token}&x=${token}`, upgrade),
      ask(port, `/ws/chat?ticket=${ticket}`, upgrade),
      ask(port, `/messages?limit=1&token=${token}`),
    ])
    // The health watch of the start also sends requests meanwhile.
    await vi.waitUntil(() => unreadBy(workerd) >= 4, { timeout: 10_000 })
    process.kill(workerd, 'SIGKILL')
    for (const answer of await asked) expect(answer).toMatch(/^HTTP\/1\.1 /)
    const output = () => started.complained() + started.printed() + filesToSearch(folder)
    // If the proxy sent the requests again to the next process, nothing is logged.
    await vi.waitUntil(() => output().includes('/ws/chat?…'), { timeout: 5_000 }).catch(() => {})
    started.process.kill('SIGTERM')
    await started.ended
    const found = output()
    expect(found).not.toContain(token.slice(0, 30))
    expect(found).not.toContain(ticket)
  })

  test('opens a debugger on request, and says so', async () => {
    const inspectorPort = await freePort()
    const env = { ...(await place()), INSPECTOR_PORT: String(inspectorPort) }
    const started = await startUp(env)
    expect(started.printed()).toContain(`Debugger  on port ${inspectorPort}`)
    expect(await debuggersOf(groupOf(join(env.DATA_DIR, 'worker')))).toContain(inspectorPort)
  })

  test('does not share its port with the debugger', async () => {
    const env = await barePlace()
    const refusal = await refusalOf(start({ ...env, INSPECTOR_PORT: env.PORT }))
    expect(refusal).toBe('INSPECTOR_PORT must be another port than PORT\n')
  })
})
