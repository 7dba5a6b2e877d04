// The initials of a user, and a colour that depends on the user's id.

import type * as values from '../../contract/values.ts'

const erasedName: typeof values.erasedName = '(deleted account)'
const separators = /[\s_.-]+/u
const manyLettersRead = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Nd}]/u
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** The first letter or digit: not the apostrophe of `'t Hooft`. */
function firstOf(word: string): string {
  for (const { segment } of graphemes.segment(word))
    if (/[\p{L}\p{N}]/u.test(segment)) return segment
  return ''
}

/**
 * One or two capital letters. In scripts whose letters join or are syllables, only one. A deleted
 * account has none.
 */
export function initialsOf(username: string): string {
  if (username === erasedName) return ''
  const words = username.split(separators).filter((word) => /[\p{L}\p{N}]/u.test(word))
  const [one = '', ...others] = words.map(firstOf)
  const two = others.at(-1) ?? ''
  const both = manyLettersRead.test(one) && manyLettersRead.test(two)
  return (both ? one + two : one).toUpperCase() || '?'
}

/** Degrees of the colour wheel, 0 to 359: always the same for an id. */
export function hueOf(userId: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < userId.length; i++)
    hash = Math.imul(hash ^ userId.charCodeAt(i), 0x01000193) >>> 0
  return hash % 360
}
