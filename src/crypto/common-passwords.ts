// The 50,000 most common passwords, as the zxcvbn project collects them from leaks. They are in
// lower case and omit mere repetitions and sequences.

/** Loaded on first use, because most isolates see no registration. */
let listed: readonly string[] | undefined

/** Returns a test for passwords in lower case. */
export async function loadCommonPasswords(): Promise<(password: string) => boolean> {
  listed ??= (await import('@zxcvbn-ts/language-common/dist/passwords.json.mjs')).default
  const known = listed
  return (password) => known.includes(password)
}
