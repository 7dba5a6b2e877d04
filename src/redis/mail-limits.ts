// Limits on mails and on the calls that ask for them. Mails to an address are counted whether or not it
// has an account.

import type { Redis } from './client.ts'
import { chargeWindows, type LimitVerdict, refundWindows } from './sliding-windows.ts'

const windowMs = 60 * 60_000

const allMails = 'mail:all'
const recipientKey = (emailDigest: string) => `mail:recipient:${emailDigest}`

/** `id` is unique to the mail; `recipient` is the digest of an email address. */
export type MailCharge = { id: string; recipient: string }

/** @param max mails to one address in any hour */
export function chargeRecipient(
  redis: Redis,
  { id, recipient }: MailCharge,
  max: number,
  now: number,
): Promise<LimitVerdict> {
  return chargeWindows(redis, [{ key: recipientKey(recipient), max, windowMs }], {
    now,
    member: id,
  })
}

/** @param max mails of the service in any hour */
export function chargeMail(
  redis: Redis,
  { id }: MailCharge,
  max: number,
  now: number,
): Promise<LimitVerdict> {
  return chargeWindows(redis, [{ key: allMails, max, windowMs }], { now, member: id })
}

/** For a mail that was not sent. */
export async function refundMail(redis: Redis, { id, recipient }: MailCharge): Promise<void> {
  await refundWindows(redis, [recipientKey(recipient), allMails], id)
}

export type ResetCall = {
  /** Unique to the call. */
  id: string
  /** As domain/address.ts returns it. */
  address: string
  /** A request for a link, or the use of one. */
  step: 'ask' | 'use'
}

/** @param max calls from one network address in any hour */
export function chargeResetCall(
  redis: Redis,
  { id, address, step }: ResetCall,
  max: number,
  now: number,
): Promise<LimitVerdict> {
  return chargeWindows(redis, [{ key: `reset:${step}:${address}`, max, windowMs }], {
    now,
    member: id,
  })
}
