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
const placesOfLines = `() => [...document.querySelectorAll('.content')].flatMap((content) => {
  const { top, bottom } = content.getBoundingClientRect()
  const inSight = document.querySelector('.scroller').getBoundingClientRect()
  const seen = top < inSight.bottom && bottom > inSight.top
  return /^Line /.test(content.textContent) ? [{ text: content.textContent, top, seen }] : []
})`

type Place = {
  text: string
  top: number
  /** Some of it is in sight. */
  seen: boolean
}

const up = ({ page }: Visitor, px: number) => page.evaluate(`(${scrollUp})(${px})`)
const places = async ({ page }: Visitor) => (await page.evaluate(`(${placesOfLines})()`)) as Place[]

test('scrolling back brings every message of long ago, once and in order', async () => {
  const ada = await stage.enter('Ada')
  const begun = ada.page.getByText('This is where the conversation begins.')
  let seen: string[] = []
  await expect
    .poll(async () => {
      const here = (await places(ada)).map(({ text }) => text)
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

// At the very top the first row loses its day and its author to those before it.
test.each([
  ['a window', { width: 1280, height: 800 }],
  ['a window that holds one message', { width: 420, height: 320 }],
])('in %s what one reads stays where it is while older messages arrive', async (_, size) => {
  const ada = await stage.enter('Ada')
  await ada.page.setViewportSize(size)
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
    const before = await places(ada)
    const read = before.filter(({ seen }) => seen)
    expect(read.length).toBeGreaterThan(0)
    await held.pop()?.continue()
    await expect.poll(async () => (await places(ada))[0]?.text).not.toBe(before[0]?.text)
    const after = new Map((await places(ada)).map(({ text, top }) => [text, top]))
    for (const { text, top } of read) moved.push(Math.abs((after.get(text) ?? Number.NaN) - top))
  }
  expect(holds).toBeGreaterThanOrEqual(5)
  expect(Math.max(...moved)).toBeLessThanOrEqual(1)
})

test('what is selected stays selected while older messages arrive above it', async () => {
  const ada = await stage.enter('Ada')
  const held: Route[] = []
  await ada.page.route(/\/messages\?.*cursor=/, (route) => void held.push(route))
  await up(ada, 100_000)
  await expect.poll(() => held.length).toBe(1)
  const first = (await places(ada))[0]?.text ?? ''
  await ada.rows(first).locator('.content').selectText()
  await held.pop()?.continue()
  await expect.poll(async () => (await places(ada))[0]?.text).not.toBe(first)
  expect(await ada.page.evaluate('String(getSelection())')).toBe(first)
})
