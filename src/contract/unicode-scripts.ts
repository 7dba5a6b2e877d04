// Which Unicode scripts one name may combine: a single one, or those that one language uses
// together (TR39, "Highly Restrictive"). Other mixtures imitate existing names.

const single = [
  ...['Latin', 'Cyrillic', 'Greek', 'Armenian', 'Georgian', 'Hebrew', 'Arabic', 'Thaana'],
  ...['Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil', 'Telugu', 'Kannada'],
  ...['Malayalam', 'Sinhala', 'Thai', 'Lao', 'Tibetan', 'Myanmar', 'Khmer', 'Ethiopic', 'Cherokee'],
]
const combinations = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
]
/** Characters of no script, such as "-", "ʻ" and most accents, combine with any script. */
const neutral = ['Common', 'Inherited']

const charactersOf = (scripts: string[]) => scripts.map((script) => `\\p{scx=${script}}`).join('')

const sets = [...single.map((script) => [script]), ...combinations].map(
  (scripts) => new RegExp(`^[${charactersOf([...scripts, ...neutral])}]*$`, 'u'),
)
/** Characters of rare scripts combine only with each other. */
const rare = new RegExp(`^[^${charactersOf([...single, ...combinations.flat()])}]*$`, 'u')

/** Whether all characters of a name may be combined. */
export function isSingleScript(name: string): boolean {
  const characters = name.normalize('NFKC')
  return [...sets, rare].some((set) => set.test(characters))
}

/** The blocks that Unicode reserves for right-to-left scripts. */
const rightToLeft =
  /(?=\p{L})[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFF\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u

/** Beside other text, such a name is displayed with its leading digits at its end. */
export function isReordered(name: string): boolean {
  return /^\p{Nd}/u.test(name) && rightToLeft.test(name)
}
