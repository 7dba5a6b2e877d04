// What one person does again and again, with pauses, while the faults last.

import { setTimeout as delay } from 'node:timers/promises'
import type { Random } from '../../harness/random.ts'
import type { Client } from '../client.ts'

type Pause = { min: number; max: number }

export abstract class RepeatedWork {
  readonly client: Client
  protected readonly random: Random
  readonly #pauseMs: Pause
  #isActive = false
  #done: Promise<void> = Promise.resolve()

  constructor(client: Client, random: Random, pauseMs: Pause) {
    this.client = client
    this.random = random
    this.#pauseMs = pauseMs
  }

  begin(): void {
    this.#isActive = true
    this.#done = this.#repeat()
  }

  async end(): Promise<void> {
    this.#isActive = false
    await this.#done
  }

  /** Runs after each pause in which the client was not ended. */
  protected abstract act(): Promise<void>

  async #repeat(): Promise<void> {
    while (this.#isActive) {
      await delay(this.random.between(this.#pauseMs.min, this.#pauseMs.max))
      if (this.#isActive && this.client.shouldRun) await this.act()
    }
  }
}
