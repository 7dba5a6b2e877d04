// Bodies for the calls of moderation: valid ones, and ones with a hostile value in one place.

import fc from 'fast-check'
import * as hostileStrings from '../hostile-strings.ts'
import { markers } from '../leak-detector.ts'
import type { Role } from '../moderation-cast.ts'

const digits = fc.string({
  unit: fc.constantFrom(...'0123456789abcdef'),
  minLength: 14,
  maxLength: 14,
})
/** A reason that no other call has. */
const newReason = digits.map((text) => `${markers.reason} ${text}`)
const newReport = digits.map((text) => `${markers.report} ${text}`)

/** Times that a mute or a ban may end at, and that are not for good. */
const futureTimes = [
  '2099-01-01T00:00:00Z',
  '2099-01-01T00:00:00.000000000000000001Z',
  '2099-01-01T00:00:00+14:00',
  '2099-01-01T00:00:00-23:59',
  '9999-12-30T23:59:59.999Z',
  '9999-12-30T00:00:00+23:59',
]

const pastTimes = ['1970-01-01T00:00:00Z', '2001-09-09T01:46:40.000+05:45', '0000-01-01T00:00:00Z']

/** Times that are refused, or that mean something else than they seem to. */
const oddTimes: unknown[] = [
  ...pastTimes,
  '2099-01-01T00:00Z',
  '9999-12-31T00:00:00Z',
  '9999-12-31T23:59:59-23:59',
  '10000-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.000Z',
  '+275760-09-13T00:00:00.001Z',
  '-000001-01-01T00:00:00Z',
  '2098-02-29T00:00:00Z',
  '2099-13-01T00:00:00Z',
  '2099-01-01T24:00:00Z',
  '2099-06-30T23:59:60Z',
  '2099-01-01T00:00:00+24:00',
  '2099-01-01T00:00:00+99:99',
  '2099-01-01T00:00:00+0100',
  '2099-01-01T00:00:00',
  '2099-01-01',
  '2099-01-01t00:00:00z',
  ' 2099-01-01T00:00:00Z',
  '2099-01-01T00:00:00Z\n',
  '٢٠٩٩-01-01T00:00:00Z',
  `2099-01-01T00:00:00.${'9'.repeat(5_000)}Z`,
  '2099-W01-1T00:00:00Z',
  'Thu, 01 Jan 2099 00:00:00 GMT',
  '4070908800000',
  ...[4_070_908_800_000, 8.64e15, -1, 0, 1e308, true, [], {}, ['2099-01-01T00:00:00Z'], ''],
]

const longTexts = [
  'x'.repeat(200),
  'x'.repeat(201),
  'x'.repeat(60_000),
  '𠮷'.repeat(200),
  '𠮷'.repeat(501),
  `a${'\u0301'.repeat(5_000)}`,
  'ﷺ'.repeat(200),
  '\r\n'.repeat(300),
]

const oddTexts: unknown[] = [
  ...hostileStrings.texts,
  ...longTexts,
  ...[0, true, [], {}, ['a'], { toString: 'a' }, 1e308],
]

const notText: unknown[] = [null, 0, -1, true, [], {}, ['owner'], { role: 'owner' }, '']

/** What 500 terms have in common, so that a search has to follow long paths. */
const prefix = `${markers.term}${'ab'.repeat(40)}`

function terms<T>(count: number, of: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => of(n))
}

/** Lists that can be kept. Each is its own, so that each write changes something. */
export const usableTerms: ((mark: string) => string[])[] = [
  (mark) => [`${markers.term} ${mark}`],
  (mark) => [`*${markers.term}${mark}*`, `*${mark}x`, `${mark}y*`],
  (mark) => [mark, ...terms(499, (n) => `${prefix}${n}`)],
  (mark) => [mark, ...terms(490, (n) => `*${prefix.slice(0, 2 + (n % 80))}${n}*`)],
  (mark) => [mark, ...terms(90, (n) => `${markers.term}${'z'.repeat(n)}`)],
  (mark) => [mark, ...terms(400, (n) => Array(8).fill(`${markers.term}${n}`).join(' '))],
  (mark) => [
    mark,
    '上海',
    '😀',
    'İstanbul',
    'straße',
    'ＷＩＤＥ',
    'z\u200bq\u200b7',
    `${mark}\u0301`,
  ],
]

const stars = [
  ...['*', '**', '***', '* *', '*a', 'a*', '*a*', '*ab', 'ab*', '*ab*', '**ab', 'ab**', 'a*b'],
  ...['*a*b*', ' *ab* ', '\\*ab', '*\u200bab\u200b*', '＊ab＊', 'ab *', '* ab', '*.*', '*\u0301*'],
]

