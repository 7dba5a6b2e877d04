import type { Route, WebSocketRoute } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { useStage } from './stage.ts'
import type { Visitor } from './visitor.ts'

const stage = useStage()
const offline = 'You are offline. What you write goes out later.'

test('a message that others still read is not called deleted', async () => {
  const [ada, bob] = await Promise.all([stage.enter('Ada'), stage.enter('Bob')])
  await ada.say('Still to be read')
  await bob.sees('Still to be read')
  await ada.stopTime()
  const deletions: Route[] = []
  await ada.page.route(/\/messages\/[^/]+$/, (route) => void deletions.push(route))
  await ada.rows('Still to be read').hover()
  await ada.rows('Still to be read').getByRole('button', { name: 'Delete message' }).click()
  const row = ada.page.locator('.row[data-mode]:not([data-mode="plain"])')
  expect(await row.locator('.gone').textContent()).toBe('Will be deleted in a moment.Undo')
  await bob.sees('Still to be read')
  await ada.page.clock.runFor(5_000)
  expect(await row.locator('.gone').textContent()).toBe('Deleting…')
  await bob.sees('Still to be read')
  await expect.poll(() => deletions.length).toBe(1)
  await deletions[0]?.continue()
  await row.waitFor({ state: 'detached' })
  await bob.rows('Still to be read').waitFor({ state: 'detached' })
})

describe('the bar', () => {
  /** What the browser says of the network, while the line lives on. */
  const say = ({ page }: Visitor, network: 'online' | 'offline') =>
    page.evaluate(`{
      Object.defineProperty(navigator, 'onLine', { value: ${network === 'online'}, configurable: true })
      dispatchEvent(new Event('${network}'))
    }`)

  test('says at once that the browser is offline, and since when the others are known', async () => {
    const ada = await stage.enter('Ada')
    await ada.stopTime()
    await ada.page.getByRole('heading', { name: 'Here now' }).waitFor()
    await say(ada, 'offline')
    await ada.bar.getByText(offline).waitFor()
    await ada.page.getByRole('heading', { name: 'Last seen here' }).waitFor()
    await say(ada, 'online')
    await ada.isOnline()
    await ada.page.getByRole('heading', { name: 'Here now' }).waitFor()
  })

  test('believes a line that goes on living more than the browser', async () => {
    const ada = await stage.enter('Ada')
    await ada.stopTime()
    const pongs: string[] = []
    await ada.page.routeWebSocket(/\/ws\/chat/, (socket) => {
      socket.connectToServer().onMessage((text) => {
        if (String(text).includes('"pong"')) pongs.push(String(text))
        socket.send(text)
      })
    })
    await ada.page.reload()
    await ada.isOnline()
    await expect.poll(() => pongs.length).toBeGreaterThan(0)
    const before = pongs.length
    await say(ada, 'offline')
    await ada.bar.getByText(offline).waitFor()
    await expect.poll(() => pongs.length).toBeGreaterThan(before)
    await ada.page.clock.runFor(13_000)
    await ada.isOnline()
  })

  test('offers to try now, which is done at once', async () => {
    const ada = await stage.enter('Ada')
    const sockets: WebSocketRoute[] = []
    let away = false
    await ada.page.addInitScript('Math.random = () => 0.999')
    await ada.page.routeWebSocket(/\/ws\/chat/, (socket) => {
      if (away) return void socket.close({ code: 1012 })
      socket.connectToServer()
      sockets.push(socket)
    })
    await ada.stopTime()
    away = true
    await sockets.at(-1)?.close({ code: 1012 })
    await ada.page.locator('.bar[data-state="reconnecting"]').waitFor({ state: 'attached' })
    const offer = ada.page.getByRole('button', { name: 'Try now' })
    await expect
      .poll(async () => {
        if (!(await offer.isVisible())) await ada.page.clock.runFor(500)
        return offer.isVisible()
      })
      .toBe(true)
    away = false
    await offer.click()
    await ada.isOnline()
  })
})

describe('times', () => {
  test('are those of the zone in which the device is now', async () => {
    const place = { locale: 'en-GB' }
    const ada = await stage.enter('Ada', { place })
    const devtools = await ada.context.newCDPSession(ada.page)
    const beIn = (timezoneId: string) =>
      devtools.send('Emulation.setTimezoneOverride', { timezoneId })
    await beIn('Europe/Berlin')
    await ada.page.reload()
    await ada.isOnline()
    await ada.say('What time is it?')
    await ada.sees('What time is it?')
    const minutes = async () => {
      const shown = (await ada.rows('What time is it?').locator('time').textContent()) ?? ''
      const [hours = 0, minutes = 0] = shown.split(':').map(Number)
      return hours * 60 + minutes
    }
    const inBerlin = await minutes()
    await beIn('Asia/Kolkata')
    await ada.page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`)
    const later = ((await minutes()) - inBerlin + 1_440) % 1_440
    // Summer time is Berlin's alone.
    expect([210, 270]).toContain(later)
  })

  test('stand as they are read, in a text from right to left too', async () => {
    const place = { locale: 'en-US', timezoneId: 'America/New_York' }
    const ada = await stage.enter('Ada', { place })
    await ada.say('صباح الخير')
    await ada.sees('صباح الخير')
    const id = await ada.rows('صباح الخير').getAttribute('data-message-id')
    const places = await ada.page.evaluate(`(() => {
      const { firstChild: text } = document.querySelector('[data-message-id="${id}"] time')
      return [0, text.length - 1].map((at) => {
        const range = document.createRange()
        range.setStart(text, at)
        range.setEnd(text, at + 1)
        return range.getBoundingClientRect().left
      })
    })()`)
    const [first, last] = places as [number, number]
    expect(first).toBeLessThan(last)
  })
})

test('a message that the room refused goes back to where it was written', async () => {
  const ada = await stage.enter('Ada')
  await ada.page.routeWebSocket(/\/ws\/chat/, (socket) => {
    const room = socket.connectToServer()
    socket.onMessage((text) => {
      const { event, data } = JSON.parse(String(text))
      if (data.content !== 'Refuse this') return room.send(text)
      const message = 'content: Must have at most 10 characters.'
      const { client_id } = data
      expect(event).toBe('send_message')
      socket.send(JSON.stringify({ event: 'error', data: { code: 'invalid', message, client_id } }))
    })
  })
  await ada.page.reload()
  await ada.isOnline()
  await ada.say('Refuse this')
  const row = ada.rows('Refuse this')
  await row.getByText('Not sent: it must have at most 10 characters.').waitFor()
  expect(await row.getByRole('button', { name: 'Retry' }).count()).toBe(0)
  await ada.field.fill('Written since')
  await row.getByRole('button', { name: 'Edit' }).click()
  await row.waitFor({ state: 'detached' })
  expect(await ada.field.inputValue()).toBe('Refuse this\nWritten since')
})

test('one long paragraph is folded, and unfolds', async () => {
  const ada = await stage.enter('Ada', { look: { size: 'phone', scheme: 'light' } })
  const paragraph = 'It goes on and on and does not end. '.repeat(50).trim()
  await ada.say(paragraph)
  await ada.sees(paragraph)
  const row = ada.rows(paragraph)
  const height = async () => (await row.boundingBox())?.height ?? 0
  const folded = await height()
  await row.getByRole('button', { name: 'Show all' }).click()
  await expect.poll(height).toBeGreaterThan(folded * 1.5)
})
