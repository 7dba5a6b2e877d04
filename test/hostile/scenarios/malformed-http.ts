// Sends bytes that are not an HTTP request. Mostly the front server answers; no server may fail.

import { createConnection } from 'node:net'
import fc from 'fast-check'
import type { AttackRunner } from '../attack-runner.ts'
import { markers } from '../leak-detector.ts'
import type { Scenario } from './scenario.ts'

const timeoutMs = 1_500
const at = (port: number) => `Host: 127.0.0.1:${port}\r\n`
const smuggled = `POST /messages HTTP/1.1\r\nHost: x\r\n\r\n`
const body = `{"content":"${markers.attack}"}`
const json = 'Content-Type: application/json\r\n'

/** Texts in Latin-1. */
export function malformedRequests(port: number, token: string): string[] {
  const host = at(port)
  const bearer = `Authorization: Bearer ${token}\r\n`
  const post = `POST /messages HTTP/1.1\r\n${host}${bearer}${json}`
  const get = (line: string, more = '') => `GET ${line} HTTP/1.1\r\n${host}${more}\r\n`
  return [
    `${post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    `${post}Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n${smuggled}`,
    `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`,
    `${post}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
    `${post}Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n`,
    `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
    `${post}Content-Length: 5\r\nContent-Length: 50\r\n\r\n${body}`,
    `${post}Content-Length: +5\r\n\r\n${body}`,
    `${post}Content-Length: -1\r\n\r\n${body}`,
    `${post}Content-Length: 99999999999999999999\r\n\r\n${body}`,
    `${post}Content-Length: 5, 5\r\n\r\n${body}`,
    `${post}Content-Length: 0x20\r\n\r\n${body}`,
    `${post}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n${body}`,
    `${post}Transfer-Encoding: chunked\r\n\r\n-1\r\n${body}`,
    `${post}Transfer-Encoding: chunked\r\n\r\n5;${'x'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`,
    `${post}Transfer-Encoding: chunked\r\n\r\n0\r\nX-Trailer: ${markers.attack}\r\n\r\n`,
    `${post}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`,
    get('/health', 'X-A: b\r\n X-Folded: c\r\n'),
    get('/health', 'X-A: b\rX-B: c\r\n'),
    get('/health', 'X-A: b\nX-B: c\r\n'),
    get('/health', 'X-A: \x00\r\n'),
    get('/health', ': empty\r\n'),
    get('/health', 'X A: b\r\n'),
    get('/health', `X-Long: ${'y'.repeat(200_000)}\r\n`),
    get('/health', Array.from({ length: 5_000 }, (_, n) => `X-${n}: y\r\n`).join('')),
    get(`/${'a'.repeat(200_000)}`),
    get('/health\x00'),
    get('/he alth'),
    get('/\xff\xfe'),
    get('/health\tx'),
    get('health'),
    get('*'),
    get('http://evil.example/health'),
    get('http://127.0.0.1:1/health'),
    get('https://evil.example:443/admin/room'),
    `CONNECT evil.example:443 HTTP/1.1\r\n${host}\r\n`,
    `GET /health HTTP/1.0\r\n\r\n`,
    `GET /health HTTP/0.9\r\n\r\n`,
    `GET /health HTTP/2.0\r\n${host}\r\n`,
    `GET /health HTTP/9.9\r\n${host}\r\n`,
    `GET /health\r\n\r\n`,
    `get /health HTTP/1.1\r\n${host}\r\n`,
    `FOO /health HTTP/1.1\r\n${host}\r\n`,
    `${'A'.repeat(5_000)} /health HTTP/1.1\r\n${host}\r\n`,
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    '\r\n\r\n\r\n',
    '\x00'.repeat(1_000),
    `GET /health HTTP/1.1\r\n\r\n`,
    `GET /health HTTP/1.1\r\nHost: \r\n\r\n`,
    `GET /health HTTP/1.1\r\nHost: evil.example\r\n${host}\r\n`,
    `GET /health HTTP/1.1\r\nHost: evil.example/x?y#z\r\n\r\n`,
    `GET /health HTTP/1.1\r\nHost: [::1\r\n\r\n`,
    get('/health').repeat(200),
    `${get('/health')}${'\x00'.repeat(100)}${get('/health')}`,
  ]
}

/** An answer without the headers of the service is of the front server. */
const isOfFrontServer = (head: string) => !/^x-content-type-options:/im.test(head)

export const malformedBytes: Scenario = {
  name: 'bytes that are not a request',
  pauseMs: 0,
  async run(runner) {
    const { port, target, random, metrics } = runner.parts
    const token = target.attackers[0]?.token ?? ''
    const bytes = random.chance(0.8)
      ? Buffer.from(String(random.pick(malformedRequests(port, token))), 'latin1')
      : Buffer.from(
          fc.sample(fc.uint8Array({ maxLength: 400 }), {
            seed: random.between(0, 1e9),
            numRuns: 1,
          })[0] ?? [],
        )
    runner.requests++
    metrics.count('requests')
    metrics.count('attacks by bytes')
    for (const head of await send(port, bytes)) checkHead(runner, head, bytes)
  },
}

function checkHead(runner: AttackRunner, head: string, bytes: Buffer): void {
  const { metrics, findings, leaks } = runner.parts
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0)
  const evidence = `${bytes.toString('latin1').slice(0, 300)}\n→ ${head.slice(0, 500)}`
  // If the cause were an exception of the service, the log checks would find it.
  if (isOfFrontServer(head)) {
    metrics.count(`answers of the front server: ${status}`)
    return
  }
  metrics.count(`answers ${status}`)
  if (status >= 500) findings.report(`it answers ${status}`, 'malformed bytes', evidence)
  for (const leak of leaks.inAnswer(head, { tokens: false, mail: false }))
    findings.report(`the answer leaks ${leak}`, 'malformed bytes', evidence)
}

/** @returns the answers, each from its status line on */
function send(port: number, bytes: Buffer): Promise<string[]> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
    let received = ''
    let timer = setTimeout(() => socket.destroy(), timeoutMs)
    socket.on('data', (part) => {
      received += part.toString('latin1')
      clearTimeout(timer)
      timer = setTimeout(() => socket.destroy(), timeoutMs / 5)
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(received.split(/(?=^HTTP\/1\.1 \d{3} )/m).filter((head) => head.startsWith('HTTP/')))
    })
    socket.write(bytes)
  })
}
