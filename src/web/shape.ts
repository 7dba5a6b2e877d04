// What the form of a text asks for: how large it is drawn, and whether it is folded.

const linesShown = 24
const emojiMax = 3
/** Not \p{RGI_Emoji}, which takes a browser a second to compile. */
const emoji = /\p{Emoji_Presentation}|\p{Emoji}\ufe0f/u
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

export function isFewEmoji(text: string): boolean {
  if (text.length > 64) return false
  const signs = [...graphemes.segment(text)].map(({ segment }) => segment)
  return signs.length > 0 && signs.length <= emojiMax && signs.every((sign) => emoji.test(sign))
}

/** So many lines that a screen would hold nothing else. */
export function isTall(text: string): boolean {
  let lines = 1
  for (let at = text.indexOf('\n'); at >= 0 && lines <= linesShown; at = text.indexOf('\n', at + 1))
    lines++
  return lines > linesShown
}

export function codePointsOf(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

/** The height of a text, in lines of about so many characters. Only a guess: it is measured later. */
export function linesOf(text: string, charactersALine: number): number {
  if (isTall(text)) return linesShown + 2
  let lines = 0
  for (const line of text.split('\n'))
    lines += Math.max(1, Math.ceil(line.length / charactersALine))
  return lines
}
