// Sends mails by Cloudflare's binding.

import type { Sender } from '../mail-settings.ts'
import { MailError, type Transport } from './mail.ts'

/** The part of the binding that is used. */
export type MailBinding = Pick<SendEmail, 'send'>

export function createBindingTransport(binding: MailBinding, { name, email }: Sender): Transport {
  const from = name === null ? email : { name, email }
  return async ({ to, subject, text, html }) => {
    try {
      await binding.send({ from, to, subject, text, html })
    } catch (error) {
      const { code } = error as { code?: unknown }
      throw new MailError(typeof code === 'string' ? code : 'binding_failed', { isTemporary: true })
    }
  }
}
