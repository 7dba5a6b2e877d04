// Characters of which scripts may stand in one name: those of one script, or of the scripts that one
// language writes together (TR39, "Highly Restrictive"). Other mixtures imitate somebody's name.

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
/** Characters of no script, such as "-", "ʻ" and most accents, go with any. */
const anywhere = ['Common', 'Inherited']

const charactersOf = (scripts: string[]) => scripts.map((script) => `\\p{scx=${script}}`).join('')

const sets = [...single.map((script) => [script]), ...together].map(
  (scripts) => new RegExp(`^[${charactersOf([...scripts, ...anywhere])}]*$`, 'u'),
)
/** Of scripts that few write today: they may stand beside each other alone. */
const rare = new RegExp(`^[^${charactersOf([...single, ...together.flat()])}]*$`, 'u')

/** Whether all letters, marks, digits and signs of a name may stand together. */
export function isOneWriting(name: string): boolean {
  const characters = name.normalize('NFKC')
  return [...sets, rare].some((set) => set.test(characters))
}

/** The blocks that Unicode keeps for scripts that run from right to left, now and later. */
const rightToLeft =
  /(?=\p{L})[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFF\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u

/** Beside other text, such a name looks like the same one with its first digits at its end. */
export function isReordered(name: string): boolean {
  return /^\p{Nd}/u.test(name) && rightToLeft.test(name)
}
