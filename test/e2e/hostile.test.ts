import type { Page } from 'playwright-core'
import { expect, inject, test } from 'vitest'
import type { ChatPage } from './chat-page.ts'
import { useHarness } from './harness.ts'

const harness = useHarness()
const attack = 'window.harmed=1'

const texts = [
  `<img src=x onerror="${attack}"><script>${attack}</script>`,
  `javascript:${attack} data:text/html,<script>${attack}</script>`,
  'https://bank.example@evil.example/ and http://ok.example/?q="><svg onload=alert(1)>',
  '\u202Egnp.exe\u202C and https://good.example/\u202Egnp.exe \u2066hidden\u2069',
]
const names = [`<img src=x onerror="${attack}">`, '\u202Eeve\u2067 <b>root</b>']

/** Records everything that a hostile text could make a page do. */
function recordActivity(page: Page) {
  const activity = { dialogs: 0, popups: 0, unknownRequests: [] as string[] }
  const own = [`http://localhost:${inject('port')}`, `ws://localhost:${inject('port')}`]
  const known =
    /^\/(?:$|messages$|users\/online$|auth\/|ws\/chat$|page\/[\w.-]+$|app\.webmanifest$|service-worker\.js$)/
  page.on('dialog', (dialog) => {
    activity.dialogs++
    void dialog.dismiss()
  })
  page.on('popup', () => {
    activity.popups++
  })
  page.on('request', (request) => {
    const { origin, pathname } = new URL(request.url())
    if (!own.includes(origin) || !known.test(pathname)) activity.unknownRequests.push(request.url())
  })
  return activity
}

async function expectHarmless({ page, list }: ChatPage): Promise<void> {
  expect(await page.evaluate('window.harmed')).toBeUndefined()
  expect(await page.locator('img, script:not([src]), iframe, object, svg[onload]').count()).toBe(0)
  expect(await list.locator('b').count()).toBe(0)
  const links = await list.getByRole('link').all()
  for (const link of links) {
    expect(await link.getAttribute('href')).toMatch(
      /^https?:\/\/(?:ok\.example|good\.example|www\.example\.com)\//,
    )
    expect(await link.getAttribute('rel')).toContain('noopener')
  }
}

test('a hostile text is shown as text, for its author and for others', async () => {
  const [eve, bob] = await Promise.all([harness.newUser('Eve'), harness.newUser('Bob')])
  const activity = [eve, bob].map(({ page }) => recordActivity(page))
  await eve.send(...texts)
  for (const user of [eve, bob]) {
    await user.waitForSent(...texts)
    expect(await user.textsShown(texts)).toEqual(texts)
    await expectHarmless(user)
  }
  expect(activity).toEqual(Array(2).fill({ dialogs: 0, popups: 0, unknownRequests: [] }))
})

test('a hostile username is refused at the registration', async () => {
  harness.expectConsoleError(/^Failed to load resource: .* 4(?:00|22) .*\/auth\/register$/)
  const page = await harness.openPage()
  const activity = recordActivity(page)
  await page.goto('/')
  await page.getByRole('button', { name: 'Create an account' }).click()
  await page.getByRole('textbox', { name: 'Email' }).fill('eve@example.com')
  await page.getByRole('textbox', { name: 'Password' }).fill('a long password for tests')
  for (const name of names) {
    const field = page.getByRole('textbox', { name: 'Username' })
    await field.fill(name)
    await field.press('Enter')
    await page.getByText('Must not hold').waitFor()
    await field.fill('')
  }
  expect(activity).toEqual({ dialogs: 0, popups: 0, unknownRequests: [] })
})

test.each(names)(
  'a hostile username would be shown as text if the service accepted it: %j',
  async (name) => {
    const [eve, bob] = await Promise.all([harness.newUser('Eve'), harness.newUser('Bob')])
    const disguise = (text: string) =>
      text.replaceAll(JSON.stringify(eve.name), JSON.stringify(name))
    await bob.page.route(/\/(?:messages|users\/online)/, async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, body: disguise(await response.text()) })
    })
    await bob.page.routeWebSocket(/\/ws\/chat/, (socket) => {
      const room = socket.connectToServer()
      room.onMessage((text) => socket.send(disguise(String(text))))
    })
    const activity = recordActivity(bob.page)
    await bob.reload()
    const words = `Who am I, ${names.indexOf(name)}?`
    await eve.messageField.pressSequentially(words)
    await bob.page.locator('.typing-users').getByText(name).waitFor()
    await eve.messageField.press('Enter')
    await bob.waitForSent(words)
    await bob.onlineUser(name).waitFor()
    const shown = bob.page.getByText(name, { exact: true })
    const tags = await shown.evaluateAll((all) => all.map((element) => element.tagName))
    expect(tags.filter((tag) => tag === 'BDI').length).toBeGreaterThanOrEqual(2)
    await expectHarmless(bob)
    expect(activity).toEqual({ dialogs: 0, popups: 0, unknownRequests: [] })
  },
)
