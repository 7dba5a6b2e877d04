// What a running start gives to other programs on the machine, and what it writes down.
import { globSync, readFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { freePort } from '../../local/ports.ts'
import { groupOf, portsOf, unreadBy, workerdBehind } from './process-table.ts'
import { folderWithPostgres, makeFolder, start, startUp } from './starts.ts'

const limitMs = 60_000
const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJub2JvZHkifQ.c2lnbmF0dXJl'
const ticket = 'a-ticket-that-nobody-bought'

/** Whether the debugger of workerd lists what it can debug there. */
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

/** Where to look for secrets: everything but what the room and the secrets' own file keep. */
function writtenDown(folder: string): string {
  const files = globSync(join(folder, 'worker/**/*'), { withFileTypes: true })
  return files
    .filter((file) => file.isFile() && !file.parentPath.includes('/state'))
    .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))
    .join('\n')
}

describe.skipIf(process.platform !== 'linux')('a start', () => {
  test('opens no debugger, and writes no token down when a request fails on its way', {
    timeout: limitMs,
  }, async () => {
    const folder = await folderWithPostgres()
    const port = await freePort()
    const started = await startUp({ PORT: String(port), DATA_DIR: folder })
    const group = groupOf(join(folder, 'worker'))
    expect(await debuggersOf(group)).toEqual([])

    const workerd = workerdBehind(group, port)
    process.kill(workerd, 'SIGSTOP')
    const asked = Promise.all([
      ask(port, `/ws/chat?token=${token}`, upgrade),
      ask(port, `/ws/chat?%74oken=${token}&x=${token}`, upgrade),
      ask(port, `/ws/chat?ticket=${ticket}`, upgrade),
      ask(port, `/messages?limit=1&token=${token}`),
    ])
    // The start asks for the health of the service meanwhile.
    await vi.waitUntil(() => unreadBy(workerd) >= 4, { timeout: 10_000 })
    process.kill(workerd, 'SIGKILL')
    for (const answer of await asked) expect(answer).toMatch(/^HTTP\/1\.1 /)
    const said = () => started.complained() + started.printed() + writtenDown(folder)
    // The requests may also have been sent again to the process that took its place: then nothing is said.
    await vi.waitUntil(() => said().includes('/ws/chat?…'), { timeout: 5_000 }).catch(() => {})
    started.process.kill('SIGTERM')
    await started.ended
    const told = said()
    expect(told).not.toContain(token.slice(0, 30))
    expect(told).not.toContain(ticket)
  })

  test('opens a debugger where it is asked to, and says so', { timeout: limitMs }, async () => {
    const folder = await folderWithPostgres()
    const inspectorPort = await freePort()
    const env = { PORT: String(await freePort()), INSPECTOR_PORT: String(inspectorPort) }
    const started = await startUp({ ...env, DATA_DIR: folder })
    expect(started.printed()).toContain(`Debugger  on port ${inspectorPort}`)
    expect(await debuggersOf(groupOf(join(folder, 'worker')))).toContain(inspectorPort)
  })

  test('does not share its port with the debugger', async () => {
    const port = String(await freePort())
    const started = start({ PORT: port, INSPECTOR_PORT: port, DATA_DIR: makeFolder() })
    expect(await started.ended).toBe(1)
    expect(started.complained()).toBe('INSPECTOR_PORT must be another port than PORT\n')
  })
})
