// The passwords that people choose most, as the zxcvbn project collects them from leaks: fifty
// thousand, in lower case, without those that only repeat or count.

/** Unpacked at the first use: most isolates see nobody register. */
let listed: readonly string[] | undefined

/** Whether a password, in lower case, is one that many have. */
export async function loadCommonPasswords(): Promise<(password: string) => boolean> {
  listed ??= (await import('@zxcvbn-ts/language-common/dist/passwords.json.mjs')).default
  const known = listed
  return (password) => known.includes(password)
}
