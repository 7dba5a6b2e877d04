// One person who reads: marks the newest message that one of the clients shows, sometimes an older one, and the
// newest mark again after each reconnect, as clients must.

import type { Random } from '../../harness/random.ts'
import { callUntilAnswered } from '../call-until-answered.ts'
import type { Client } from '../client.ts'
import { RepeatedWork } from './repeated-work.ts'

const callShare = 0.2
const olderShare = 0.2

export class Reader extends RepeatedWork {
  /** The newest message that was marked; empty: none was. */
  marked = ''

  constructor(client: Client, random: Random) {
    super(client, random, { min: 200, max: 1_500 })
    client.onLive.push(() => this.#send(this.marked))
  }

  protected async act(): Promise<void> {
    const { random } = this
    const { view, isLive } = this.client
    const shown = view.shown()
    const read = random.chance(olderShare) ? random.pick(shown) : shown.at(-1)
    if (!read) return
    if (random.chance(callShare)) await this.#put(read.id)
    else if (isLive) this.#send(read.id)
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
