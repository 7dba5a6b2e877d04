// What a username, an email, a password and a text may be. Each schema gives back the form that is kept.

import { z } from '@hono/zod-openapi'
import { isOneWriting } from './scripts.ts'

export const limits = {
  /** Code points. */
  username: { min: 3, max: 50 },
  /** Characters, as RFC 5321 allows. */
  emailMax: 254,
  /** At least so many code points, at most so many bytes of UTF-8: bcrypt reads no further. */
  password: { minCodePoints: 8, maxBytes: 72 },
  /** Code points. */
  contentMax: 2000,
  /** Messages a page. */
  page: { default: 50, max: 100 },
  /** Bytes of an HTTP body. */
  bodyMax: 64 * 1024,
  /** Bytes of a frame from a client. */
  frameMax: 32 * 1024,
  /** People listed in `users_online`. */
  onlineListed: 100,
} as const

/** Signs the messages of an account that was erased. Nobody can take it: see `Username`. */
export const erasedName = '(deleted account)'

const unstorable = /\0|\p{Cs}/u
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u
const visible = /[^\s\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u
const word = /^[\p{L}\p{Nd}_.-][\p{L}\p{M}\p{Nd}_.-]*$/u
const letterOrDigit = /[\p{L}\p{Nd}]/u
/** More than any script stacks: they would cover the lines around. */
const pileOfMarks = /\p{M}{5}/u

const codePoints = (text: string) => [...text].length
const utf8Bytes = (text: string) => new TextEncoder().encode(text).length

const text = z.string({
  error: ({ input }) => (input === undefined ? 'Is required.' : 'Must be text.'),
})

/** Text that Postgres can hold. */
export const Storable = text.refine((text) => !unstorable.test(text), {
  error: 'Must not hold NUL or half a surrogate pair.',
  abort: true,
})

export const Username = Storable.transform((name) => name.normalize('NFC'))
  .superRefine((name, refused) => {
    const say = (message: string) => refused.addIssue({ code: 'custom', message })
    const length = codePoints(name)
    const { min, max } = limits.username
    if (length < min || length > max) return say(`Must have ${min} to ${max} characters.`)
    if (invisible.test(name) || !name.split(' ').every((part) => word.test(part)))
      return say(
        'May hold letters and digits of any script, "_", ".", "-" and single spaces between words; ' +
          'nothing invisible.',
      )
    if (!letterOrDigit.test(name)) return say('Must hold a letter or a digit.')
    if (pileOfMarks.test(name)) return say('Must have at most 4 marks on one letter.')
    if (!isOneWriting(name)) return say('Must not mix letters of different scripts.')
  })
  .meta({
    description: 'Shown to everyone; unique without regard to case or compatibility forms',
    minLength: limits.username.min,
    maxLength: limits.username.max,
    example: 'Ada Lovelace',
  })

export const Email = Storable.pipe(
  z.email({ error: 'Must be an email address, like ada@example.com.' }),
)
  .refine(
    (email) => email.length <= limits.emailMax,
    `Must have at most ${limits.emailMax} characters.`,
  )
  .meta({ description: 'Shown to nobody but its owner', example: 'ada@example.com' })

export const Password = Storable.refine(
  (password) => codePoints(password) >= limits.password.minCodePoints,
  `Must have at least ${limits.password.minCodePoints} characters.`,
)
  .refine(
    (password) => utf8Bytes(password) <= limits.password.maxBytes,
    `Must have at most ${limits.password.maxBytes} bytes.`,
  )
  .meta({
    description: `${limits.password.minCodePoints} characters to ${limits.password.maxBytes} bytes of UTF-8`,
    format: 'password',
    minLength: limits.password.minCodePoints,
    example: 'correct horse battery staple',
  })

export const Content = Storable.transform((text) => text.replaceAll('\r\n', '\n').trim())
  .superRefine((text, refused) => {
    const say = (message: string) => refused.addIssue({ code: 'custom', message })
    if (!visible.test(text)) return say('Must hold something visible.')
    if (codePoints(text) > limits.contentMax)
      return say(`Must have at most ${limits.contentMax} characters.`)
  })
  .meta({
    description: `Trimmed; 1 to ${limits.contentMax} code points; CRLF becomes LF`,
    minLength: 1,
    example: 'Hello, room',
  })

/** Makes a retry of one send safe. Chosen by the client, its own for each message. */
export const ClientId = Storable.refine(
  (id) => id.length >= 1 && id.length <= 64,
  'Must have 1 to 64 characters.',
).meta({
  description: 'Makes a retry safe for 24 hours; a new one for each message',
  minLength: 1,
  maxLength: 64,
  example: '7f3c1d0a-4a56-4c8e-9a3e-0d5b6f1e2a90',
})

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** A UUID in lower case; an upper-case one is accepted and lowered. */
export const Id = z
  .string()
  .transform((id) => id.toLowerCase())
  .refine((id) => uuid.test(id), 'Must be a UUID.')
  .meta({ format: 'uuid', example: '019a9d5e-2c1b-7a40-8f00-6b1f6f0e9a11' })

/** UTC, ISO 8601, milliseconds, `Z`. */
export const Time = z.iso.datetime({ precision: 3 }).meta({ example: '2026-11-23T12:00:00.000Z' })

/** The form under which a username is unique. */
export function canonicalUsername(name: string): string {
  // By way of upper case, so that ß is ss; and σ has two forms in lower case.
  const folded = name.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ')
  return folded.normalize('NFKC')
}

/** The form under which an email is unique. */
export function canonicalEmail(email: string): string {
  return email.toLowerCase()
}
