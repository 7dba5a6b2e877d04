// Limits combining marks to what spelling needs. More marks would cover neighbouring lines, and a
// repeated mark looks like a single one.

/** Marks on one letter, measured on the names of countries and languages in CLDR. */
const usual = 4
/** Scripts that need more: `လွှို့ဝှက်` has five on its first letter. */
const deeper = { Myanmar: 7, Tai_Tham: 6, Balinese: 5, Javanese: 5 }

const excessMarks = new RegExp(`\\p{M}{${usual + 1},}`, 'gu')
const spelled = Object.entries(deeper).map(
  ([script, most]) => new RegExp(`^\\p{scx=${script}}{1,${most}}$`, 'u'),
)
const repeatedMark = /(\p{Mn})\p{M}*\1/u
const joiners = /[\u200C\u200D]/g

/** Returns what is wrong with the marks of a name; null: nothing. */
export function markFault(name: string): string | null {
  const decomposed = name.replaceAll(joiners, '').normalize('NFD')
  const piles = decomposed.match(excessMarks) ?? []
  if (!piles.every((marks) => spelled.some((script) => script.test(marks))))
    return `Must have at most ${usual} marks on one letter.`
  return repeatedMark.test(decomposed) ? 'Must not have the same mark twice on one letter.' : null
}
