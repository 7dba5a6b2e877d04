// An HTTP client that sends exactly what it is given: any method, address, headers and body.

import { Agent, request } from 'node:http'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { NoAnswer } from '../harness/rest.ts'
import type { Answer, Call, Header } from './http-call.ts'

const timeoutMs = 30_000

export class RawHttpClient {
  readonly port: number
  readonly #agent: Agent

  /** @param lanes how many connections it keeps open */
  constructor(port: number, lanes: number) {
    this.port = port
    this.#agent = new Agent({ keepAlive: true, maxSockets: lanes })
  }

  close(): void {
    this.#agent.destroy()
  }

  /** Repeats a call without an answer on a reused connection, because that may just have ended. */
  async exchange(call: Call): Promise<Answer> {
    try {
      return await this.#once(call)
    } catch (error) {
      if (!(error instanceof NoAnswer) || !error.message.includes('reused')) throw error
      return this.#once(call)
    }
  }

  #once({ method, path, headers, body }: Call): Promise<Answer> {
    const given = new Set(headers.map(([name]) => name.toLowerCase()))
    const length: Header[] =
      body && !given.has('content-length') && !given.has('transfer-encoding')
        ? [['content-length', String(body.length)]]
        : []
    const host: Header[] = given.has('host') ? [] : [['host', `127.0.0.1:${this.port}`]]
    return new Promise((resolve, reject) => {
      const asking = request({
        host: '127.0.0.1',
        port: this.port,
        agent: this.#agent,
        method,
        path,
        headers: [...host, ...headers, ...length].flat(),
      })
      asking.setTimeout(timeoutMs, () => asking.destroy(new Error('timeout')))
      asking.on('error', (error) =>
        reject(new NoAnswer(`${asking.reusedSocket ? 'reused: ' : ''}${error.message}`)),
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
            body: decompress(Buffer.concat(chunks), response.headers['content-encoding']),
          }),
        )
      })
      asking.end(body ?? undefined)
    })
  }
}

/** The front server may compress an answer. */
function decompress(body: Buffer, encoding = ''): Buffer {
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
