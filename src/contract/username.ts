// The schema of usernames: names that people have, in all scripts, unless they can deceive.
// Uniqueness by case is decided here, uniqueness by appearance in domain/skeleton.ts.

import { markFault } from './combining-marks.ts'
import { isReordered, isSingleScript } from './unicode-scripts.ts'
import { limits, Storable } from './values.ts'

/**
 * `O'Brien`, `'t Hooft`, `Niccolo'`. Unicode has several apostrophes; the skeleton unifies them.
 */
const apostrophe = "'‘’"
/** Allowed behind a letter: Hebrew geresh and gershayim, the Tibetan dot between syllables. */
const afterLetter = '׳״་'
/** Allowed between two letters: `Gal·la`, `ジョン・スミス`, and the joiners of double names. */
const betweenLetters = '·・֊‐゠'

const disallowed = /[^\p{L}\p{M}\p{Nd}_.\- '‘’׳״་·・֊‐゠]/u
const invisible = /[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u

const unit = String.raw`[\p{L}\p{Nd}_.\-][\p{M}\u200C\u200D]*`
const word = new RegExp(
  `^[${apostrophe}]?${unit}(?:[${apostrophe}${afterLetter}${betweenLetters}]?${unit})*[${apostrophe}${afterLetter}]?$`,
  'u',
)
const visible = /[\p{Lu}\p{Ll}\p{Lt}\p{Lo}\p{Nd}]/u

const virama = String.raw`[\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D4D\u0DCA]`
/**
 * Joiners where they change how letters are written (RFC 5892, appendix A): beside a virama, which
 * joins letters of Indic scripts, and between Arabic letters.
 */
const allowedJoiners = new RegExp(
  String.raw`(?<=${virama})[\u200C\u200D]|\u200D(?=${virama})|` +
    String.raw`(?<=[\p{L}&&\p{scx=Arab}]\p{M}*)\u200C(?=[\p{L}&&\p{scx=Arab}])`,
  'gv',
)

const codePoint = (character: string) =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

function characterFault(name: string): string | null {
  const stray = disallowed.exec(name.replaceAll(allowedJoiners, ''))?.[0]
  if (stray === undefined) return null
  if (invisible.test(stray)) return `Must not hold the invisible character ${codePoint(stray)}.`
  return `Must not hold "${stray}". Letters, digits, spaces and any of _ . - ' · may stand in it.`
}

function wordFault(name: string): string | null {
  const words = name.split(' ')
  if (words.includes('')) return 'Must have single spaces between words.'
  if (words.every((each) => word.test(each))) return null
  return 'Must have a letter before each mark, and on both sides of each apostrophe or "·".'
}

const { min, max } = limits.username
const wrongLength = `Must have ${min} to ${max} characters.`

/**
 * Returns what is wrong with a name; null: nothing. The first fault is the one to correct first.
 */
function usernameFault(name: string): string | null {
  const length = [...name].length
  if (length < min || length > max) return wrongLength
  const fault = characterFault(name) ?? wordFault(name)
  if (fault !== null) return fault
  if (!visible.test(name)) return 'Must hold a letter or a digit.'
  if (!isSingleScript(name)) return 'Must not mix scripts, such as Latin and Cyrillic letters.'
  if (isReordered(name)) return 'Must begin with a letter, as it is written from right to left.'
  return markFault(name)
}

/**
 * Normalization takes time quadratic in the number of combining marks. No longer text becomes a
 * name.
 */
const Typed = Storable.transform((name) => name.trim()).refine(
  (name) => name.length <= limits.typedMax,
  { error: wrongLength, abort: true },
)

export const Username = Typed.transform((name) =>
  // Chinese and Japanese keyboards type an ideographic space.
  name.normalize('NFC').replaceAll(/\p{Zs}/gu, ' '),
)
  .superRefine((name, refused) => {
    const message = usernameFault(name)
    if (message !== null) refused.addIssue({ code: 'custom', message })
  })
  .meta({
    description:
      'Shown to everyone. Unique regardless of case, of compatibility forms and of characters that ' +
      'look alike. Surrounding white space is dropped.',
    minLength: limits.username.min,
    maxLength: limits.username.max,
    example: 'Ada Lovelace',
  })

/** The form under which a username is unique and is looked up. */
export function canonicalUsername(name: string): string {
  const shown = name.replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
  // Upper case maps ß to SS, and the first lower case maps ẞ to ß. The letter σ has two lower-case
  // forms.
  const folded = shown.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase()
  return folded.replaceAll('ς', 'σ').normalize('NFKC').trim()
}
