// A leaky bucket: amounts are poured in, and `max` runs out in each `perMs`.

export type BucketRule = {
  max: number
  perMs: number
}

/** `at`: when an amount was last poured in, in milliseconds. */
export type Bucket = { level: number; at: number }

export const emptyBucket = (): Bucket => ({ level: 0, at: 0 })

/** Pours an amount in. @returns whether the bucket overflows */
export function pour(bucket: Bucket, amount: number, now: number, rule: BucketRule): boolean {
  // Nothing runs out when the clock goes back.
  const runOut = (Math.max(0, now - bucket.at) / rule.perMs) * rule.max
  bucket.level = Math.max(0, bucket.level - runOut) + amount
  bucket.at = now
  return bucket.level > rule.max
}
