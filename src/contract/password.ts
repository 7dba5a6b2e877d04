// What a password may be, and the forms in which the same one is typed: keyboards differ in whether
// "é" is one character or two (RFC 8265, OpaqueString).

import { limits, Storable } from './values.ts'

const { minCodePoints, maxBytes } = limits.password
const { typedMax } = limits

const codePoints = (text: string) => [...text].length
const utf8Bytes = (text: string) => new TextEncoder().encode(text).length

const tooShort = `Must have at least ${minCodePoints} characters.`
const tooLong = `Must have at most ${maxBytes} bytes; letters other than a to z take more than one.`

/** The form in which a password is hashed. */
function hashedForm(password: string): string {
  return password.replaceAll(/\p{Zs}/gu, ' ').normalize('NFC')
}

/**
 * What a password that was typed may have been when it was hashed, the form of today first. Older
 * hashes were made of the text as it was typed.
 */
export function passwordForms(typed: string): [string, ...string[]] {
  const hashed = hashedForm(typed)
  return [hashed, ...new Set([typed, typed.normalize('NFD')].filter((form) => form !== hashed))]
}

const described = {
  description: `${minCodePoints} characters to ${maxBytes} bytes of UTF-8, after NFC`,
  format: 'password',
  minLength: minCodePoints,
  example: 'correct horse battery staple',
}

/**
 * Marks cost time by the square of how many there are, and whoever logs in is a stranger: 64 KiB of
 * them would take more than a second. No text that is longer has a form of 72 bytes.
 */
const Typed = Storable.refine((password) => password.length <= typedMax, {
  error: tooLong,
  abort: true,
})

/** One that is chosen now. */
export const NewPassword = Typed.transform(hashedForm)
  .refine((password) => codePoints(password) >= minCodePoints, tooShort)
  .refine((password) => utf8Bytes(password) <= maxBytes, tooLong)
  .meta(described)

/** One that may have been chosen before, in whatever form: kept as it was typed. */
export const Password = Typed.refine(
  (password) => passwordForms(password).some((form) => codePoints(form) >= minCodePoints),
  tooShort,
)
  .refine(
    (password) => passwordForms(password).some((form) => utf8Bytes(form) <= maxBytes),
    tooLong,
  )
  .meta(described)
