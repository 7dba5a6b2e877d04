// The page as an app: without a network, with notifications, and the pages of the documents.

import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { ChatPage } from './chat-page.ts'
import { useHarness } from './harness.ts'

const harness = useHarness()
const withWorker = { serviceWorkers: 'allow' } as const

const untilActive = (page: Page) => page.evaluate('navigator.serviceWorker.ready.then(() => true)')

test('the page can be installed, opens without a network, and comes from the network if there is one', async () => {
  harness.expectConsoleError(/ERR_INTERNET_DISCONNECTED/)
  const ada = await harness.newUser('Ada', withWorker)
  await untilActive(ada.page)
  await ada.context.setOffline(true)
  await ada.page.reload()
  // A part that was never opened with a network.
  await ada.openSettings()
  await ada.page.keyboard.press('Escape')
  await ada.messageField.fill('Written without a network')
  // Some releases of Chromium call themselves online after an offline reload, so any notice counts.
  await ada.page.locator('.bar:not([data-state="online"])[data-shown]').waitFor()
  await ada.context.setOffline(false)
  await ada.waitUntilOnline()
  await ada.messageField.press('Enter')
  await ada.waitForSent('Written without a network')

  // An old page in the cache is not shown.
  await ada.page.evaluate(`(async () => {
    const [name] = await caches.keys()
    await (await caches.open(name)).put('/', new Response('An old page'))
  })()`)
  await ada.reload()
  await ada.rows('Written without a network').waitFor()

  const devtools = await ada.context.newCDPSession(ada.page)
  const { errors, url } = await devtools.send('Page.getAppManifest')
  expect({ errors, path: new URL(url).pathname }).toEqual({ errors: [], path: '/app.webmanifest' })
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors')
  // Contexts of tests are windows without a history.
  expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([])
})

test('a part that cannot be loaded says why, and can be loaded again', async () => {
  harness.expectConsoleError(/ERR_INTERNET_DISCONNECTED|404/)
  const ada = await harness.newUser('Ada')
  const { page } = ada
  const openAccount = async () => {
    await page.getByRole('button', { name: 'Your account' }).click()
    await page.getByRole('button', { name: 'Account and sessions' }).click()
  }
  const account = page.getByRole('dialog', { name: 'Your account' })
  await ada.context.setOffline(true)
  await openAccount()
  await page.getByText('because there is no connection').waitFor()
  await page.getByRole('button', { name: 'Close' }).click()
  await openAccount()
  await page.getByText('because there is no connection').waitFor()
  await ada.context.setOffline(false)
  await page.getByRole('button', { name: 'Try again' }).click()
  await account.waitFor()
  await page.keyboard.press('Escape')

  // As after a release: the script of this page is gone.
  await ada.reload()
  await page.route(/account-dialog-/, (route) => route.fulfill({ status: 404 }))
  await openAccount()
  await page.getByText('The page has changed since you opened it.').waitFor()
  await page.unroute(/account-dialog-/)
  await page.getByRole('button', { name: 'Reload' }).click()
  await ada.waitUntilOnline()
  await openAccount()
  await account.waitFor()
})

test('notifications tell of mentions while nobody looks at the page, and are gone when it is read', async () => {
  const [ada, bob] = await Promise.all([harness.newUser('Ada', withWorker), harness.newUser('Bob')])
  await ada.context.grantPermissions(['notifications'])
  await untilActive(ada.page)
  await ada.say('Here I am')
  const shown = () =>
    ada.page.evaluate(`navigator.serviceWorker.getRegistration()
      .then((registration) => registration.getNotifications())
      .then((all) => all.map(({ title, body, silent }) => [title, body, silent].join(' | ')))`)
  await ada.openSettings()
  await ada.page.getByRole('radio', { name: 'Mentions and replies' }).press('Space')
  await ada.page.keyboard.press('Escape')

  await ada.setAttention('hidden')
  await bob.say(`For everyone from ${bob.name}`)
  await bob.messageField.fill(`@${ada.name} Are you there?`)
  await bob.messageField.press('Enter')
  await expect.poll(shown).toEqual([`${bob.name} | @${ada.name} Are you there? | true`])
  await expect.poll(() => ada.page.title()).toBe('(1) Edge Chat')
  await ada.setAttention('visible')
  await expect.poll(shown).toEqual([])
})

test('the page asks once whether to notify, after a mention that nobody saw', async () => {
  const [ada, bob] = await Promise.all([harness.newUser('Ada'), harness.newUser('Bob')])
  const devtools = await ada.context.newCDPSession(ada.page)
  const origin = new URL(ada.page.url()).origin
  const permission = { name: 'notifications' }
  await devtools.send('Browser.setPermission', { permission, setting: 'prompt', origin })
  const offer = ada.page.locator('.notification-offer')
  const mentionAda = async (from: ChatPage, text: string) => {
    await ada.setAttention('hidden')
    await from.messageField.fill(`@${ada.name} ${text}`)
    await from.messageField.press('Enter')
    await ada.list.getByText(`${ada.name} ${text}`).waitFor()
    await ada.setAttention('visible')
  }
  expect(await offer.isVisible()).toBe(false)
  await mentionAda(bob, 'One')
  await offer.getByText('Shall this browser notify you').waitFor()
  await offer.getByRole('button', { name: 'Not now' }).click()
  await offer.waitFor({ state: 'hidden' })
  await mentionAda(bob, 'Two')
  expect(await offer.isVisible()).toBe(false)
})

test('the pages of the documents follow the dark mode, and fill the window', async () => {
  const page = await harness.openPage({ device: { size: 'desktop', scheme: 'dark' } })
  await page.goto('/docs')
  await page.locator('.swagger-ui .info .title').waitFor()
  const ground = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor')
  const dark = await ground()
  await page.emulateMedia({ colorScheme: 'light' })
  await expect.poll(ground).not.toBe(dark)
  await page.goto('/redoc')
  await page.locator('.redoc-wrap').waitFor()
  expect(
    await page.evaluate('document.getElementById("viewer").getBoundingClientRect().left'),
  ).toBe(0)
  expect(await page.evaluate('scrollX + document.body.offsetTop')).toBe(0)
})
