import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { call } from '../harness/rest.ts'
import { type Account, logInToSay, registerAccount, uniqueName } from './accounts.ts'
import type { ChatPage } from './chat-page.ts'
import { useHarness } from './harness.ts'

const harness = useHarness()

const suggestions = ({ page }: ChatPage) => page.getByRole('listbox', { name: 'People to mention' })
const activeSuggestion = `document.getElementById(
  document.activeElement.getAttribute('aria-activedescendant'))?.textContent ?? null`
const active = ({ page }: ChatPage) => page.evaluate(activeSuggestion)

async function makeModerator(userId: string): Promise<void> {
  const file = join(inject('dataDir'), 'secrets.json')
  const { adminToken: token } = JSON.parse(readFileSync(file, 'utf8'))
  const body = { role: 'moderator' }
  const { status } = await call(inject('port'), 'PUT', `/admin/users/${userId}/role`, {
    token,
    body,
  })
  expect(status).toBeLessThan(300)
}

test('an @ completes names by keyboard, and the message is marked for the person', async () => {
  const [ada, zoe] = await Promise.all([harness.newUser('Ada'), harness.newUser('Zoe')])
  await zoe.say(`I am ${zoe.name}`)
  await ada.waitForSent(`I am ${zoe.name}`)
  const { messageField } = ada
  await messageField.pressSequentially('Good morning, @zo')
  await suggestions(ada).getByRole('option', { name: zoe.name }).waitFor()
  expect(await active(ada)).toBe(zoe.name)

  // Escape closes the list until another @ is typed, and keeps the text.
  await messageField.press('Escape')
  await suggestions(ada).waitFor({ state: 'hidden' })
  await messageField.press('e')
  expect(await suggestions(ada).isVisible()).toBe(false)
  for (let left = 0; left < 4; left++) await messageField.press('Backspace')
  await messageField.press('@')
  await suggestions(ada).waitFor()
  // The last speaker comes first; the arrows go around.
  expect(await active(ada)).toBe(zoe.name)
  await messageField.press('ArrowUp')
  await messageField.press('ArrowDown')
  expect(await active(ada)).toBe(zoe.name)
  await messageField.press('Enter')
  expect(await messageField.inputValue()).toBe(`Good morning, @${zoe.name} `)
  expect(await suggestions(ada).isVisible()).toBe(false)

  await zoe.setAttention('hidden')
  await messageField.press('Enter')
  const text = `Good morning, @${zoe.name}`
  await ada.waitForSent(text)
  await zoe.waitForSent(text)
  expect(await zoe.rows(text).getAttribute('class')).toMatch(/\bmentions-user\b/)
  expect(await ada.rows(text).getAttribute('class')).not.toMatch(/\bmentions-user\b/)
  for (const user of [ada, zoe])
    expect(await user.rows(text).locator('.mention').textContent()).toBe(`@${zoe.name}`)
  await zoe.page.getByText('Mentions you:').waitFor({ state: 'attached' })
  await zoe.page.getByRole('log').getByText(`${ada.name} mentions you: ${text}`).waitFor({
    state: 'attached',
  })

  // The title and the icon count it until it is read.
  await expect.poll(() => zoe.page.title()).toBe('(1) Edge Chat')
  const icon = await zoe.page.locator('link[rel="icon"]').getAttribute('href')
  expect(icon).toMatch(/-1\.svg$/)
  const answer = await zoe.page.request.get(icon ?? '')
  expect(answer.status()).toBe(200)
  await zoe.setAttention('visible')
  await expect.poll(() => zoe.page.title()).toBe('Edge Chat')
})

test('an input method composes a name without choosing one, and a tap chooses', async () => {
  const phone = { size: 'phone', scheme: 'dark' } as const
  const [ada, bob] = await Promise.all([
    harness.newUser('Ada', { device: phone }),
    harness.newUser('上海'),
  ])
  await bob.say(`From ${bob.name}`)
  await ada.waitForSent(`From ${bob.name}`)
  await ada.messageField.pressSequentially('Hi @')
  const devtools = await ada.context.newCDPSession(ada.page)
  const composed = { text: '上海', selectionStart: 2, selectionEnd: 2 }
  await devtools.send('Input.imeSetComposition', composed)
  await suggestions(ada).getByRole('option', { name: bob.name }).waitFor()
  await devtools.send('Input.dispatchKeyEvent', {
    ...{ type: 'rawKeyDown', key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229 },
  })
  expect(await ada.messageField.inputValue()).toBe('Hi @上海')
  await ada.page.keyboard.insertText('上海')
  await suggestions(ada).getByRole('option', { name: bob.name }).tap()
  expect(await ada.messageField.inputValue()).toBe(`Hi @${bob.name} `)
})

test('a moderator mentions everyone, and other people cannot', async () => {
  const [ada, bob] = await Promise.all([harness.newUser('Ada'), harness.newUser('Bob')])
  await bob.messageField.pressSequentially('@room')
  expect(await suggestions(bob).getByText('everyone in the room').count()).toBe(0)
  await bob.messageField.press('Enter')
  await ada.waitForSent('@room')
  expect(await ada.page.locator('.mentions-user').count()).toBe(0)

  await makeModerator(ada.account.id)
  await expect
    .poll(async () => {
      await ada.messageField.fill('')
      await ada.messageField.pressSequentially('@roo')
      return suggestions(ada).getByText('everyone in the room').isVisible()
    })
    .toBe(true)
  while ((await active(ada)) !== 'roomeveryone in the room') await ada.messageField.press('ArrowUp')
  await ada.messageField.press('Tab')
  await ada.messageField.pressSequentially(`by ${ada.name}`)
  await ada.messageField.press('Enter')
  const text = `@room by ${ada.name}`
  await bob.waitForSent(text)
  expect(await bob.rows(text).getAttribute('class')).toMatch(/\bmentions-user\b/)
  expect(await bob.rows(text).locator('.mention').textContent()).toBe('@room')
})

test('the message field says that a message mentions at most ten people', async () => {
  const guests: Account[] = []
  for (let i = 0; i < 12; i++)
    guests.push(await registerAccount(inject('port'), uniqueName(`Guest ${i}x`)))
  for (const guest of guests) {
    const say = await logInToSay(inject('port'), guest)
    await say('Hello')
  }
  const ada = await harness.newUser('Ada')
  const mentions = guests.map(({ username }) => `@${username}`)
  await ada.messageField.fill(mentions.join(' '))
  const notice = ada.page.getByRole('alert').getByText('The last 2 are not told.')
  await notice.waitFor()
  await ada.messageField.fill(mentions.slice(2).join(' '))
  await notice.waitFor({ state: 'hidden' })
})
