// The platform of the client in workerd: sockets and requests go to the Worker under test.

import { exports } from 'cloudflare:workers'
import { ChatClient } from '../../../src/client/chat-client.ts'
import type { ChatOptions } from '../../../src/client/chat-options.ts'
import type { Platform, SocketLike } from '../../../src/client/platform.ts'
import type { ChatState } from '../../../src/client/state.ts'
import type { Person } from '../../support/chat.ts'

const worker = (exports as unknown as { default: Fetcher }).default

/** A WebSocket with the interface of browsers, around a socket of the Worker. */
export class WorkerSocket implements SocketLike {
  onopen: SocketLike['onopen'] = null
  onmessage: SocketLike['onmessage'] = null
  onclose: SocketLike['onclose'] = null
  onerror: SocketLike['onerror'] = null
  #waiting: { event: string; resolve: () => void }[] = []
  /** The handshake. Frames that are sent before its end wait for it. */
  readonly #opening: Promise<WebSocket>

  constructor(url: string, protocols: string[]) {
    this.#opening = this.#open(url.replace(/^ws/, 'http'), protocols)
  }

  async #open(url: string, protocols: string[]): Promise<WebSocket> {
    const headers = { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': protocols.join(', ') }
    const { webSocket: socket, status } = await worker.fetch(new Request(url, { headers }))
    if (!socket) throw new Error(`No socket: ${status}`)
    socket.addEventListener('message', ({ data }) => {
      this.onmessage?.({ data } as never)
      for (const { event, resolve } of this.#waiting)
        if (String(data).includes(`"event":"${event}"`)) resolve()
    })
    socket.addEventListener('close', ({ code }) => this.onclose?.({ code } as never))
    socket.accept()
    this.onopen?.(undefined as never)
    return socket
  }

  /** Waits for a future frame. */
  receives(event: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ event, resolve }))
  }

  send(text: string): void {
    this.#opening.then((socket) => socket.send(text))
  }

  close(): void {
    this.#opening.then((socket) => socket.close(1000, 'done'))
  }

  /** Ends the socket like a broken network. */
  drop(): void {
    this.close()
    this.onclose?.({ code: 1006 } as never)
  }
}

export class Chat {
  readonly sockets: WorkerSocket[] = []
  readonly client: ChatClient

  constructor(person: Person, options: Partial<ChatOptions> = {}) {
    const platform: Partial<Platform> = {
      // Reconnects without a wait.
      random: () => 0,
      fetch: (url, init) => worker.fetch(new Request(url, init as RequestInit)),
      openSocket: (url, protocols) => {
        const socket = new WorkerSocket(url, protocols)
        this.sockets.push(socket)
        return socket
      },
      ...options.platform,
    }
    const getToken = () => person.token
    this.client = new ChatClient({ url: 'http://chat.test', getToken, ...options, platform })
  }

  static async join(person: Person, options: Partial<ChatOptions> = {}): Promise<Chat> {
    const chat = new Chat(person, options)
    await chat.client.connect()
    return chat
  }

  get texts(): string[] {
    return this.client.state.messages.map(({ content }) => content)
  }

  get socket(): WorkerSocket {
    const socket = this.sockets.at(-1)
    if (!socket) throw new Error('There is no socket')
    return socket
  }

  /** Waits until the state fulfils a condition. */
  until(isSo: (state: ChatState) => boolean): Promise<void> {
    const { client } = this
    return new Promise((resolve) => {
      const look = () => {
        if (!isSo(client.state)) return
        end()
        resolve()
      }
      const end = client.subscribe(look)
      look()
    })
  }

  untilShown(...texts: string[]): Promise<void> {
    return this.until(({ messages }) =>
      texts.every((text) => messages.some(({ content }) => content === text)),
    )
  }
}
