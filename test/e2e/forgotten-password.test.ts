import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, inject, test, vi } from 'vitest'
import { call } from '../harness/rest.ts'
import { ChatPage } from './chat-page.ts'
import { useHarness } from './harness.ts'

const harness = useHarness()
const chosen = 'a new password after the mail'

/** The mails to an address, oldest first, as the local start writes them. */
function mailsTo(email: string): string[] {
  const folder = join(inject('dataDir'), 'mail')
  return readdirSync(folder)
    .filter((file) => file.endsWith('.txt'))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .filter((text) => text.includes(`\nTo: ${email}\n`))
}

const linkIn = (mail = '') => /^http\S+#reset=\S+$/m.exec(mail)?.[0] ?? ''

async function waitForMails(email: string, count: number): Promise<string[]> {
  await vi.waitUntil(() => mailsTo(email).length >= count, { timeout: 20_000 })
  return mailsTo(email)
}

/** Asks for a link by REST. @returns the link */
async function askForLink(email: string, nth = 1): Promise<string> {
  const { status } = await call(inject('port'), 'POST', '/auth/password/forgot', {
    body: { email },
  })
  expect(status).toBe(202)
  return linkIn((await waitForMails(email, nth))[nth - 1])
}

const newPassword = (page: Page) => page.getByRole('textbox', { name: 'New password' })
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

test('a person who forgot the password chooses another one by the link of a mail', async () => {
  harness.expectConsoleError(/^Failed to load resource: .* (?:401|422) /)
  const ada = await harness.newUser('Ada')
  const { email } = ada.account
  const page = await harness.openPage()
  await page.goto('/')
  await page.getByLabel('Email').fill(email)
  await press(page, 'Forgot your password?')
  await page.getByRole('heading', { name: 'Forgot your password?' }).waitFor()
  expect(await page.title()).toBe('Forgot your password? · Edge Chat')
  expect(await page.getByLabel('Email').inputValue()).toBe(email)
  await press(page, 'Send the link')
  await page.getByRole('heading', { name: 'Look into your mailbox' }).waitFor()
  await page.getByText(`If ${email} belongs to an account`).waitFor()
  await page.getByText('The link works for 30 minutes.').waitFor()

  const [mail = ''] = await waitForMails(email, 1)
  expect(mail).toContain('Subject: Choose a new password for localhost')
  const link = linkIn(mail)
  expect(new URL(link).origin).toBe(`http://localhost:${inject('port')}`)
  // The page is open, so the browser only tells it that the part behind `#` has changed.
  await page.goto(link)
  await newPassword(page).waitFor()
  expect(page.url()).toBe(`http://localhost:${inject('port')}/`)
  await newPassword(page).fill('Password123')
  await press(page, 'Change password')
  await page.getByText('Is one of the first that anyone would try.').waitFor()
  expect(await newPassword(page).getAttribute('aria-invalid')).toBe('true')
  await newPassword(page).fill(chosen)
  await press(page, 'Change password')
  await page.getByRole('heading', { name: 'Your password is changed.' }).waitFor()
  await page.getByText('You are logged out on all devices.').waitFor()
  await ada.page.getByText('Your session has ended. Log in again.').waitFor()
  await waitForMails(email, 2)

  await press(page, 'Log in')
  await new ChatPage(page, { ...ada.account, password: chosen }).submitLogin()
})

test('a link that no longer works says so, and offers another one', async () => {
  harness.expectConsoleError(
    /^Failed to load resource: .* (?:403|422) .*\/auth\/password\/(?:reset|forgot)$/,
  )
  const { account, page } = await harness.openUser('Ada')
  const first = await askForLink(account.email)
  const second = await askForLink(account.email, 2)
  expect(second).not.toBe(first)
  await page.goto(first)
  await newPassword(page).fill(chosen)
  await press(page, 'Change password')
  await page.getByRole('alert').getByText('This link no longer works').waitFor()
  await press(page, 'Ask for a new link')
  await page.getByRole('heading', { name: 'Forgot your password?' }).waitFor()
  await page.getByLabel('Email').fill('nobody')
  await press(page, 'Send the link')
  await page.getByText('Must be an email address').waitFor()
  await page.getByLabel('Email').fill('nobody@example.com')
  await press(page, 'Send the link')
  await page.getByText('If nobody@example.com belongs to an account').waitFor()
  await press(page, 'Log in')
  await page.getByRole('heading', { name: 'Log in', exact: true }).waitFor()
})

describe('the token of a link', () => {
  test('is in no request but that which uses it, and in no history', async () => {
    const { account, page } = await harness.openUser('Ada')
    const link = await askForLink(account.email)
    const token = link.split('#reset=')[1] ?? ''
    const seen: string[] = []
    page.on('request', (request) => {
      const { referer = '' } = request.headers()
      const isUse = request.method() === 'POST' && request.url().endsWith('/auth/password/reset')
      seen.push(`${request.url()} ${referer} ${isUse ? '' : request.postData()}`)
    })
    await page.goto(link)
    await newPassword(page).fill(chosen)
    await press(page, 'Change password')
    await page.getByRole('heading', { name: 'Your password is changed.' }).waitFor()
    expect(seen.length).toBeGreaterThan(3)
    expect(seen.filter((text) => text.includes(token))).toEqual([])
    await page.reload()
    await page.getByRole('heading', { name: 'Log in', exact: true }).waitFor()
    expect(await page.evaluate('history.length')).toBeLessThanOrEqual(2)
  })

  test('opens its form also where somebody is logged in', async () => {
    const ada = await harness.newUser('Ada')
    await ada.page.goto(await askForLink(ada.account.email))
    await newPassword(ada.page).waitFor()
    await ada.reload()
  })
})
