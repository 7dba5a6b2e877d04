import { expect, test } from 'vitest'
import type { ChatPage } from './chat-page.ts'
import { useHarness } from './harness.ts'

const harness = useHarness()

/** Safari ends the composition first, and reports its key afterwards, only with this key code. */
const keyAfterComposition = (key: string) => `document.activeElement.dispatchEvent(
  new KeyboardEvent('keydown', { key: '${key}', keyCode: 229, bubbles: true, cancelable: true }),
)`

/** Composes a text with an input method, which handles these keys itself. */
async function compose(
  { context, page }: ChatPage,
  text: string,
  ...keys: string[]
): Promise<void> {
  const { length } = text
  const devtools = await context.newCDPSession(page)
  await devtools.send('Input.imeSetComposition', {
    text,
    selectionStart: length,
    selectionEnd: length,
  })
  for (const key of keys)
    await devtools.send('Input.dispatchKeyEvent', {
      type: 'rawKeyDown',
      key,
      code: key,
      windowsVirtualKeyCode: 229,
    })
  await devtools.detach()
}

test('the Enter that ends a composition does not send the message, in any browser’s order', async () => {
  const ada = await harness.newUser('Ada')
  await ada.messageField.focus()
  await compose(ada, '日本', 'Enter')
  expect(await ada.messageField.inputValue()).toBe('日本')
  await ada.page.keyboard.insertText('日本')
  await ada.page.evaluate(keyAfterComposition('Enter'))
  expect(await ada.messageField.inputValue()).toBe('日本')
  await ada.page.keyboard.insertText('語')
  await ada.page.keyboard.press('Enter')
  await ada.waitForSent('日本語')
  expect(await ada.textsShown(['日本', '日本語'])).toEqual(['日本語'])
})

test('the button sends a text whose composition has not ended', async () => {
  const ada = await harness.newUser('Ada')
  await ada.messageField.focus()
  await compose(ada, '日本語です')
  await ada.page.getByRole('button', { name: 'Send' }).click()
  await ada.waitForSent('日本語です')
  expect(await ada.messageField.inputValue()).toBe('')
})

test('keys of an input method neither save nor cancel an edit', async () => {
  const ada = await harness.newUser('Ada')
  await ada.say('東')
  const editor = await ada.editLast()
  await ada.page.keyboard.insertText('京')
  await ada.page.evaluate(keyAfterComposition('Enter'))
  await ada.page.evaluate(keyAfterComposition('Escape'))
  expect(await editor.inputValue()).toBe('東京')
  expect(await editor.isEditable()).toBe(true)
  await compose(ada, 'と', 'Enter', 'Escape')
  expect(await editor.isEditable()).toBe(true)
  await ada.page.keyboard.insertText('と')
  await ada.page.keyboard.press('Enter')
  await ada.waitForSent('東京と')
})

test('an arrow key of an input method opens no editor', async () => {
  const ada = await harness.newUser('Ada')
  await ada.say('Said before')
  await ada.page.evaluate(keyAfterComposition('ArrowUp'))
  expect(await ada.editor.count()).toBe(0)
  await ada.messageField.press('ArrowUp')
  await ada.editor.waitFor()
})

test('on a phone, Enter begins a new line, until the user chooses that it sends', async () => {
  const ada = await harness.newUser('Ada', { device: { size: 'phone', scheme: 'light' } })
  await ada.messageField.pressSequentially('One')
  await ada.messageField.press('Enter')
  await ada.messageField.pressSequentially('two')
  expect(await ada.messageField.inputValue()).toBe('One\ntwo')
  await ada.messageField.press('Control+Enter')
  await ada.waitForSent('One two')

  await ada.openSettings()
  await ada.page.getByRole('radio', { name: 'Sends the message' }).check()
  await ada.page.keyboard.press('Escape')
  await ada.messageField.fill('Three')
  await ada.messageField.press('Enter')
  await ada.waitForSent('Three')
})

test('an emoji is chosen by its name, by a completed name, and from the picker with the keyboard', async () => {
  const ada = await harness.newUser('Ada')
  const value = () => ada.messageField.inputValue()
  await ada.messageField.pressSequentially('Done :tada:')
  expect(await value()).toBe('Done 🎉')
  await ada.messageField.pressSequentially(' :roc')
  await ada.page.getByRole('option', { name: ':rocket:' }).waitFor()
  await ada.messageField.press('Enter')
  expect(await value()).toBe('Done 🎉 🚀 ')

  const picker = ada.page.getByRole('dialog', { name: 'Emoji' })
  await ada.page.keyboard.press('Tab')
  await ada.page.keyboard.press('Enter')
  await picker.waitFor()
  await ada.page.keyboard.type('cat')
  await ada.page.keyboard.press('ArrowDown')
  expect(await ada.page.evaluate('document.activeElement.ariaLabel')).toBe('cat')
  await ada.page.keyboard.press('ArrowUp')
  await ada.page.keyboard.press('Enter')
  await picker.waitFor({ state: 'hidden' })
  expect(await value()).toBe('Done 🎉 🚀 🐱')
  expect(await ada.page.evaluate('document.activeElement.id')).toBe('message')
  await ada.page.keyboard.press('Enter')
  await ada.waitForSent('Done 🎉 🚀 🐱')
})