/** Lists with a fault, or at a limit. */
export const oddTerms: unknown[] = [
  ...stars.map((star) => [star]),
  stars,
  ...hostileStrings.texts.map((text) => [text]),
  ...longTexts.map((text) => [text]),
  terms(501, (n) => `${markers.term}${n}`),
  terms(5_000, (n) => `t${n}`),
  terms(30_000, () => 0),
  terms(12_000, () => null),
  terms(500, () => 'same same'),
  terms(500, (n) => String.fromCodePoint(0x4e00 + n)),
  terms(300, (n) => String.fromCodePoint(0x1f300 + n)),
  terms(64, (n) => String.fromCharCode(n)),
  ['a', 'ab', '1', '12', 'a.b', 'a b', '...', '$$', 'a$$', '\u0301\u0301', '\u200d'],
  ['ﷺ'.repeat(11), 'ﷺ'.repeat(12), 'ﷺ'.repeat(100)],
  ['ﬃ'.repeat(66), '㍍'.repeat(100), '𝔞'.repeat(100)],
  [['ab']],
  [{ term: 'ab' }],
  [null, 'ab', 7],
  { 0: 'ab', length: 1 },
  ...['ab', 7, null, true, '', [[]]],
]

const oddRooms: unknown[] = [
  ...[-1, 0.5, 120_001, 1e308, '10', null, [], true].map((slow_mode_ms) => ({ slow_mode_ms })),
  ...['nobody', 'Everyone', '', null, 0, ['everyone']].flatMap((posting) => [
    { posting },
    { links: posting },
  ]),
  ...oddTexts.map((announcement) => ({ announcement })),
  { staff: [], pins: [], revision: 0 },
  { ...hostileStrings.privileges, announcement: `${markers.attack} forged` },
  {},
]

const oddRoles = [
  ...['OWNER', 'admin', 'operator', ' owner', 'owner\u0000', 'оwner', '__proto__', '*'],
  ...notText,
]
const oddStatuses = ['OPEN', 'closed', 'open ', 'deleted', '__proto__', ...notText]

/** `isValid`: it is accepted from whoever may make the call. */
export type Body = { value: unknown; isValid: boolean }

/** The odd ones have a hostile value in one place, and are accepted or not. */
type Bodies = { valid: fc.Arbitrary<unknown>; odd: fc.Arbitrary<unknown> }

const untilTime = fc.option(fc.constantFrom(...futureTimes), { freq: 4 })

const restriction: Bodies = {
  valid: fc.record({ until: untilTime, reason: newReason }),
  odd: fc.oneof(
    fc.record({ until: fc.constantFrom(...oddTimes), reason: newReason }),
    fc.record({ until: untilTime, reason: fc.constantFrom(...oddTexts) }),
    fc.record({ reason: newReason }),
  ),
}

const roles: readonly Role[] = ['owner', 'moderator', 'member']

const bodies: Record<string, Bodies> = {
  changeRoom: {
    valid: fc.record(
      {
        announcement: digits.map((text) => `${markers.attack} ${text}`),
        slow_mode_ms: fc.constantFrom(0, 1, 500, 120_000),
        posting: fc.constantFrom('everyone', 'established', 'moderators'),
        links: fc.constantFrom('everyone', 'established', 'moderators'),
      },
      { requiredKeys: ['announcement'] },
    ),
    odd: fc.constantFrom(...oddRooms),
  },
  writeWords: {
    valid: fc
      .tuple(digits, fc.constantFrom(...usableTerms))
      .map(([mark, make]) => ({ terms: make(mark) })),
    odd: fc.constantFrom(...oddTerms).map((terms) => ({ terms })),
  },
  setRole: {
    valid: fc.record({ role: fc.constantFrom(...roles) }),
    odd: fc.constantFrom<unknown>(...oddRoles).map((role) => ({ role })),
  },
  mute: restriction,
  ban: restriction,
  purge: {
    valid: fc.record({ since: fc.constantFrom(...pastTimes), reason: newReason }),
    odd: fc.oneof(
      fc.constantFrom(...futureTimes, ...oddTimes).map((since) => ({ since })),
      fc.record({
        since: fc.constantFrom(...pastTimes),
        reason: fc.constantFrom(...oddTexts),
      }),
    ),
  },
  closeReport: {
    valid: fc.record({ status: fc.constantFrom('open', 'resolved', 'dismissed') }),
    odd: fc.constantFrom<unknown>(...oddStatuses).map((status) => ({ status })),
  },
  report: {
    valid: fc.record({ reason: fc.option(newReport) }),
    odd: fc.constantFrom(...oddTexts).map((reason) => ({ reason })),
  },
}

/**
 * A body for a call of moderation, valid for calls that have none.
 * @param base the id of the operation, without `AsOperator`
 */
export function bodyOf(base: string): fc.Arbitrary<Body> {
  const known = bodies[base]
  if (!known) return fc.constant({ value: null, isValid: true })
  return fc.oneof(
    known.valid.map((value): Body => ({ value, isValid: true })),
    known.odd.map((value): Body => ({ value, isValid: false })),
  )
}

/** Values of If-Match. */
export const entityTags = [
  ...['*', '"0"', 'W/"0"', '"1"', '"999999999999999"', '"9999999999999999"', '0', '""', '"a"'],
  ...['"1", "2"', '"-1"', '"1e3"', '"0x1"', 'w/"0"', '"1', '"1\'; drop table word_list; --"'],
  '"1",'.repeat(1_000),
]
