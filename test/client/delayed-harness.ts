// A harness that holds back every answer until the test releases it, and whose room admits sockets,
// replays and broadcasts like the real one.

import type { ChatOptions } from '../../src/client/chat-options.ts'
import type { Frame } from '../../src/client/contract.ts'
import { ada, type Call, type FakeSocket, Harness, roster, settle } from './harness.ts'

export class DelayedHarness {
  readonly harness: Harness
  /** Answers that are held back, in the order of the requests. Each has the state at its request. */
  #waiting: { what: string; go: () => void }[] = []
  #live: FakeSocket | null = null

  constructor(options: Partial<ChatOptions> = {}) {
    this.harness = new Harness({
      pageSize: 3,
      getToken: ({ renew }) => this.#delay(renew ? 'renewal' : 'token', 't0'),
      ...options,
    })
    this.harness.answer = (call) => this.#delay(`${call.method} ${call.path}`, this.#answerTo(call))
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Whether an answer to this request is held back. */
  waitsFor(what: string): boolean {
    return this.#waiting.some((one) => one.what.startsWith(what))
  }

  /** Releases one answer. */
  async release(at = 0): Promise<void> {
    this.#waiting.splice(at, 1)[0]?.go()
    await settle()
  }

  /**
   * Runs the next step towards a connection: releases an answer (the first `after` ones stay held
   * back), admits the newest socket, or ends the wait between attempts.
   * @returns whether there was a step
   */
  async nextStep(after = 0): Promise<boolean> {
    if (this.#waiting.length > after) {
      await this.release(after)
      return true
    }
    const { sockets, state } = this.harness
    const socket = sockets.at(-1)
    if (socket && !socket.closed && socket !== this.#live) this.#admit(socket)
    else if (state.retryAt !== null) this.harness.signal()
    else return false
    await settle()
    return true
  }

  async finishConnect(after = 0): Promise<void> {
    while (await this.nextStep(after));
  }

  /** Delivers a frame to a live socket. Other sockets get it with their replay or page. */
  async deliver(frame: Frame): Promise<void> {
    if (!this.#live?.closed) this.#live?.deliver(frame)
    await settle()
  }

  drop(): void {
    this.#live?.drop()
    this.#live = null
  }

  /** Gives the room a new log, so that no client can resume. */
  async replaceLog(): Promise<void> {
    this.harness.room.epoch += '+'
    this.drop()
    await settle()
  }

  #admit(socket: FakeSocket): void {
    const { room } = this.harness
    const { searchParams } = socket.address
    socket.open()
    if (searchParams.get('epoch') !== room.epoch) {
      socket.deliver(this.harness.welcome({ resumed: false }))
      return
    }
    const replay = room.replay(Number(searchParams.get('since')))
    socket.deliver(this.harness.welcome(), roster(ada), ...replay, this.harness.synced)
    this.#live = socket
  }

  #delay<T>(what: string, answer: T): Promise<T> {
    return new Promise((resolve) => {
      this.#waiting.push({ what, go: () => resolve(answer) })
    })
  }

  #answerTo({ method, path, body }: Call) {
    const { room } = this.harness
    const { pathname, searchParams } = new URL(path, 'https://chat.test')
    const id = pathname.split('/')[2] ?? ''
    if (method === 'DELETE') {
      void this.deliver(room.remove({ id }))
      return { status: 204 }
    }
    if (method === 'PATCH') {
      void this.deliver(room.edit({ id }, (body as { content: string }).content))
      return { status: 200, body: room.messages.find((message) => message.id === id) }
    }
    const page = room.page(Number(searchParams.get('limit')), searchParams.get('cursor'))
    return { status: 200, body: page }
  }
}
