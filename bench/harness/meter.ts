// The counters of the metered room, since its start.

export type Meter = {
  rowsRead: number
  rowsWritten: number
  /** Each is billed as a row written. They are not among `rowsWritten`. */
  alarmsSet: number
  alarmsRun: number
  /** Calls of `fetch`: one for each connection. */
  objectRequests: number
  /** Without the pings that the platform answers. */
  incomingMessages: number
  neonRequests: number
  neonBytesReceived: number
  redisCommands: number
}

/** The metered Worker answers it without a call to the room. */
export const meterPath = '/bench/meter'

export function countedBetween(before: Meter, after: Meter): Meter {
  const names = Object.keys(after) as (keyof Meter)[]
  return Object.fromEntries(names.map((name) => [name, after[name] - before[name]])) as Meter
}
