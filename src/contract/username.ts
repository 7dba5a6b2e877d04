// What a username may be: the names that people have, in all scripts, as far as they can't be used to
// deceive. Which names count as one is decided here by case, and in domain/skeleton.ts by looks.

import { markFault } from './marks.ts'
import { isOneWriting, isReordered } from './scripts.ts'
import { limits, Storable } from './values.ts'

/** `O'Brien`, `'t Hooft`, `Niccolo'`; Unicode has several, and a skeleton makes them one. */
const apostrophe = "'‘’"
/** They stand behind a letter: Hebrew geresh and gershayim, the Tibetan dot between syllables. */
const behind = '׳״་'
/** They stand between two: `Gal·la`, `ジョン・スミス`, and what joins double names. */
const between = '·・֊‐゠'

const foreign = /[^\p{L}\p{M}\p{Nd}_.\- '‘’׳״་·・֊‐゠]/u
const invisible = /[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u

const unit = String.raw`[\p{L}\p{Nd}_.\-][\p{M}\u200C\u200D]*`
const word = new RegExp(
  `^[${apostrophe}]?${unit}(?:[${apostrophe}${behind}${between}]?${unit})*[${apostrophe}${behind}]?$`,
  'u',
)
const visible = /[\p{Lu}\p{Ll}\p{Lt}\p{Lo}\p{Nd}]/u

const virama = String.raw`[\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D4D\u0DCA]`
/**
 * Where a joiner changes how letters are written (RFC 5892, appendix A): beside a virama, which joins
 * the letters of India and Sri Lanka, and between Arabic letters.
 */
const needed = new RegExp(
  String.raw`(?<=${virama})[\u200C\u200D]|\u200D(?=${virama})|` +
    String.raw`(?<=[\p{L}&&\p{scx=Arab}]\p{M}*)\u200C(?=[\p{L}&&\p{scx=Arab}])`,
  'gv',
)

const codePoint = (character: string) =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

function characterFault(name: string): string | null {
  const stray = foreign.exec(name.replaceAll(needed, ''))?.[0]
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

/** What is wrong with a name; null: nothing is. The first fault is the one to mend first. */
function usernameFault(name: string): string | null {
  const length = [...name].length
  if (length < min || length > max) return wrongLength
  const fault = characterFault(name) ?? wordFault(name)
  if (fault !== null) return fault
  if (!visible.test(name)) return 'Must hold a letter or a digit.'
  if (!isOneWriting(name)) return 'Must not mix scripts, such as Latin and Cyrillic letters.'
  if (isReordered(name)) return 'Must begin with a letter, as it is written from right to left.'
  return markFault(name)
}

/** Marks cost time by the square of how many there are. No text that is longer becomes a name. */
const Typed = Storable.transform((name) => name.trim()).refine(
  (name) => name.length <= limits.typedMax,
  { error: wrongLength, abort: true },
)

export const Username = Typed.transform((name) =>
  // Keyboards for Chinese and Japanese have a space of their own.
  name.normalize('NFC').replaceAll(/\p{Zs}/gu, ' '),
)
  .superRefine((name, refused) => {
    const message = usernameFault(name)
    if (message !== null) refused.addIssue({ code: 'custom', message })
  })
  .meta({
    description:
      'Shown to everyone. Unique without regard to case, to compatibility forms and to characters ' +
      'that look alike. White space around it is dropped.',
    minLength: limits.username.min,
    maxLength: limits.username.max,
    example: 'Ada Lovelace',
  })

/** The form under which a username is unique and can be looked up. */
export function canonicalUsername(name: string): string {
  const shown = name.replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
  // By way of upper case, so that ß is ss, and of lower case, so that ẞ is ß; σ has two forms there.
  const folded = shown.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase()
  return folded.replaceAll('ς', 'σ').normalize('NFKC').trim()
}
