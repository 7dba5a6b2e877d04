import { beforeAll, expect, test } from 'vitest'
import { registerAccount } from './accounts.ts'
import { insertArchivedMessages } from './archived-messages.ts'
import type { ChatPage } from './chat-page.ts'
import type { Device } from './devices.ts'
import { type PageOptions, useHarness } from './harness.ts'
import { useTestService } from './use-test-service.ts'

const harness = useHarness()
const count = 600
const minuteMs = 60_000
const testService = useTestService()

beforeAll(async () => {
  const { port, dataDir } = testService()
  const authors = [await registerAccount(port, 'Homer'), await registerAccount(port, 'Virgil')]
  const from = Date.now() - count * minuteMs
  const messages = Array.from({ length: count }, (_, index) => ({
    user_id: authors[Math.floor(index / 4) % 2]?.id ?? '',
    content: `Row ${index + 1}${', and some more words'.repeat((index * 7) % 23)}.`,
    at: from + index * minuteMs,
  }))
  await insertArchivedMessages(dataDir, messages)
})

const newUserHere = (options: PageOptions = {}) =>
  harness.newUser('Ada', { port: testService().port, ...options })

/** Waits until the browser has drawn all changes. */
const waitUntilDrawn = ({ page }: ChatPage) =>
  page.evaluate(`(async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame)
  })()`)

const scroller = `document.querySelector('.scroller')`
const distanceFromEnd = async (user: ChatPage) => {
  await waitUntilDrawn(user)
  return user.page.evaluate(
    `(({ scrollHeight, clientHeight, scrollTop }) =>
      Math.abs(scrollHeight - clientHeight - scrollTop))(${scroller})`,
  )
}

type RowPosition = { text: string; top: number; bottom: number }

/** The rows from top to bottom, with their distance from the upper edge of the list. */
async function rowPositions(user: ChatPage): Promise<RowPosition[]> {
  await waitUntilDrawn(user)
  return (await user.page.evaluate(`(() => {
    const edge = ${scroller}.getBoundingClientRect().top
    return [...document.querySelectorAll('.row')].map((row) => {
      const { top, bottom } = row.getBoundingClientRect()
      return { text: row.querySelector('.content').textContent, top: top - edge, bottom: bottom - edge }
    })
  })()`)) as RowPosition[]
}

async function scrollUp(user: ChatPage, px: number): Promise<void> {
  await user.page.evaluate(`${scroller}.scrollTop -= ${px}`)
  await waitUntilDrawn(user)
}

/** Scrolls the first visible row just below the edge, so that the smallest window shows it. */
async function firstVisibleRow(user: ChatPage): Promise<RowPosition> {
  const begin = async () => (await rowPositions(user)).find(({ top }) => top >= 0) as RowPosition
  await scrollUp(user, 10 - (await begin()).top)
  return begin()
}

async function distanceMoved(user: ChatPage, { text, top }: RowPosition): Promise<number> {
  const now = (await rowPositions(user)).find((position) => position.text === text)
  return Math.abs((now?.top ?? Number.NaN) - top)
}

/** Rows must neither overlap nor leave gaps. */
async function expectNoGaps(user: ChatPage): Promise<void> {
  const positions = await rowPositions(user)
  const gaps = positions
    .slice(1)
    .map(({ top }, index) => Math.abs(top - (positions[index]?.bottom ?? 0)))
  expect(Math.max(...gaps)).toBeLessThanOrEqual(1)
}

const phone: Device = { size: 'phone', scheme: 'light' }

type Step = (user: ChatPage) => Promise<unknown>

const sizes = (...all: [width: number, height: number][]): Step[] =>
  all.map(
    ([width, height]) =>
      ({ page }) =>
        page.setViewportSize({ width, height }),
  )

const styles = (...all: string[]): Step[] =>
  all.map(
    (content) =>
      ({ page }) =>
        page.addStyleTag({ content }),
  )

/** Causes for a change of size, each with steps that run one after another. */
const resizes: [string, PageOptions, Step[]][] = [
  [
    'the window is resized',
    {},
    sizes([800, 600], [1280, 800], [600, 700], [1280, 400], [1280, 800]),
  ],
  [
    'a phone’s keyboard opens and closes, and the phone is turned',
    { device: phone },
    sizes([390, 400], [390, 844], [844, 390], [844, 220], [390, 844]),
  ],
  [
    'the page is zoomed',
    {},
    [1.5, 3, 0.5, 1.1, 1].map((zoom) => async ({ page, context }) => {
      const devtools = await context.newCDPSession(page)
      await devtools.send('Emulation.setDeviceMetricsOverride', {
        width: Math.round(1280 / zoom),
        height: Math.round(800 / zoom),
        deviceScaleFactor: zoom,
        mobile: false,
      })
    }),
  ],
  [
    'the font size changes',
    { bypassCSP: true },
    styles(...[24, 12, 16].map((px) => `html { font-size: ${px}px }`)),
  ],
  [
    'another font is loaded late',
    { bypassCSP: true },
    styles('.content { font-family: monospace }', '.content { font-family: serif }'),
  ],
  [
    'the message field grows and shrinks',
    {},
    ['1\n2\n3\n4\n5\n6\n7\n8', '1\n2', ''].map(
      (text) =>
        ({ messageField }) =>
          messageField.fill(text),
    ),
  ],
]

test.each(resizes)('the end of the list stays visible while %s', async (_, options, steps) => {
  const ada = await newUserHere(options)
  await ada
    .rows('Row 600.')
    .or(ada.list.getByText(/^Row 600,/))
    .first()
    .waitFor()
  const distances = [await distanceFromEnd(ada)]
  for (const step of steps) {
    await step(ada)
    distances.push((await distanceFromEnd(ada)) as number)
    await expectNoGaps(ada)
  }
  for (const distance of distances) expect(distance).toBeLessThanOrEqual(1)
})

test.each(resizes)('the visible rows keep their position while %s', async (_, options, steps) => {
  const ada = await newUserHere(options)
  await ada.list.getByText(/^Row 600/).waitFor()
  await scrollUp(ada, 2_000)
  const line = await firstVisibleRow(ada)
  const moved: number[] = []
  for (const step of steps) {
    await step(ada)
    moved.push(await distanceMoved(ada, line))
    await expectNoGaps(ada)
  }
  expect(Math.max(...moved)).toBeLessThanOrEqual(1)
})
