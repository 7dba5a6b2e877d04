// A WebSocket client that is cheap enough for thousands in one process. It knows whole frames, texts
// and the close, and lends each text to its listener without a copy.

import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

export type SocketListener = {
  /** @param text valid until this returns; then another text is written over it */
  text(text: Buffer): void
  /** @param code of the server, or 1006 if it gave none */
  closed(code: number): void
}

type Address = { url: string; subprotocols: string[]; localAddress: string }

const opcodes = { text: 1, close: 8, ping: 9, pong: 10 }
const final = 0x80
const masked = 0x80
const endOfHead = Buffer.from('\r\n\r\n')
const empty = Buffer.alloc(0)
/** All sockets share it, as each takes what it has read before the next one reads. */
const incoming = Buffer.alloc(512 * 1024)

export class TextSocket {
  readonly opened: Promise<void>
  #socket: Socket
  #listener: SocketListener
  #isOpen = false
  #isClosed = false
  #settle: { resolve: () => void; reject: (reason: Error) => void }
  /** The start of an incomplete frame: the first bytes of a buffer that only grows. */
  #rest = empty
  #restBytes = 0

  constructor({ url, subprotocols, localAddress }: Address, listener: SocketListener) {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.opened = promise
    this.#settle = { resolve, reject }
    this.#listener = listener
    const { hostname, port, pathname, search } = new URL(url)
    this.#socket = connect({
      host: hostname,
      port: Number(port),
      localAddress,
      noDelay: true,
      onread: { buffer: incoming, callback: (bytes) => this.#take(bytes) },
    })
    this.#socket.on('error', (error) => reject(error))
    this.#socket.on('close', () => this.#end(1006))
    const head = [
      `GET ${pathname}${search} HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      ...(subprotocols.length > 0 ? [`Sec-WebSocket-Protocol: ${subprotocols.join(', ')}`] : []),
    ]
    this.#socket.write(`${head.join('\r\n')}\r\n\r\n`)
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  send(text: string): void {
    this.#write(opcodes.text, Buffer.from(text))
  }

  /** Cuts the connection without a close frame. */
  terminate(): void {
    this.#isClosed = true
    this.#isOpen = false
    this.#socket.destroy()
  }

  #take(bytes: number): boolean {
    const added = incoming.subarray(0, bytes)
    const whole = this.#restBytes === 0 ? added : this.#appendToRest(added)
    const read = this.#isOpen ? this.#readFrames(whole) : this.#readHead(whole)
    this.#keepRest(whole.subarray(read))
    return true
  }

  /** Gives how many bytes it has used, like `#readFrames`. */
  #readHead(bytes: Buffer): number {
    const end = bytes.indexOf(endOfHead)
    if (end === -1) return 0
    const [status = ''] = bytes.toString('latin1', 0, end).split('\r\n', 1)
    if (!status.includes(' 101 ')) {
      this.#settle.reject(new Error(`The upgrade was answered with ${status}`))
      this.terminate()
      return bytes.length
    }
    this.#isOpen = true
    this.#settle.resolve()
    const from = end + endOfHead.length
    return from + this.#readFrames(bytes.subarray(from))
  }

  #readFrames(bytes: Buffer): number {
    let at = 0
    while (bytes.length >= at + 2 && !this.#isClosed) {
      const short = (bytes[at + 1] as number) & 0x7f
      const headBytes = short < 126 ? 2 : short === 126 ? 4 : 10
      if (bytes.length < at + headBytes) break
      const length =
        short < 126
          ? short
          : short === 126
            ? bytes.readUInt16BE(at + 2)
            : Number(bytes.readBigUInt64BE(at + 2))
      const from = at + headBytes
      if (bytes.length < from + length) break
      at = from + length
      this.#receive(bytes[from - headBytes] as number, bytes.subarray(from, at))
    }
    return at
  }

  #receive(head: number, payload: Buffer): void {
    if (head === (final | opcodes.text)) this.#listener.text(payload)
    else if (head === (final | opcodes.ping)) this.#write(opcodes.pong, payload)
    else if (head === (final | opcodes.close)) {
      this.#write(opcodes.close, payload)
      this.#end(payload.length >= 2 ? payload.readUInt16BE(0) : 1005)
      this.#socket.end()
    } else if (head !== (final | opcodes.pong))
      throw new Error(`The frame has the unknown type ${head}`)
  }

  #end(code: number): void {
    this.#isOpen = false
    this.#settle.reject(new Error(`Closed with ${code}`))
    if (this.#isClosed) return
    this.#isClosed = true
    this.#listener.closed(code)
  }

  #write(opcode: number, payload: Buffer): void {
    const { length } = payload
    // Clients must mask. A mask of zeros leaves the payload as it is.
    const head =
      length < 126
        ? [final | opcode, masked | length]
        : [final | opcode, masked | 126, length >> 8, length & 0xff]
    this.#socket.write(Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]))
  }

  #appendToRest(added: Buffer): Buffer {
    const bytes = this.#restBytes + added.length
    if (bytes > this.#rest.length) {
      const larger = Buffer.allocUnsafe(bytes * 2)
      this.#rest.copy(larger, 0, 0, this.#restBytes)
      this.#rest = larger
    }
    added.copy(this.#rest, this.#restBytes)
    return this.#rest.subarray(0, bytes)
  }

  #keepRest(rest: Buffer): void {
    this.#restBytes = 0
    if (rest.length === 0) return
    if (rest.length > this.#rest.length) this.#rest = Buffer.allocUnsafe(rest.length * 2)
    rest.copy(this.#rest)
    this.#restBytes = rest.length
  }
}
