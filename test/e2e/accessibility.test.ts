import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { devices } from './devices.ts'
import { useHarness } from './harness.ts'
import { openSampleRoom, type SampleRoom } from './sample-room.ts'

const harness = useHarness()
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let sampleRoom: SampleRoom

beforeAll(async () => {
  sampleRoom = await openSampleRoom()
})
afterAll(() => sampleRoom.close())

/** The rules of WCAG and of good practice that the page violates, with the elements. */
async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`)
}

describe.each(devices)('on a $size, $scheme', (device) => {
  const options = () => ({ port: sampleRoom.port, device, bypassCSP: true })
  const picture = (page: Page, name: string) =>
    page.screenshot({
      path: join(inject('results'), `${name}-${device.size}-${device.scheme}.png`),
      animations: 'disabled',
    })

  test('the login page follows the accessibility rules, also with error messages', async () => {
    const page = await harness.openPage(options())
    await page.goto('/')
    await page.getByRole('button', { name: 'Log in', exact: true }).waitFor()
    await picture(page, 'login')
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('button', { name: 'Create an account' }).click()
    await page.getByRole('button', { name: 'Create account', exact: true }).click()
    await page.getByText('Fill in this field.').first().waitFor()
    expect(await violationsOf(page)).toEqual([])
  })

  test('the room with replies, suggestions, search, the account, the settings and the emoji follows the accessibility rules', async () => {
    const ada = await harness.logIn(sampleRoom.ada, options())
    const { page } = ada
    await ada.rows('Quiet is good. I like quiet.').waitFor()
    await ada.messageField.fill('And here is what I have so far')
    await picture(page, 'room')
    expect(await violationsOf(page)).toEqual([])

    // On a phone, a tap shows the buttons.
    await ada.rows('So can I. Who writes the summary?').locator('.content').click()
    await ada.press('Reply', 'So can I. Who writes the summary?')
    await ada.messageField.fill('')
    await ada.messageField.pressSequentially('I do, @')
    await page.getByRole('option', { name: 'Linus' }).waitFor()
    await picture(page, 'reply')
    expect(await violationsOf(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Search', exact: true }).click()
    await page.getByRole('searchbox').fill('quiet')
    await page.keyboard.press('Enter')
    await page.locator('.hit mark').first().waitFor()
    await picture(page, 'search')
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('button', { name: 'Close the search' }).click()

    await page.getByRole('button', { name: 'Your account' }).click()
    await page.getByRole('button', { name: 'Account and sessions' }).click()
    await page.getByRole('list', { name: 'Sessions' }).getByText('This browser').waitFor()
    await picture(page, 'account')
    expect(await violationsOf(page)).toEqual([])
    await page.keyboard.press('Escape')
    await ada.openSettings()
    await picture(page, 'settings')
    expect(await violationsOf(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Emoji', exact: true }).click()
    await page.getByRole('button', { name: 'tada' }).scrollIntoViewIfNeeded()
    await picture(page, 'emoji')
    expect(await violationsOf(page)).toEqual([])
    await page.keyboard.press('Escape')

    // As in a language that is written from right to left.
    await page.evaluate('document.documentElement.dir = "rtl"')
    await picture(page, 'room-rtl')
    expect(await violationsOf(page)).toEqual([])
    const leftOf = async (selector: string) =>
      (await page.locator(selector).first().boundingBox())?.x ?? Number.NaN
    expect(await leftOf('.account-button')).toBeLessThan(await leftOf('.top .brand'))
    expect(await leftOf('.row.own .bubble')).toBeLessThan(await leftOf('.row:not(.own) .avatar'))
  })
})
