// The mails of a reset of the password. They are sent after the answer, so that its time says nothing
// about the account.

import type { Context } from 'hono'
import { resetTokenSeconds } from '../../contract/routes/password-reset.ts'
import { canonicalEmail, withNetworkHost } from '../../contract/values.ts'
import { mintResetToken } from '../../crypto/reset-token.ts'
import { logError } from '../../logger.ts'
import { passwordChangedLetter, resetLetter } from '../../mail/letters.ts'
import type { MailService } from '../../mail/mail-service.ts'
import { beginReset, deleteExpiredResets } from '../../postgres/password-resets.ts'
import { emailDigests } from '../../redis/digest.ts'
import {
  chargeMail,
  chargeRecipient,
  type MailCharge,
  refundMail,
} from '../../redis/mail-limits.ts'
import type { AppEnv, Services } from '../app-env.ts'
import { queryPostgres, queryRedis } from '../backends/stores.ts'
import { ProblemError } from '../problem-error.ts'

/** @throws ProblemError `unavailable` if the service has no mail */
export function requireMail(c: Context<AppEnv>): MailService {
  const { mail } = c.env
  if (!('missing' in mail)) return mail
  throw new ProblemError({
    code: 'unavailable',
    detail:
      'This service sends no mail, so a forgotten password cannot be replaced here: ask its operator. ' +
      `Not set up: ${mail.missing.join(', ')}.`,
  })
}

type MailServices = Pick<Services, 'background' | 'clock' | 'config'>

async function isWithinRecipientLimit(
  { background, clock, config }: MailServices,
  charge: MailCharge,
): Promise<boolean> {
  const max = config.MAIL_LIMIT_RECIPIENT
  return (await queryRedis(chargeRecipient(background.redis, charge, max, clock.now()))).allowed
}

async function isWithinTotal(
  { background, clock, config }: MailServices,
  charge: MailCharge,
): Promise<boolean> {
  const { allowed } = await queryRedis(
    chargeMail(background.redis, charge, config.MAIL_LIMIT, clock.now()),
  )
  if (!allowed) logError('mail_limit_reached')
  return allowed
}

/** Sends the link, if the address belongs to an active account and has not got too many mails. */
export async function sendResetLink(
  services: MailServices,
  { publicUrl, send }: MailService,
  email: string,
): Promise<void> {
  const { background, clock, config } = services
  const account = canonicalEmail(email)
  const [recipient] = await emailDigests(account, { secret: config.JWT_SECRET })
  const charge = { id: crypto.randomUUID(), recipient }
  if (!(await isWithinRecipientLimit(services, charge))) return
  const { token, hash } = await mintResetToken()
  const now = clock.now()
  const expiresAt = now + resetTokenSeconds * 1000
  const to = await queryPostgres(beginReset(background.postgres, account, { hash, expiresAt }))
  await queryPostgres(deleteExpiredResets(background.postgres, now))
  if (to === null || !(await isWithinTotal(services, charge))) return
  const letter = resetLetter(publicUrl, token, resetTokenSeconds / 60)
  const sent = await send({ to: withNetworkHost(to), ...letter })
  if (!sent) await queryRedis(refundMail(background.redis, charge))
}

/** Without a limit, because each of these follows a mail that was limited. */
export async function sendPasswordChanged(
  { publicUrl, send }: MailService,
  to: string,
): Promise<void> {
  await send({ to: withNetworkHost(to), ...passwordChangedLetter(publicUrl) })
}
