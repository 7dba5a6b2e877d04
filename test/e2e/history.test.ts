import type { Route } from 'playwright-core'
import { beforeAll, expect, inject, test } from 'vitest'
import { openAccount, uniqueName } from './accounts.ts'
import { archive } from './archive.ts'
import { useStage } from './stage.ts'
import type { Visitor } from './visitor.ts'

const count = 300
const dayMs = 86_400_000
const stage = useStage()
const lines = Array.from(
  { length: count },
  (_, index) => `Line ${index + 1}${', and some words more'.repeat(index % 7)}`,
)

beforeAll(async () => {
  const author = await openAccount(inject('port'), uniqueName('Homer'))
  const from = Date.now() - 2 * dayMs
  const old = lines.map((content, index) => ({
    user_id: author.id,
    content,
    at: from + index * 60_000,
  }))
  await archive(inject('dataDir'), old)
})

/** In the browser: the whole page is its `document`. */
const scrollUp = `async (px) => {
  document.querySelector('.scroller').scrollTop -= px
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
}`
const placesOfLines = `() => [...document.querySelectorAll('.row')].flatMap((row) => {
  const text = row.querySelector('.content')?.textContent ?? ''
  return /^Line /.test(text) ? [[text, row.getBoundingClientRect().top]] : []
})`

const up = ({ page }: Visitor, px: number) => page.evaluate(`(${scrollUp})(${px})`)
const places = async ({ page }: Visitor) =>
  (await page.evaluate(`(${placesOfLines})()`)) as [string, number][]

test('scrolling back brings every message of long ago, once and in order', async () => {
  const ada = await stage.enter('Ada')
  const begun = ada.page.getByText('This is where the conversation begins.')
  let seen: string[] = []
  await expect
    .poll(async () => {
      const here = (await places(ada)).map(([text]) => text)
      expect(new Set(here).size).toBe(here.length)
      const known = seen.indexOf(here.at(-1) ?? '')
      // What is in sight goes over into what was seen before.
      if (known >= 0) expect(seen.slice(0, known + 1)).toEqual(here.slice(-known - 1))
      seen = [...here.filter((text) => !seen.includes(text)), ...seen]
      await up(ada, 600)
      return (await begun.isVisible()) && seen.length >= count
    })
    .toBe(true)
  expect(seen).toEqual(lines)
})

test('what one reads stays where it is while older messages arrive', async () => {
  const ada = await stage.enter('Ada')
  const held: Route[] = []
  let holds = 0
  await ada.page.route(/\/messages\?.*cursor=/, (route) => {
    holds++
    held.push(route)
  })
  const begun = ada.page.getByText('This is where the conversation begins.')
  const moved: number[] = []
  while (!(await begun.isVisible())) {
    await up(ada, 100_000)
    await expect.poll(() => held.length).toBe(1)
    // The oldest one loses its day and its author to those before it; it is out of sight.
    await up(ada, -400)
    const before = await places(ada)
    const [reading, top] = before.find(([, top]) => top > 200) ?? ['', 0]
    expect(reading).not.toBe('')
    await held.pop()?.continue()
    await expect.poll(async () => (await places(ada))[0]?.[0]).not.toBe(before[0]?.[0])
    const after = new Map(await places(ada)).get(reading) ?? Number.NaN
    moved.push(Math.abs(after - top))
  }
  expect(holds).toBeGreaterThanOrEqual(5)
  expect(Math.max(...moved)).toBeLessThanOrEqual(1)
})
