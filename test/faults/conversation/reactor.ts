// One person who reacts to messages that the client shows, and knows what was acknowledged.

import type { Random } from '../../harness/random.ts'
import { callUntilAnswered } from '../call-until-answered.ts'
import type { Client } from '../client.ts'
import { RepeatedWork } from './repeated-work.ts'

const emoji = ['👍', '❤️', '😂', '🎉']

/** Refusals that end a call: the message was deleted meanwhile, or the person may not react. */
const explained = new Set(['not_found', 'muted'])

export class Reactor extends RepeatedWork {
  /** By message id, what was acknowledged last. */
  readonly chosen = new Map<string, string[]>()
  /** Messages of which an earlier try may still be under way: nobody knows what was applied last. */
  readonly uncertain = new Set<string>()

  constructor(client: Client, random: Random) {
    super(client, random, { min: 600, max: 2_000 })
  }

  protected async act(): Promise<void> {
    const id = this.random.pick(this.client.view.shown())?.id
    if (id !== undefined && !this.uncertain.has(id)) await this.#choose(id)
  }

  async #choose(id: string): Promise<void> {
    const { parts } = this.client
    const reactions = emoji.filter(() => this.random.chance(0.4))
    const { refusal, isUncertain } = await callUntilAnswered(parts, {
      ...{ method: 'PUT', path: `/messages/${id}/reactions`, body: { reactions } },
      allows: (code) => explained.has(code),
    })
    // A try without an answer may be applied later. A repetition of the same does no harm, and another choice would.
    if (isUncertain) this.uncertain.add(id)
    if (refusal !== null) return
    parts.metrics.count('reactions')
    this.chosen.set(id, reactions)
  }
}
