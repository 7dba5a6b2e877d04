// One person who reacts to messages that the client shows, and knows what was acknowledged.

import { setTimeout as delay } from 'node:timers/promises'
import type { Random } from '../../harness/random.ts'
import { callUntilAnswered } from '../call-until-answered.ts'
import type { Client } from '../client.ts'

const emoji = ['👍', '❤️', '😂', '🎉']

/** Refusals that end a call: the message was deleted meanwhile, or the person may not react. */
const explained = new Set(['not_found', 'muted'])

export class Reactor {
  readonly client: Client
  /** By message id, what was acknowledged last. */
  readonly chosen = new Map<string, string[]>()
  /** Messages of which an earlier try may still be under way: nobody knows what was applied last. */
  readonly uncertain = new Set<string>()
  readonly #random: Random
  #isActive = false
  #done: Promise<void> = Promise.resolve()

  constructor(client: Client, random: Random) {
    this.client = client
    this.#random = random
  }

  begin(): void {
    this.#isActive = true
    this.#done = this.#react()
  }

  async end(): Promise<void> {
    this.#isActive = false
    await this.#done
  }

  async #react(): Promise<void> {
    const random = this.#random
    while (this.#isActive) {
      await delay(random.between(600, 2_000))
      const { view, shouldRun } = this.client
      const shown = view.shown()
      const id = random.pick(shown)?.id
      if (!this.#isActive || !shouldRun || id === undefined) continue
      if (!this.uncertain.has(id)) await this.#choose(id)
    }
  }

  async #choose(id: string): Promise<void> {
    const { parts } = this.client
    const reactions = emoji.filter(() => this.#random.chance(0.4))
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
