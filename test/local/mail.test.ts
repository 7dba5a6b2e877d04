// The requests that a mail API gets, and what a local start does with mails.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Call, serve } from '../../local/bridge.ts'
import { serveMail } from '../../local/mail.ts'
import { readSettings } from '../../local/settings.ts'
import { welcome } from '../../local/welcome.ts'
import { createApiTransport, type MailApi } from '../../src/mail/api-transport.ts'
import { requireSafeHeaders } from '../../src/mail/mail.ts'
import { makeFolder } from './starts.ts'

const mail = { to: 'ada@example.com', subject: 'Hello', text: 'Hi\n', html: '<p>Hi</p>' }
const from = { name: 'Edge Chat', email: 'chat@example.com' }

/** An API that keeps the requests that it gets, and gives these statuses, the last one for ever. */
async function serveApi(...statuses: number[]) {
  const calls: Call[] = []
  const api = await serve({}, async (call) => {
    calls.push(call)
    const [status = 200] = statuses.length > 1 ? statuses.splice(0, 1) : statuses
    return { status, headers: { location: '/elsewhere' }, body: {} }
  })
  onTestFinished(() => api.close())
  const send = (format: MailApi['format'], sender: MailApi['from'] = from) =>
    createApiTransport({ url: `${api.url}/send`, token: 'secret', format, from: sender })(
      mail,
      'id',
    )
  return { calls, send }
}

test('MAIL-6 An API of the form `resend` gets the mail with the token', async () => {
  const { calls, send } = await serveApi()
  await send('resend')
  await send('resend', { name: null, email: 'chat@example.com' })
  const [call, bare] = calls
  expect(call).toMatchObject({ method: 'POST', path: '/send' })
  expect(call?.headers).toMatchObject({
    authorization: 'Bearer secret',
    'content-type': 'application/json',
    'idempotency-key': 'id',
    'user-agent': 'edge-chat',
  })
  const { subject, text, html } = mail
  expect(JSON.parse(call?.body ?? '')).toEqual({
    ...{ from: 'Edge Chat <chat@example.com>', to: ['ada@example.com'], subject, text, html },
  })
  expect(JSON.parse(bare?.body ?? '')).toMatchObject({ from: 'chat@example.com' })
})

test('MAIL-6 An API of the form `postmark` gets the mail with the token', async () => {
  const { calls, send } = await serveApi()
  await send('postmark')
  const [call] = calls
  expect(call?.headers).toMatchObject({ 'x-postmark-server-token': 'secret' })
  expect(call?.headers).not.toHaveProperty('authorization')
  expect(JSON.parse(call?.body ?? '')).toEqual({
    From: 'Edge Chat <chat@example.com>',
    To: 'ada@example.com',
    Subject: 'Hello',
    TextBody: 'Hi\n',
    HtmlBody: '<p>Hi</p>',
    MessageStream: 'outbound',
  })
})

test('MAIL-6 A redirect of an API is not followed', async () => {
  const { calls, send } = await serveApi(307)
  await expect(send('resend')).rejects.toMatchObject({ code: 'http_307', isTemporary: false })
  expect(calls).toHaveLength(1)
})

test('MAIL-4 A busy API may get another attempt, and one that refuses gets none', async () => {
  for (const [status, isTemporary] of [
    [408, true],
    [429, true],
    [503, true],
    [401, false],
    [422, false],
  ] as const) {
    const { send } = await serveApi(status)
    await expect(send('resend')).rejects.toMatchObject({ code: `http_${status}`, isTemporary })
  }
  const unreachable = createApiTransport({
    ...{ url: 'http://127.0.0.1:1', token: 'secret', format: 'resend', from },
  })
  await expect(unreachable(mail, 'id')).rejects.toMatchObject({
    ...{ code: 'unreachable', isTemporary: true },
  })
})

test.each([
  'a@example.com\r\nBcc: b@example.com',
  'a@example.com,b@example.com',
  'a@example.com b@example.com',
  'a <b@example.com>',
  '"a\n"@example.com',
  'a@b@example.com',
  'a',
  '',
])('MAIL-3 No mail goes to %j', (to) => {
  expect(() => requireSafeHeaders({ ...mail, to })).toThrow('unsafe_address')
})

test('MAIL-3 A subject has one line', () => {
  for (const subject of ['a\nb', 'a\r\nBcc: b@example.com', 'a\u0000'])
    expect(() => requireSafeHeaders({ ...mail, subject })).toThrow('unsafe_subject')
  expect(() => requireSafeHeaders(mail)).not.toThrow()
})

test('MAIL-7 A local start writes each mail to its data folder, readable by its owner alone', async () => {
  const folder = join(makeFolder(), 'mail')
  const bridge = await serveMail({ folder })
  onTestFinished(() => bridge.close())
  const { url, token } = bridge
  const send = createApiTransport({ url, token, format: 'resend', from })
  for (let sent = 0; sent < 110; sent++) await send(mail, 'id')
  const [page = '', text = '', ...others] = readdirSync(folder).sort()
  expect(others).toHaveLength(198)
  expect(text).toBe(page.replace('.html', '.txt'))
  expect(readFileSync(join(folder, page), 'utf8')).toBe('<p>Hi</p>')
  expect(readFileSync(join(folder, text), 'utf8')).toBe(
    'From: Edge Chat <chat@example.com>\nTo: ada@example.com\nSubject: Hello\n\nHi\n',
  )
  expect(statSync(join(folder, page)).mode & 0o777).toBe(0o600)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
})

test('MAIL-7 A local start takes no mail of other programs', async () => {
  const folder = join(makeFolder(), 'mail')
  const bridge = await serveMail({ folder })
  onTestFinished(() => bridge.close())
  const { url } = bridge
  const send = createApiTransport({ url, token: 'guessed', format: 'resend', from })
  await expect(send(mail, 'id')).rejects.toMatchObject({ code: 'http_401' })
  expect(readdirSync(folder)).toEqual([])
})

test('MAIL-7 A local start prints where mails are', () => {
  const parts = { postgres: 'PGlite', redis: 'embedded', mail: { folder: '/data/mail' } }
  expect(welcome(readSettings({}), { taken: {}, left: [] }, parts)).toContain(
    '  Mail      is not sent, but written to /data/mail\n',
  )
})
