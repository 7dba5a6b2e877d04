import type { Page } from 'playwright-core'
import { expect, inject, test } from 'vitest'
import { useStage } from './stage.ts'
import type { Visitor } from './visitor.ts'

const stage = useStage()
const harm = 'window.harmed=1'

const texts = [
  `<img src=x onerror="${harm}"><script>${harm}</script>`,
  `javascript:${harm} data:text/html,<script>${harm}</script>`,
  'https://bank.example@evil.example/ and http://ok.example/?q="><svg onload=alert(1)>',
  '\u202Egnp.exe\u202C and https://good.example/\u202Egnp.exe \u2066hidden\u2069',
]
const names = [`<img src=x onerror="${harm}">`, '\u202Eeve\u2067 <b>root</b>']

/** Everything that a hostile text could make a page do. */
function watch(page: Page) {
  const seen = { dialogs: 0, popups: 0, strange: [] as string[] }
  const own = [`http://localhost:${inject('port')}`, `ws://localhost:${inject('port')}`]
  const known = /^\/(?:$|messages$|users\/online$|auth\/|ws\/chat$|page\/[\w.-]+$)/
  page.on('dialog', (dialog) => {
    seen.dialogs++
    void dialog.dismiss()
  })
  page.on('popup', () => {
    seen.popups++
  })
  page.on('request', (request) => {
    const { origin, pathname } = new URL(request.url())
    if (!own.includes(origin) || !known.test(pathname)) seen.strange.push(request.url())
  })
  return seen
}

async function expectHarmless({ page, list }: Visitor): Promise<void> {
  expect(await page.evaluate('window.harmed')).toBeUndefined()
  expect(await page.locator('img, script:not([src]), iframe, object, svg[onload]').count()).toBe(0)
  expect(await list.locator('b').count()).toBe(0)
  const links = await list.getByRole('link').all()
  for (const link of links) {
    expect(await link.getAttribute('href')).toMatch(/^https?:\/\/(?:ok|good)\.example\//)
    expect(await link.getAttribute('rel')).toContain('noopener')
  }
}

test('a hostile text is only text, to who says it and who hears it', async () => {
  const [eve, bob] = await Promise.all([stage.enter('Eve'), stage.enter('Bob')])
  const seen = [eve, bob].map(({ page }) => watch(page))
  await eve.say(...texts)
  for (const person of [eve, bob]) {
    await person.sees(...texts)
    expect(await person.seen(texts)).toEqual(texts)
    await expectHarmless(person)
  }
  expect(seen).toEqual(Array(2).fill({ dialogs: 0, popups: 0, strange: [] }))
})

test('a hostile name is refused where it is chosen', async () => {
  stage.expectComplaint(/^Failed to load resource: .* 4(?:00|22) .*\/auth\/register$/)
  const page = await stage.openPage()
  const seen = watch(page)
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
  expect(seen).toEqual({ dialogs: 0, popups: 0, strange: [] })
})

test.each(names)('were a hostile name let in, it would be only text: %j', async (name) => {
  const [eve, bob] = await Promise.all([stage.enter('Eve'), stage.enter('Bob')])
  const disguise = (text: string) => text.replaceAll(JSON.stringify(eve.name), JSON.stringify(name))
  await bob.page.route(/\/(?:messages|users\/online)/, async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, body: disguise(await response.text()) })
  })
  await bob.page.routeWebSocket(/\/ws\/chat/, (socket) => {
    const room = socket.connectToServer()
    room.onMessage((text) => socket.send(disguise(String(text))))
  })
  const seen = watch(bob.page)
  await bob.page.reload()
  await bob.isOnline()
  const words = `Who am I, ${names.indexOf(name)}?`
  await eve.field.pressSequentially(words)
  await bob.page.locator('.typists').getByText(name).waitFor()
  await eve.field.press('Enter')
  await bob.sees(words)
  await bob.person(name).waitFor()
  const shown = bob.page.getByText(name, { exact: true })
  const tags = await shown.evaluateAll((all) => all.map((element) => element.tagName))
  expect(tags.filter((tag) => tag === 'BDI').length).toBeGreaterThanOrEqual(2)
  await expectHarmless(bob)
  expect(seen).toEqual({ dialogs: 0, popups: 0, strange: [] })
})
