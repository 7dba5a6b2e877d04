// Mails as a Worker sends them by its binding, and links to choose a new password.

import { hashOfResetToken, mintResetToken } from '../../src/crypto/reset-token.ts'
import { sql } from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'
import { anAddress, newAccount, registered } from './accounts.ts'
import { post, workerWith } from './responses.ts'

export type SentMail = {
  from: unknown
  to: string
  subject: string
  text: string
  html: string
}

type Changes = Parameters<typeof workerWith>[0]

/** @param accept may throw in place of the binding, which then does not take the mail */
export function mailingWorker(
  changes: Changes = {},
  accept: (mail: SentMail) => void = () => undefined,
) {
  const mails: SentMail[] = []
  const send = async (mail: SentMail) => {
    accept(mail)
    mails.push(mail)
    return { messageId: crypto.randomUUID() }
  }
  const worker = workerWith({ MAIL_API_URL: undefined, MAIL: { send }, ...changes })
  return {
    mails,
    worker,
    ask: (email: string, headers = anAddress()) =>
      worker('/auth/password/forgot', post({ email }, headers)),
    use: (token: string, password = 'another long password', headers = anAddress()) =>
      worker('/auth/password/reset', post({ token, password }, headers)),
  }
}

/** The token in the link of a mail. */
export function tokenIn(mail: SentMail | undefined): string {
  const [, token] = /^https?:\/\/\S+\/#reset=([\w-]{43})$/m.exec(mail?.text ?? '') ?? []
  if (token === undefined) throw new Error(`There is no link in ${JSON.stringify(mail)}`)
  return token
}

/** An account that has asked for a link. */
export async function forgetful(changes: Changes = {}) {
  const service = mailingWorker(changes)
  const person = await registered(newAccount())
  await service.ask(person.email)
  return { ...service, ...person, token: tokenIn(service.mails.pop()) }
}

/** A token of this account, without a mail. */
export async function resetTokenOf(userId: string): Promise<string> {
  const { token } = await mintResetToken()
  const expiresAt = new Date(testClock.now() + 60_000).toISOString()
  await sql()`
    insert into password_resets (user_id, token_hash, email_canonical, expires_at)
    select id, ${await hashOfResetToken(token)}, email_canonical, ${expiresAt}
    from users where id = ${userId}`
  return token
}
