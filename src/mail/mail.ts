// A mail, what sends it, and why it was not sent. Values of headers cannot hold further headers.

export type Mail = {
  /** One address. */
  to: string
  subject: string
  text: string
  html: string
}

/** @param id unique to the mail, so that a repeated attempt sends it once @throws MailError */
export type Transport = (mail: Mail, id: string) => Promise<void>

/** Has no text of its own, because that of another service may quote the address. */
export class MailError extends Error {
  override name = 'MailError'
  readonly code: string
  /** Another attempt may succeed. */
  readonly isTemporary: boolean

  constructor(code: string, { isTemporary }: { isTemporary: boolean }) {
    super(code)
    this.code = code
    this.isTemporary = isTemporary
  }
}

const addressPattern = /^[^\s\p{Cc}"<>()[\]\\,;:@]+@[^\s\p{Cc}"<>()[\]\\,;:@]+$/u
const controls = /\p{Cc}/u

/**
 * Refuses a mail to several addresses, or with a line break in a header. The contract has refused
 * such an address before, so this is the last of two checks.
 *
 * @throws MailError
 */
export function requireSafeHeaders({ to, subject }: Mail): void {
  if (!addressPattern.test(to)) throw new MailError('unsafe_address', { isTemporary: false })
  if (controls.test(subject)) throw new MailError('unsafe_subject', { isTemporary: false })
}
