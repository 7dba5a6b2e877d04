// The kinds of values that settings have. A message says what a value must be.

import { z } from 'zod'

export const text = z.string('must be text')

export function whole(min: number, max: number) {
  const must = `must be a whole number from ${min} to ${max}`
  return z.coerce
    .string()
    .regex(/^\d{1,10}$/, must)
    .transform(Number)
    .refine((number) => number >= min && number <= max, must)
}

export const count = whole(1, 1_000_000_000)

export const oneOf = <const Name extends string>(...names: Name[]) =>
  z.enum(names, `must be one of ${names.join(', ')}`)

export const secret = text.refine(
  (secret) => new TextEncoder().encode(secret).length >= 32,
  'must have at least 32 bytes',
)

export const webAddress = text.refine(
  (address) => /^https?:\/\//.test(address) && URL.canParse(address),
  'must be an https:// or http:// URL',
)

export function isPostgresUrl(address: string): boolean {
  if (!/^postgres(ql)?:\/\/\S+$/.test(address)) return false
  const { username, hostname, pathname } = URL.parse(address) ?? {}
  return !!username && !!hostname && !!pathname && pathname !== '/'
}

/**
 * Origins in the spelling of browsers: of web pages, and of apps and extensions, which have their
 * own scheme and no origin by the URL standard. Files have no origin, and `*` would match none.
 */
export function isOrigin(address: string): boolean {
  const { origin, protocol = '', host = '' } = URL.parse(address) ?? {}
  if (!/^[\w.:[\]-]+$/.test(host)) return false
  if (origin !== 'null') return origin === address
  return protocol !== 'file:' && address === `${protocol}//${host}`
}
