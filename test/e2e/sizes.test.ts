import { afterAll, beforeAll, expect, test } from 'vitest'
import { openAccount } from './accounts.ts'
import { archive } from './archive.ts'
import { type House, openHouse } from './house.ts'
import type { Look } from './looks.ts'
import { type Entry, useStage } from './stage.ts'
import type { Visitor } from './visitor.ts'

const stage = useStage()
const count = 600
const minuteMs = 60_000
let house: House

beforeAll(async () => {
  house = await openHouse()
  const { port, dataDir } = house.service
  const authors = [await openAccount(port, 'Homer'), await openAccount(port, 'Virgil')]
  const from = Date.now() - count * minuteMs
  const messages = Array.from({ length: count }, (_, index) => ({
    user_id: authors[Math.floor(index / 4) % 2]?.id ?? '',
    content: `Row ${index + 1}${', and some more words'.repeat((index * 7) % 23)}.`,
    at: from + index * minuteMs,
  }))
  await archive(dataDir, messages)
})
afterAll(() => house.close())

const enter = (entry: Entry = {}) => stage.enter('Ada', { port: house.service.port, ...entry })

/** In the browser: until it has drawn what it knows of by now. */
const drawn = ({ page }: Visitor) =>
  page.evaluate(`(async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame)
  })()`)

const scroller = `document.querySelector('.scroller')`
const fromEnd = async (person: Visitor) => {
  await drawn(person)
  return person.page.evaluate(
    `(({ scrollHeight, clientHeight, scrollTop }) =>
      Math.abs(scrollHeight - clientHeight - scrollTop))(${scroller})`,
  )
}

type Place = { text: string; top: number; bottom: number }

/** Rows from above, with their distance from the upper edge of what is seen. */
async function placesOf(person: Visitor): Promise<Place[]> {
  await drawn(person)
  return (await person.page.evaluate(`(() => {
    const edge = ${scroller}.getBoundingClientRect().top
    return [...document.querySelectorAll('.row')].map((row) => {
      const { top, bottom } = row.getBoundingClientRect()
      return { text: row.querySelector('.content').textContent, top: top - edge, bottom: bottom - edge }
    })
  })()`)) as Place[]
}

async function scrollUp(person: Visitor, px: number): Promise<void> {
  await person.page.evaluate(`${scroller}.scrollTop -= ${px}`)
  await drawn(person)
}

/** The first row in sight, just below the edge, so that the smallest window holds it. */
async function lineInSight(person: Visitor): Promise<Place> {
  const begin = async () => (await placesOf(person)).find(({ top }) => top >= 0) as Place
  await scrollUp(person, 10 - (await begin()).top)
  return begin()
}

async function movedBy(person: Visitor, { text, top }: Place): Promise<number> {
  const now = (await placesOf(person)).find((place) => place.text === text)
  return Math.abs((now?.top ?? Number.NaN) - top)
}

/** Neither holes between rows, nor one row on another. */
async function expectNoGaps(person: Visitor): Promise<void> {
  const places = await placesOf(person)
  const gaps = places.slice(1).map(({ top }, index) => Math.abs(top - (places[index]?.bottom ?? 0)))
  expect(Math.max(...gaps)).toBeLessThanOrEqual(1)
}

const phone: Look = { size: 'phone', scheme: 'light' }

/** What makes the list, or what is in it, larger or smaller: each is done after the one before. */
const changes: [string, Entry, ((person: Visitor) => Promise<unknown>)[]][] = [
  [
    'the window gets other sizes',
    {},
    [
      [800, 600],
      [1280, 800],
      [600, 700],
      [1280, 400],
      [1280, 800],
    ].map(
      ([width = 0, height = 0]) =>
        ({ page }) =>
          page.setViewportSize({ width, height }),
    ),
  ],
  [
    'the keyboard of a phone comes and goes, and the phone is turned',
    { look: phone },
    [
      [390, 400],
      [390, 844],
      [844, 390],
      [844, 220],
      [390, 844],
    ].map(
      ([width = 0, height = 0]) =>
        ({ page }) =>
          page.setViewportSize({ width, height }),
    ),
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
    'the letters get another size',
    { bypassCSP: true },
    [24, 12, 16].map(
      (px) =>
        ({ page }) =>
          page.addStyleTag({ content: `html { font-size: ${px}px }` }),
    ),
  ],
  [
    'another font comes late',
    { bypassCSP: true },
    ['monospace', 'serif'].map(
      (font) =>
        ({ page }) =>
          page.addStyleTag({ content: `.content { font-family: ${font} }` }),
    ),
  ],
  [
    'the message field grows and shrinks',
    {},
    ['1\n2\n3\n4\n5\n6\n7\n8', '1\n2', ''].map(
      (text) =>
        ({ field }) =>
          field.fill(text),
    ),
  ],
]

test.each(changes)('the end of the list stays in sight while %s', async (_, entry, steps) => {
  const ada = await enter(entry)
  await ada
    .rows('Row 600.')
    .or(ada.list.getByText(/^Row 600,/))
    .first()
    .waitFor()
  const distances = [await fromEnd(ada)]
  for (const step of steps) {
    await step(ada)
    distances.push((await fromEnd(ada)) as number)
    await expectNoGaps(ada)
  }
  for (const distance of distances) expect(distance).toBeLessThanOrEqual(1)
})

test.each(changes)(
  'the line that one reads stays where it is while %s',
  async (_, entry, steps) => {
    const ada = await enter(entry)
    await ada.list.getByText(/^Row 600/).waitFor()
    await scrollUp(ada, 2_000)
    const line = await lineInSight(ada)
    const moved: number[] = []
    for (const step of steps) {
      await step(ada)
      moved.push(await movedBy(ada, line))
      await expectNoGaps(ada)
    }
    expect(Math.max(...moved)).toBeLessThanOrEqual(1)
  },
)
