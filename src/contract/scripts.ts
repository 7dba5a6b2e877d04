// Whose letters may stand in one name: those of one script, or of the scripts that one language
// writes together. Names of mixed letters are made to look like somebody else's.

const single = [
  ...['Latin', 'Cyrillic', 'Greek', 'Armenian', 'Georgian', 'Hebrew', 'Arabic', 'Thaana'],
  ...['Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil', 'Telugu', 'Kannada'],
  ...['Malayalam', 'Sinhala', 'Thai', 'Lao', 'Tibetan', 'Myanmar', 'Khmer', 'Ethiopic', 'Cherokee'],
]
const together = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
]

const lettersOf = (scripts: string[]) => scripts.map((script) => `\\p{scx=${script}}`).join('')

const sets = [...single.map((script) => [script]), ...together].map(
  (scripts) => new RegExp(`^[${lettersOf(scripts)}]*$`, 'u'),
)
/** Of scripts that few write today: they may stand beside each other alone. */
const rare = new RegExp(`^[^${lettersOf([...single, ...together.flat()])}]*$`, 'u')

/** Whether all letters of a name may stand together. */
export function isOneWriting(name: string): boolean {
  const letters = (name.normalize('NFKC').match(/\p{L}/gu) ?? []).join('')
  return [...sets, rare].some((set) => set.test(letters))
}
