// What the metered room counted since it started; the bench's end and the room's end agree on it.

export type Meter = {
  rowsRead: number
  rowsWritten: number
  /** A row written each, by the price list; they are not among `rowsWritten`. */
  alarmsSet: number
  alarmsRun: number
  /** Calls of `fetch`: one a connect. */
  objectRequests: number
  /** Those that the room heard; pings that the platform answers are not. */
  incomingMessages: number
  neon: Traffic
  redis: Traffic & { commands: number }
}

export type Traffic = { requests: number; bytesOut: number; bytesIn: number }

/** Answered by the metered Worker itself, without a call to the room. */
export const meterPath = '/bench/meter'

export const noTraffic = (): Traffic => ({ requests: 0, bytesOut: 0, bytesIn: 0 })

/** What was counted between two looks. */
export function countedBetween(before: Meter, after: Meter): Meter {
  const less = <T extends Record<string, number>>(a: T, b: T) =>
    Object.fromEntries(Object.keys(a).map((key) => [key, (a[key] ?? 0) - (b[key] ?? 0)])) as T
  const { neon, redis, ...counts } = after
  const { neon: neonBefore, redis: redisBefore, ...countsBefore } = before
  return {
    ...less(counts, countsBefore),
    neon: less(neon, neonBefore),
    redis: less(redis, redisBefore),
  }
}
