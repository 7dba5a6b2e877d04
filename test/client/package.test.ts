import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildClient, sizeMax } from '../../build/client.ts'
import type { ChatClient } from '../../src/client/chat-client.ts'
import type { ChatProblem } from '../../src/client/problem.ts'
import type { ChatRest } from '../../src/client/rest.ts'
import { ada, Scene, settle } from './scene.ts'

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
import { ChatClient, ChatProblem, ChatRest, type ChatState, type Message } from './client/index.js'

const rest = new ChatRest({ url: 'https://chat.example.com' })
const chat = new ChatClient({ url: 'https://chat.example.com', getToken: rest.getToken })
chat.on('message', ({ content, key }) => [content.length, key])
chat.on('error', (problem: ChatProblem) => problem.code === 'rate_limited' && problem.retryAfterMs)
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
  // A quarter of a KiB of it tells answers of the service from those of something else, and as much
  // keeps the accounts of a browser's tabs apart.
  test('has at most 7.5 KiB, gzipped', () => {
    expect(size.gzipped).toBeLessThanOrEqual(7.5 * 1024)
    expect(sizeMax).toBe(7.5 * 1024)
  })

  test('is one module that imports nothing and gives three classes', async () => {
    const code = readFileSync(join(home, 'client/index.js'), 'utf8')
    expect(code).not.toMatch(/\bimport\b/)
    expect(readdirSync(join(home, 'client')).filter((file) => !file.endsWith('.d.ts'))).toEqual([
      'index.js',
    ])
    const built: Package = await import(join(home, 'client/index.js'))
    expect(Object.keys(built).sort()).toEqual(['ChatClient', 'ChatProblem', 'ChatRest'])
  })

  test('talks like its source, for all its short names', async () => {
    const built: Package = await import(join(home, 'client/index.js'))
    const scene = new Scene()
    const client = new built.ChatClient({
      url: 'https://chat.test',
      getToken: () => 't0',
      platform: scene.platform,
    })
    const heard = client.messages()
    client.connect()
    await settle()
    await scene.admit()
    const sent = client.send('hello')
    const { client_id } = scene.socket.said('send_message')[0] ?? {}
    await scene.tell(scene.room.say('hello', ada, client_id))
    expect(await sent).toMatchObject({ content: 'hello', client_id })
    expect((await heard.next()).value).toMatchObject({ content: 'hello', state: 'sent' })
    await expect(client.online()).rejects.toBeInstanceOf(built.ChatProblem)
    await scene.dropAndRetry()
    await scene.admit()
    expect(client.state).toMatchObject({ status: 'online', user: ada })
  })

  // Without browsers' types, with them, and with Node's.
  test.each([
    { lib: ['es2022'], types: [] },
    { lib: ['es2022', 'dom'], types: [] },
    { lib: ['es2022'], types: ['node'] },
  ])('has declarations that stand alone: %j', async (environment) => {
    const place = join(home, environment.lib.join('-') + environment.types.join())
    mkdirSync(place)
    const code = environment.lib.includes('dom') ? consumer + inBrowser : consumer
    writeFileSync(join(place, 'consumer.ts'), code.replace('./client', '../client'))
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
