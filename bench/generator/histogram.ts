// Counts of durations: exact to 0.1 ms below a second, to 10 ms above it.

/** Index and count of each bucket that is not empty. */
export type Buckets = [bucket: number, count: number][]

const fine = 10_000
const coarse = 12_000

export class Histogram {
  readonly #counts = new Uint32Array(fine + coarse)

  add(ms: number): void {
    const bucket = ms < 1_000 ? Math.max(0, (ms * 10) | 0) : fine + ((ms / 10) | 0) - 100
    const last = fine + coarse - 1
    const index = bucket > last ? last : bucket
    this.#counts[index] = (this.#counts[index] as number) + 1
  }

  buckets(): Buckets {
    return [...this.#counts.entries()].filter(([, count]) => count > 0)
  }
}

/** @param share from 0 to 1. Gives milliseconds: the upper end of the bucket. */
export function percentile(buckets: Buckets, share: number): number {
  const total = buckets.reduce((sum, [, count]) => sum + count, 0)
  let seen = 0
  for (const [bucket, count] of buckets) {
    seen += count
    if (seen >= share * total) return bucket < fine ? (bucket + 1) / 10 : (bucket - fine + 101) * 10
  }
  return Number.NaN
}

export function merge(parts: Buckets[]): Buckets {
  const sums = new Map<number, number>()
  for (const [bucket, count] of parts.flat()) sums.set(bucket, (sums.get(bucket) ?? 0) + count)
  return [...sums].sort(([a], [b]) => a - b)
}
