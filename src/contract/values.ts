// Schemas of single values: email addresses, texts, ids. Each schema returns the form that is
// stored. Usernames and passwords have files of their own.

import './error-sentences.ts'
import { z } from '@hono/zod-openapi'
import { isVisible } from './visible.ts'

export const limits = {
  /** UTF-16 units of a typed username or password, before normalization. */
  typedMax: 1000,
  /** Code points. */
  username: { min: 3, max: 50 },
  /** Characters, by RFC 5321. */
  emailMax: 254,
  /** A minimum of code points, and a maximum of bytes in UTF-8 because bcrypt reads no further. */
  password: { minCodePoints: 8, maxBytes: 72 },
  /** Code points. */
  contentMax: 2000,
  /** Messages per page. */
  page: { default: 50, max: 100 },
  /** Bytes of an HTTP body. */
  bodyMax: 64 * 1024,
  /** Bytes of a frame from a client. */
  frameMax: 32 * 1024,
  /** People one message may mention. */
  mentionsMax: 10,
  /** Code points of a message that are shown with a reply to it. */
  excerptMax: 140,
  /** Code points of a search term, and searches of one person. */
  search: { min: 3, max: 100, perMinute: 10, excerptMax: 200 },
  /** How far unread messages and mentions are counted. */
  unreadMax: 100,
  /** Users listed in `users_online`. */
  onlineListed: 100,
} as const

/** The name on messages of an erased account. `Username` does not accept it. */
export const erasedName = '(deleted account)'

const unstorable = /\0|\p{Cs}/u

const codePoints = (text: string) => [...text].length

/** Text that Postgres can store. */
export const Storable = z.string().refine((text) => !unstorable.test(text), {
  error: 'Must not hold NUL or half a surrogate pair.',
  abort: true,
})

/** As a person types or pastes it, including surrounding white space. */
export const Trimmed = Storable.transform((text) => text.trim())

const atom = "[\\w!#$%&'*+/=?^`{|}~-]+"
const host = String.raw`([a-z\d][a-z\d-]*\.)+([a-z]{2,}|xn--[a-z\d-]*[a-z\d])`
/** RFC 5321's dot-string, and a host whose top level is a word or punycode. */
const address = new RegExp(String.raw`^${atom}(\.${atom})*@${host}$`, 'i')

export const Email = Trimmed.superRefine((email, refused) => {
  const say = (message: string) => refused.addIssue({ code: 'custom', message })
  const tooLong = `Must have at most ${limits.emailMax} characters.`
  // This comes first: converting a host of non-ASCII letters takes time quadratic in its length.
  if (email.length > limits.emailMax) return say(tooLong)
  const onTheNetwork = withNetworkHost(email)
  if (!address.test(onTheNetwork)) return say('Must be an email address, like ada@example.com.')
  if (onTheNetwork.length > limits.emailMax) return say(tooLong)
}).meta({
  description:
    'Shown only to its owner. Unique regardless of case. Surrounding white space is dropped.',
  format: 'email',
  maxLength: limits.emailMax,
  example: 'ada@example.com',
})

export const Content = Storable.transform((text) => text.replaceAll('\r\n', '\n').trim())
  .superRefine((text, refused) => {
    const say = (message: string) => refused.addIssue({ code: 'custom', message })
    if (!isVisible(text)) return say('Must hold something visible.')
    if (codePoints(text) > limits.contentMax)
      return say(`Must have at most ${limits.contentMax} characters.`)
  })
  .meta({
    description: `Trimmed; 1 to ${limits.contentMax} code points; CRLF becomes LF`,
    minLength: 1,
    example: 'Hello, room',
  })

/** The idempotency key of a message. The client chooses a new one for each message. */
export const ClientId = Storable.refine(
  (id) => id.length >= 1 && id.length <= 64,
  'Must have 1 to 64 characters.',
).meta({
  description: 'Makes a retry safe for 24 hours. Choose a new one for each message.',
  minLength: 1,
  maxLength: 64,
  example: '7f3c1d0a-4a56-4c8e-9a3e-0d5b6f1e2a90',
})

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** A UUID in lower case. Upper case is accepted and converted. */
export const Id = z
  .string()
  .transform((id) => id.toLowerCase())
  .refine((id) => uuid.test(id), 'Must be a UUID.')
  .meta({ format: 'uuid', example: '019a9d5e-2c1b-7a40-8f00-6b1f6f0e9a11' })

/**
 * A schema with a name, or null. `nullable` would be published as an object that must be both: the named one,
 * which is never null, and one that may be.
 */
export const orNull = <S extends z.ZodType>(schema: S) => z.union([schema, z.null()])

/** UTC, ISO 8601, milliseconds, `Z`. */
export const Time = z.iso.datetime({ precision: 3 }).meta({ example: '2026-11-23T12:00:00.000Z' })

const lettersOfHosts = /^[\p{L}\p{M}\p{N}.-]+$/u

/**
 * Converts a host of non-ASCII letters to punycode: `пример.рф` is `xn--e1afmkfd.xn--p1ai` in DNS.
 */
export function withNetworkHost(email: string): string {
  const [, local = '', host = ''] = /^(.*)@(.*)$/s.exec(email) ?? []
  const url = `http://${host}`
  const isForeign = /[^\0-\x7f]/.test(host) && lettersOfHosts.test(host) && URL.canParse(url)
  return isForeign ? `${local}@${new URL(url).hostname}` : email
}

/** The form under which an email address is unique. */
export function canonicalEmail(email: string): string {
  return withNetworkHost(email).toLowerCase()
}

export const ErasureMode = z.enum(['keep', 'delete'], 'Must be "keep" or "delete".').meta({
  description: 'Whether the messages are kept without a name or deleted',
})
export type ErasureMode = z.infer<typeof ErasureMode>

/** The longest time that a drain may give its clients, in milliseconds. */
export const reconnectMaxMs = 10 * 60_000
