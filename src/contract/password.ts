// Schemas of passwords, and the forms in which the same password may be typed: keyboards differ in
// whether "é" is one code point or two (RFC 8265, OpaqueString).

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
 * The forms in which a typed password may have been hashed, the current one first. Older releases
 * hashed the text as it was typed.
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
 * Normalization takes time quadratic in the number of combining marks, and anyone may call login:
 * 64 KiB of them would take over a second. No longer text has a form within 72 bytes.
 */
const Typed = Storable.refine((password) => password.length <= typedMax, {
  error: tooLong,
  abort: true,
})

/** A password that is chosen now. */
export const NewPassword = Typed.transform(hashedForm)
  .refine((password) => codePoints(password) >= minCodePoints, tooShort)
  .refine((password) => utf8Bytes(password) <= maxBytes, tooLong)
  .meta(described)

/** A password that was chosen earlier, in any form: stays as it was typed. */
export const Password = Typed.refine(
  (password) => passwordForms(password).some((form) => codePoints(form) >= minCodePoints),
  tooShort,
)
  .refine(
    (password) => passwordForms(password).some((form) => utf8Bytes(form) <= maxBytes),
    tooLong,
  )
  .meta(described)
