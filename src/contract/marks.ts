// Marks above, below and inside of letters: as many as spelling needs. Higher piles would cover the
// lines around, and the same mark twice can't be told from once.

/** Of one letter, in correct spelling; measured on the names of countries and languages in CLDR. */
const usual = 4
/** Scripts that write more of their own: `လွှို့ဝှက်` has five on its first letter. */
const deeper = { Myanmar: 7, Tai_Tham: 6, Balinese: 5, Javanese: 5 }

const pile = new RegExp(`\\p{M}{${usual + 1},}`, 'gu')
const spelled = Object.entries(deeper).map(
  ([script, most]) => new RegExp(`^\\p{scx=${script}}{1,${most}}$`, 'u'),
)
const twice = /(\p{Mn})\p{M}*\1/u
const joiners = /[\u200C\u200D]/g

/** What is wrong with the marks of a name; null: nothing is. */
export function markFault(name: string): string | null {
  const decomposed = name.replaceAll(joiners, '').normalize('NFD')
  const piles = decomposed.match(pile) ?? []
  if (!piles.every((marks) => spelled.some((script) => script.test(marks))))
    return `Must have at most ${usual} marks on one letter.`
  return twice.test(decomposed) ? 'Must not have the same mark twice on one letter.' : null
}
