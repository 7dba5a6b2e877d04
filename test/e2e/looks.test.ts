import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { looks } from './looks.ts'
import { openScenery, type Scenery } from './scenery.ts'
import { useStage } from './stage.ts'

const stage = useStage()
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let scenery: Scenery

beforeAll(async () => {
  scenery = await openScenery()
})
afterAll(() => scenery.close())

/** What of the rules of WCAG and of good practice the page breaks, and where. */
async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`)
}

describe.each(looks)('on a $size, $scheme', (look) => {
  const entry = () => ({ port: scenery.port, look, bypassCSP: true })
  const picture = (page: Page, name: string) =>
    page.screenshot({
      path: join(inject('results'), `${name}-${look.size}-${look.scheme}.png`),
      animations: 'disabled',
    })

  test('the entrance breaks no rule of accessibility, nor does it when it refuses', async () => {
    const page = await stage.openPage(entry())
    await page.goto('/')
    await page.getByRole('button', { name: 'Log in', exact: true }).waitFor()
    await picture(page, 'entrance')
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('button', { name: 'Create an account' }).click()
    await page.getByRole('button', { name: 'Create account', exact: true }).click()
    await page.getByText('Is required.').first().waitFor()
    expect(await violationsOf(page)).toEqual([])
  })

  test('the room and the account break no rule of accessibility', async () => {
    const { page, list, ...ada } = await stage.logIn(scenery.ada, entry())
    await list.getByText('Quiet is good. I like quiet.').waitFor()
    await ada.field.fill('And here is what I have so far')
    await picture(page, 'room')
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('button', { name: 'Your account' }).click()
    await page.getByRole('button', { name: 'Account and sessions' }).click()
    await page.getByRole('list', { name: 'Sessions' }).getByText('This one').waitFor()
    await picture(page, 'account')
    expect(await violationsOf(page)).toEqual([])
  })
})
