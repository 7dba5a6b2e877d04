// The mail of the service, as its settings say: by the binding MAIL, by an HTTP API, or none.

import type { Config } from '../config.ts'
import { logError } from '../logger.ts'
import { type SystemClock, sleep } from '../system-clock.ts'
import { createApiTransport } from './api-transport.ts'
import { createBindingTransport, type MailBinding } from './binding-transport.ts'
import { type Mail, MailError, requireSafeHeaders, type Transport } from './mail.ts'

export type MailService = {
  /** The origin of links in mails. */
  publicUrl: string
  /** @returns false: it was not sent, which is in the log */
  send: (mail: Mail) => Promise<boolean>
}

/** What is missing, for the operator. */
export type NoMail = { missing: string[] }

/** Together with the attempts themselves shorter than the platform's time after an answer. */
const pausesMs = [1_000, 3_000]

const transportSetting = 'the binding MAIL or MAIL_API_URL'

function transportOf(config: Config, binding: MailBinding | undefined): Transport | string {
  const { MAIL_FROM: from, MAIL_API_URL: url, MAIL_API_TOKEN: token } = config
  if (!from) return 'MAIL_FROM'
  if (url !== undefined && token === undefined) return 'MAIL_API_TOKEN'
  if (url !== undefined && token !== undefined)
    return createApiTransport({ url, token, format: config.MAIL_API_FORMAT, from })
  return binding ? createBindingTransport(binding, from) : transportSetting
}

export function createMailService(
  config: Config,
  binding: MailBinding | undefined,
  clock: SystemClock,
): MailService | NoMail {
  const transport = transportOf(config, binding)
  const { PUBLIC_URL: publicUrl } = config
  if (typeof transport === 'string' || publicUrl === undefined)
    return {
      missing: [
        ...(typeof transport === 'string' ? [transport] : []),
        ...(publicUrl === undefined ? ['PUBLIC_URL'] : []),
      ],
    }
  return { publicUrl, send: (mail) => sendWithRetries(transport, mail, clock) }
}

async function sendWithRetries(
  transport: Transport,
  mail: Mail,
  clock: SystemClock,
): Promise<boolean> {
  const id = crypto.randomUUID()
  for (let attempt = 0; ; attempt++)
    try {
      requireSafeHeaders(mail)
      await transport(mail, id)
      return true
    } catch (error) {
      const { code, isTemporary } =
        error instanceof MailError ? error : { code: 'unknown', isTemporary: false }
      const pauseMs = pausesMs[attempt]
      if (!isTemporary || pauseMs === undefined) {
        logError('mail_failed', { code, attempts: attempt + 1 })
        return false
      }
      await sleep(clock, pauseMs)
    }
}
