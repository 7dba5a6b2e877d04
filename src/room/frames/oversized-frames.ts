// Counts the bytes that an account sends in frames above the size limit, over all its connections.
// This is necessary because the platform accepts up to 32 MiB before the room sees a frame's size.

import { type Bucket, emptyBucket, pour } from '../../domain/leaky-bucket.ts'

/** More than a client sends by mistake. In memory only: one frame of 32 MiB exceeds it alone. */
const rule = { max: 4 * 1024 * 1024, perMs: 10 * 60_000 }
/** Above this number of buckets, those that have run empty are removed. */
const bucketsMax = 1_000

export class OversizedFrames {
  readonly #buckets = new Map<string, Bucket>()

  /** Counts a frame. true: its account has sent too much. */
  count(userId: string, size: number, now: number): boolean {
    if (this.#buckets.size > bucketsMax) this.#removeIdle(now)
    const bucket = this.#buckets.get(userId) ?? emptyBucket()
    this.#buckets.set(userId, bucket)
    return pour(bucket, size, now, rule)
  }

  #removeIdle(now: number): void {
    for (const [userId, { at }] of this.#buckets)
      if (now - at >= rule.perMs) this.#buckets.delete(userId)
  }
}
