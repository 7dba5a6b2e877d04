import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { useStage } from './stage.ts'

const stage = useStage()
const megabyte = 2 ** 20

async function paste(page: Page, length: number): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.evaluate(`navigator.clipboard.writeText('a'.repeat(${length}))`)
  await page.keyboard.press('Control+V')
}

const refusal = (characters: string, most = '2,000') =>
  `Not inserted: that would be ${characters} characters, and at most ${most} are possible.`

test('a pasted megabyte is kept out, the page says so, and what was written stays', async () => {
  const ada = await stage.enter('Ada')
  await ada.field.fill('Written before')
  await paste(ada.page, megabyte)
  const alert = ada.page.getByRole('alert').getByText(refusal('1,048,590'))
  await alert.waitFor()
  expect(await ada.field.inputValue()).toBe('Written before')
  await ada.page.keyboard.type(', and after')
  await alert.waitFor({ state: 'hidden' })
  await ada.page.keyboard.press('Enter')
  await ada.sees('Written before, and after')
})

test('a text that is too long, but no burden, is inserted, and counted', async () => {
  const ada = await stage.enter('Ada')
  await ada.field.focus()
  await paste(ada.page, 20_000)
  await ada.page.getByText('18,000 too many').waitFor()
  expect(await ada.page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true)
  await ada.page.keyboard.press('Enter')
  expect((await ada.field.inputValue()).length).toBe(20_000)
  await ada.page.keyboard.type('!')
  await ada.page.getByText(refusal('20,001')).waitFor()
  await ada.page.keyboard.press('Control+A')
  await ada.page.keyboard.type('Short')
  await ada.page.keyboard.press('Enter')
  await ada.sees('Short')
})

test('of characters that browsers are slow at, fewer are too many', async () => {
  const ada = await stage.enter('Ada')
  await ada.field.fill('Written before')
  await ada.field.fill('\t'.repeat(2_300))
  await ada.page.getByText(refusal('2,300')).waitFor()
  expect(await ada.field.inputValue()).toBe('Written before')
})

test('a megabyte that a program writes into the field, or that is dropped there, is kept out', async () => {
  const ada = await stage.enter('Ada')
  await ada.field.fill('Written before')
  await ada.page.evaluate(`{
    const field = document.querySelector('#message')
    field.value = 'b'.repeat(${megabyte})
    field.dispatchEvent(new Event('input'))
  }`)
  await ada.page.getByText(refusal('1,048,576')).waitFor()
  expect(await ada.field.inputValue()).toBe('Written before')
  await ada.page.keyboard.type('.')

  const { x, y, width, height } = (await ada.field.boundingBox()) ?? expect.fail('no field')
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
  expect(await ada.field.inputValue()).toBe('Written before.')
})

test('an edit takes no megabyte either, and is not saved while it is too long', async () => {
  const ada = await stage.enter('Ada')
  await ada.say('Short and good')
  await ada.sees('Short and good')
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

test('the fields of the entrance take no megabyte', async () => {
  const page = await stage.openPage()
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

test('what was written is there after a reload, though it is not kept at each stroke', async () => {
  const ada = await stage.enter('Ada')
  await ada.field.pressSequentially('Half a thought')
  await ada.page.reload()
  await ada.isOnline()
  expect(await ada.field.inputValue()).toBe('Half a thought')
  await ada.field.press('Enter')
  await ada.sees('Half a thought')
  await ada.page.reload()
  await ada.isOnline()
  expect(await ada.field.inputValue()).toBe('')
})

test('a text in which nothing can be seen is not sent', async () => {
  const ada = await stage.enter('Ada')
  await ada.field.fill('\u200B\u2060 \u2800')
  expect(await ada.page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true)
  await ada.field.press('Enter')
  expect(await ada.field.inputValue()).toBe('\u200B\u2060 \u2800')
})
