import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { testClock } from '../support/test-clock.ts'
import { anAddress, newAccount, registered } from './accounts.ts'
import { forgetful, mailingWorker, tokenIn } from './reset-mails.ts'
import { post, production, refusal } from './responses.ts'

const lines: string[] = []

beforeEach(() => {
  lines.length = 0
  vi.spyOn(console, 'error').mockImplementation((line: string) => void lines.push(line))
})
afterEach(() => vi.restoreAllMocks())

const logged = () => lines.map((line) => JSON.parse(line) as { event: string })

/** Runs the pauses between the attempts of a mail at once. */
function skipPauses(): number[] {
  const pauses: number[] = []
  vi.spyOn(testClock, 'schedule').mockImplementation((ms, callback) => {
    const timer = setTimeout(callback, ms >= 5_000 ? ms : 0)
    if (ms < 5_000) pauses.push(ms)
    return () => clearTimeout(timer)
  })
  return pauses
}

describe('a service without mail', () => {
  test.each([
    [{ MAIL: undefined }, 'the binding MAIL or MAIL_API_URL'],
    [{ MAIL_FROM: undefined }, 'MAIL_FROM'],
    [{ PUBLIC_URL: undefined }, 'PUBLIC_URL'],
    [{ MAIL_API_URL: 'https://mail.test', MAIL_API_TOKEN: undefined }, 'MAIL_API_TOKEN'],
    [{ MAIL_FROM: undefined, PUBLIC_URL: undefined }, 'MAIL_FROM, PUBLIC_URL'],
  ])(
    'MAIL-1 is `unavailable` where mail is needed, and names what is missing: %j',
    async (changes, missing) => {
      const { email } = await registered()
      const { ask, use, worker } = mailingWorker(changes)
      for (const response of [await ask(email), await use('A'.repeat(43))]) {
        const { detail } = await refusal(response, 'unavailable')
        expect(detail).toBe(
          'This service sends no mail, so a forgotten password cannot be replaced here: ask its operator. ' +
            `Not set up: ${missing}.`,
        )
      }
      expect((await worker('/auth/register', post(newAccount(), anAddress()))).status).toBe(201)
    },
  )
})

describe('a mail', () => {
  test.each([
    'https://elsewhere.test/auth/password/forgot',
    'https://public.example.com.elsewhere.test/auth/password/forgot',
  ])(
    'MAIL-2 Links have the address of PUBLIC_URL, whatever address a request names: %s',
    async (url) => {
      const { email } = await registered()
      const { worker, mails } = mailingWorker({ ...production, MAIL_FROM: 'chat@example.com' })
      const headers = {
        ...anAddress(),
        host: 'elsewhere.test',
        'x-forwarded-host': 'elsewhere.test',
      }
      expect((await worker(url, post({ email }, headers))).status).toBe(202)
      const [mail] = mails
      expect(mail?.text).toContain(`\nhttps://public.example.com/#reset=${tokenIn(mail)}\n`)
      expect(mail?.html).toContain(`href="https://public.example.com/#reset=${tokenIn(mail)}"`)
      expect(JSON.stringify(mail)).not.toContain('elsewhere')
    },
  )

  test('MAIL-3 A mail has one recipient and fixed texts', async () => {
    const { email, username, ask, mails } = await forgetful()
    await ask(email)
    const [mail] = mails
    expect(Object.keys(mail ?? {}).sort()).toEqual(['from', 'html', 'subject', 'text', 'to'])
    expect(mail).toMatchObject({
      from: { name: 'Edge Chat', email: 'chat@example.com' },
      to: email,
      subject: 'Choose a new password for public.example.com',
    })
    expect(mail?.text).not.toContain(username)
    expect(mail?.html).not.toContain(username)
    expect(mail?.text).toContain('for 30 minutes')
    expect(mail?.html).toMatch(/^<!doctype html>\n<html lang="en">/)
  })

  test('MAIL-3 The host of an address is sent in the form of the network', async () => {
    const mark = crypto.randomUUID().slice(0, 8)
    const person = { ...newAccount(), email: `Ada.${mark}@пример.рф` }
    await registered(person)
    const { ask, mails } = mailingWorker()
    await ask(person.email)
    expect(mails[0]?.to).toBe(`Ada.${mark}@xn--e1afmkfd.xn--p1ai`)
  })

  test('MAIL-4 A mail that was not taken is sent again up to two times', async () => {
    const { email } = await registered()
    let refusals = 2
    const { ask, mails } = mailingWorker({}, () => {
      if (refusals-- > 0) throw Object.assign(new Error(email), { code: 'E_BUSY' })
    })
    const pauses = skipPauses()
    expect((await ask(email)).status).toBe(202)
    expect([mails.length, pauses]).toEqual([1, [1_000, 3_000]])
    expect(logged()).toEqual([])
  })

  test('MAIL-4 After the last attempt the log has a code, and no address', async () => {
    const { email } = await registered()
    const { ask } = mailingWorker({}, () => {
      throw Object.assign(new Error(`no mailbox ${email}`), { code: 'E_DELIVERY' })
    })
    skipPauses()
    expect((await ask(email)).status).toBe(202)
    expect(logged()).toEqual([
      { event: 'mail_failed', level: 'error', code: 'E_DELIVERY', attempts: 3 },
    ])
    expect(lines.join().toLowerCase()).not.toContain(email.toLowerCase())
  })

  test('MAIL-5 One address gets at most MAIL_LIMIT_RECIPIENT links in any hour, and the answers stay the same', async () => {
    const { email } = await registered()
    const { ask, mails, use } = mailingWorker({ MAIL_LIMIT_RECIPIENT: '2' })
    for (let asked = 0; asked < 4; asked++) expect((await ask(email)).status).toBe(202)
    expect(mails).toHaveLength(2)
    // A request without a mail does not end the link of the last mail.
    expect((await use(tokenIn(mails[1]))).status).toBe(204)
    testClock.moveBy(3_600_000)
    await ask(email)
    expect(mails).toHaveLength(4)
  })

  test('MAIL-5 The service sends at most MAIL_LIMIT mails in any hour, and says so in the log', async () => {
    // Without the mails of the tests before.
    testClock.moveBy(3 * 3_600_000)
    const people = [await registered(), await registered()]
    const { ask, mails } = mailingWorker({ MAIL_LIMIT: '1' })
    // An address without an account counts for nothing.
    await ask(newAccount().email)
    for (const { email } of people) expect((await ask(email)).status).toBe(202)
    expect(mails).toHaveLength(1)
    expect(logged()).toEqual([{ event: 'mail_limit_reached', level: 'error' }])
  })

  test('MAIL-8 A mail that could not be sent does not count towards the limits', async () => {
    const { email } = await registered()
    let isBroken = true
    const { ask, mails } = mailingWorker({ MAIL_LIMIT_RECIPIENT: '1' }, () => {
      if (isBroken) throw new Error('no')
    })
    skipPauses()
    await ask(email)
    isBroken = false
    await ask(email)
    await ask(email)
    expect(mails).toHaveLength(1)
  })
})
