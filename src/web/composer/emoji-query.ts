// What is being typed after a colon, and the `:name:` that has just been completed.

import { emojiNamed } from '../emoji/emoji-names.ts'
import type { Typed } from './typed.ts'

/** Fewer characters are a face such as `:p`. */
const queryMin = 2
/** Code points before the caret that are looked at. No name is longer. */
const lookedAt = 40

/** @returns null: no name of an emoji is being typed before the caret */
export function emojiQuery(text: string, caret: number): Typed | null {
  const before = text.slice(Math.max(0, caret - lookedAt), caret)
  const query = /(?:^|[\s(]):([a-z\d_+-]+)$/.exec(before)?.[1]
  if (query === undefined || query.length < queryMin) return null
  return { start: caret - query.length - 1, query }
}

/** @returns what to put in the place of the `:name:` that ends at the caret; null: there is none */
export function completedEmoji(
  text: string,
  caret: number,
): { start: number; emoji: string } | null {
  if (text[caret - 1] !== ':') return null
  const typed = emojiQuery(text, caret - 1)
  const emoji = typed && emojiNamed(typed.query)
  return emoji ? { start: typed.start, emoji } : null
}
