// The web component and the React hook, on pages of other sites.

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { credentialsOf, uniqueName } from './accounts.ts'
import { useHarness } from './harness.ts'

const harness = useHarness()
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** A site with a strict policy. To browsers, 127.0.0.1 is another site than localhost. */
const site = createServer((request, response) => {
  const service = `http://localhost:${inject('port')}`
  const remember = request.url === '/remember' ? 'remember' : ''
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.setHeader(
    'content-security-policy',
    `default-src 'none'; img-src data:; script-src ${service}; connect-src ${service} ws://localhost:${inject('port')}`,
  )
  response.end(`<!doctype html><html lang="en"><title>A site</title><link rel="icon" href="data:,">
    <script type="module" src="${service}/element.js"></script>
    <main><h1>A site</h1><edge-chat url="${service}" ${remember}></edge-chat></main>`)
})
let origin = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
})
afterAll(() => site.close())

async function open(path: string, page?: Page): Promise<Page> {
  const opened = page ?? (await harness.openPage({ bypassCSP: false }))
  await opened.goto(origin + path)
  return opened
}

async function register(page: Page): Promise<string> {
  const { username, email, password } = credentialsOf(uniqueName('Visitor'))
  await page.getByRole('button', { name: 'New here? Register' }).click()
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.keyboard.press('Enter')
  await page.getByText('online', { exact: false }).waitFor()
  return username
}

async function send(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text)
  await page.keyboard.press('Enter')
}

test('the component registers, chats and logs out on a page of another site', async () => {
  const [one, other] = [await open('/'), await open('/')]
  const username = await register(one)
  await register(other)
  await send(one, 'A <b>bold</b> word, and https://example.com/way.')
  const row = other.getByRole('listitem').filter({ hasText: username })
  await row.getByText('A <b>bold</b> word').waitFor()
  expect(await row.getByRole('link').getAttribute('href')).toBe('https://example.com/way')
  await one.reload()
  // The token was in memory alone.
  await one.getByRole('form', { name: 'Log in' }).waitFor()
  expect(
    await one.evaluate('JSON.stringify([sessionStorage, localStorage, document.cookie])'),
  ).toBe('[{},{},""]')
  await other.getByRole('button', { name: 'Log out' }).click()
  await other.getByRole('form', { name: 'Log in' }).waitFor()
})

test('the colours are those of the page, whatever the system prefers', async () => {
  const page = await harness.openPage({
    bypassCSP: false,
    device: { size: 'desktop', scheme: 'dark' },
  })
  await open('/', page)
  const background = () =>
    page.evaluate("getComputedStyle(document.querySelector('edge-chat')).backgroundColor")
  expect(await background()).toBe('rgb(255, 255, 255)')
  await page.evaluate("document.documentElement.style.colorScheme = 'dark'")
  expect(await background()).toBe('rgb(24, 28, 33)')
})

test('with `remember`, a reload stays logged in, and a logout forgets it', async () => {
  const page = await open('/remember')
  const username = await register(page)
  await send(page, 'I come back')
  await page.getByRole('listitem').filter({ hasText: username }).waitFor()
  const token = () =>
    page.evaluate<string>(
      'sessionStorage[Object.keys(sessionStorage).find((key) => /^edge/.test(key))]',
    )
  const before = await token()
  await page.reload()
  await page.getByRole('listitem').filter({ hasText: username }).getByText('I come back').waitFor()
  // The reload renewed the token, and a former one ends the session.
  expect(await token()).not.toBe(before)
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.getByRole('form', { name: 'Log in' }).waitFor()
  const keys = await page.evaluate('Object.keys(sessionStorage)')
  // What waits to be sent is kept by user, and is never a token.
  expect(keys).toEqual([expect.stringMatching(/^chat\.pending\./)])
})

test('it says what is wrong, and follows the accessibility rules', async () => {
  harness.expectConsoleError(/401/)
  for (const scheme of ['light', 'dark'] as const) {
    const page = await harness.openPage({ bypassCSP: true, device: { size: 'desktop', scheme } })
    await open('/', page)
    await page.getByLabel('Email').fill('nobody@example.com')
    await page.getByLabel('Password').fill('not the password')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: /\w/ }).waitFor()
    expect(await violationsOf(page)).toEqual([])
    await register(page)
    await send(page, 'Hello')
    await page.getByRole('listitem').filter({ hasText: 'Hello' }).last().waitFor()
    expect(await violationsOf(page)).toEqual([])
    await page.screenshot({ path: `${inject('results')}/component-${scheme}.png` })
  }
})

async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`)
}
