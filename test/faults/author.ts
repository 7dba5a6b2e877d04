// Writes through one client: it sends messages, and edits and deletes its own.

import { Changes } from './changes.ts'
import type { Client } from './client.ts'
import type { OwnMessage } from './own-message.ts'
import { Sends } from './sends.ts'

export class Author {
  readonly client: Client
  /** By id. Those that were lost with the storage of the room may be removed. */
  readonly accepted: Map<string, OwnMessage>
  readonly #sends: Sends
  readonly #changes: Changes

  constructor(client: Client) {
    this.client = client
    this.#sends = new Sends(client)
    this.accepted = this.#sends.accepted
    this.#changes = new Changes(client, this.accepted)
  }

  begin(round: number): void {
    this.#sends.begin(round)
    this.#changes.begin()
  }

  /** Finishes what it began, and begins nothing new. */
  stopNewWork(): void {
    this.#sends.stopNewWork()
    this.#changes.stopNewWork()
  }

  /** Whether everything that it began is answered. What a mute refuses waits for the next round. */
  get isIdle(): boolean {
    return this.#sends.isIdle && this.#changes.isIdle
  }

  async end(): Promise<void> {
    this.stopNewWork()
    await this.#changes.end()
  }
}
