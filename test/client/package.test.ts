import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildClient, namesOfEnvironment, sizeMax } from '../../build/client.ts'
import type { ChatClient } from '../../src/client/chat-client.ts'
import type { ChatProblem } from '../../src/client/problem.ts'
import type { ChatRest } from '../../src/client/rest.ts'
import { ada, Harness } from './harness.ts'
import { lasting, live, purged, restricted, roomChanged } from './moderation-frames.ts'

const inBrowser = `
export const own = new ChatClient({
  getToken: () => null,
  storage: sessionStorage,
  platform: {
    openSocket: (url, protocols) => new WebSocket(url, protocols),
    fetch: (url, init) => fetch(url, init),
  },
})
`

type Package = {
  ChatClient: typeof ChatClient
  ChatRest: typeof ChatRest
  ChatProblem: typeof ChatProblem
}

const compiler = join(import.meta.dirname, '../../node_modules/typescript/bin/tsc')

const consumer = `
import { ChatClient, ChatProblem, ChatRest } from './client/index.js'
import type { ChatState, Message, Moderation, Role } from './client/index.js'

const rest = new ChatRest({ url: 'https://chat.example.com' })
const chat = new ChatClient({ url: 'https://chat.example.com', getToken: rest.getToken })
chat.on('message', ({ content, key }) => [content.length, key])
chat.on('error', (problem: ChatProblem) => problem.code === 'rate_limited' && problem.retryAfterMs)
chat.on('purge', ({ user_id, count }) => [user_id.length, count])
export async function moderate({ mute, words, setWords }: Moderation = chat.moderation) {
  const { mute: given } = await mute('1', { until: null })
  const { terms, etag } = await words()
  await setWords([...terms, 'spam'], etag)
  const role: Role = chat.state.role
  // @ts-expect-error: there is no such status
  await chat.moderation.closeReport('1', 'lost')
  return [given?.until, chat.state.room?.pins[0]?.content, role]
}
export async function talk(): Promise<string> {
  await chat.connect()
  const sent: Message = await chat.send('Hello')
  for await (const { username } of chat.messages()) return username
  const { messages, stopped }: ChatState = chat.getSnapshot()
  const last = messages.at(-1)
  // @ts-expect-error: a pending one has no id
  const id: string | undefined = last?.id
  // @ts-expect-error: there is no such reason
  if (stopped === 'bored') return id ?? sent.id
  return last?.state === 'sent' ? last.id : (last?.problem?.code ?? '')
}
`

let home = ''
let size = { bytes: 0, gzipped: 0 }

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'client-'))
  size = await buildClient(join(home, 'client'))
})

afterAll(() => rmSync(home, { recursive: true }))

describe('the built client', () => {
  test('has at most 11.25 KiB, gzipped', () => {
    expect(size.gzipped).toBeLessThanOrEqual(11.25 * 1024)
    expect(sizeMax).toBe(11.25 * 1024)
  })

  test('is one module without imports that exports three classes', async () => {
    const code = readFileSync(join(home, 'client/index.js'), 'utf8')
    expect(code).not.toMatch(/\bimport\b/)
    expect(readdirSync(join(home, 'client')).filter((file) => !file.endsWith('.d.ts'))).toEqual([
      'index.js',
    ])
    const built: Package = await import(join(home, 'client/index.js'))
    expect(Object.keys(built).sort()).toEqual(['ChatClient', 'ChatProblem', 'ChatRest'])
  })

  test('works like its source, with its short names', async () => {
    const built: Package = await import(join(home, 'client/index.js'))
    const harness = new Harness()
    const client = new built.ChatClient({
      url: 'https://chat.test',
      getToken: () => 't0',
      platform: harness.platform,
    })
    const received = client.messages()
    await harness.goOnline(client)
    const sent = client.send('hello')
    const { client_id } = harness.socket.sentData('send_message')[0] ?? {}
    await harness.deliver(harness.room.post('hello', ada, client_id))
    expect(await sent).toMatchObject({ content: 'hello', client_id })
    expect((await received.next()).value).toMatchObject({ content: 'hello', state: 'sent' })
    await expect(client.online()).rejects.toBeInstanceOf(built.ChatProblem)
    const staff = [{ user_id: ada.id, username: ada.username, role: 'moderator' as const }]
    await harness.deliver(live(harness, roomChanged({ staff })))
    const spam = harness.room.post('spam')
    await harness.deliver(spam)
    await harness.deliver(restricted(ada, { mute: lasting(harness, 60_000) }))
    expect(client.state).toMatchObject({ role: 'moderator', mute: { reason: 'Noise' } })
    await harness.deliver(live(harness, purged(spam.data, spam.data)))
    expect(client.state.messages).toMatchObject([{ content: 'hello' }])
    await harness.reconnect()
    expect(client.state).toMatchObject({ status: 'online', user: ada })
  })

  test('gives no short name to what objects of the environment have', () => {
    const names = ['loadNewest', 'find', 'next', 'then', 'getItem']
    expect(namesOfEnvironment(names).slice(0, 3)).toEqual(['find', 'next', 'then'])
  })

  // Without other types, with those of browsers, and with those of Node.
  test.each([
    { lib: ['es2022'], types: [] },
    { lib: ['es2022', 'dom'], types: [] },
    { lib: ['es2022'], types: ['node'] },
  ])('has declarations without dependencies: %j', async (environment) => {
    const place = join(home, environment.lib.join('-') + environment.types.join())
    mkdirSync(place)
    const code = environment.lib.includes('dom') ? consumer + inBrowser : consumer
    writeFileSync(join(place, 'consumer.ts'), code.replaceAll('./client', '../client'))
    const compilerOptions = {
      ...environment,
      target: 'es2022',
      module: 'nodenext',
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      typeRoots: [join(import.meta.dirname, '../../node_modules/@types')],
    }
    const settings = { compilerOptions, files: ['consumer.ts'] }
    writeFileSync(join(place, 'tsconfig.json'), JSON.stringify(settings))
    writeFileSync(join(home, 'package.json'), '{"type":"module"}')
    const compiled = promisify(execFile)(process.execPath, [compiler, '-p', place])
    await expect(compiled.catch(({ stdout }) => ({ stdout }))).resolves.toMatchObject({
      stdout: '',
    })
  })
})
