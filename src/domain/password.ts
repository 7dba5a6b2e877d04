// Refuses passwords that are long enough but easy to guess: common ones, patterns, and those that
// contain the username or the email address.

/** Code points. A shorter name or address is part of too many passwords by chance. */
const comparedMin = 4

const folded = (text: string) => text.normalize('NFKC').toLowerCase().replaceAll(/\s/g, '')

/** `abababab`, `12341234`, `zzzzzzzz` */
const repetition = /^(.+)\1+$/su

/**
 * Whether each character follows the one before it, all upwards or all downwards: `abcdefgh`,
 * `98765432`.
 */
function isRun(text: string): boolean {
  const points = [...text].map((character) => character.codePointAt(0) ?? 0)
  const steps = points.slice(1).map((point, at) => {
    const step = point - (points[at] ?? 0)
    // 9 and 0 are neighbours on every keyboard.
    return step === -9 ? 1 : step === 9 ? -1 : step
  })
  return steps.every((step) => step === 1) || steps.every((step) => step === -1)
}

export type Owner = { username: string; email: string }

function containsOwner(password: string, { username, email }: Owner): boolean {
  const [local = ''] = email.split('@')
  return [username, local, email]
    .map(folded)
    .some((part) => [...part].length >= comparedMin && password.includes(part))
}

/**
 * The fault of a password whose length is allowed; null: there is none.
 *
 * @param isCommon whether many people use a password, which is passed in lower case
 */
export function passwordFault(
  password: string,
  owner: Owner,
  isCommon: (password: string) => boolean,
): string | null {
  const given = folded(password)
  if (isCommon(given) || repetition.test(given) || isRun(given))
    return 'Is one of the first that anyone would try. Choose another.'
  return containsOwner(given, owner) ? 'Must not hold the username or the email address.' : null
}
