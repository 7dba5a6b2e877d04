import { expect, test } from 'vitest'
import { credentialsOf, uniqueName } from './accounts.ts'
import { ChatPage } from './chat-page.ts'
import { useHarness } from './harness.ts'

const harness = useHarness()

test('a new account is in the room at once', async () => {
  const page = await harness.openPage()
  const { username, email, password } = credentialsOf(uniqueName('Grace'))
  const grace = new ChatPage(page, { id: '', username, email, password })
  await page.goto('/')
  await page.getByRole('button', { name: 'Create an account' }).click()
  await page.getByRole('textbox', { name: 'Username' }).fill(username)
  await page.getByRole('textbox', { name: 'Email' }).fill(email)
  await page.getByRole('textbox', { name: 'Password' }).fill(password)
  await page.getByRole('button', { name: 'Create account', exact: true }).click()
  await grace.waitUntilOnline()
  await grace.onlineUser(`${username}you`).waitFor()
  await grace.say('A first word')
})

test('a wrong password shows an error, and the right one then logs in', async () => {
  harness.expectConsoleError(/^Failed to load resource: .* 401 .*\/auth\/login$/)
  const ada = await harness.newUser('Ada')
  const page = await harness.openPage()
  await page.goto('/')
  await page.getByLabel('Email').fill(ada.account.email)
  await page.getByRole('textbox', { name: 'Password' }).fill('not what it is')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('password').waitFor()
  await page.getByRole('textbox', { name: 'Password' }).fill(ada.account.password)
  await page.keyboard.press('Enter')
  await new ChatPage(page, ada.account).waitUntilOnline()
})

test('two users see each other’s messages in the same order', async () => {
  const [ada, bob] = await Promise.all([harness.newUser('Ada'), harness.newUser('Bob')])
  const said = ['Is anyone here?', 'I am. <b>You</b> & me.', 'مرحبا 👋🏽', 'Then let us begin.']
  const [question, answer, greeting, end] = said as [string, string, string, string]
  await ada.send(question)
  await bob.waitForSent(question)
  await bob.send(answer, greeting)
  await ada.waitForSent(answer, greeting)
  await ada.send(end)
  await bob.waitForSent(end)
  await ada.waitForSent(end)
  expect(await ada.textsShown(said)).toEqual(said)
  expect(await bob.textsShown(said)).toEqual(said)
})

test('a user who is typing is shown until the message arrives', async () => {
  const [ada, bob] = await Promise.all([harness.newUser('Ada'), harness.newUser('Bob')])
  const words = 'I am thinking about it'
  await ada.messageField.pressSequentially(words)
  await bob.page.getByText(`${ada.name} is typing`).waitFor()
  await ada.messageField.press('Enter')
  await bob.waitForSent(words)
  await bob.page.getByText(`${ada.name} is typing`).waitFor({ state: 'detached' })
  expect(await ada.page.getByText('is typing').count()).toBe(0)
})

test('a refused message can be moved back into the message field', async () => {
  const ada = await harness.newUser('Ada')
  await ada.page.routeWebSocket(/\/ws\/chat/, (socket) => {
    const room = socket.connectToServer()
    socket.onMessage((text) => {
      const { event, data } = JSON.parse(String(text))
      if (data.content !== 'Refuse this') return room.send(text)
      const message = 'content: Must have at most 10 characters.'
      const { client_id } = data
      expect(event).toBe('send_message')
      socket.send(JSON.stringify({ event: 'error', data: { code: 'invalid', message, client_id } }))
    })
  })
  await ada.reload()
  await ada.send('Refuse this')
  const row = ada.rows('Refuse this')
  await row.getByText('Not sent: the text must have at most 10 characters.').waitFor()
  expect(await row.getByRole('button', { name: 'Retry' }).count()).toBe(0)
  await ada.messageField.fill('Written since')
  await row.getByRole('button', { name: 'Edit' }).click()
  await row.waitFor({ state: 'detached' })
  expect(await ada.messageField.inputValue()).toBe('Refuse this\nWritten since')
})

test('marks of a text format it, and code and texts can be copied as they were typed', async () => {
  const ada = await harness.newUser('Ada')
  await ada.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const clipboard = () => ada.page.evaluate('navigator.clipboard.readText()')
  const typed =
    '**Look** at _this_, `a < b`:\n```js\nif (a < b)\n  go()\n```\n> Why?\n1. <b>so</b>\nwww.example.com'
  await ada.messageField.fill(typed)
  await ada.messageField.press('Enter')
  const row = ada.list.getByRole('listitem').filter({ hasText: 'if (a < b)' })
  await row.and(ada.page.locator('[data-state="sent"]')).waitFor()
  const texts = (selector: string) => row.locator(`.content ${selector}`).allTextContents()
  expect(await texts('strong')).toEqual(['Look'])
  expect(await texts('em')).toEqual(['this'])
  expect(await texts('code')).toEqual(['a < b', 'if (a < b)\n  go()'])
  expect(await texts('blockquote')).toEqual(['Why?'])
  expect(await texts('li')).toEqual(['<b>so</b>'])
  expect(await row.getByRole('link').getAttribute('href')).toBe('https://www.example.com/')

  await row.getByRole('button', { name: 'Copy the code' }).click()
  await ada.page.getByRole('status').getByText('Text copied.').waitFor()
  expect(await clipboard()).toBe('if (a < b)\n  go()')
  await row.hover()
  await row.getByRole('button', { name: 'More actions' }).click()
  await ada.page.locator('.message-menu').getByRole('button', { name: 'Copy text' }).click()
  await expect.poll(clipboard).toBe(typed)
  expect(await (await ada.editLast()).inputValue()).toBe(typed)
})

test('a long paragraph is folded, and can be unfolded', async () => {
  const ada = await harness.newUser('Ada', { device: { size: 'phone', scheme: 'light' } })
  const paragraph = 'It goes on and on and does not end. '.repeat(50).trim()
  await ada.say(paragraph)
  const row = ada.rows(paragraph)
  const height = async () => (await row.boundingBox())?.height ?? 0
  const folded = await height()
  await row.getByRole('button', { name: 'Show all' }).click()
  await expect.poll(height).toBeGreaterThan(folded * 1.5)
})
