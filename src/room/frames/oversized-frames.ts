// What accounts send in frames over the limit. The platform takes up to 32 MiB before the room sees how
// large a frame is, so the bytes of each account are counted over all its connections.

import { type Bucket, emptyBucket, pour } from '../../domain/leaky-bucket.ts'

/** More than a client sends by mistake. In memory only: one frame of 32 MiB is over it by itself. */
const rule = { max: 4 * 1024 * 1024, perMs: 10 * 60_000 }
/** Accounts above this number are looked through for those whose bytes are all forgiven. */
const accountsMax = 1_000

export class OversizedFrames {
  readonly #buckets = new Map<string, Bucket>()

  /** Counts a frame. true: its account sent too much. */
  count(userId: string, size: number, now: number): boolean {
    if (this.#buckets.size > accountsMax) this.#forgetIdle(now)
    const bucket = this.#buckets.get(userId) ?? emptyBucket()
    this.#buckets.set(userId, bucket)
    return pour(bucket, size, now, rule)
  }

  #forgetIdle(now: number): void {
    for (const [userId, { at }] of this.#buckets)
      if (now - at >= rule.perMs) this.#buckets.delete(userId)
  }
}
