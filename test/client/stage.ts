// A scene in which nothing that the client waits for comes before the test lets it go, and a room
// that lets its sockets in, replays and tells as the real one does.

import type { ChatOptions } from '../../src/client/chat-client.ts'
import type { Frame } from '../../src/client/wire.ts'
import { ada, type Call, roster, Scene, type ScriptedSocket, settle } from './scene.ts'

export class Stage {
  readonly scene: Scene
  /** What the client waits for, in the order it asked. Each is as it was when it was asked. */
  #waiting: { what: string; go: () => void }[] = []
  #live: ScriptedSocket | null = null

  constructor(options: Partial<ChatOptions> = {}) {
    this.scene = new Scene({
      pageSize: 3,
      getToken: ({ renew }) => this.#late(renew ? 'renewal' : 'token', 't0'),
      ...options,
    })
    this.scene.answer = (call) => this.#late(`${call.method} ${call.path}`, this.#answerTo(call))
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Of what is waited for, by name. */
  waitsFor(what: string): boolean {
    return this.#waiting.some((one) => one.what.startsWith(what))
  }

  /** One answer comes. */
  async letGo(at = 0): Promise<void> {
    this.#waiting.splice(at, 1)[0]?.go()
    await settle()
  }

  /**
   * The next thing happens that brings the client in: an answer that it asked for after so many
   * others, what its newest socket waits for, or a signal that ends its wait.
   * @returns whether there was one
   */
  async advance(after = 0): Promise<boolean> {
    if (this.#waiting.length > after) {
      await this.letGo(after)
      return true
    }
    const { sockets, state } = this.scene
    const socket = sockets.at(-1)
    if (socket && !socket.closed && socket !== this.#live) this.#admit(socket)
    else if (state.retryAt !== null) this.scene.signal()
    else return false
    await settle()
    return true
  }

  async comeIn(after = 0): Promise<void> {
    while (await this.advance(after));
  }

  /** Tells a socket that is in; the others find it in their replay or their page. */
  async tell(frame: Frame): Promise<void> {
    if (!this.#live?.closed) this.#live?.tell(frame)
    await settle()
  }

  drop(): void {
    this.#live?.drop()
    this.#live = null
  }

  /** The room has another log: nobody can resume. */
  async lose(): Promise<void> {
    this.scene.room.epoch += '+'
    this.drop()
    await settle()
  }

  #admit(socket: ScriptedSocket): void {
    const { room } = this.scene
    const { searchParams } = socket.address
    socket.open()
    if (searchParams.get('epoch') !== room.epoch) {
      socket.tell(this.scene.welcome({ resumed: false }))
      return
    }
    const replay = room.replay(Number(searchParams.get('since')))
    socket.tell(this.scene.welcome(), roster(ada), ...replay, this.scene.synced)
    this.#live = socket
  }

  #late<T>(what: string, answer: T): Promise<T> {
    return new Promise((resolve) => {
      this.#waiting.push({ what, go: () => resolve(answer) })
    })
  }

  #answerTo({ method, path, body }: Call) {
    const { room } = this.scene
    const { pathname, searchParams } = new URL(path, 'https://chat.test')
    const id = pathname.split('/')[2] ?? ''
    if (method === 'DELETE') {
      void this.tell(room.remove({ id }))
      return { status: 204 }
    }
    if (method === 'PATCH') {
      void this.tell(room.edit({ id }, (body as { content: string }).content))
      return { status: 200, body: room.messages.find((message) => message.id === id) }
    }
    const page = room.page(Number(searchParams.get('limit')), searchParams.get('cursor'))
    return { status: 200, body: page }
  }
}
