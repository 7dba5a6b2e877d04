// Reads messages that the log no longer holds from the archive.

import type { StoredMessage } from '../../domain/message.ts'
import { errorFields, logError } from '../../logger.ts'
import type { Archive } from '../ports.ts'
import type { Outcome } from '../rpc.ts'
import { accepted, refused } from '../sequencer/command.ts'

const archiveUnavailable = {
  code: 'unavailable',
  detail: 'This message is in the archive, which is not available right now. Try again soon.',
  retryAfterMs: 5_000,
} as const

export class MessageLoader {
  readonly #archive: Pick<Archive, 'find'>
  readonly #loads = new Map<string, Promise<StoredMessage | undefined>>()

  constructor(archive: Pick<Archive, 'find'>) {
    this.#archive = archive
  }

  /** @returns undefined: the archive has no such message */
  async load(id: string): Promise<Outcome<StoredMessage | undefined>> {
    try {
      return accepted(await this.#loadOnce(id)).outcome
    } catch (error) {
      logError('load_failed', { message_id: id, ...errorFields(error) })
      return refused(archiveUnavailable).outcome
    }
  }

  /** Runs only one load per message at a time, however many callers ask for it. */
  #loadOnce(id: string): Promise<StoredMessage | undefined> {
    const running = this.#loads.get(id)
    if (running) return running
    const load = this.#archive.find(id).finally(() => this.#loads.delete(id))
    this.#loads.set(id, load)
    return load
  }
}
