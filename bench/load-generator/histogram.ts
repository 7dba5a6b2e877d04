// Counts durations: exact to 0.01 ms below 10 ms, to 0.1 ms below a second, to 10 ms above it.

/** Index and count of each bucket that is not empty. */
export type Buckets = [bucket: number, count: number][]

const fineBelowMs = 10
const middleBelowMs = 1_000
const middleFrom = fineBelowMs * 100
const coarseFrom = middleFrom + (middleBelowMs - fineBelowMs) * 10
/** Two minutes. Longer durations count as that. */
const last = coarseFrom + 12_000 - 1

export class Histogram {
  readonly #counts = new Uint32Array(last + 1)

  add(ms: number): void {
    const bucket = bucketOf(ms)
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1
  }

  buckets(): Buckets {
    return [...this.#counts.entries()].filter(([, count]) => count > 0)
  }
}

function bucketOf(ms: number): number {
  if (ms < fineBelowMs) return Math.max(0, Math.floor(ms * 100))
  if (ms < middleBelowMs) return middleFrom + Math.floor((ms - fineBelowMs) * 10)
  return Math.min(last, coarseFrom + Math.floor((ms - middleBelowMs) / 10))
}

/** The upper end of a bucket, in milliseconds. */
function endOf(bucket: number): number {
  if (bucket < middleFrom) return (bucket + 1) / 100
  if (bucket < coarseFrom) return fineBelowMs + (bucket - middleFrom + 1) / 10
  return middleBelowMs + (bucket - coarseFrom + 1) * 10
}

/** @param share from 0 to 1. Gives milliseconds: the upper end of the bucket. */
export function percentile(buckets: Buckets, share: number): number {
  const total = buckets.reduce((sum, [, count]) => sum + count, 0)
  let seen = 0
  for (const [bucket, count] of buckets) {
    seen += count
    if (seen >= share * total) return endOf(bucket)
  }
  return Number.NaN
}

export function merge(parts: Buckets[]): Buckets {
  const sums = new Map<number, number>()
  for (const [bucket, count] of parts.flat()) sums.set(bucket, (sums.get(bucket) ?? 0) + count)
  return [...sums].sort(([a], [b]) => a - b)
}
