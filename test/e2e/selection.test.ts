import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { useStage } from './stage.ts'
import { Visitor } from './visitor.ts'

const stage = useStage()

const selected = ({ page }: Visitor) => page.evaluate('String(getSelection())')
const content = (person: Visitor, text: string) => person.rows(text).locator('.content')
const isFocused = async (element: Locator) =>
  (await element.and(element.page().locator(':focus')).count()) === 1

/** In the browser: from the begin of one text to the end of another. */
const selectTexts = `([from, to]) => {
  const contents = [...document.querySelectorAll('.content')]
  const nodeOf = (text) => contents.find(({ textContent }) => textContent === text).firstChild
  getSelection().setBaseAndExtent(nodeOf(from), 0, nodeOf(to), to.length)
}`
const selectBetween = ({ page }: Visitor, ...texts: [from: string, to: string]) =>
  page.evaluate(`(${selectTexts})(${JSON.stringify(texts)})`)

test('what is selected stays selected while its author says more', async () => {
  const [ada, bob] = await Promise.all([stage.enter('Ada'), stage.enter('Bob')])
  await bob.say('Copy this')
  await ada.sees('Copy this')
  await content(ada, 'Copy this').selectText()
  await bob.say('And this is the next one')
  await ada.sees('And this is the next one')
  expect(await ada.rows('Copy this').getAttribute('class')).not.toContain('closes')
  expect(await selected(ada)).toBe('Copy this')
})

test('what is selected stays selected while other messages are changed and deleted', async () => {
  const [ada, bob] = await Promise.all([stage.enter('Ada'), stage.enter('Bob')])
  await bob.say('This one goes', 'Keep this', 'This one changes')
  await ada.sees('This one goes', 'Keep this', 'This one changes')
  await content(ada, 'Keep this').selectText()
  await bob.rows('This one changes').hover()
  await bob.rows('This one changes').getByRole('button', { name: 'Edit message' }).click()
  const editor = bob.editor
  await editor.fill('This one has changed')
  await editor.press('Enter')
  await ada.sees('This one has changed')
  await bob.rows('This one goes').hover()
  await bob.rows('This one goes').getByRole('button', { name: 'Delete message' }).click()
  await ada.rows('This one goes').waitFor({ state: 'detached' })
  expect(await selected(ada)).toBe('Keep this')
})

test('what is selected of an own message stays selected when the room has taken it', async () => {
  const ada = await stage.enter('Ada')
  const held: (() => void)[] = []
  let holding = false
  await ada.page.routeWebSocket(/\/ws\/chat/, (socket) => {
    const room = socket.connectToServer()
    room.onMessage((text) => {
      if (holding) held.push(() => socket.send(text))
      else socket.send(text)
    })
  })
  await ada.page.reload()
  await ada.isOnline()
  holding = true
  await ada.say('On its way')
  await content(ada, 'On its way').selectText()
  expect(await ada.rows('On its way').getAttribute('data-state')).toBe('sending')
  await expect.poll(() => held.length).toBeGreaterThan(0)
  holding = false
  for (const release of held) release()
  await ada.sees('On its way')
  expect(await selected(ada)).toBe('On its way')
})

test('a selection of many messages stays whole while the list goes on', async () => {
  const [ada, bob] = await Promise.all([stage.enter('Ada'), stage.enter('Bob')])
  const filler = 'One line of many.\n'.repeat(22)
  const said = ['It begins here', `First ${filler}`, 'In the middle', 'It ends here']
  for (const text of said) await bob.say(text)
  await ada.sees('It begins here', 'In the middle', 'It ends here')
  await selectBetween(ada, 'It begins here', 'It ends here')
  const before = await selected(ada)
  expect(before).toContain('In the middle')
  for (const text of [`Second ${filler}`, `Third ${filler}`, `Fourth ${filler}`, 'Far below'])
    await bob.say(text)
  await ada.sees('Far below')
  expect(await selected(ada)).toBe(before)
})

test('a link keeps the focus while its author says more', async () => {
  const [ada, bob] = await Promise.all([stage.enter('Ada'), stage.enter('Bob')])
  await bob.say('https://good.example/notes')
  const link = ada.list.getByRole('link', { name: 'https://good.example/notes' })
  await link.focus()
  await bob.say('These are the notes')
  await ada.sees('These are the notes')
  expect(await isFocused(link)).toBe(true)
})

test('the buttons of a message keep the focus, and stay where a tap brought them', async () => {
  const look = { size: 'phone', scheme: 'light' } as const
  const [ada, bob] = await Promise.all([stage.enter('Ada', { look }), stage.enter('Bob')])
  const elsewhere = new Visitor(await stage.openPage(), ada.account)
  await elsewhere.logIn()
  await ada.say('Mine')
  await ada.sees('Mine')
  await content(ada, 'Mine').tap()
  const button = ada.rows('Mine').getByRole('button', { name: 'Edit message' })
  await button.focus()
  await ada.page.evaluate('document.activeElement.isTheSame = true')
  await elsewhere.say('Mine, too')
  await bob.say('Not yours')
  await ada.sees('Mine, too', 'Not yours')
  expect(await ada.rows('Mine').getAttribute('data-chosen')).toBe('')
  expect(await isFocused(button)).toBe(true)
  expect(await ada.page.evaluate('document.activeElement.isTheSame')).toBe(true)
})

test('when the message with the focus goes, the focus goes to the message field', async () => {
  const [ada, bob] = await Promise.all([stage.enter('Ada'), stage.enter('Bob')])
  await bob.say('https://good.example/wrong')
  await ada.list.getByRole('link', { name: 'https://good.example/wrong' }).focus()
  await bob.rows('https://good.example/wrong').hover()
  await bob.page.getByRole('button', { name: 'Delete message' }).click()
  await ada.rows('https://good.example/wrong').waitFor({ state: 'detached' })
  expect(await isFocused(ada.field)).toBe(true)
})

test('a name that is selected stays selected while others come and go', async () => {
  const [ada, bob] = await Promise.all([stage.enter('Ada'), stage.enter('Bob')])
  await ada.person(bob.name).locator('.name').selectText()
  const carol = await stage.enter('Carol')
  await ada.person(carol.name).waitFor()
  expect(await selected(ada)).toBe(bob.name)
})
