import type { Route } from 'playwright-core'
import { beforeAll, expect, inject, test } from 'vitest'
import { registerAccount, uniqueName } from './accounts.ts'
import { insertArchivedMessages } from './archived-messages.ts'
import type { ChatPage } from './chat-page.ts'
import { useHarness } from './harness.ts'

const count = 300
const dayMs = 86_400_000
const harness = useHarness()
const lines = Array.from(
  { length: count },
  (_, index) => `Line ${index + 1}${', and some words more'.repeat(index % 7)}`,
)

beforeAll(async () => {
  const author = await registerAccount(inject('port'), uniqueName('Homer'))
  const from = Date.now() - 2 * dayMs
  const old = lines.map((content, index) => ({
    user_id: author.id,
    content,
    at: from + index * 60_000,
  }))
  await insertArchivedMessages(inject('dataDir'), old)
})

/** Runs in the browser. */
const scrollUp = `async (px) => {
  document.querySelector('.scroller').scrollTop -= px
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
}`
const positionsOfLines = `() => [...document.querySelectorAll('.content')].flatMap((content) => {
  const { top, bottom } = content.getBoundingClientRect()
  const scroller = document.querySelector('.scroller').getBoundingClientRect()
  const isVisible = top < scroller.bottom && bottom > scroller.top
  return /^Line \\d+(,|$)/.test(content.textContent) ? [{ text: content.textContent, top, isVisible }] : []
})`

type RowPosition = {
  text: string
  top: number
  isVisible: boolean
}

const scrollBack = ({ page }: ChatPage, px: number) => page.evaluate(`(${scrollUp})(${px})`)
const rowPositions = async ({ page }: ChatPage) =>
  (await page.evaluate(`(${positionsOfLines})()`)) as RowPosition[]

/** Other files have sent messages to the same room, so the newest page may be without a line. */
async function loadLines(user: ChatPage): Promise<void> {
  await expect
    .poll(async () => {
      if ((await rowPositions(user)).length > 0) return true
      await scrollBack(user, 100_000)
      return false
    })
    .toBe(true)
}

/** A page that was asked for before may still arrive, and then the list has to be scrolled again. */
async function scrollUntilHeld(user: ChatPage, held: Route[]): Promise<number> {
  if (held.length === 0) await scrollBack(user, 100_000)
  return held.length
}

test('scrolling back shows every archived message once, in order', async () => {
  const ada = await harness.newUser('Ada')
  const begun = ada.page.getByText('This is where the conversation begins.')
  let isVisible: string[] = []
  await expect
    .poll(async () => {
      const here = (await rowPositions(ada)).map(({ text }) => text)
      expect(new Set(here).size).toBe(here.length)
      const known = isVisible.indexOf(here.at(-1) ?? '')
      // The visible rows must continue the rows that were visible before.
      if (known >= 0) expect(isVisible.slice(0, known + 1)).toEqual(here.slice(-known - 1))
      isVisible = [...here.filter((text) => !isVisible.includes(text)), ...isVisible]
      await scrollBack(ada, 600)
      return (await begun.isVisible()) && isVisible.length >= count
    })
    .toBe(true)
  expect(isVisible).toEqual(lines)
})

// The older page takes the date and the author away from the first row.
test.each([
  ['a window', { width: 1280, height: 800 }],
  ['a window for one message', { width: 420, height: 320 }],
])(
  'in %s the visible messages keep their position while older ones are loaded',
  async (_, size) => {
    const ada = await harness.newUser('Ada')
    await ada.page.setViewportSize(size)
    await loadLines(ada)
    const held: Route[] = []
    let holds = 0
    await ada.page.route(/\/messages\?.*cursor=/, (route) => {
      holds++
      held.push(route)
    })
    const begun = ada.page.getByText('This is where the conversation begins.')
    const moved: number[] = []
    while (!(await begun.isVisible())) {
      await expect.poll(() => scrollUntilHeld(ada, held)).toBe(1)
      const before = await rowPositions(ada)
      const visibleBefore = before.filter(({ isVisible }) => isVisible)
      expect(visibleBefore.length).toBeGreaterThan(0)
      await held.pop()?.continue()
      await expect.poll(async () => (await rowPositions(ada))[0]?.text).not.toBe(before[0]?.text)
      const after = new Map((await rowPositions(ada)).map(({ text, top }) => [text, top]))
      for (const { text, top } of visibleBefore)
        moved.push(Math.abs((after.get(text) ?? Number.NaN) - top))
    }
    expect(holds).toBeGreaterThanOrEqual(5)
    expect(Math.max(...moved)).toBeLessThanOrEqual(1)
  },
)

test('a selection stays while older messages are loaded above it', async () => {
  const ada = await harness.newUser('Ada')
  await loadLines(ada)
  const held: Route[] = []
  await ada.page.route(/\/messages\?.*cursor=/, (route) => void held.push(route))
  await expect.poll(() => scrollUntilHeld(ada, held)).toBe(1)
  const first = (await rowPositions(ada))[0]?.text ?? ''
  await ada.rows(first).locator('.content').selectText()
  await held.pop()?.continue()
  await expect.poll(async () => (await rowPositions(ada))[0]?.text).not.toBe(first)
  expect(await ada.page.evaluate('String(getSelection())')).toBe(first)
})
