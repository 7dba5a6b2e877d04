// Decides by the shape of a text how large it is drawn, and whether it is folded.

/** A text with more lines is folded to `linesFolded`, as in the style sheet. */
const linesMax = 24
const linesFolded = 17
const emojiMax = 3
/** \p{RGI_Emoji} would be exact, but takes a browser a second to compile. */
const emoji = /\p{Emoji_Presentation}|\p{Emoji}\ufe0f/u
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

export function isFewEmoji(text: string): boolean {
  if (text.length > 64) return false
  const characters = [...graphemes.segment(text)].map(({ segment }) => segment)
  if (characters.length === 0 || characters.length > emojiMax) return false
  return characters.every((character) => emoji.test(character))
}

/** Characters with the width of two. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/gu

/** How many usual characters fit into one line of a bubble, for a list or a window of this width. */
export function charactersPerLine(widthPx: number): number {
  return Math.max(16, Math.min(widthPx * 0.72, 560) / 7.4)
}

/** Whether the text would fill about a whole screen. */
export function needsFolding(text: string, charactersPerLine: number): boolean {
  return text.length > linesMax && countLines(text, charactersPerLine) > linesMax
}

function countLines(text: string, charactersPerLine: number): number {
  let lines = 0
  for (const line of text.split('\n')) {
    const width = line.length + (line.match(wide)?.length ?? 0)
    lines += Math.max(1, Math.ceil(width / charactersPerLine))
  }
  return lines
}

/** Estimates the lines of a text. The height of the row is measured later. */
export function estimateLines(text: string, charactersPerLine: number): number {
  const lines = countLines(text, charactersPerLine)
  return lines > linesMax ? linesFolded : lines
}
