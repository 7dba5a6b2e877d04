// A WebSocket client that sends exactly the bytes that it is given, also in the handshake, so that it
// can break the protocol.

import { randomBytes } from 'node:crypto'
import { createConnection, type Socket } from 'node:net'
import type { Header } from './http-call.ts'

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export type FrameParts = {
  opcode: number
  payload: Buffer
  fin?: boolean
  /** The three reserved bits. */
  reserved?: number
  masked?: boolean
  /** The length in the header, if it is not that of the payload. */
  length?: number
}

export function encodeFrame(parts: FrameParts): Buffer {
  const { opcode, payload, fin = true, reserved = 0, masked = true } = parts
  const { length = payload.length } = parts
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode
  const maskBit = masked ? 0x80 : 0
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10)
  head[0] = first
  head[1] = maskBit | (length < 126 ? length : length < 65_536 ? 126 : 127)
  if (head.length === 4) head.writeUInt16BE(length, 2)
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2)
  if (!masked) return Buffer.concat([head, payload])
  const mask = randomBytes(4)
  const hidden = Buffer.from(payload.map((byte, at) => byte ^ (mask[at % 4] as number)))
  return Buffer.concat([head, mask, hidden])
}

export const textFrame = (text: string) =>
  encodeFrame({ opcode: opcodes.text, payload: Buffer.from(text) })

export type Handshake = {
  port: number
  path: string
  /** They replace those that an upgrade needs, or are added. */
  headers?: Header[]
}

export type Ended = { code: number; reason: string }

const timeoutMs = 20_000
/** How long the server may keep the connection after both close frames. */
const afterCloseMs = 5_000
const endOfHead = '\r\n\r\n'

export class RawWebSocket {
  /** The status of the answer to the upgrade; 0: there was none. */
  readonly opened: Promise<number>
  /** Resolves with the close frame, or with 1006 if the connection ended without one. */
  readonly ended: Promise<Ended>
  readonly texts: string[] = []
  readonly #listeners = new Set<(text: string) => void>()
  readonly #socket: Socket
  #input = Buffer.alloc(0)
  #status = 0
  #partial: Buffer[] = []
  #open: (status: number) => void = () => {}
  #end: (ended: Ended) => void = () => {}

  constructor({ port, path, headers = [] }: Handshake) {
    const socket = createConnection(port, '127.0.0.1')
    this.#socket = socket
    this.opened = new Promise((resolve) => {
      this.#open = resolve
    })
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    socket.on('close', () => {
      this.#open(0)
      this.#end({ code: 1006, reason: '' })
    })
    socket.setTimeout(timeoutMs * 4, () => socket.destroy())
    socket.on('error', () => {})
    socket.on('data', (bytes) => this.#take(bytes))
    socket.write(upgradeRequest(port, path, headers))
  }

  send(bytes: Buffer): void {
    if (this.#socket.writable) this.#socket.write(bytes)
  }

  sendText(text: string): void {
    this.send(textFrame(text))
  }

  stopReading(): void {
    this.#socket.pause()
  }

  close(): void {
    this.send(encodeFrame({ opcode: opcodes.close, payload: Buffer.from([0x03, 0xe8]) }))
    setTimeout(() => this.#socket.destroy(), 2_000).unref()
  }

  /** Resets the connection without a close frame. */
  drop(): void {
    this.#socket.resetAndDestroy()
  }

  /** The first text that matches, also one received before; null if the socket ends first. */
  async waitForText(matches: (text: string) => boolean): Promise<string | null> {
    const received = this.texts.find(matches)
    if (received !== undefined) return received
    let late: NodeJS.Timeout | undefined
    let stop = () => {}
    const next = new Promise<string | null>((resolve) => {
      stop = this.onText((text) => {
        if (matches(text)) resolve(text)
      })
      late = setTimeout(() => resolve(null), timeoutMs)
    })
    const found = await Promise.race([next, this.ended.then(() => null)])
    clearTimeout(late)
    stop()
    return found
  }

  /** @returns a function that removes the listener */
  onText(listener: (text: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #take(bytes: Buffer): void {
    this.#input = Buffer.concat([this.#input, bytes])
    if (this.#status === 0 && !this.#readHead()) return
    if (this.#status === 101) while (this.#readFrame());
  }

  #readHead(): boolean {
    const end = this.#input.indexOf(endOfHead)
    if (end < 0) return false
    const head = this.#input.subarray(0, end).toString('latin1')
    this.#input = this.#input.subarray(end + endOfHead.length)
    this.#status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0)
    this.#open(this.#status)
    if (this.#status !== 101) {
      // Some upgrades are refused by an HTTP answer, which means the same as the close code.
      this.#end({ code: 4_000 + this.#status, reason: 'an HTTP answer' })
      this.#socket.end()
    }
    return true
  }

  #readFrame(): boolean {
    const input = this.#input
    if (input.length < 2) return false
    const short = (input[1] as number) & 0x7f
    const headLength = short < 126 ? 2 : short === 126 ? 4 : 10
    if (input.length < headLength) return false
    const length =
      short < 126 ? short : short === 126 ? input.readUInt16BE(2) : Number(input.readBigUInt64BE(2))
    if (input.length < headLength + length) return false
    const payload = input.subarray(headLength, headLength + length)
    this.#input = input.subarray(headLength + length)
    this.#receive((input[0] as number) & 0x0f, ((input[0] as number) & 0x80) !== 0, payload)
    return true
  }

  #receive(opcode: number, fin: boolean, payload: Buffer): void {
    if (opcode === opcodes.ping) this.send(encodeFrame({ opcode: opcodes.pong, payload }))
    if (opcode === opcodes.close) {
      const code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005
      this.send(encodeFrame({ opcode: opcodes.close, payload: payload.subarray(0, 2) }))
      this.#socket.end()
      this.#socket.setTimeout(afterCloseMs)
      this.#end({ code, reason: payload.subarray(2).toString() })
    }
    if (opcode > opcodes.binary) return
    this.#partial.push(payload)
    if (!fin) return
    const text = Buffer.concat(this.#partial).toString()
    this.#partial = []
    this.texts.push(text)
    for (const listener of this.#listeners) listener(text)
  }
}

function upgradeRequest(port: number, path: string, headers: Header[]): Buffer {
  const given = new Set(headers.map(([name]) => name.toLowerCase()))
  const needed: Header[] = [
    ['Host', `127.0.0.1:${port}`],
    ['Upgrade', 'websocket'],
    ['Connection', 'Upgrade'],
    ['Sec-WebSocket-Key', randomBytes(16).toString('base64')],
    ['Sec-WebSocket-Version', '13'],
  ]
  const lines = [...needed.filter(([name]) => !given.has(name.toLowerCase())), ...headers].map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  return Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1')
}
