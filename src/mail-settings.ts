// The settings of mail, and of the links in mails. Without them, the calls that need mail are
// `unavailable`.

import type { z } from 'zod'
import { Email } from './contract/values.ts'
import { count, isOrigin, oneOf, text, webAddress } from './setting-values.ts'

/** `name` is what mail programs show; null: there is none. */
export type Sender = { name: string | null; email: string }

/** `Edge Chat <chat@example.com>`, or the address alone. No character of a name ends the name. */
const senderPattern = /^(?:([^"<>()[\]\\,;:@\p{Cc}]{1,64}) <([^<>\s]+)>|([^<>\s]+))$/u

function readSender(given: string): Sender | null {
  const [, name = null, named, alone] = senderPattern.exec(given) ?? []
  const email = Email.safeParse(named ?? alone)
  return email.success ? { name, email: email.data } : null
}

const sender = text.transform((given, { addIssue }): Sender => {
  const read = readSender(given.trim())
  if (read) return read
  addIssue('must be an address like Edge Chat <chat@example.com>')
  return { name: null, email: '' }
})

export const mailSettings = {
  /** The sender of all mails. */
  MAIL_FROM: sender.optional(),
  /** An HTTP API that sends mails, instead of the binding MAIL. See docs/deploy.md, "Mail". */
  MAIL_API_URL: webAddress.optional(),
  /** Secret. */
  MAIL_API_TOKEN: text.optional(),
  /** How the API wants its requests. */
  MAIL_API_FORMAT: oneOf('resend', 'postmark').default('resend'),
  /** The address of the page in mails. It never comes from a request, whose sender chooses it. */
  PUBLIC_URL: text
    .refine(
      (address) => /^https?:/.test(address) && isOrigin(address),
      'must be an origin, like https://chat.example.com',
    )
    .optional(),
  /** Mails of the whole service in any hour. */
  MAIL_LIMIT: count.default(500),
  /** Mails that one address may ask for in any hour. */
  MAIL_LIMIT_RECIPIENT: count.default(3),
  /** Requests for a reset link, and attempts to use one, per network address in any hour. */
  RESET_LIMIT: count.default(50),
}

type Addresses = {
  ENVIRONMENT: string
  MAIL_API_URL?: string | undefined
  PUBLIC_URL?: string | undefined
}

/** Outside of local use, passwords and tokens travel over TLS only. */
export function requireHttps(
  { ENVIRONMENT, MAIL_API_URL, PUBLIC_URL }: Addresses,
  { addIssue }: z.RefinementCtx,
): void {
  if (ENVIRONMENT === 'local') return
  for (const [name, address] of Object.entries({ MAIL_API_URL, PUBLIC_URL }))
    if (address?.startsWith('http:'))
      addIssue({ code: 'custom', path: [name], message: 'must begin with https://' })
}
