// Which passwords are refused although they are long enough: those that many have, that make a
// pattern, or that say who it is.

/** Code points; a shorter name or address is in too many passwords by chance. */
const tellingMin = 4

const folded = (text: string) => text.normalize('NFKC').toLowerCase().replaceAll(/\s/g, '')

/** `abababab`, `12341234`, `zzzzzzzz` */
const repetition = /^(.+)\1+$/su

/** Each character is the next after the one before, or each the one before: `abcdefgh`, `98765432`. */
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

function saysWho(password: string, { username, email }: Owner): boolean {
  const [local = ''] = email.split('@')
  return [username, local, email]
    .map(folded)
    .some((part) => [...part].length >= tellingMin && password.includes(part))
}

/**
 * What is wrong with a password that keeps the rules of its length; null: nothing.
 *
 * @param isCommon whether many have it, asked in lower case
 */
export function passwordFault(
  password: string,
  owner: Owner,
  isCommon: (password: string) => boolean,
): string | null {
  const given = folded(password)
  if (isCommon(given) || repetition.test(given) || isRun(given))
    return 'Is one of the first that anyone would try. Choose another.'
  return saysWho(given, owner) ? 'Must not hold the username or the email address.' : null
}
