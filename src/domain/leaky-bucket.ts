// A leaky bucket: amounts are poured in, and as much as it holds runs out of it in `perMs`.

export type BucketRule = {
  max: number
  perMs: number
}

/** `at`: when it was last poured into, in milliseconds. */
export type Bucket = { level: number; at: number }

export const emptyBucket = (): Bucket => ({ level: 0, at: 0 })

/** Pours an amount in. true: it is more than the bucket holds. */
export function pour(bucket: Bucket, amount: number, now: number, rule: BucketRule): boolean {
  // Nothing runs out while the clock goes back.
  const runOut = (Math.max(0, now - bucket.at) / rule.perMs) * rule.max
  bucket.level = Math.max(0, bucket.level - runOut) + amount
  bucket.at = now
  return bucket.level > rule.max
}
