// Checks the settings of mail before a deploy. None of them is needed, but some need others.

import type { Unstable_Config } from 'wrangler'

/** The part of wrangler.toml for one environment. */
export type MailConfig = Pick<Unstable_Config, 'vars' | 'send_email'>

/** @param secrets names of those that the Worker has; null: they could not be listed */
export function mailFaults({ vars, send_email }: MailConfig, secrets: string[] | null): string[] {
  const hasBinding = send_email.some(({ name }) => name === 'MAIL')
  const { MAIL_FROM, MAIL_API_URL, MAIL_API_TOKEN, PUBLIC_URL } = vars
  if (!MAIL_FROM && !MAIL_API_URL && !hasBinding) return []
  const wrong = [
    !MAIL_FROM && 'mail needs MAIL_FROM',
    !PUBLIC_URL && 'mail needs PUBLIC_URL',
    !MAIL_API_URL && !hasBinding && 'mail needs MAIL_API_URL or the binding MAIL of send_email',
    !!MAIL_API_TOKEN && 'MAIL_API_TOKEN must be a secret, not a var',
    !!MAIL_API_URL &&
      secrets?.includes('MAIL_API_TOKEN') === false &&
      'MAIL_API_URL needs the secret MAIL_API_TOKEN',
  ]
  return wrong.filter((fault) => fault !== false)
}
