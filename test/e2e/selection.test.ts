import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import type { ChatPage } from './chat-page.ts'
import { useHarness } from './harness.ts'

const harness = useHarness()

const selected = ({ page }: ChatPage) => page.evaluate('String(getSelection())')
const content = (user: ChatPage, text: string) => user.rows(text).locator('.content')
const isFocused = async (element: Locator) =>
  (await element.and(element.page().locator(':focus')).count()) === 1

/** Runs in the browser: selects from the begin of one text to the end of another. */
const selectTexts = `([from, to]) => {
  const contents = [...document.querySelectorAll('.content')]
  const nodeOf = (text) => contents.find(({ textContent }) => textContent === text).firstChild
  getSelection().setBaseAndExtent(nodeOf(from), 0, nodeOf(to), to.length)
}`
const selectBetween = ({ page }: ChatPage, ...texts: [from: string, to: string]) =>
  page.evaluate(`(${selectTexts})(${JSON.stringify(texts)})`)

test('a selection stays while its author sends more messages', async () => {
  const [ada, bob] = await Promise.all([harness.newUser('Ada'), harness.newUser('Bob')])
  await bob.send('Copy this')
  await ada.waitForSent('Copy this')
  await content(ada, 'Copy this').selectText()
  await bob.send('And this is the next one')
  await ada.waitForSent('And this is the next one')
  expect(await ada.rows('Copy this').getAttribute('class')).not.toContain('ends-group')
  expect(await selected(ada)).toBe('Copy this')
})

test('a selection stays while other messages are edited and deleted', async () => {
  const [ada, bob] = await Promise.all([harness.newUser('Ada'), harness.newUser('Bob')])
  await bob.send('This one goes', 'Keep this', 'This one changes')
  await ada.waitForSent('This one goes', 'Keep this', 'This one changes')
  await content(ada, 'Keep this').selectText()
  await bob.press('Edit message', 'This one changes')
  const editor = bob.editor
  await editor.fill('This one has changed')
  await editor.press('Enter')
  await ada.waitForSent('This one has changed')
  await bob.press('Delete message', 'This one goes')
  await ada.rows('This one goes').waitFor({ state: 'detached' })
  expect(await selected(ada)).toBe('Keep this')
})

test('a selection in an own message stays when the room accepts the message', async () => {
  const ada = await harness.newUser('Ada')
  const held: (() => void)[] = []
  let holding = false
  await ada.page.routeWebSocket(/\/ws\/chat/, (socket) => {
    const room = socket.connectToServer()
    room.onMessage((text) => {
      if (holding) held.push(() => socket.send(text))
      else socket.send(text)
    })
  })
  await ada.reload()
  holding = true
  await ada.send('On its way')
  await content(ada, 'On its way').selectText()
  expect(await ada.rows('On its way').getAttribute('data-state')).toBe('sending')
  await expect.poll(() => held.length).toBeGreaterThan(0)
  holding = false
  for (const release of held) release()
  await ada.waitForSent('On its way')
  expect(await selected(ada)).toBe('On its way')
})

test('a selection of many messages stays complete while the list grows', async () => {
  const [ada, bob] = await Promise.all([harness.newUser('Ada'), harness.newUser('Bob')])
  const filler = 'One line of many.\n'.repeat(22)
  const said = ['It begins here', `First ${filler}`, 'In the middle', 'It ends here']
  for (const text of said) await bob.send(text)
  await ada.waitForSent('It begins here', 'In the middle', 'It ends here')
  await selectBetween(ada, 'It begins here', 'It ends here')
  const before = await selected(ada)
  expect(before).toContain('In the middle')
  for (const text of [`Second ${filler}`, `Third ${filler}`, `Fourth ${filler}`, 'Far below'])
    await bob.send(text)
  await ada.waitForSent('Far below')
  expect(await selected(ada)).toBe(before)
})

test('a link keeps the focus while its author sends more messages', async () => {
  const [ada, bob] = await Promise.all([harness.newUser('Ada'), harness.newUser('Bob')])
  await bob.send('https://good.example/notes')
  const link = ada.list.getByRole('link', { name: 'https://good.example/notes' })
  await link.focus()
  await bob.send('These are the notes')
  await ada.waitForSent('These are the notes')
  expect(await isFocused(link)).toBe(true)
})

test('the buttons of a message keep the focus, and stay visible after a tap', async () => {
  const device = { size: 'phone', scheme: 'light' } as const
  const [ada, bob] = await Promise.all([harness.newUser('Ada', { device }), harness.newUser('Bob')])
  const elsewhere = await harness.logIn(ada.account)
  await ada.say('Mine')
  await content(ada, 'Mine').tap()
  const button = ada.rows('Mine').getByRole('button', { name: 'Edit message' })
  await button.focus()
  await ada.page.evaluate('document.activeElement.isTheSame = true')
  await elsewhere.send('Mine, too')
  await bob.send('Not yours')
  await ada.waitForSent('Mine, too', 'Not yours')
  expect(await ada.rows('Mine').getAttribute('data-chosen')).toBe('')
  expect(await isFocused(button)).toBe(true)
  expect(await ada.page.evaluate('document.activeElement.isTheSame')).toBe(true)
})

test('the focus moves to the message field when the message with the focus is deleted', async () => {
  const [ada, bob] = await Promise.all([harness.newUser('Ada'), harness.newUser('Bob')])
  await bob.send('https://good.example/wrong')
  await ada.list.getByRole('link', { name: 'https://good.example/wrong' }).focus()
  await bob.press('Delete message', 'https://good.example/wrong')
  await ada.rows('https://good.example/wrong').waitFor({ state: 'detached' })
  expect(await isFocused(ada.messageField)).toBe(true)
})

test('a selected username stays selected while other users join and leave', async () => {
  const [ada, bob] = await Promise.all([harness.newUser('Ada'), harness.newUser('Bob')])
  await ada.onlineUser(bob.name).locator('.name').selectText()
  const carol = await harness.newUser('Carol')
  await ada.onlineUser(carol.name).waitFor()
  expect(await selected(ada)).toBe(bob.name)
})

test('on a phone, unfolding a text or scrolling to the end opens no keyboard', async () => {
  const ada = await harness.newUser('Ada', { device: { size: 'phone', scheme: 'light' } })
  const texts = ['First', 'Second', 'Third'].map((word) => `${word}. ${'It goes on. '.repeat(120)}`)
  for (const text of texts) await ada.send(text.trim())
  await ada.waitForSent(...texts.map((text) => text.trim()))
  await ada.messageField.blur()
  const last = ada.rows(texts.at(-1)?.trim() ?? '')
  await last.getByRole('button', { name: 'Show all' }).tap()
  await last.getByRole('button', { name: 'Show all' }).waitFor({ state: 'detached' })
  expect(await isFocused(ada.messageField)).toBe(false)
  expect(await isFocused(last.locator('.content'))).toBe(true)

  await ada.page.evaluate(`document.querySelector('.scroller').scrollTop = 0`)
  await ada.page.getByRole('button', { name: 'Newest messages' }).tap()
  await ada.page.getByRole('button', { name: 'Newest messages' }).waitFor({ state: 'hidden' })
  expect(await isFocused(ada.messageField)).toBe(false)
})
