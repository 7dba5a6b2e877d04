// Checks on the wire whether WebSocket messages are compressed, which wrangler.toml decides. The client
// connects to the Worker directly, because the proxies of `wrangler dev` and miniflare accept every offer of
// compression.

import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { build } from 'esbuild'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { unstable_readConfig } from 'wrangler'
import { WebSocket } from 'ws'
import { createTokens } from '../../src/crypto/access-token.ts'
import { openMemoryStores } from '../harness/memory-stores.ts'

const root = join(import.meta.dirname, '../..')
const secret = 'a secret of thirty-two bytes at least'
const running: Miniflare[] = []
let script = ''
/** A new room restores itself from Postgres before it opens. */
let stores: Awaited<ReturnType<typeof openMemoryStores>>

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'src/worker.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    external: ['cloudflare:*', 'node:*', ...builtinModules],
  })
  script = outputFiles[0]?.text ?? ''
  stores = await openMemoryStores()
})

afterAll(async () => {
  await Promise.all(running.map((miniflare) => miniflare.dispose()))
  await stores.close()
})

function configOf(env: 'staging' | 'production' | undefined) {
  return unstable_readConfig({ config: join(root, 'wrangler.toml'), env }, { hideWarnings: true })
}

/** The address of a room of its own. */
async function roomWith(compatibilityFlags: string[]): Promise<URL> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...{ script, modules: true, cf: false, unsafeLocalExplorer: false },
      compatibilityDate: configOf('production').compatibility_date,
      compatibilityFlags,
      unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
      durableObjects: { ROOM: { className: 'ChatRoom', useSQLite: true } },
      ratelimits: { EDGE_LIMIT: { namespace_id: '1', simple: { limit: 1_000, period: 60 } } },
      bindings: {
        ENVIRONMENT: 'local',
        JWT_SECRET: secret,
        ...stores.bindings,
      },
    }),
  )
  running.push(miniflare)
  await miniflare.ready
  return miniflare.unsafeGetDirectURL()
}

/** Joins, sends a message and waits for its broadcast. */
async function talk(room: URL, perMessageDeflate: boolean) {
  const member = { id: crypto.randomUUID(), username: 'ada' }
  const tokens = createTokens({ environment: 'local', secret, ttlSeconds: 3_600 })
  const caller = { member, sessionId: crypto.randomUUID() }
  const { access_token } = await tokens.issue(caller, Date.now())
  const url = `ws://${room.host}/ws/chat`
  const options = { perMessageDeflate: perMessageDeflate && { threshold: 0 } }
  const socket = new WebSocket(url, ['chat.v1', `bearer.${access_token}`], options)
  const answered = new Promise<string | undefined>((resolve) => {
    socket.on('upgrade', ({ headers }) => resolve(headers['sec-websocket-extensions']))
  })
  const received = new Promise<string>((resolve, reject) => {
    socket.on('close', (code) => reject(new Error(`Closed with ${code}`)))
    socket.on('message', (raw) => {
      for (const { event, data } of [JSON.parse(String(raw))].flat())
        if (event === 'synced')
          socket.send(JSON.stringify({ event: 'send_message', data: { content: 'hello 💬' } }))
        else if (event === 'new_message' && data.user_id === member.id) resolve(data.content)
    })
  })
  const outcome = { answered: await answered, received: await received }
  socket.terminate()
  return outcome
}

describe('WebSocket compression', () => {
  test('PRESS-3 No environment of `wrangler.toml` compresses WebSocket messages', () => {
    for (const env of [undefined, 'staging', 'production'] as const)
      expect(configOf(env).compatibility_flags).toContain('no_web_socket_compression')
  })

  test('PRESS-1 A client that offers permessage-deflate is answered without it, and works as any other', async () => {
    const room = await roomWith(configOf('production').compatibility_flags)
    const plain = { answered: undefined, received: 'hello 💬' }
    expect(await talk(room, true)).toEqual(plain)
    expect(await talk(room, false)).toEqual(plain)
  })

  test('PRESS-2 Without the flag of `wrangler.toml`, a client that offers permessage-deflate gets it, and no other does', async () => {
    const flags = configOf('production').compatibility_flags
    const room = await roomWith(
      flags.filter((flag: string) => flag !== 'no_web_socket_compression'),
    )
    const compressed = await talk(room, true)
    expect(compressed.answered).toMatch(/^permessage-deflate/)
    expect(compressed.received).toBe('hello 💬')
    expect(await talk(room, false)).toEqual({ answered: undefined, received: 'hello 💬' })
  })
})
