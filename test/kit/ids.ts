// The time in a UUIDv7, as RFC 9562 defines it: ids of messages begin with it.

const timeDigits = 12

/** Milliseconds. */
export function idTime(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, timeDigits), 16)
}

/** Every id of this millisecond, or of a later one, is at least this high. */
export function firstIdAt(ms: number): string {
  const time = ms.toString(16).padStart(timeDigits, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`
}
