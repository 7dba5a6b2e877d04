// Makes UUIDv7 ids (RFC 9562) that strictly increase: an id is sort key, cursor and time in one.

const counterMax = 0xfff
const timeDigits = 12

/** The millisecond in which a well-formed id was made. */
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
 * The id after `previous`. Its millisecond never goes back, even when the clock does, and a full
 * counter moves it to the next one.
 * @param random 8 random bytes; the last one becomes the end of the id
 */
export function nextId(previous: string | null, now: number, random: Uint8Array): string {
  const before = previous === null ? -1 : idTime(previous)
  if (previous === null || now > before) return format(now, 0, random)
  const counter = idCounter(previous) + 1
  return counter > counterMax ? format(before + 1, 0, random) : format(before, counter, random)
}

/** The lowest id that a message of this time could have: all lower ids are older. */
export function firstIdAt(ms: number): string {
  return format(ms, 0, new Uint8Array(8))
}

/**
 * An id whose order within its millisecond does not matter.
 * @param random 8 random bytes
 */
export function newIdAt(ms: number, random: Uint8Array): string {
  return format(ms, 0, random)
}

const versionPlace = 12
const variantPlace = 16

/** The digits that an id may have at a place, lowest first. */
function digitsAt(place: number): string {
  if (place === versionPlace) return '12345678'
  return place === variantPlace ? '89ab' : '0123456789abcdef'
}

/** @returns the same id if there is none on that side */
function neighbour(id: string, step: 1 | -1): string {
  const digits = [...id.replaceAll('-', '')]
  for (let place = digits.length - 1; place >= 0; place--) {
    const allowed = digitsAt(place)
    const next = allowed[allowed.indexOf(digits[place] ?? '') + step]
    digits[place] = next ?? allowed.at(step > 0 ? 0 : -1) ?? ''
    if (next === undefined) continue
    return digits.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  }
  return id
}

/** The next id: a page of what is older begins with `id` itself. */
export const idAfter = (id: string): string => neighbour(id, 1)

/** The id before: a page of what is newer begins with `id` itself. */
export const idBefore = (id: string): string => neighbour(id, -1)

/** The greater of two ids. null is less than every id. */
export function newerId<T extends string | null>(one: T, other: T): T {
  return (one ?? '') > (other ?? '') ? one : other
}
