// For a day after the room lost its storage, and with it the idempotency keys, sends are looked up in
// the archive before they are applied. One query at a time takes all that wait, so sends stay in the
// order of their arrival.

import { firstIdAt } from '../../domain/ids.ts'
import { errorFields, logError } from '../../logger.ts'
import type { Clock } from '../clock/clock.ts'
import { dayMs, type IdempotencyKeys } from '../log/idempotency-keys.ts'
import type { Meta } from '../log/meta.ts'
import type { RestoreSource } from '../ports.ts'
import type { Outcome } from '../rpc.ts'
import { accepted, refused } from '../sequencer/command.ts'

/** The sequencer lets as many commands wait, for the same reason. */
const waitingMax = 200

const archiveUnavailable = {
  code: 'unavailable',
  detail:
    'The room lost its storage, and the archive, which knows whether this was sent before, is not ' +
    'available right now. Try again soon.',
  retryAfterMs: 5_000,
} as const
const tooMany = { code: 'room_busy', retryAfterMs: 1_000 } as const

type Uses = {
  clock: Clock
  meta: Meta
  idempotencyKeys: IdempotencyKeys
  archive: Pick<RestoreSource, 'findSends'>
}

/** The id of the message that an earlier send has made; undefined: the archive knows of none. */
type Found = Outcome<string | undefined>
type Entry = { userId: string; clientId: string | null; resolve: (found: Found) => void }

export class EarlierSends {
  readonly #uses: Uses
  #waiting: Entry[] = []
  #running: Entry[] = []

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** @returns null: there is nothing to look up and to wait for */
  find(userId: string, clientId: string | null): Promise<Found> | null {
    const { clock, meta } = this.#uses
    if (clock.wall() >= meta.number('tokens_valid_from') + dayMs) return null
    const isAhead = (entry: Entry) => entry.userId === userId
    const mustWait = this.#waiting.some(isAhead) || this.#running.some(isAhead)
    if (!this.#isUnknown(userId, clientId) && !mustWait) return null
    if (this.#waiting.length >= waitingMax) return Promise.resolve(refused(tooMany).outcome)
    return new Promise((resolve) => {
      this.#waiting.push({ userId, clientId, resolve })
      if (this.#running.length === 0) void this.#run()
    })
  }

  #isUnknown(userId: string, clientId: string | null): clientId is string {
    return clientId !== null && this.#uses.idempotencyKeys.find(userId, clientId) === undefined
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#running = this.#waiting
      this.#waiting = []
      const foundOf = await this.#findAll(this.#running)
      for (const entry of this.#running) entry.resolve(foundOf(entry))
    }
    this.#running = []
  }

  async #findAll(entries: Entry[]): Promise<(entry: Entry) => Found> {
    const { clock, archive } = this.#uses
    const keys = entries.flatMap(({ userId: user_id, clientId: client_id }) =>
      client_id === null ? [] : { user_id, client_id },
    )
    try {
      // The log remembers keys for two days at most.
      const above = firstIdAt(clock.wall() - 2 * dayMs)
      const sends = keys.length === 0 ? [] : await archive.findSends(keys, above)
      const ids = new Map(sends.map((send) => [`${send.user_id} ${send.client_id}`, send]))
      return ({ userId, clientId }) =>
        accepted(ids.get(`${userId} ${clientId}`)?.message_id).outcome
    } catch (error) {
      logError('look_up_failed', { sends: keys.length, ...errorFields(error) })
      return ({ userId, clientId }) =>
        this.#isUnknown(userId, clientId)
          ? refused(archiveUnavailable).outcome
          : accepted(undefined).outcome
    }
  }
}
