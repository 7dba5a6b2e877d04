// The HTTP server under both bridges. It listens on loopback by default, limits the size of bodies, and
// adds the delays and faults that tests ask for. It knows neither Postgres nor Redis.
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { reasonOf } from './refusal.ts'

/** 'refuse' cuts the connection without reading, 'hang' never answers, 'garbage' answers without JSON,
 *  'lose' does the work and cuts the connection instead of answering. */
export type Fault = 'refuse' | 'hang' | 'garbage' | 'lose'

export interface Call {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
}

export interface Answer {
  status: number
  headers?: Record<string, string>
  body: unknown
}

export interface BridgeOptions {
  host?: string
  port?: number
  delayMs?: number
}

export interface Bridge {
  /** Without a path or a slash at the end. */
  url: string
  /** Delays every answer by so many milliseconds. */
  setDelay(ms: number): void
  setFault(fault?: Fault): void
  close(): Promise<void>
}

/** Neon and Upstash take 10 MiB; the largest that the service sends is half of this. */
const maxBodyBytes = 8 * 1024 * 1024

export async function serve(
  { host = '127.0.0.1', port = 0, delayMs = 0 }: BridgeOptions,
  answer: (call: Call) => Promise<Answer>,
): Promise<Bridge> {
  let pause = delayMs
  let fault: Fault | undefined

  const server = createServer(async (request, response) => {
    const broken = fault
    if (broken === 'refuse') return request.socket.destroy()
    if (broken === 'hang') return
    const { status, headers, body } = await answerTo(request, answer)
    if (pause > 0) await delay(pause)
    if (broken === 'lose') return request.socket.destroy()
    // The rest of a body that was too large is not read, so the connection cannot be used again.
    if (status === 413) response.setHeader('connection', 'close')
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(broken === 'garbage' ? '<html>Bad gateway</html>' : JSON.stringify(body))
  })
  // If the server closes an idle connection while the client sends on it, that looks like an outage.
  server.keepAliveTimeout = 0

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })

  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    setDelay(ms) {
      pause = ms
    },
    setFault(next) {
      fault = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answerTo(
  request: IncomingMessage,
  answer: (call: Call) => Promise<Answer>,
): Promise<Answer> {
  try {
    const body = await readBody(request)
    if (body === undefined) return { status: 413, body: refusal('The request is too large') }
    const { method = '', url = '/', headers } = request
    return await answer({ method, path: url, headers, body })
  } catch (error) {
    return { status: 500, body: refusal(reasonOf(error)) }
  }
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length
    if (size > maxBodyBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Neon's driver reads `message`, Upstash's client reads `error`. */
function refusal(sentence: string) {
  return { message: sentence, error: sentence }
}
