// The emoji that the room offers as reactions, as a text with spaces between them.

import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const oneEmoji = /^\p{RGI_Emoji}$/v
/** Keyboards may leave out that a character is an emoji, and not a letter. */
const asEmoji = '\uFE0F'

/** What stands in the text, without spaces and commas. */
export function emojiIn(text: string): string[] {
  const parts = [...graphemes.segment(text)].map(({ segment }) => segment)
  return parts
    .filter((part) => !/^[\s,]*$/.test(part))
    .map((part) => (!oneEmoji.test(part) && oneEmoji.test(part + asEmoji) ? part + asEmoji : part))
}

export const emojiText = (emoji: readonly string[]): string => emoji.join(' ')

/** @returns null: the room can offer these */
export function emojiFault(emoji: readonly string[], max: number): string | null {
  const stranger = emoji.find((one) => !oneEmoji.test(one))
  if (stranger !== undefined) return fill(strings.reactionsNoEmoji, { text: stranger })
  const twice = emoji.find((one, index) => emoji.indexOf(one) !== index)
  if (twice !== undefined) return fill(strings.reactionsTwice, { emoji: twice })
  if (emoji.length > max) return fill(strings.reactionsTooMany, { count: emoji.length, max })
  return null
}
