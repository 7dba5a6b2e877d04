import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { namesOfEnvironment, sizeMax } from '../../build/client.ts'
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
const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)

const withReact = `
import { useChat } from 'edge-chat-client/react'
export const Count = () => useChat(chat).messages.length
`

const withElement = `
import { EdgeChatElement } from 'edge-chat-client/element'
export const element: EdgeChatElement | null = document.querySelector('edge-chat')
`

const consumer = `
import { ChatClient, ChatProblem, ChatRest } from 'edge-chat-client'
import type { ChatState, Message, Moderation, Role } from 'edge-chat-client'

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
let files: string[] = []
const inPackage = (path: string) => join(home, 'node_modules/edge-chat-client', path)

/** Installed as from a registry: packed, and unpacked into another folder. */
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'client-'))
  writeFileSync(join(home, 'package.json'), '{"type":"module"}')
  mkdirSync(inPackage(''), { recursive: true })
  const pack = ['pack', '--workspace', 'edge-chat-client', '--json', '--pack-destination', home]
  const { stdout } = await run('npm', pack, { cwd: root })
  const reported = JSON.parse(stdout)
  const [packed] = Array.isArray(reported) ? reported : Object.values(reported)
  files = packed.files.map(({ path }: { path: string }) => path)
  const tarball = join(home, packed.filename)
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', inPackage('')])
})

afterAll(() => rmSync(home, { recursive: true }))

describe('the packed client', () => {
  test('has its modules, declarations, licence and README, and nothing of the server', () => {
    expect(files.filter((path) => !path.endsWith('.d.ts')).sort()).toEqual([
      'LICENSE',
      'README.md',
      ...['dist/element.js', 'dist/index.js', 'dist/react.js'],
      'package.json',
    ])
    expect(files.length).toBeLessThanOrEqual(60)
    const manifest = JSON.parse(readFileSync(inPackage('package.json'), 'utf8'))
    expect(manifest).not.toHaveProperty('dependencies')
    expect(manifest.peerDependenciesMeta).toEqual({ react: { optional: true } })
  })

  test.each(Object.entries(sizeMax))('%s has at most %d bytes, gzipped', (name, most) => {
    const { length } = gzipSync(readFileSync(inPackage(`dist/${name}.js`)), { level: 9 })
    expect(length).toBeLessThanOrEqual(most)
    expect(sizeMax.index).toBe(12.75 * 1024)
  })

  test('imports nothing but React and itself, and exports what is documented', async () => {
    const importsOf = (name: string) => {
      const code = readFileSync(inPackage(`dist/${name}.js`), 'utf8')
      return [...code.matchAll(/\bimport\b[^"]*?"([^"]+)"/g)].map(([, from]) => from)
    }
    expect(importsOf('index')).toEqual([])
    expect(importsOf('element')).toEqual([])
    expect(importsOf('react')).toEqual(['react', './index.js'])
    const built: Package = await import(inPackage('dist/index.js'))
    expect(Object.keys(built).sort()).toEqual(['ChatClient', 'ChatProblem', 'ChatRest'])
  })

  test('can be loaded on a server, where the component does nothing', async () => {
    const element = await import(inPackage('dist/element.js'))
    expect(Object.keys(element)).toEqual(['EdgeChatElement'])
  })

  test('works like its source, with its short names', async () => {
    const built: Package = await import(inPackage('dist/index.js'))
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

  // Without other types, with those of browsers, and with those of Node and of React.
  test.each([
    { module: 'nodenext', lib: ['es2022'], types: [] },
    { module: 'nodenext', lib: ['es2022', 'dom'], types: [] },
    { module: 'nodenext', lib: ['es2022'], types: ['node'] },
    { module: 'esnext', moduleResolution: 'bundler', lib: ['es2022', 'dom'], types: ['react'] },
  ])('has declarations without dependencies: %j', async (environment) => {
    const place = mkdtempSync(join(home, 'consumer-'))
    const hasDom = environment.lib.includes('dom')
    const code = consumer + withReact + (hasDom ? inBrowser + withElement : '')
    writeFileSync(join(place, 'consumer.ts'), code)
    const compilerOptions = {
      ...environment,
      target: 'es2022',
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      typeRoots: [join(root, 'node_modules/@types')],
    }
    const settings = { compilerOptions, files: ['consumer.ts'] }
    writeFileSync(join(place, 'tsconfig.json'), JSON.stringify(settings))
    const compiled = run(process.execPath, [compiler, '-p', place])
    await expect(compiled.catch(({ stdout }) => ({ stdout }))).resolves.toMatchObject({
      stdout: '',
    })
  })
})
