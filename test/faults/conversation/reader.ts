// One person who reads: marks the newest message that one of the clients shows, sometimes an older one, and the
// newest mark again after each reconnect, as clients must.

import { setTimeout as delay } from 'node:timers/promises'
import type { Random } from '../../harness/random.ts'
import { callUntilAnswered } from '../call-until-answered.ts'
import type { Client } from '../client.ts'

const callShare = 0.2
const olderShare = 0.2

export class Reader {
  readonly client: Client
  /** The newest message that was marked; empty: none was. */
  marked = ''
  readonly #random: Random
  #isActive = false
  #done: Promise<void> = Promise.resolve()

  constructor(client: Client, random: Random) {
    this.client = client
    this.#random = random
    client.onLive.push(() => this.#send(this.marked))
  }

  begin(): void {
    this.#isActive = true
    this.#done = this.#read()
  }

  async end(): Promise<void> {
    this.#isActive = false
    await this.#done
  }

  async #read(): Promise<void> {
    const random = this.#random
    while (this.#isActive) {
      await delay(random.between(200, 1_500))
      const { view, shouldRun, isLive } = this.client
      const shown = view.shown()
      const read = random.chance(olderShare) ? random.pick(shown) : shown.at(-1)
      if (!this.#isActive || !shouldRun || !read) continue
      if (random.chance(callShare)) await this.#put(read.id)
      else if (isLive) this.#send(read.id)
    }
  }

  #send(message_id: string): void {
    if (message_id === '') return
    this.client.parts.metrics.count('marks')
    this.client.send('mark_read', { message_id })
    this.#note(message_id)
  }

  async #put(message_id: string): Promise<void> {
    const body = { message_id }
    const call = { method: 'PUT', path: '/auth/me/read', body }
    const { refusal } = await callUntilAnswered(this.client.parts, call)
    if (refusal !== null) return
    this.client.parts.metrics.count('marks over REST')
    this.#note(message_id)
  }

  #note(id: string): void {
    if (id > this.marked) this.marked = id
  }
}
