import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeJwt, SignJWT } from 'jose'
import { expect, inject, test } from 'vitest'
import { call } from '../harness/rest.ts'
import { useHarness } from './harness.ts'

const harness = useHarness()

/** The same token, as if it had been issued hours ago. */
async function outdated(token: string): Promise<string> {
  const { jwtSecret } = JSON.parse(readFileSync(join(inject('dataDir'), 'secrets.json'), 'utf8'))
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({ ...decodeJwt(token), iat: now - 7_200, exp: now - 3_600 })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(jwtSecret))
}

test('an expired token is renewed without a visible change', async () => {
  harness.expectConsoleError(/^Failed to load resource: .* 401 /)
  const ada = await harness.newUser('Ada')
  let renewals = 0
  await ada.page.route('**/auth/refresh', async (route) => {
    const response = await route.fetch()
    const tokens = await response.json()
    if (++renewals > 1) return route.fulfill({ response })
    const access_token = await outdated(tokens.access_token)
    await route.fulfill({ response, json: { ...tokens, access_token } })
  })
  await ada.reload()
  await ada.say('Still here')
  expect(renewals).toBe(2)
})

test('logging out everywhere ends the session of another browser, which says so', async () => {
  harness.expectConsoleError(/^Failed to load resource: .* 401 .*\/auth\/refresh$/)
  const ada = await harness.newUser('Ada')
  const elsewhere = await harness.logIn(ada.account)
  await ada.page.getByRole('button', { name: 'Your account' }).click()
  await ada.page.getByRole('button', { name: 'Account and sessions' }).click()
  await expect
    .poll(() => ada.page.getByRole('list', { name: 'Sessions' }).getByRole('listitem').count())
    .toBe(2)
  await ada.page.getByRole('button', { name: 'Log out everywhere' }).click()
  await ada.page.getByText('You are logged out everywhere.').waitFor()
  await elsewhere.page.getByText('Your session has ended. Log in again.').waitFor()
  for (const { page } of [ada, elsewhere]) {
    await page.reload()
    await page.getByRole('button', { name: 'Log in', exact: true }).waitFor()
  }
})

test('the list shows a few of many sessions, and all on request', async () => {
  const ada = await harness.newUser('Ada')
  const { email, password } = ada.account
  for (let session = 2; session <= 7; session++)
    await call(inject('port'), 'POST', '/auth/login', { body: { email, password } })
  await ada.page.getByRole('button', { name: 'Your account' }).click()
  await ada.page.getByRole('button', { name: 'Account and sessions' }).click()
  const more = ada.page.getByRole('button', { name: 'Show 2 more' })
  await more.waitFor()
  const shown = ada.page.getByRole('list', { name: 'Sessions' }).getByRole('listitem')
  expect(await shown.count()).toBe(5)
  expect(await shown.first().textContent()).toContain('This browser')
  await more.click()
  expect(await shown.count()).toBe(7)
  expect(await more.count()).toBe(0)
})

test('the theme of the settings holds over a reload and in all tabs, and the login has its title', async () => {
  harness.expectConsoleError(/^Failed to load resource: .* 401 .*\/auth\/refresh$/)
  const ada = await harness.newUser('Ada')
  const other = await ada.context.newPage()
  await other.goto('/')
  const theme = (page = ada.page) => page.evaluate('document.documentElement.dataset.theme')
  expect(await theme()).toBe('light')
  await ada.openSettings()
  await ada.page.keyboard.press('Tab')
  await ada.page.keyboard.press('ArrowRight')
  await ada.page.keyboard.press('ArrowRight')
  expect(await theme()).toBe('dark')
  await expect.poll(() => theme(other)).toBe('dark')
  const paper = await ada.page.evaluate('getComputedStyle(document.body).backgroundColor')
  await ada.reload()
  expect(await theme()).toBe('dark')
  expect(await ada.page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(paper)

  // The system's theme counts again, also when it changes.
  await ada.openSettings()
  await ada.page.getByRole('radio', { name: 'System' }).press('Space')
  expect(await theme()).toBe('light')
  await ada.page.emulateMedia({ colorScheme: 'dark' })
  await expect.poll(() => theme()).toBe('dark')
  await ada.page.keyboard.press('Escape')
  await ada.page.getByRole('button', { name: 'Your account' }).click()
  await ada.page.getByRole('button', { name: 'Log out', exact: true }).click()
  await ada.page.getByRole('heading', { name: 'Log in' }).waitFor()
  expect(await ada.page.title()).toBe('Log in · Edge Chat')
})
