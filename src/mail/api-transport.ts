// Sends mails by an HTTP API: one POST of JSON. A redirect is not followed, because no other server
// may get the token.

import type { Config } from '../config.ts'
import type { Sender } from '../mail-settings.ts'
import { type Mail, MailError, type Transport } from './mail.ts'

type Format = Config['MAIL_API_FORMAT']

export type MailApi = { url: string; token: string; format: Format; from: Sender }

type ApiRequest = { headers: Record<string, string>; body: object }

const attemptMs = 5_000

const addressOf = ({ name, email }: Sender) => (name === null ? email : `${name} <${email}>`)

const requestOf: Record<Format, (mail: Mail, from: string, token: string) => ApiRequest> = {
  resend: ({ to, ...mail }, from, token) => ({
    headers: { authorization: `Bearer ${token}` },
    body: { from, to: [to], ...mail },
  }),
  postmark: ({ to, subject, text, html }, from, token) => ({
    headers: { 'x-postmark-server-token': token },
    body: {
      ...{ From: from, To: to, Subject: subject, TextBody: text, HtmlBody: html },
      MessageStream: 'outbound',
    },
  }),
}

/** A busy or broken API may take the next attempt; any other refusal would be repeated. */
const isTemporary = (status: number) => status === 408 || status === 429 || status >= 500

export function createApiTransport({ url, token, format, from }: MailApi): Transport {
  return async (mail, id) => {
    const { headers, body } = requestOf[format](mail, addressOf(from), token)
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        // Some APIs refuse requests without one, and the platform sends none.
        'user-agent': 'edge-chat',
        'idempotency-key': id,
        ...headers,
      },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(attemptMs),
    }).catch(() => {
      throw new MailError('unreachable', { isTemporary: true })
    })
    await answer.body?.cancel()
    if (!answer.ok)
      throw new MailError(`http_${answer.status}`, { isTemporary: isTemporary(answer.status) })
  }
}
