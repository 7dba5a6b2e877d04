// UUIDv7 (RFC 9562) that strictly increase: the id of a message is its sort key, cursor and time.

const counterMax = 0xfff
const timeDigits = 12

/** A well-formed id, and the millisecond it was made in. */
export function idTime(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

function idCounter(id: string): number {
  return Number.parseInt(id.slice(15, 18), 16)
}

function format(ms: number, counter: number, random: Uint8Array): string {
  const time = ms.toString(16).padStart(timeDigits, '0')
  const tail = Array.from(random.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0'))
  const variant = ((random[0] ?? 0) & 0x3f) | 0x80
  tail[0] = variant.toString(16)
  const last = tail.join('')
  const middle = counter.toString(16).padStart(3, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${middle}-${last.slice(0, 4)}-${last.slice(4)}`
}

/**
 * The id after `previous`: its millisecond never goes back, even when the clock does,
 * and a full counter moves it on.
 * @param random 8 random bytes, of which the last one ends the id
 */
export function nextId(previous: string | null, now: number, random: Uint8Array): string {
  const before = previous === null ? -1 : idTime(previous)
  if (previous === null || now > before) return format(now, 0, random)
  const counter = idCounter(previous) + 1
  return counter > counterMax ? format(before + 1, 0, random) : format(before, counter, random)
}

/** The lowest id that a message of this time could have: what is below it is older. */
export function firstIdAt(ms: number): string {
  return format(ms, 0, new Uint8Array(8))
}
