// A client that reads nothing and answers nothing, against the real runtime over a real connection.

import { once } from 'node:events'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { build } from 'esbuild'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { expect, test } from 'vitest'

const src = join(import.meta.dirname, '../../src')
const worker = `
  import { systemClock as clock } from ${JSON.stringify(join(src, 'system-clock.ts'))}
  import { openRefusalSocket } from ${JSON.stringify(join(src, 'http/socket/refusal-sockets.ts'))}
  export default {
    fetch: (request, env, context) =>
      openRefusalSocket({ clock, context, code: 4401, headers: {}, timeoutMs: 50 })
  }`
const upgrade =
  'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'

test('a client that does not answer the close gets the code, and loses its connection', async () => {
  const { outputFiles } = await build({
    stdin: { contents: worker, resolveDir: import.meta.dirname },
    bundle: true,
    format: 'esm',
    write: false,
  })
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      cf: false,
      log: new Log(LogLevel.ERROR),
      modules: true,
      script: outputFiles[0]?.text ?? '',
      compatibilityDate: '2026-10-30',
    }),
  )
  try {
    const { hostname, port } = await miniflare.ready
    const client = createConnection(Number(port), hostname)
    let received = ''
    client.on('data', (bytes) => {
      received += bytes.toString('latin1')
    })
    client.write(upgrade)
    await once(client, 'close')
    expect(received).toContain('101 Switching Protocols')
    expect(received).toContain('Token missing, bad or expired, or session ended')
  } finally {
    await miniflare.dispose()
  }
})
