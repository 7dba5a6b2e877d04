// One HTTP exchange with everything under the sender's control: the address to the letter, headers
// in their order and twice, a body with any method.

import { Agent, request } from 'node:http'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import type { Answer, Call } from './call.ts'

/** Only to fail. */
const patienceMs = 30_000

/** There was no answer. */
export class NoAnswer extends Error {
  override name = 'NoAnswer'
}

export class Line {
  readonly port: number
  readonly #agent: Agent

  /** @param lanes connections, which are kept */
  constructor(port: number, lanes: number) {
    this.port = port
    this.#agent = new Agent({ keepAlive: true, maxSockets: lanes })
  }

  close(): void {
    this.#agent.destroy()
  }

  /** A kept connection may have ended just now: what it did not answer at all is asked again. */
  async exchange(call: Call): Promise<Answer> {
    try {
      return await this.#once(call)
    } catch (error) {
      if (!(error instanceof NoAnswer) || !error.message.includes('kept')) throw error
      return this.#once(call)
    }
  }

  #once({ method, path, headers, body }: Call): Promise<Answer> {
    const given = new Set(headers.map(([name]) => name.toLowerCase()))
    const length: [string, string][] =
      body && !given.has('content-length') && !given.has('transfer-encoding')
        ? [['content-length', String(body.length)]]
        : []
    const host: [string, string][] = given.has('host') ? [] : [['host', `127.0.0.1:${this.port}`]]
    return new Promise((resolve, reject) => {
      const asking = request({
        host: '127.0.0.1',
        port: this.port,
        agent: this.#agent,
        method,
        path,
        headers: [...host, ...headers, ...length].flat(),
      })
      asking.setTimeout(patienceMs, () => asking.destroy(new Error('it takes too long')))
      asking.on('error', (error) =>
        reject(new NoAnswer(`${asking.reusedSocket ? 'kept: ' : ''}${error.message}`)),
      )
      asking.on('upgrade', (response, socket) => {
        socket.destroy()
        resolve({ status: 101, headers: namesOf(response.rawHeaders), body: Buffer.alloc(0) })
      })
      asking.on('response', (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', (error) => reject(new NoAnswer(error.message)))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: namesOf(response.rawHeaders),
            body: unpacked(Buffer.concat(chunks), response.headers['content-encoding']),
          }),
        )
      })
      asking.end(body ?? undefined)
    })
  }
}

/** Whoever stands in front may pack an answer for those who say that they can unpack it. */
function unpacked(body: Buffer, encoding = ''): Buffer {
  if (body.length === 0) return body
  if (encoding === 'gzip') return gunzipSync(body)
  if (encoding === 'deflate') return inflateSync(body)
  return encoding === 'br' ? brotliDecompressSync(body) : body
}

function namesOf(raw: readonly string[]): Map<string, string[]> {
  const headers = new Map<string, string[]>()
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] as string).toLowerCase()
    headers.set(name, [...(headers.get(name) ?? []), raw[at + 1] as string])
  }
  return headers
}
