import { expect, test } from 'vitest'
import { useStage } from './stage.ts'
import type { Visitor } from './visitor.ts'

const stage = useStage()

/** Safari ends the composition first, and tells of its key afterwards, with this code alone. */
const keyAfterComposition = (key: string) => `document.activeElement.dispatchEvent(
  new KeyboardEvent('keydown', { key: '${key}', keyCode: 229, bubbles: true, cancelable: true }),
)`

/** An input method builds a word, and takes this key for itself. */
async function compose({ context, page }: Visitor, text: string, ...keys: string[]): Promise<void> {
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

test('the Enter that ends a composition does not send, in any browser’s order', async () => {
  const ada = await stage.enter('Ada')
  await ada.field.focus()
  await compose(ada, '日本', 'Enter')
  expect(await ada.field.inputValue()).toBe('日本')
  await ada.page.keyboard.insertText('日本')
  await ada.page.evaluate(keyAfterComposition('Enter'))
  expect(await ada.field.inputValue()).toBe('日本')
  await ada.page.keyboard.insertText('語')
  await ada.page.keyboard.press('Enter')
  await ada.sees('日本語')
  expect(await ada.seen(['日本', '日本語'])).toEqual(['日本語'])
})

test('a word that is still being built is sent whole by the button', async () => {
  const ada = await stage.enter('Ada')
  await ada.field.focus()
  await compose(ada, '日本語です')
  await ada.page.getByRole('button', { name: 'Send' }).click()
  await ada.sees('日本語です')
  expect(await ada.field.inputValue()).toBe('')
})

test('the keys of an input method neither save an edit nor cancel it', async () => {
  const ada = await stage.enter('Ada')
  await ada.say('東')
  await ada.sees('東')
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
  await ada.sees('東京と')
})

test('the arrow that chooses a word of an input method opens no edit', async () => {
  const ada = await stage.enter('Ada')
  await ada.say('Said before')
  await ada.sees('Said before')
  await ada.page.evaluate(keyAfterComposition('ArrowUp'))
  expect(await ada.editor.count()).toBe(0)
  await ada.field.press('ArrowUp')
  await ada.editor.waitFor()
})
