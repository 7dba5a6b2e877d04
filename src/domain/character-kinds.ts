// Sorts characters by what they do for the reader of a text. Each character is looked up in
// Unicode's properties once, because a property of a regular expression takes 30 times as long.

export const characterKinds = {
  /** White space, punctuation, and symbols that are no pictographs. */
  separator: 1,
  /** Nobody sees it. Skin tones are among them: they only color the emoji before. */
  invisible: 2,
  /** Letters and digits of scripts that put spaces between words. */
  letter: 3,
  /** Accents and vowel signs, which belong to the character before. */
  mark: 4,
  /** Letters of scripts without spaces, such as Han or Thai, and pictographs. */
  unspaced: 5,
} as const

export type CharacterKind = (typeof characterKinds)[keyof typeof characterKinds]

const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Emoji_Modifier}[\p{Cc}--\s]]/v

/** UAX #14's scripts of complex context, and those of Chinese and Japanese. */
const scripts = [
  ...['Han', 'Hiragana', 'Katakana', 'Bopomofo', 'Thai', 'Lao', 'Khmer', 'Myanmar'],
  ...['Tai_Le', 'New_Tai_Lue', 'Tai_Tham', 'Tai_Viet', 'Ahom'],
]
const ofUnspacedScript = scripts.map((script) => String.raw`\p{Script_Extensions=${script}}`)
const unspaced = new RegExp(
  String.raw`[[[\p{L}\p{N}]&&[${ofUnspacedScript.join('')}]]\p{Extended_Pictographic}\p{RI}]`,
  'v',
)

function readKind(character: string): CharacterKind {
  if (invisible.test(character)) return characterKinds.invisible
  if (unspaced.test(character)) return characterKinds.unspaced
  if (/\p{M}/u.test(character)) return characterKinds.mark
  if (/[\p{L}\p{N}]/u.test(character)) return characterKinds.letter
  return characterKinds.separator
}

/** 0 for a character that was never looked up. */
const known = new Uint8Array(0x110000)

export function kindOf(codePoint: number): CharacterKind {
  known[codePoint] ||= readKind(String.fromCodePoint(codePoint))
  return known[codePoint] as CharacterKind
}
