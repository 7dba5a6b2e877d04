// The mail of a local start: an HTTP API as the Worker calls one, which sends nothing and writes each mail to
// the data folder, as a page and as text. The files hold links that change passwords, so only their owner can
// read them, and only the newest are kept.
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type Answer, type Bridge, type BridgeOptions, type Call, serve } from './bridge.ts'

export interface MailBridge extends Bridge {
  token: string
  folder: string
}

/** The body of a request, as `MAIL_API_FORMAT` `resend` makes it. */
const Mail = z.object({
  from: z.string(),
  to: z.tuple([z.string()]),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
})
export type Mail = z.infer<typeof Mail>

/** Each mail has two files. */
const keptFiles = 200

export async function serveMail({
  folder,
  ...options
}: BridgeOptions & { folder: string }): Promise<MailBridge> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const token = randomBytes(32).toString('base64url')
  let written = 0
  const bridge = await serve(options, async (call) =>
    answer(call, token, (mail) => write(folder, mail, ++written)),
  )
  return { ...bridge, token, folder }
}

async function answer(
  { method, headers, body }: Call,
  token: string,
  keep: (mail: Mail) => void,
): Promise<Answer> {
  if (method !== 'POST') return { status: 405, body: { message: 'Only POST is answered' } }
  if (headers.authorization !== `Bearer ${token}`)
    return { status: 401, body: { message: 'The token is wrong' } }
  const mail = Mail.safeParse(JSON.parse(body))
  if (!mail.success) return { status: 422, body: { message: 'This is no mail' } }
  keep(mail.data)
  return { status: 200, body: { id: headers['idempotency-key'] ?? '' } }
}

/** The names sort by time. */
function write(folder: string, { from, to, subject, text, html }: Mail, number: number): void {
  const time = new Date().toISOString().replaceAll(/[:.]/g, '-')
  const name = join(folder, `${time}-${String(number).padStart(4, '0')}`)
  const head = `From: ${from}\nTo: ${to[0]}\nSubject: ${subject}\n\n`
  writeFileSync(`${name}.html`, html, { mode: 0o600 })
  // Last, so that a reader who finds the text finds the page, too.
  writeFileSync(`${name}.txt`, head + text, { mode: 0o600 })
  for (const old of readdirSync(folder).sort().slice(0, -keptFiles)) rmSync(join(folder, old))
}
