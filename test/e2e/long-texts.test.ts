import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { useHarness } from './harness.ts'

const harness = useHarness()
const megabyte = 2 ** 20

async function paste(page: Page, length: number): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.evaluate(`navigator.clipboard.writeText('a'.repeat(${length}))`)
  await page.keyboard.press('Control+V')
}

const refusal = (characters: string, most = '2,000') =>
  `Not inserted: the text would have ${characters} characters. At most ${most} are allowed.`

test('a pasted megabyte is refused with a message, and the field keeps its text', async () => {
  const ada = await harness.newUser('Ada')
  await ada.messageField.fill('Written before')
  await paste(ada.page, megabyte)
  const alert = ada.page.getByRole('alert').getByText(refusal('1,048,590'))
  await alert.waitFor()
  expect(await ada.messageField.inputValue()).toBe('Written before')
  await ada.page.keyboard.type(', and after')
  await alert.waitFor({ state: 'hidden' })
  await ada.page.keyboard.press('Enter')
  await ada.waitForSent('Written before, and after')
})

test('a text that is too long to send is inserted, and counted', async () => {
  const ada = await harness.newUser('Ada')
  await ada.messageField.focus()
  await paste(ada.page, 20_000)
  await ada.page.getByText('18,000 too many').waitFor()
  expect(await ada.page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true)
  await ada.page.keyboard.press('Enter')
  expect((await ada.messageField.inputValue()).length).toBe(20_000)
  await ada.page.keyboard.type('!')
  await ada.page.getByText(refusal('20,001')).waitFor()
  await ada.page.keyboard.press('Control+A')
  await ada.page.keyboard.type('Short')
  await ada.page.keyboard.press('Enter')
  await ada.waitForSent('Short')
})

test('the limit is lower for characters that are slow to lay out', async () => {
  const ada = await harness.newUser('Ada')
  await ada.messageField.fill('Written before')
  await ada.messageField.fill('\t'.repeat(2_300))
  await ada.page.getByText(refusal('2,300')).waitFor()
  expect(await ada.messageField.inputValue()).toBe('Written before')
})

test('a megabyte that a program writes or the user drops is refused', async () => {
  const ada = await harness.newUser('Ada')
  await ada.messageField.fill('Written before')
  await ada.page.evaluate(`{
    const field = document.querySelector('#message')
    field.value = 'b'.repeat(${megabyte})
    field.dispatchEvent(new Event('input'))
  }`)
  await ada.page.getByText(refusal('1,048,576')).waitFor()
  expect(await ada.messageField.inputValue()).toBe('Written before')
  await ada.page.keyboard.type('.')

  const { x, y, width, height } = (await ada.messageField.boundingBox()) ?? expect.fail('no field')
  const devtools = await ada.context.newCDPSession(ada.page)
  const data = {
    items: [{ mimeType: 'text/plain', data: 'c'.repeat(megabyte) }],
    dragOperationsMask: 1,
  }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await devtools.send('Input.dispatchDragEvent', {
      type,
      x: x + width / 2,
      y: y + height / 2,
      data,
    })
  await ada.page.getByText(refusal('1,048,591')).waitFor()
  expect(await ada.messageField.inputValue()).toBe('Written before.')
})

test('the editor refuses a megabyte too, and saves no text that is too long', async () => {
  const ada = await harness.newUser('Ada')
  await ada.say('Short and good')
  const editor = await ada.editLast()
  await paste(ada.page, megabyte)
  await ada.page.getByText(refusal('1,048,590')).waitFor()
  expect(await editor.inputValue()).toBe('Short and good')
  await paste(ada.page, 2_000)
  await ada.page.getByText('14 too many').waitFor()
  expect(await ada.page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true)
  await editor.press('Enter')
  expect(await editor.isEditable()).toBe(true)
})

test('the fields of the login page refuse a megabyte', async () => {
  const page = await harness.openPage()
  await page.goto('/')
  for (const label of ['Email', 'Password']) {
    const field = page.getByRole('textbox', { name: label })
    await field.focus()
    await paste(page, megabyte)
    await page.getByText(refusal('1,048,576', '1,000')).waitFor()
    expect(await field.inputValue()).toBe('')
    await page.keyboard.type('a')
    await page.getByText('Not inserted').waitFor({ state: 'detached' })
  }
})

test('a draft outlives a reload, though it is not stored at each keystroke', async () => {
  const ada = await harness.newUser('Ada')
  await ada.messageField.pressSequentially('Half a thought')
  await ada.reload()
  expect(await ada.messageField.inputValue()).toBe('Half a thought')
  await ada.messageField.press('Enter')
  await ada.waitForSent('Half a thought')
  await ada.reload()
  expect(await ada.messageField.inputValue()).toBe('')
})

test('a text without visible characters is not sent', async () => {
  const ada = await harness.newUser('Ada')
  await ada.messageField.fill('\u200B\u2060 \u2800')
  expect(await ada.page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true)
  await ada.messageField.press('Enter')
  expect(await ada.messageField.inputValue()).toBe('\u200B\u2060 \u2800')
})

test('the message field is as high as its text, also after the phone is turned', async () => {
  const ada = await harness.newUser('Ada', { device: { size: 'phone', scheme: 'light' } })
  const heights = () =>
    ada.page.evaluate(`(({ offsetHeight, scrollHeight, clientHeight }) =>
      [offsetHeight, scrollHeight - clientHeight])(document.querySelector('#message'))`)
  await ada.messageField.fill(
    'More words than one line of a phone holds, and fewer than a wide one does.',
  )
  const [upright = 0, hidden] = (await heights()) as number[]
  expect(hidden).toBe(0)
  await ada.page.setViewportSize({ width: 844, height: 390 })
  await expect.poll(async () => ((await heights()) as number[])[0]).toBeLessThan(upright)
  await ada.page.setViewportSize({ width: 390, height: 844 })
  await expect.poll(heights).toEqual([upright, 0])
})

test('a line break that does not fit leaves the text and the caret unchanged', async () => {
  const ada = await harness.newUser('Ada')
  await ada.messageField.fill('a'.repeat(20_000))
  await ada.page.evaluate(`document.querySelector('#message').setSelectionRange(10, 10)`)
  await ada.page.keyboard.press('Shift+Enter')
  await ada.page.getByText(refusal('20,001')).waitFor()
  const [length, caret] = (await ada.page.evaluate(`(({ value, selectionStart }) =>
    [value.length, selectionStart])(document.querySelector('#message'))`)) as number[]
  expect([length, caret]).toEqual([20_000, 10])
})
