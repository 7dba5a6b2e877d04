// The id below which messages have expired. It only rises, so that what has expired once never comes
// back, whatever happens to the setting or to the clock.

import { expiredBefore } from '../../domain/expiry.ts'
import type { Meta } from './meta.ts'

export class ExpiryFloor {
  readonly #meta: Meta

  constructor(meta: Meta) {
    this.#meta = meta
  }

  /** Sorts before every id while nothing has expired. */
  get id(): string {
    return this.#meta.text('expired_before') ?? ''
  }

  isExpired(id: string): boolean {
    return id < this.id
  }

  /** @param now of the wall clock, which the ids show */
  raise(retentionDays: number, now: number): void {
    const id = expiredBefore(retentionDays, now)
    if (id !== null && id > this.id) this.#meta.set('expired_before', id)
  }
}
