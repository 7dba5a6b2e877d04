// Finds mentions in a text: an `@` with the name of a person, which may have spaces.

/** `mention` is the name behind the `@`, and null for a part that is no mention. */
export type MentionPart = { readonly text: string; readonly mention: string | null }

/** Mentions everyone in the room. */
export const roomMention = 'room'

const wordCharacter = /[\p{L}\p{M}\p{N}_]/u
/** Scripts that write no space between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u

/** Whether the character belongs to a word, in scripts with spaces between words. */
export const joinsWord = (character: string) =>
  wordCharacter.test(character) && !unspaced.test(character)

/** Not the `@` of an email address. @param index of the `@` */
export function startsMention(text: string, index: number): boolean {
  return index === 0 || !joinsWord([...text.slice(Math.max(0, index - 2), index)].at(-1) ?? '')
}

const hasAt = (text: string, name: string, index: number) =>
  text.slice(index, index + name.length).toLowerCase() === name.toLowerCase()

function endsWord(text: string, index: number): boolean {
  const next = text.codePointAt(index)
  return next === undefined || !joinsWord(String.fromCodePoint(next))
}

/** The parts together are the whole text. The longest of the names counts where several fit. */
export function splitMentions(text: string, names: readonly string[]): MentionPart[] {
  const longestFirst = names.toSorted((one, other) => other.length - one.length)
  const parts: MentionPart[] = []
  let done = 0
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', Math.max(at + 1, done))) {
    if (!startsMention(text, at)) continue
    const name = longestFirst.find(
      (known) => hasAt(text, known, at + 1) && endsWord(text, at + 1 + known.length),
    )
    if (name === undefined) continue
    if (at > done) parts.push({ text: text.slice(done, at), mention: null })
    done = at + 1 + name.length
    parts.push({ text: text.slice(at, done), mention: name })
  }
  if (done < text.length) parts.push({ text: text.slice(done), mention: null })
  return parts
}

/** The names that the text mentions, each once. */
export function mentionedNames(text: string, names: readonly string[]): string[] {
  if (!text.includes('@')) return []
  return [...new Set(splitMentions(text, names).flatMap(({ mention }) => mention ?? []))]
}
