// What the form of a text asks for: how large it is drawn, and whether it is folded.

/** A text of more lines is folded, to two thirds of that. */
const linesMax = 24
const linesFolded = 17
const emojiMax = 3
/** Not \p{RGI_Emoji}, which takes a browser a second to compile. */
const emoji = /\p{Emoji_Presentation}|\p{Emoji}\ufe0f/u
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

export function isFewEmoji(text: string): boolean {
  if (text.length > 64) return false
  const signs = [...graphemes.segment(text)].map(({ segment }) => segment)
  return signs.length > 0 && signs.length <= emojiMax && signs.every((sign) => emoji.test(sign))
}

/** Characters that are as broad as two others. */
const broad =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/gu

/** How many usual characters fit into one line of a bubble, in a list or a window of this width. */
export function charactersALine(widthPx: number): number {
  return Math.max(16, Math.min(widthPx * 0.72, 560) / 7.4)
}

/** So many lines that a screen would hold nothing else, about. */
export function isTall(text: string, charactersALine: number): boolean {
  return text.length > linesMax && unfoldedLines(text, charactersALine) > linesMax
}

function unfoldedLines(text: string, charactersALine: number): number {
  let lines = 0
  for (const line of text.split('\n')) {
    const breadth = line.length + (line.match(broad)?.length ?? 0)
    lines += Math.max(1, Math.ceil(breadth / charactersALine))
  }
  return lines
}

export function codePointsOf(text: string): number {
  let count = 0
  // An iterator would make a string of each: for a megabyte that takes time.
  for (let at = 0; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) count++
  return count
}

/** The height of a text, in lines of about so many characters. Only a guess: it is measured later. */
export function linesOf(text: string, charactersALine: number): number {
  const lines = unfoldedLines(text, charactersALine)
  return lines > linesMax ? linesFolded : lines
}

/**
 * Breaks, tabs, marks, signs of direction and changes of it (from Hebrew or Arabic to Latin letters or
 * digits) cost a browser time by the square of their number.
 */
const heavy =
  /[\n\t\p{M}\p{Cf}]|[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc](?=.{0,2}[\dA-Za-z\u00c0-\u024f])/gu
const extraWeight = 8

/** As many as the usual characters that would cost a browser about as much: at most 10 each. */
function weightOf(text: string): number {
  return text.length + extraWeight * (text.match(heavy)?.length ?? 0)
}

/** @param max usual characters that a browser could lay out in the time that may be taken */
export const isLighter = (text: string, max: number): boolean =>
  text.length <= max && weightOf(text) <= max
