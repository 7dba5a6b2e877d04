import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { call } from '../harness/rest.ts'
import { type Account, registerAccount, uniqueName } from './accounts.ts'
import type { ChatPage } from './chat-page.ts'
import { useHarness } from './harness.ts'
import { useTestService } from './use-test-service.ts'

const harness = useHarness()
const testService = useTestService()

const port = () => testService().port
const newUser = (name: string) => harness.newUser(name, { port: port() })

/** Another device of an account that the page does not show. */
async function newDevice(name: string) {
  const account: Account = await registerAccount(port(), uniqueName(name))
  const { email, password } = account
  const login = await call(port(), 'POST', '/auth/login', { body: { email, password } })
  const { access_token: token } = login.body as { access_token: string }
  const ask = async (method: string, path: string, body?: object) => {
    const answer = await call(port(), method, path, { token, body })
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`)
    return answer.body as { id: string }
  }
  return {
    account,
    say: async (content: string, more: object = {}) =>
      (await ask('POST', '/messages', { content, ...more })).id,
    edit: (id: string, content: string) => ask('PATCH', `/messages/${id}`, { content }),
    remove: (id: string) => ask('DELETE', `/messages/${id}`),
    erase: () => ask('DELETE', '/auth/me', { password, messages: 'delete' }),
    async purge() {
      const { adminToken } = JSON.parse(
        readFileSync(join(testService().dataDir, 'secrets.json'), 'utf8'),
      )
      const since = new Date(Date.now() - 3_600_000).toISOString()
      const path = `/admin/users/${account.id}/purge`
      const { status } = await call(port(), 'POST', path, { token: adminToken, body: { since } })
      expect(status).toBe(200)
    },
  }
}

/** Waits until this text is nowhere in the document, neither visible nor hidden. */
const untilGone = ({ page }: ChatPage, text: string) =>
  expect.poll(() => page.evaluate('document.documentElement.outerHTML')).not.toContain(text)

const hits = ({ page }: ChatPage) => page.getByRole('list', { name: 'Found messages' })
const searchStatus = ({ page }: ChatPage) => page.locator('.search-status')
const log = ({ page }: ChatPage) => page.getByRole('log')
const focusedId = ({ page }: ChatPage) => page.evaluate('document.activeElement.id')

test('the results of a search follow edits, deletions and purges', async () => {
  const [ada, bob, cleo] = [await newUser('Ada'), await newDevice('Bob'), await newDevice('Cleo')]
  const wordOf = (name: string) => `Marmalade of ${name}`
  const first = await bob.say(wordOf('Bob'))
  await bob.say(wordOf('Ben'))
  const edited = await cleo.say(wordOf('Cleo'), { mentions: [ada.account.id] })
  const { page } = ada
  await page.getByRole('button', { name: 'Search', exact: true }).click()
  await hits(ada).getByText(wordOf('Cleo')).waitFor()
  await cleo.edit(edited, 'Marmalade at ten')
  await hits(ada).getByText('Marmalade at ten').waitFor()
  await page.getByRole('searchbox').fill('marmalade')
  await page.keyboard.press('Enter')
  await searchStatus(ada).getByText('3 messages').waitFor()
  await hits(ada).getByRole('button').nth(2).focus()
  await bob.remove(first)
  await searchStatus(ada).getByText('2 messages').waitFor()
  // The focus does not get lost with the hit.
  expect(await focusedId(ada)).toBe('search-term')
  await bob.purge()
  await searchStatus(ada).getByText('1 message', { exact: true }).waitFor()
  await untilGone(ada, wordOf('Ben'))
  await cleo.edit(edited, 'Jam at eleven')
  await searchStatus(ada).getByText('Nothing found.').waitFor()
})

test('the bar of a reply follows its message: an edit, a purge and an erasure', async () => {
  const [ada, bob, cleo] = [await newUser('Ada'), await newDevice('Bob'), await newDevice('Cleo')]
  const id = await bob.say('A first thought')
  await ada.waitForSent('A first thought')
  await ada.press('Reply', 'A first thought')
  const bar = ada.page.locator('.reply-bar')
  await bob.edit(id, 'A second thought')
  await bar.getByText(': A second thought').waitFor()
  await untilGone(ada, 'A first thought')
  await bob.purge()
  await bar.waitFor({ state: 'hidden' })
  await untilGone(ada, 'A second thought')

  await cleo.say('A last word')
  await ada.waitForSent('A last word')
  await ada.press('Reply', 'A last word')
  await cleo.erase()
  await bar.waitFor({ state: 'hidden' })
  await untilGone(ada, 'A last word')
})

test('what was announced is removed, and at once when its message goes', async () => {
  const [ada, bob] = [await newUser('Ada'), await newDevice('Bob')]
  await ada.pauseClock()
  const announced = async (text: string) => {
    await ada.waitForSent(text)
    await ada.page.clock.runFor(500)
    await log(ada).getByText(text).waitFor({ state: 'attached' })
  }
  const deleted = await bob.say('To be deleted')
  await announced('To be deleted')
  await bob.remove(deleted)
  await untilGone(ada, 'To be deleted')
  const edited = await bob.say('To be edited')
  await announced('To be edited')
  await bob.edit(edited, 'As it is now')
  await untilGone(ada, 'To be edited')
  await bob.say('To be purged')
  await announced('To be purged')
  await bob.purge()
  await untilGone(ada, 'To be purged')
  await bob.say('To stay')
  await announced('To stay')
  await ada.page.clock.runFor(10_000)
  expect(await log(ada).locator('p').count()).toBe(0)
})

test('a menu and a dialog about a message close with it, and keep no text', async () => {
  const [ada, bob] = [await newUser('Ada'), await newDevice('Bob')]
  const menu = ada.page.locator('.message-menu')
  const id = await bob.say('Under discussion')
  await ada.waitForSent('Under discussion')
  await ada.press('More actions', 'Under discussion')
  await bob.edit(id, 'Under a menu')
  await menu.getByText('Under a menu').waitFor()
  await bob.remove(id)
  await menu.waitFor({ state: 'hidden' })
  await expect.poll(() => focusedId(ada)).toBe('message')
  await untilGone(ada, 'Under a menu')

  await ada.say('Of my own')
  await ada.press('More actions', 'Of my own')
  await menu.getByText('Of my own').waitFor()
  await ada.page.keyboard.press('Escape')
  await expect.poll(() => menu.locator('*').count()).toBe(0)

  await bob.say('To be reported')
  await ada.waitForSent('To be reported')
  await ada.choose('Report message', 'To be reported')
  const dialog = ada.page.getByRole('dialog', { name: 'Report the message of' })
  await dialog.waitFor()
  await bob.purge()
  await dialog.waitFor({ state: 'detached' })
  await expect.poll(() => focusedId(ada)).toBe('message')
  await untilGone(ada, 'To be reported')
})

test('the card of a person closes when the account is erased, and keeps no name', async () => {
  const [ada, bob] = [await newUser('Ada'), await newDevice('Bob')]
  await bob.say('Soon gone')
  await ada.waitForSent('Soon gone')
  const { username } = bob.account
  await ada.rows('Soon gone').getByRole('button', { name: username }).first().click()
  const card = ada.page.locator('dialog.person')
  await card.getByText('Here since').waitFor()
  await bob.erase()
  await card.waitFor({ state: 'hidden' })
  await expect.poll(() => card.innerHTML()).not.toContain(username)
})
