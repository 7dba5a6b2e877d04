// Reads the reactions to a message that the log no longer has from the archive: its totals and what each
// person has chosen, both at once.

import type { ArchivedReactions } from '../../domain/reactions.ts'
import { errorFields, logError } from '../../logger.ts'
import type { ReactionArchive } from '../ports.ts'
import type { Outcome } from '../rpc.ts'
import { accepted, refused } from '../sequencer/command.ts'

const archiveUnavailable = {
  code: 'unavailable',
  detail: 'This message is in the archive, which is not available right now. Try again soon.',
  retryAfterMs: 5_000,
} as const

export class ReactionLoader {
  readonly #archive: Pick<ReactionArchive, 'findReactions'>
  readonly #loads = new Map<string, Promise<ArchivedReactions>>()

  constructor(archive: Pick<ReactionArchive, 'findReactions'>) {
    this.#archive = archive
  }

  async load(id: string): Promise<Outcome<ArchivedReactions>> {
    try {
      return accepted(await this.#loadOnce(id)).outcome
    } catch (error) {
      logError('load_failed', { message_id: id, ...errorFields(error) })
      return refused(archiveUnavailable).outcome
    }
  }

  /** Runs only one load per message at a time, however many people react to it. */
  #loadOnce(id: string): Promise<ArchivedReactions> {
    const running = this.#loads.get(id)
    if (running) return running
    const load = this.#archive.findReactions(id).finally(() => this.#loads.delete(id))
    this.#loads.set(id, load)
    return load
  }
}
